"""A small body, and what is known of an incident of it, made without a database."""

from dataclasses import replace
from datetime import UTC, datetime

from casework.kinds import KINDS
from casework.office import Office
from casework.step_parts import read_parts
from casework.step_rules import NUMBERED, Known, Proposed, Taken
from casework.steps import faults_of
from policies.pack_file import read_pack
from records.incident import Incident
from records.organisation import Organisation
from records.roster import StaffMember, roster_of

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)  # a Monday morning
ALICE, MANAGER, HR, COMMS, DIRECTOR, HEAD, STRANGER = (f"s00{n}" for n in range(1, 8))
ROLES = {
    "hr_officer": (HR,),
    "communications_manager": (COMMS,),
    "director": (DIRECTOR,),
    "head_of_body": (HEAD,),
    "leadership_team": (HEAD, DIRECTOR),
}
STAFF = (
    StaffMember(ALICE, "Fenella Auchterbrae", line_manager=MANAGER),
    StaffMember(MANAGER, "Isobel Fairweather", line_manager=DIRECTOR),
    StaffMember(HR, "Struan Kilbrandy", line_manager=DIRECTOR),
    StaffMember(COMMS, "Devika Ramanujpal", line_manager=DIRECTOR),
    StaffMember(DIRECTOR, "Lachlan Quillandrie", line_manager=HEAD),
    StaffMember(HEAD, "Thomasina Garvellach"),
    StaffMember(STRANGER, "Morven Drumhallow", line_manager=COMMS),
)
WISH = {"answer": "view", "wish": "that nothing is done in public"}


def office(policy: str = "spso", **roles: tuple[str, ...]) -> Office:
    body = Organisation(
        name="Scottish Lighthouse Ombudsman",
        policy=policy,
        accounts=("@slo.example",),
        roles=ROLES | roles,
    )
    return Office(read_pack(policy), body, roster_of(STAFF))


def incident(named: str | None = ALICE, *categories: str) -> Incident:
    return Incident(
        reference="NW-2026-0041",
        staff_id=named,
        key_id=1,
        severity="medium",
        categories=list(categories or ("naming",)),
        policy="spso",
        policy_version="2026-11",
        opened_at=NOW,
        last_mention_at=NOW,
    )


class Case:
    """An incident on paper: steps are taken one after the other, and refused with sentences."""

    def __init__(
        self, policy: str = "spso", named: str | None = ALICE, categories: tuple[str, ...] = ()
    ) -> None:
        self.office = office(policy)
        about = incident(named, *categories)
        self.known = Known(
            named=named,
            alongside=frozenset(),
            categories=frozenset(about.categories),
            state="acknowledged",
            opened_at=NOW,
            exhibits=frozenset({1, 2}),
            taken=(),
            pack=self.office.pack,
            desk=self.office.desk(about, NOW),
            staff=frozenset(self.office.roster),
            accounts=1,
            hours=self.office.organisation.calendar,
            now=NOW,
            today=NOW.date(),
        )

    def change(self, **fields: object) -> None:
        self.known = replace(self.known, **fields)  # type: ignore[arg-type]

    def wrong(self, kind: str, actor: str = MANAGER, **typed: str) -> str:
        """What is said against this step; empty when it may stand."""
        return " ".join(faults_of(KINDS[kind], self.proposed(kind, actor, typed), self.known))

    def proposed(self, kind: str, actor: str, typed: dict[str, str]) -> Proposed:
        named = {name.rstrip("_").replace("_", "-"): value for name, value in typed.items()}
        given = read_parts(KINDS[kind].all_parts, named)
        subject = KINDS[kind].subject
        if subject == NUMBERED:
            return Proposed(actor, str(len(self.known.standing(kind)) + 1), given)
        return Proposed(actor, ":".join(map(given.code, subject.split("+"))), given)

    def take(self, kind: str, actor: str = MANAGER, **typed: str) -> None:
        """Take a step that the rules let stand."""
        assert not self.wrong(kind, actor, **typed)
        step = self.proposed(kind, actor, typed)
        before = self.known.newest(kind, step.subject)
        taken = Taken(
            kind=kind,
            subject=step.subject,
            revision=before.revision + 1 if before else 1,
            actor=actor,
            recorded_at=self.known.now,
            given=step.given,
        )
        self.known = replace(self.known, taken=(*self.known.taken, taken))

    def tell_and_ask(self, **wish: str) -> None:
        """Tell the person named, and hear their wishes."""
        self.take("told-in-private", by=MANAGER, how="in-person", reminded="yes")
        self.take("wishes", **(wish or WISH))

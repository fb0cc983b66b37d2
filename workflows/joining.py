"""From a hit to its incidents: open one, join one, learn more, and tell whoever is due."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session, col, select

from alerts.escalation import acknowledge_by
from casework import incidents
from evidence import flood
from policies.severity import Facts, judge_each
from records.alert import AlertKind
from records.finding import Finding
from records.incident import Incident, Mention
from records.record_key import RecordKey
from records.sealing import seal
from workflows.captures import begin_captures
from workflows.engine import Engine
from workflows.further import Telling, note_told, tell_of_further
from workflows.mentions import Hit, material_of, mention_of, new_key
from workflows.notify import tell_those_due
from workflows.services import Services
from workflows.warned import graver_after_a_warning

LEARNT = ("severity", "categories", "staff_ids", "revision", "sealed_post", "sealed_record",
          "sealed_finding")  # fmt: skip
"""What a mention takes over from a later wording or from what its pictures say."""


@dataclass(frozen=True, slots=True)
class Joining:
    """Puts hits into incidents, in the transaction of whoever asks."""

    services: Services
    engine: Engine
    _turns: list[datetime] = field(default_factory=list)
    """The last turn that one of many was given."""

    def join(self, session: Session, hit: Hit) -> None:
        """Put the hit into an incident of each person about whom the policy alerts."""
        for staff_id in self.whose(hit.finding):
            self.join_one(session, hit, staff_id)

    def learn_more(self, session: Session, hit: Hit) -> None:
        """Take what reading its pictures says of a post whose incidents are there already."""
        for staff_id in self.whose(hit.finding):
            known = session.exec(
                select(Mention, Incident)
                .join(Incident, col(Mention.incident_id) == Incident.id)
                .where(Mention.post_key == hit.post_key)
                .where(Incident.staff_id == staff_id)
                .where(Incident.state != "closed")
            ).first()
            if known:
                self._learn_of(session, hit, *known)
            else:
                self.join_one(session, hit, staff_id)

    def whose(self, finding: Finding) -> Sequence[str | None]:
        """One incident for each person about whom the policy alerts, or else one about nobody.

        Somebody who may only share the name has none, so no line manager is told of it (SPSO 68).
        """
        held = self.services
        facts = Facts(finding.staff, finding.organisation, finding.concerns, held.roster)
        said = judge_each(held.pack, facts)
        return [one for one in finding.named if said[one].disposition == "alert"] or [None]

    def join_one(self, session: Session, hit: Hit, staff_id: str | None) -> None:
        """Put the hit into the incident about `staff_id` (None: nobody in person), or open one."""
        held = self.services
        hit = graver_after_a_warning(session, held, hit)
        alongside = _others(hit.finding, staff_id)
        incident = incidents.joinable(
            session, staff_id, within=held.pack.joins_within.span, now=held.now()
        )
        if incident is None:
            told: Telling | None = Telling(AlertKind.FIRST, 0)
            incident = self._open(session, hit, staff_id, alongside)
        else:
            told = self._join(session, incident, hit, alongside)
        key = session.get_one(RecordKey, incident.key_id)
        mention = mention_of(held, hit, key, incident=incident)
        turn = self._turn(session, incident, mention, told)
        session.add(mention)
        session.flush()
        begin_captures(session, self.engine, held, mention, material_of(hit), turn=turn)
        if told is not None:
            tell_those_due(session, self.engine, incident, told.kind, level=told.level)

    def _turn(
        self, session: Session, incident: Incident, mention: Mention, told: Telling | None
    ) -> datetime | None:
        """When the record of a post is sealed that is one of many; None: at once, with its page."""
        if told is not None:
            return None
        query = (
            select(Mention.found_at)
            .where(Mention.incident_id == incident.id, Mention.severity == mention.severity)
            .order_by(col(Mention.id).desc())
        )
        before = session.exec(query.offset(flood.POSTS - 1).limit(1)).first()
        if not flood.one_of_many(before, incident.mention_count, mention.found_at):
            return None
        self._turns[:] = [flood.next_turn(max(self._turns, default=None), mention.found_at)]
        return self._turns[0]

    def _learn_of(self, session: Session, hit: Hit, mention: Mention, incident: Incident) -> None:
        key = session.get_one(RecordKey, incident.key_id)
        fresh = mention_of(self.services, hit, key, incident=incident)
        for name in LEARNT:
            setattr(mention, name, getattr(fresh, name))
        session.add(mention)
        graver = incidents.learn_more(
            session,
            incident,
            severity=hit.finding.severity,
            categories=tuple(hit.finding.categories),
            alongside=_others(hit.finding, incident.staff_id),
            now=self.services.now(),
        )
        if graver:
            self._must_be_seen_again(incident, hit)
            note_told(incident, self.services.now())
            assert mention.id is not None
            # Further posts count upwards from 1 here, so this can't be taken for one of theirs.
            tell_those_due(session, self.engine, incident, AlertKind.WORSE, level=-mention.id)

    def _open(
        self, session: Session, hit: Hit, staff_id: str | None, alongside: tuple[str, ...]
    ) -> Incident:
        held = self.services
        key = new_key(session, held)
        assert key.id is not None
        incident = incidents.open_incident(
            session,
            incidents.Opening(
                staff_id=staff_id,
                alongside=alongside,
                severity=hit.finding.severity,
                categories=tuple(hit.finding.categories),
                policy=held.pack.name,
                policy_version=held.pack.version,
                key_id=key.id,
                escalates_at=acknowledge_by(
                    held.pack, hit.finding.severity, held.now(), held.organisation.calendar
                ),
            ),
            now=held.now(),
        )
        note_told(incident, held.now())
        self._keep_page_link(incident, hit)
        return incident

    def _join(
        self, session: Session, incident: Incident, hit: Hit, alongside: tuple[str, ...]
    ) -> Telling | None:
        """Add a post to an incident: a graver one is told at once, others once an hour."""
        held = self.services
        told_before = list(incident.alongside)
        graver = incidents.join_incident(
            session,
            incident,
            severity=hit.finding.severity,
            categories=tuple(hit.finding.categories),
            alongside=alongside,
            now=held.now(),
        )
        if graver:
            self._must_be_seen_again(incident, hit)
            note_told(incident, held.now())
            return Telling(AlertKind.WORSE, incident.mention_count)
        if further := tell_of_further(held, incident):
            return further
        # Whoever was named beside them since is replaced; for all others nothing is new.
        return Telling(AlertKind.FIRST, 0) if incident.alongside != told_before else None

    def _must_be_seen_again(self, incident: Incident, hit: Hit) -> None:
        held = self.services
        incident.escalates_at = acknowledge_by(
            held.pack, hit.finding.severity, held.now(), held.organisation.calendar
        )
        incident.escalation_level = 0
        self._keep_page_link(incident, hit)

    def _keep_page_link(self, incident: Incident, hit: Hit) -> None:
        url = hit.received.post.url
        if url:
            incident.page_link = seal(
                url.encode(),
                place=f"link:{incident.reference}",
                recipient=self.services.public_keys.working,
            )


def _others(finding: Finding, staff_id: str | None) -> tuple[str, ...]:
    """Everybody else whom the post may mean."""
    return tuple(dict.fromkeys(one.staff_id for one in finding.staff if one.staff_id != staff_id))

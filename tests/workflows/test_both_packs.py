"""One suite of whole stories that both shipped packs run, from the post to the closed record."""

from collections.abc import Callable, Iterator

import pytest

from casework import incidents
from casework.audit import entries_about
from casework.closing import wanting
from casework.ending import close
from casework.errors import CaseworkError
from casework.known import known_of
from casework.office import Office as Rules
from casework.steps import Order, record_step
from policies.pack_file import read_pack
from records.database import reading, transaction
from records.incident import Incident
from tests.casework.test_closing import SETTLED
from tests.workflows.conftest import ALICE, BOB, COMMS, DIRECTOR, HEAD, HR, MANAGER, Office
from workflows.further import tell_further_due
from workflows.timers import Timers

NAMING = "My complaint was refused, the decision letter is signed Fenella Auchterbrae."
THREAT = "Fenella Auchterbrae at the Lighthouse Ombudsman, I'm going to stab you."
BOTH_NAMED = (
    "My complaint to the Lighthouse Ombudsman was refused by Fenella Auchterbrae"
    " and Ruaridh McStronach."
)
TOLD = {"spso": [MANAGER, COMMS, HR], "wics": [MANAGER]}
"""Who hears first of somebody named, under each pack."""


@pytest.fixture(params=["spso", "wics"])
def body(request: pytest.FixtureRequest, office: Office) -> Iterator[Office]:
    office.change(pack=read_pack(request.param))
    yield office
    trail = {one.reference: one for one in office.incidents()}
    with reading(office.services.database) as session:
        assert all(entries_about(session, reference) for reference in trail), "all stands in it"


def told_by(office: Office) -> list[str]:
    return TOLD[office.services.pack.name]


def rules(office: Office) -> Rules:
    held = office.services
    return Rules(held.pack, held.organisation, held.roster)


def take(office: Office, reference: str, kind: str, actor: str, **typed: str) -> None:
    parts = {name.replace("_", "-"): value for name, value in typed.items()}
    with transaction(office.services.database) as session:
        record_step(session, rules(office), reference, Order(kind, parts, actor), now=office.time)


def acknowledge(office: Office, incident: Incident) -> None:
    with transaction(office.services.database) as session:
        incidents.acknowledge(
            session,
            incidents.by_reference(session, incident.reference),
            actor=MANAGER,
            via="page",
            employed=True,
            now=office.time,
        )


def look(office: Office) -> list[str]:
    """One look of the clock; who is told of anything."""
    Timers(office.services, office.engine).once()  # type: ignore[arg-type]
    office.send_all()
    return office.told()


def alert(office: Office, words: str) -> Incident:
    office.see(words)
    office.send_all()
    return office.incidents()[0]


@pytest.mark.clause("SPSO 67.1")
@pytest.mark.clause("WICS Named ¶1")
def test_whoever_the_policy_says_is_told_at_once_and_never_the_person_named(body: Office) -> None:
    alert(body, NAMING)
    assert body.told() == told_by(body)


@pytest.mark.clause("SPSO 68")
@pytest.mark.clause("WICS Named ¶2")
def test_two_people_in_one_post_are_two_records_and_neither_is_told_of_the_other(
    body: Office,
) -> None:
    alert(body, BOTH_NAMED)
    assert {one.staff_id for one in body.incidents()} == {ALICE, BOB}
    assert not {ALICE, BOB} & set(body.told())


def test_nobody_answers_and_it_goes_up_to_the_end_of_the_chain_and_no_further(
    body: Office,
) -> None:
    alert(body, NAMING)
    heard = set(body.told())
    for _ in range(20):
        body.wait(days=1)
        heard |= set(look(body))
    assert heard == {*told_by(body), DIRECTOR, HEAD}


def test_one_who_answers_ends_the_reminders_for_all(body: Office) -> None:
    incident = alert(body, NAMING)
    body.told()
    acknowledge(body, incident)
    body.wait(hours=5)
    assert look(body) == []


@pytest.mark.clause("SPSO 24")
@pytest.mark.clause("WICS Active ¶2")
def test_a_threat_in_an_open_record_is_told_at_once_at_night_and_has_to_be_answered_anew(
    body: Office,
) -> None:
    incident = alert(body, NAMING)
    body.told()
    acknowledge(body, incident)
    body.wait(hours=16)
    alert(body, THREAT)
    assert body.told() == told_by(body)
    (graver,) = body.incidents()
    assert (graver.severity, graver.acknowledged_at) == ("critical", None)


def test_further_posts_are_told_of_once_an_hour_with_a_count(body: Office) -> None:
    incident = alert(body, NAMING)
    body.told()
    acknowledge(body, incident)
    for number in range(5):
        body.see(f"{NAMING} {number}")
    body.wait(hours=1)
    with transaction(body.services.database) as session:
        assert tell_further_due(session, body.engine) == 1  # type: ignore[arg-type]
    body.send_all()
    assert {message.count for _, message in body.channel.taken} == {6}
    assert body.told() == told_by(body)


@pytest.mark.clause("SPSO 31.4")
@pytest.mark.clause("WICS Active ¶2")
def test_a_threat_of_which_nobody_decided_whether_the_police_hear_is_asked_for_again(
    body: Office,
) -> None:
    incident = alert(body, THREAT)
    body.told()
    acknowledge(body, incident)
    body.wait(hours=4)
    assert set(look(body)) >= {MANAGER, DIRECTOR}
    take(body, incident.reference, "police", MANAGER, **SETTLED["police"][0])
    asked = set()
    for _ in range(3):
        body.wait(hours=4)
        look(body)
        asked |= {m.opening for _, m in body.channel.taken if "had to be decided" in m.opening}
    assert not asked


def test_somebody_who_is_named_may_do_nothing_in_their_own_record(body: Office) -> None:
    incident = alert(body, NAMING)
    for attempt in attempts(body, incident, ALICE):
        with pytest.raises(CaseworkError):
            attempt()


def attempts(office: Office, incident: Incident, actor: str) -> Iterator[Callable[[], None]]:
    yield lambda: take(office, incident.reference, "note", actor, fact="that was me")
    yield lambda: take(
        office, incident.reference, "outcome", actor, outcome="no-action", because="criticism"
    )


@pytest.mark.clause("SPSO 62")
@pytest.mark.clause("WICS Record-kinds")
def test_a_record_is_closed_once_all_that_the_policy_asks_for_stands_in_it_and_not_before(
    body: Office,
) -> None:
    incident = alert(body, THREAT)
    body.told()
    acknowledge(body, incident)
    reference = incident.reference
    take(body, reference, "harm", MANAGER, to="both")
    take(
        body, reference, "outcome", MANAGER,
        outcome="restoring", why="it goes on", explained="explained",
        explained_on=f"{body.time:%Y-%m-%d}",
    )  # fmt: skip
    first = left(body, reference)
    assert {"police", "told-in-private", "wishes", "support"} <= set(first)
    for step in SETTLED:
        if step in left(body, reference):
            with pytest.raises(CaseworkError):
                shut(body, reference)
            for typed in SETTLED[step]:
                take(body, reference, step, MANAGER, **given(typed))
    assert left(body, reference) == ()
    shut(body, reference)
    assert body.incidents()[0].state == "closed"


def given(typed: dict[str, str]) -> dict[str, str]:
    """As it is typed in this body, where other people have those numbers."""
    people = {"s001": ALICE, "s002": MANAGER}
    return {name: people.get(value, value) for name, value in typed.items()}


def left(office: Office, reference: str) -> tuple[str, ...]:
    with reading(office.services.database) as session:
        incident = incidents.by_reference(session, reference)
        return tuple(wanting(known_of(session, incident, rules(office), office.time)))


def shut(office: Office, reference: str) -> None:
    with transaction(office.services.database) as session:
        close(session, rules(office), reference, actor=MANAGER, now=office.time)

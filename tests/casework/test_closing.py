"""What a record has to hold before it is closed, and what is still to be done before that."""

from datetime import UTC, datetime, timedelta

import pytest

from casework.closing import MANDATORY, wanting, wanting_words
from casework.deadlines import POLICE_WITHIN
from casework.duties import duties, next_look
from casework.kinds import KINDS
from casework.kinds_notes import NOBODY_MEANT, OUTCOMES
from tests.casework.body import ALICE, COMMS, DIRECTOR, HR, MANAGER, Case

WHY = {"why": "it goes on", "explained": "explained", "explained_on": "2026-11-23"}
NONE = {"wishes": "no-view"}


RESTRICTION = {
    "restriction": "no_staff_details",
    "evidence": "1",
    "adjustments": "none-needed",
    "why": "names staff",
    "review_on": "2027-05-24",
    "explained": "explained",
    "explained_on": "2026-11-23",
    "timing_told": "yes",
    **NONE,
}
REPORTED = {
    "decision": "reported",
    "why": "a threat to life",
    "persons_view": "no-view",
    "impact": "others are afraid",
    "force": "Police Scotland",
    "told_on": "2026-11-23",
    "told_by": MANAGER,
}
SETTLED: dict[str, tuple[dict[str, str], ...]] = {
    "told-in-private": ({"by": MANAGER, "how": "phone", "reminded": "yes"},),
    "wishes": ({"answer": "no-view"},),
    "support": ({"who": ALICE, "offer": "de-brief", "answer": "offered"},),
    "author": ({"type": "unknown", "represents": "no"},),
    "contributing": ({"factor": "none"},),
    "restorative": ({"tried": "not-possible", "what": "they can't be reached"},),
    "restriction": (RESTRICTION,),
    "notice": ({"restriction": "1", "team": "phone"}, {"restriction": "1", "team": "web"}),
    "warning": ({"said": "unsafe-to-warn", "why": "it would provoke", **NONE},),
    "police": (REPORTED,),
    "witness": ({"state": "no-witnesses"},),
    "third-party": ({"decision": "not-needed", "why": "nobody else is meant"},),
}
"""How each step that closing asks for is taken, in an order in which they can be."""


def settle(made: Case, step: str) -> None:
    for typed in SETTLED[step]:
        made.take(step, COMMS, **typed)


@pytest.mark.clause("SPSO 62")
@pytest.mark.clause("SPSO 62.1")
@pytest.mark.clause("SPSO 62.2")
@pytest.mark.clause("SPSO 62.3")
@pytest.mark.clause("WICS Record-kinds")
@pytest.mark.clause("SPSO 58")
@pytest.mark.parametrize("policy", ["spso", "wics"])
@pytest.mark.parametrize("outcome", OUTCOMES[1:])
def test_no_record_of_these_kinds_is_closed_while_anything_mandatory_is_empty(
    policy: str, outcome: str
) -> None:
    made = Case(policy, categories=("threat",))
    assert wanting(made.known) == ("outcome",)
    made.take("harm", to="both")
    made.take("outcome", outcome=outcome, **WHY)
    first = wanting(made.known)
    asked = {"told-in-private", "wishes", "support", "police", "author", "contributing"}
    assert set(first) >= asked
    if "restriction" in first:
        first += ("notice",)  # which are told of it once there is one
    for step in (step for step in SETTLED if step in first):
        settle(made, step)
        assert step not in wanting(made.known)
        for missing in wanting(made.known):
            assert KINDS[missing].title.lower() in wanting_words(wanting(made.known))
    assert wanting(made.known) == ()


@pytest.mark.clause("SPSO 58")
def test_after_zero_tolerance_a_de_brief_has_been_offered() -> None:
    made = Case()
    made.take("harm", to="person")
    made.take("outcome", outcome="zero-tolerance", **WHY)
    made.take("support", who=ALICE, offer="informal-talk", answer="offered")
    assert "support" in wanting(made.known)
    made.take("support", who=ALICE, offer="de-brief", answer="declined")
    assert "support" not in wanting(made.known)


@pytest.mark.clause("SPSO 24")
def test_a_threat_is_not_closed_while_the_police_decision_is_open_or_only_intended() -> None:
    made = Case(categories=("threat",))
    made.take("outcome", outcome="restoring", **WHY)
    assert "police" in wanting(made.known)
    made.take(
        "police",
        COMMS,
        decision="to-be-reported",
        why="a threat to life",
        persons_view="no-view",
        impact="others are afraid",
    )
    assert "police" in wanting(made.known)
    settle(made, "police")
    assert "police" not in wanting(made.known)


@pytest.mark.clause("SPSO 10")
@pytest.mark.parametrize("because", sorted(NOBODY_MEANT))
def test_where_nobody_was_meant_nothing_more_is_asked(because: str) -> None:
    made = Case(categories=("threat",))
    made.take("outcome", outcome="no-action", because=because)
    assert wanting(made.known) == ()
    assert duties(made.known) == ()


@pytest.mark.clause("SPSO 71")
@pytest.mark.clause("SPSO 69")
@pytest.mark.parametrize("because", ["criticism", "nothing-publicly", "distress"])
def test_a_naming_about_which_nothing_is_done_is_still_told_to_the_person(because: str) -> None:
    made = Case()
    made.take("outcome", outcome="no-action", because=because)
    assert wanting(made.known) == ("told-in-private", "wishes", "support")


def test_without_anybody_named_nobody_is_told() -> None:
    made = Case(named=None)
    made.take("outcome", outcome="restoring", **WHY)
    assert set(wanting(made.known)) == set(MANDATORY["restoring"])


@pytest.mark.clause("SPSO 69")
@pytest.mark.clause("WICS Named ¶3")
@pytest.mark.parametrize("policy", ["spso", "wics"])
def test_telling_in_private_is_due_at_the_end_of_the_next_working_day(policy: str) -> None:
    made = Case(policy)
    friday_evening = datetime(2026, 11, 27, 19, 0, tzinfo=UTC)
    made.change(opened_at=friday_evening, now=friday_evening)
    duty = next(one for one in duties(made.known) if one.kind == "told-in-private")
    assert duty.due_at == datetime(2026, 12, 1, 17, 0, tzinfo=UTC)  # Monday is St Andrew's Day
    assert duty.clause == made.office.pack.telling.clause


@pytest.mark.clause("SPSO 31.4")
@pytest.mark.clause("SPSO 33")
@pytest.mark.clause("WICS Active ¶2")
@pytest.mark.parametrize("policy", ["spso", "wics"])
def test_a_threat_begins_the_police_decision_by_itself_and_leaves_hours_for_it(policy: str) -> None:
    made = Case(policy, categories=("threat",))
    duty = duties(made.known)[0]
    assert (duty.kind, duty.due_at) == ("police", made.known.opened_at + POLICE_WITHIN)
    assert duty.overdue(made.known.now + POLICE_WITHIN)
    assert not duty.overdue(made.known.now + POLICE_WITHIN - timedelta(seconds=1))
    settle(made, "police")
    assert "police" not in {one.kind for one in duties(made.known)}
    assert "police" not in {one.kind for one in duties(Case(policy, categories=("insult",)).known)}


@pytest.mark.clause("SPSO 33")
def test_witnesses_are_asked_where_the_policy_says_so_and_reminded_after_a_week() -> None:
    spso, wics = (Case(policy, categories=("threat",)) for policy in ("spso", "wics"))
    assert "witness" in {one.kind for one in duties(spso.known)}
    assert "witness" not in {one.kind for one in duties(wics.known)}
    spso.take("witness", state="asked", who=MANAGER)
    duty = next(one for one in duties(spso.known) if one.kind == "witness")
    assert duty.due_at == spso.known.now + timedelta(days=7)


@pytest.mark.clause("SPSO 42")
@pytest.mark.clause("SPSO 57")
def test_notes_that_staff_file_wait_for_a_manager_until_the_next_working_day_ends() -> None:
    made = Case()
    made.take("disengaged", HR, from_="post")
    made.take(
        "outside-contact", HR, where="home", on="2026-11-22", note="rang the bell", know_them="no"
    )
    due = {one.kind: one.due_at for one in duties(made.known) if one.subject}
    tuesday = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)
    assert due == {"talked-over": tuesday, "outside-contact-decision": tuesday}
    made.take("talked-over", number="1")
    made.take("outside-contact-decision", number="1", decision="record", why="the third time")
    assert not [one for one in duties(made.known) if one.subject]


@pytest.mark.clause("SPSO 58")
def test_what_was_agreed_comes_up_again_on_its_day_even_when_the_record_is_closed() -> None:
    made = Case()
    made.take("support", who=ALICE, offer="no-contact", answer="accepted", until="2026-12-23")
    made.change(state="closed")
    assert next_look(made.known) == datetime(2026, 12, 23, 9, 0, tzinfo=UTC)
    assert DIRECTOR not in {one.subject for one in duties(made.known)}

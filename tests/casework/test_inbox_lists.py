"""Which of the three lists an incident belongs to, and what is next, for one person."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from casework.duties import Duty
from casework.inbox import Around, Part, Place, following, which

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
TELL = Duty("told-in-private", "Tell the person named, in private", "SPSO 69", NOON)
POLICE = Duty("police", "Decide whether the police are told", "SPSO 33", NOON)
OUTCOME = Duty("outcome", "Decide what becomes of it", "SPSO 12", None)
NOBODY = Place(
    state="acknowledged",
    seen=True,
    listed=True,
    keeps=False,
    tells=False,
    told=False,
    decides=False,
    late=False,
)
AROUND = Around(
    duties=(TELL, OUTCOME),
    escalates_at=NOON,
    teller="line manager",
    keeper="communications manager",
    may_decide_police=False,
)

CASES = {
    "nobody has seen it, and they were told": ({"state": "open", "seen": False}, Part.ATTENTION),
    "nobody has seen it, and they only keep the record": (
        {"state": "open", "seen": False, "listed": False, "keeps": True},
        Part.OTHERS,
    ),
    "somebody has seen it, and it is for another to tell": ({}, Part.OTHERS),
    "they are the one to tell the person named": ({"tells": True}, Part.ATTENTION),
    "they told, and it is for the keeper now": ({"tells": True, "told": True}, Part.OTHERS),
    "they keep the record, and nobody was told yet": ({"keeps": True}, Part.OTHERS),
    "they keep the record, and telling is overdue": (
        {"keeps": True, "late": True},
        Part.ATTENTION,
    ),
    "they are on the list, and telling is overdue": ({"late": True}, Part.OTHERS),
    "they keep the record, and the person was told": (
        {"keeps": True, "told": True},
        Part.ATTENTION,
    ),
    "they keep the record, and an outcome stands": (
        {"keeps": True, "told": True, "state": "decided"},
        Part.ATTENTION,
    ),
    "an outcome stands, and it is for another to close": (
        {"told": True, "state": "decided"},
        Part.OTHERS,
    ),
    "a threat waits for their decision": ({"decides": True}, Part.ATTENTION),
    "it has become graver, so that it is to be seen anew": (
        {"state": "open", "seen": False, "told": True},
        Part.ATTENTION,
    ),
    "it is closed": ({"state": "closed", "told": True}, Part.CLOSED),
    "it is closed, and they keep the record": (
        {"state": "closed", "told": True, "keeps": True},
        Part.CLOSED,
    ),
    "it is closed, and a review has fallen due for its keeper": (
        {"state": "closed", "told": True, "keeps": True, "late": True},
        Part.ATTENTION,
    ),
    "it is closed, and a review has fallen due for another": (
        {"state": "closed", "told": True, "late": True},
        Part.CLOSED,
    ),
}


@pytest.mark.parametrize(("changes", "part"), CASES.values(), ids=CASES)
def test_the_list_it_belongs_to(changes: dict[str, object], part: Part) -> None:
    assert which(replace(NOBODY, **changes)) is part  # type: ignore[arg-type]


@pytest.mark.clause("SPSO 67.1")
def test_whoever_was_told_is_asked_to_say_that_they_have_seen_it() -> None:
    unseen = replace(NOBODY, state="open", seen=False)
    step = following(unseen, AROUND)
    assert (step.what, step.by, step.yours) == ("Say that you have seen it", NOON, True)
    step = following(replace(unseen, listed=False, keeps=True), AROUND)
    assert (step.yours, step.who) == (False, "somebody who was told")


@pytest.mark.clause("SPSO 69")
def test_telling_is_next_for_whoever_tells_and_shown_to_the_others_as_theirs() -> None:
    step = following(replace(NOBODY, tells=True), AROUND)
    assert (step.what, step.by, step.yours) == (TELL.what, NOON, True)
    step = following(NOBODY, AROUND)
    assert (step.what, step.yours, step.who) == (TELL.what, False, "line manager")


@pytest.mark.clause("SPSO 33")
def test_a_threat_is_next_for_whoever_may_decide_about_it() -> None:
    around = replace(AROUND, duties=(POLICE, TELL))
    assert following(NOBODY, around).yours is False
    step = following(NOBODY, replace(around, may_decide_police=True))
    assert (step.what, step.yours) == (POLICE.what, True)


def test_the_rest_is_next_for_whoever_keeps_the_record() -> None:
    around = replace(AROUND, duties=(OUTCOME,))
    assert following(replace(NOBODY, keeps=True), around).yours
    assert following(NOBODY, around).who == "communications manager"


def test_in_the_end_it_is_closed_by_its_keeper() -> None:
    done = replace(AROUND, duties=())
    assert following(replace(NOBODY, keeps=True), done).yours
    assert following(NOBODY, done).who == "communications manager"
    assert following(replace(NOBODY, state="closed"), done).what == ""

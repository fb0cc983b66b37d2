"""A test alert counts only when the person it went to says that it has reached them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, select

from casework.errors import NotAllowedError
from casework.trials import (
    begin_trial,
    confirm_by_receipt,
    confirm_trial,
    newest_trials,
    settle_trial,
    waiting_for,
)
from records.audit import AuditEntry
from records.database import transaction
from records.trial import Trial
from tests.databases import new_database

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
ALICE, BOB = "s001", "s002"


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    database = new_database(tmp_path)
    with transaction(database) as opened:
        yield opened
    database.dispose()


def sent(session: Session, staff_id: str = ALICE, channel: str = "email", **later: float) -> int:
    now = NOW + timedelta(**later)
    trial = begin_trial(session, staff_id, "hr_officer", channel, actor="s009", now=now)
    assert trial.id
    settle_trial(session, trial.id, receipt=f"{channel}-{trial.id}")
    return trial.id


def confirmed(session: Session, trial_id: int, by: str = ALICE, *, employed: bool = True) -> bool:
    return confirm_trial(session, trial_id, actor=by, employed=employed, via="page", now=NOW)


def test_sent_is_not_yet_confirmed(session: Session) -> None:
    trial = sent(session)
    assert newest_trials(session)[ALICE, "email"].confirmed_at is None
    assert [one.id for one in waiting_for(session, ALICE)] == [trial]


def test_the_person_confirms_once(session: Session) -> None:
    trial = sent(session)
    assert confirmed(session, trial)
    assert not confirmed(session, trial)
    assert waiting_for(session, ALICE) == []
    told = [one for one in session.exec(select(AuditEntry)) if one.action == "test alert confirmed"]
    assert [(one.actor, one.about) for one in told] == [
        (ALICE, {"channel": "email", "via": "page"})
    ]


def test_nobody_else_can_confirm_it(session: Session) -> None:
    trial = sent(session)
    with pytest.raises(NotAllowedError):
        confirmed(session, trial, BOB)
    with pytest.raises(NotAllowedError):
        confirmed(session, trial, employed=False)
    with pytest.raises(NotAllowedError):
        confirmed(session, trial + 1)
    assert session.get_one(Trial, trial).confirmed_at is None


def test_each_channel_is_confirmed_for_itself(session: Session) -> None:
    sent(session, channel="email")
    confirmed(session, sent(session, channel="slack"))
    assert [one.channel for one in waiting_for(session, ALICE)] == ["email"]


def test_a_new_test_asks_anew(session: Session) -> None:
    confirmed(session, sent(session))
    again = sent(session, minutes=5)
    assert newest_trials(session)[ALICE, "email"].id == again
    assert len(waiting_for(session, ALICE)) == 1


def test_what_was_not_taken_cannot_be_confirmed(session: Session) -> None:
    trial = begin_trial(session, ALICE, "hr_officer", "email", actor="s009", now=NOW)
    assert trial.id
    settle_trial(session, trial.id, fault="not reached")
    assert waiting_for(session, ALICE) == []
    with pytest.raises(NotAllowedError):
        confirmed(session, trial.id)


def test_a_press_confirms_the_message_that_holds_it_and_no_other(session: Session) -> None:
    trial = sent(session, channel="slack")

    def pressed(receipt: str, by: str, *, employed: bool = True) -> bool:
        return confirm_by_receipt(
            session, receipt, actor=by, employed=employed, via="slack", now=NOW
        )

    assert not pressed(f"slack-{trial}", BOB)
    assert not pressed("slack-999", ALICE)
    assert not pressed(f"slack-{trial}", ALICE, employed=False)
    assert waiting_for(session, ALICE)
    assert pressed(f"slack-{trial}", ALICE)
    assert session.get_one(Trial, trial).confirmed_via == "slack"

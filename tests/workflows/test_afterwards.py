"""What falls due in days and months is looked at by the running service, one fault apart."""

from datetime import timedelta

import pytest
from sqlmodel import select

from records.database import reading, transaction
from records.digest import Digest
from records.retention import RetentionClock
from records.roster import StaffMember
from records.watching import SourceWatch
from tests.workflows.conftest import COMMS, NOW, Office
from tests.workflows.test_erase import NAMING, kept
from tests.workflows.test_retention import close
from workflows.afterwards import Afterwards


def watched(office: Office) -> None:
    with transaction(office.services.database) as session:
        session.add(
            SourceWatch(
                source="practice", first_watched_at=NOW, alive_at=NOW, state="", sentence=""
            )
        )


@pytest.mark.clause("SPSO 71")
@pytest.mark.clause("WICS Retention")
def test_a_digest_is_drafted_and_what_is_due_is_told_each_once(office: Office) -> None:
    told: list[tuple[str, str]] = []

    def send(to: StaffMember, subject: str, _text: str) -> None:
        told.append((to.staff_id, subject))

    close(office, kept(office, NAMING), NOW)
    watched(office)
    look = Afterwards(send, "month").look
    look()
    assert told == []  # nothing was watched in the month before
    office.wait(days=400)
    look()
    look()
    assert sorted(told) == [
        (COMMS, "namewatch: a digest for the leadership waits for you"),
        (COMMS, "namewatch: somebody has to decide what is kept any longer"),
    ]
    with reading(office.services.database) as session:
        (digest,) = session.exec(select(Digest)).all()
        assert (digest.period, digest.released_at) == ("2027-11", None)


@pytest.mark.clause("WICS Retention")
def test_while_no_mail_goes_out_the_clocks_run_and_it_is_told_later(office: Office) -> None:
    def fail(_to: StaffMember, _subject: str, _text: str) -> None:
        raise OSError

    told: list[str] = []
    reference = kept(office, NAMING)
    close(office, reference, NOW)
    watched(office)
    office.wait(days=400)
    Afterwards(fail, "week").look()
    with reading(office.services.database) as session:
        assert all(one.told_at is None for one in session.exec(select(RetentionClock)))
    Afterwards(lambda to, _subject, _text: told.append(to.staff_id), "never").look()
    assert told == [COMMS, COMMS]
    with reading(office.services.database) as session:
        due = session.exec(select(RetentionClock).where(RetentionClock.kind == "evidence")).one()
        assert due.told_at == NOW + timedelta(days=400)

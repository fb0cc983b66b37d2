"""The head of the custody log is stamped once a day, and a stamp that does not hold is found."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from evidence.custody import Head, faults_of
from evidence.errors import StampError
from evidence.stamp import read_authority
from records.custody import Act, CustodyStamp
from records.database import reading, transaction
from tests.servers.answering import Answer
from tests.servers.tsa import Tsa
from tests.workflows.conftest import Office
from workflows.custody import chain, note_custody
from workflows.custody_stamp import faults_of_stamps, stamp_head, stamps


@pytest.fixture
def tsa() -> Iterator[Tsa]:
    with Tsa() as running:
        yield running


@pytest.fixture
def stamping(office: Office, tsa: Tsa) -> Office:
    authority = read_authority(tsa.url, tsa.ca)
    office.change(sealer=replace(office.services.sealer, authority=authority))
    return office


def act(office: Office) -> None:
    with transaction(office.services.database) as session:
        now = office.services.now()
        note_custody(session, Act.OPENED, actor="s005", why="police", now=now)


def kept(office: Office) -> list[CustodyStamp]:
    with reading(office.services.database) as session:
        return stamps(session)


def test_a_head_is_stamped_once_a_day_and_only_when_there_is_a_new_one(stamping: Office) -> None:
    assert not stamp_head(stamping.services)  # nothing was done yet
    act(stamping)
    assert stamp_head(stamping.services)
    act(stamping)
    assert not stamp_head(stamping.services)
    stamping.wait(days=1, minutes=1)
    assert stamp_head(stamping.services)
    stamping.wait(days=1, minutes=1)
    assert not stamp_head(stamping.services)
    assert [one.number for one in kept(stamping)] == [1, 2]


def test_without_an_authority_nothing_is_stamped(office: Office) -> None:
    act(office)
    assert not stamp_head(office.services)


def test_the_stamps_hold_and_a_cut_off_log_or_a_forged_stamp_does_not(
    stamping: Office, tsa: Tsa
) -> None:
    act(stamping)
    stamp_head(stamping.services)
    (stamp,) = kept(stamping)
    certificates = tsa.ca.read_bytes()
    assert list(faults_of_stamps([stamp], certificates)) == []
    with reading(stamping.services.database) as session:
        links = list(chain(session))
    assert faults_of(links, [Head(stamp.number, stamp.sha256)]) == []
    assert faults_of([], [Head(stamp.number, stamp.sha256)])
    forged = CustodyStamp(number=1, sha256="f" * 64, at=stamp.at, token=stamp.token)
    assert list(faults_of_stamps([forged], certificates))


def test_an_authority_that_does_not_answer_leaves_no_stamp_and_is_asked_again(
    stamping: Office, tsa: Tsa
) -> None:
    act(stamping)
    tsa.misbehaves = lambda _tsa, _query: Answer(503)
    with pytest.raises(StampError):
        stamp_head(stamping.services)
    assert kept(stamping) == []
    tsa.misbehaves = None
    assert stamp_head(stamping.services)

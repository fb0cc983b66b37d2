"""The custody log is written by the acts themselves, and its head leaves with every alert."""

import pytest
from sqlmodel import select

from evidence.custody import faults_of, read_head
from records.custody import CustodyEntry
from records.database import reading
from tests.workflows.conftest import Office
from workflows.custody import chain
from workflows.preserve import take

NAMING = "My complaint was refused, the decision letter is signed Fenella Auchterbrae."


def log(office: Office) -> list[CustodyEntry]:
    with reading(office.services.database) as session:
        return list(session.exec(select(CustodyEntry)))


@pytest.mark.clause("SPSO 63")
def test_what_is_captured_stands_in_the_log_once(office: Office) -> None:
    office.see(NAMING)
    (asked,) = office.captures()
    assert asked.id is not None
    take(asked.id, asked.turns)
    take(asked.id, asked.turns)
    (entry,) = log(office)
    told = (entry.act, entry.actor, entry.reference, entry.exhibit, entry.why)
    assert told == ("captured", "namewatch", office.incidents()[0].reference, 1, "found")


def test_an_alert_carries_the_head_against_which_the_log_is_checked(office: Office) -> None:
    office.see(NAMING)
    office.send_all()
    assert {message.custody for _, message in office.channel.taken} == {""}  # nothing done yet
    office.told()
    office.capture_all()
    office.see(NAMING.replace("Fenella Auchterbrae", "Ruaridh McStronach"))
    office.send_all()
    (told,) = {message.custody for _, message in office.channel.taken}
    with reading(office.services.database) as session:
        links = list(chain(session))
    assert faults_of(links, [read_head(told)]) == []
    assert faults_of([], [read_head(told)])

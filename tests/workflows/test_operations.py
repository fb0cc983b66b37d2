"""Operations alarms: raised with what they are about, told until somebody took them, once."""

import json

import pytest
from sqlmodel import select

from alerts.channels.operations import Operations
from alerts.errors import DeliveryError
from records.alarm import AlarmKind, OperationsAlarm
from records.database import reading, transaction
from records.errors import ConfigurationError
from tests.servers.answering import Answer, AnsweringServer, Asked
from tests.workflows.conftest import ALICE, BODY, COMMS, Office
from workflows.operations import OperationsAlarms, by_mail, raise_alarm

REFERENCE = "NW-2026-0041"


def raised(office: Office, kind: AlarmKind = AlarmKind.NOBODY_TO_TELL) -> bool:
    with transaction(office.services.database) as session:
        return raise_alarm(session, kind, REFERENCE, now=office.time)


def test_an_alarm_is_told_once_however_often_it_is_raised(office: Office) -> None:
    told: list[tuple[str, str]] = []
    alarms = OperationsAlarms(office.services, [lambda *words: told.append(words[:2])])
    assert raised(office)
    assert not raised(office)
    assert alarms.once() == 1
    assert not raised(office)
    assert alarms.once() == 0
    ((subject, sentence),) = told
    assert REFERENCE in sentence
    assert subject == "namewatch needs somebody"


def test_an_alarm_that_nobody_took_is_told_again_later(office: Office) -> None:
    told: list[str] = []

    def refuses(subject: str, sentence: str, excluded: frozenset[str]) -> None:
        raise DeliveryError("not reached", permanent=False)

    raised(office)
    assert OperationsAlarms(office.services, [refuses]).once() == 0
    again = OperationsAlarms(office.services, [refuses, lambda _, words, __: told.append(words)])
    assert again.once() == 0, "not at once"
    office.wait(minutes=5)
    assert again.once() == 1
    assert len(told) == 1
    with reading(office.services.database) as session:
        (alarm,) = session.exec(select(OperationsAlarm))
    assert alarm.tries == 2


def test_apprise_hands_the_sentence_over_and_nothing_else() -> None:
    with AnsweringServer(lambda _: Answer(200)) as server:
        where = server.url.removeprefix("http://")
        Operations([f"json://{where}/hook"]).call("namewatch needs somebody", "Look.\nNow.")
        (asked,) = server.asked
    said = json.loads(asked.body)
    assert (said["title"], said["message"]) == ("namewatch needs somebody", "Look.Now.")


def test_an_address_that_fails_does_not_stop_the_others(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    def answer(asked: Asked) -> Answer:
        return Answer(500 if "broken" in asked.path else 200)

    with AnsweringServer(answer) as server:
        where = server.url.removeprefix("http://")
        Operations([f"json://{where}/broken", f"json://{where}/well"]).call("Subject", "Words")
        with pytest.raises(DeliveryError):
            Operations([f"json://a-secret@{where}/broken"]).call("Subject", "Words")
    assert "a-secret" not in caplog.text + "".join(capfd.readouterr())


def test_an_address_that_is_none_is_told_by_its_number() -> None:
    with pytest.raises(ConfigurationError, match="address 2") as caught:
        Operations(["json://127.0.0.1/", "a-secret"])
    assert "a-secret" not in str(caught.value)


@pytest.mark.clause("SPSO 68")
def test_an_alarm_by_mail_never_goes_to_who_is_named(office: Office) -> None:
    sent: list[str] = []
    call = by_mail(office.services, lambda to, *_: sent.append(to.staff_id), [ALICE, COMMS])
    office.see("My complaint was refused, the decision letter is signed Fenella Auchterbrae.")
    (incident,) = office.incidents()
    with transaction(office.services.database) as session:
        raise_alarm(session, AlarmKind.NOBODY_ANSWERS, incident.reference, now=office.time)
    assert OperationsAlarms(office.services, [call]).once() == 1
    assert sent == [COMMS]


@pytest.mark.clause("SPSO 68")
def test_an_alarm_for_which_nobody_is_chosen_goes_to_who_holds_a_role_and_is_not_named(
    office: Office,
) -> None:
    sent: list[str] = []
    call = by_mail(office.services, lambda to, *_: sent.append(to.staff_id), [])
    call("namewatch needs somebody", "…", frozenset())
    call("namewatch needs somebody", "…", frozenset({COMMS}))
    everybody = {one for held in BODY.roles.values() for one in held}
    with pytest.raises(DeliveryError):
        call("namewatch needs somebody", "…", frozenset(everybody))
    first, second = sent
    assert first == COMMS
    assert second in everybody - {COMMS}


def test_when_nobody_acknowledges_to_the_end_an_alarm_is_raised(office: Office) -> None:
    office.see("My complaint was refused, the decision letter is signed Fenella Auchterbrae.")
    for _ in range(10):
        office.wait(days=1)
        office.look_at_the_clock()
    with reading(office.services.database) as session:
        (alarm,) = session.exec(select(OperationsAlarm))
    assert alarm.kind == "nobody answers"

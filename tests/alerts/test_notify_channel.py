"""The two GOV.UK Notify channels against a loopback Notify."""

import json
import socket
import traceback

import pytest

from alerts.channel import Fate, Receipt
from alerts.channels.notify import (
    NotifyChannel,
    NotifySettings,
    email_from_settings,
    sms_from_settings,
)
from alerts.errors import DeliveryError
from alerts.message import Message, compose
from policies.pack_file import read_pack
from records.alert import AlertKind
from records.errors import ConfigurationError
from records.roster import StaffMember
from tests.servers.mail import raw_server
from tests.servers.notify import (
    API_KEY,
    EMAIL_TEMPLATE,
    SECRET,
    SMS_TEMPLATE,
    Fault,
    NotifyServer,
)

MORAG = StaffMember("s002", "Morag Sinclair", email="morag@seo.example", phone="+44 7700 900123")
RECORD = "https://namewatch.seo.example/r/NW-2026-0041"
PAGE = "https://social.example/@stranger/1"


def an_alert(*, repeat: bool = False) -> Message:
    return compose(
        AlertKind.FIRST,
        pack=read_pack("spso"),
        reference="NW-2026-0041",
        severity="critical",
        role="line_manager",
        record_link=RECORD,
        page_link=PAGE,
        reason="as line manager (SPSO 67.1)",
        repeat=repeat,
    )


def by_email(notify: NotifyServer, key: str = API_KEY) -> NotifyChannel:
    return NotifyChannel(NotifySettings(key, EMAIL_TEMPLATE, base_url=notify.url), "email")


def by_sms(notify: NotifyServer) -> NotifyChannel:
    return NotifyChannel(NotifySettings(API_KEY, "", SMS_TEMPLATE, base_url=notify.url), "sms")


def refusal(channel: NotifyChannel, *, repeat: bool = False) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        channel.deliver(an_alert(repeat=repeat), MORAG, "d7")
    told = "".join(traceback.format_exception(caught.value))
    for secret in ("morag@", "900123", SECRET, RECORD):
        assert secret not in told
    return caught.value


def test_an_e_mail_says_what_is_asked_and_where_the_record_is() -> None:
    with NotifyServer() as notify:
        receipt = by_email(notify).deliver(an_alert(), MORAG, "d7")
        (taken,) = notify.taken
    assert receipt == Receipt(taken.id)
    assert taken.content["email_address"] == "morag@seo.example"
    assert taken.content["reference"] == "NW-2026-0041-d7"
    fields = taken.content["personalisation"]
    assert fields["subject"] == "Confidential: NW-2026-0041 needs you now"
    assert fields["record"] == RECORD
    assert fields["steps"].startswith("* Read this page on your own")


@pytest.mark.clause("SPSO 68")
@pytest.mark.clause("WICS Named ¶2")
def test_a_text_message_only_sends_its_reader_to_the_mail() -> None:
    with NotifyServer() as notify:
        by_sms(notify).deliver(an_alert(), MORAG, "d8")
        (taken,) = notify.taken
    assert taken.content["phone_number"] == "+44 7700 900123"
    assert taken.content["personalisation"] == {
        "text": "Please check your work e-mail: NW-2026-0041"
    }


def test_a_test_by_text_says_that_it_is_one() -> None:
    test = compose(
        AlertKind.TEST,
        pack=read_pack("spso"),
        reference="TEST",
        severity="low",
        role="line_manager",
        record_link=RECORD,
    )
    with NotifyServer() as notify:
        by_sms(notify).deliver(test, MORAG, "t1")
        (taken,) = notify.taken
    assert taken.content["personalisation"]["text"].startswith("Test: this is how namewatch")


@pytest.mark.clause("SPSO 68")
@pytest.mark.clause("SPSO 64")
def test_notify_keeps_a_copy_so_neither_page_nor_name_goes_there() -> None:
    with NotifyServer() as notify:
        by_email(notify).deliver(an_alert(), MORAG, "d7")
        sent = json.dumps(notify.taken[0].content)
    assert PAGE not in sent
    assert "Morag" not in sent


@pytest.mark.parametrize("name", ["an answer that was lost", "a line that broke", "a fault"])
def test_a_repeat_asks_first_and_is_not_sent_twice(name: str) -> None:
    faults = {
        "an answer that was lost": Fault(500, acts_first=True),
        "a line that broke": Fault(201, acts_first=True, cut=True),
        "a fault": Fault(503, acts_first=True),
    }
    with NotifyServer() as notify:
        notify.faults = [faults[name]]
        error = refusal(by_email(notify))
        assert (error.permanent, error.may_have_arrived) == (False, True)
        receipt = by_email(notify).deliver(an_alert(repeat=True), MORAG, "d7")
        (taken,) = notify.taken
    assert receipt == Receipt(taken.id)


def test_a_repeat_of_what_never_arrived_is_sent_and_says_that_it_is_one() -> None:
    with NotifyServer() as notify:
        notify.faults = [Fault(500)]
        refusal(by_email(notify))
        by_email(notify).deliver(an_alert(repeat=True), MORAG, "d7")
        (taken,) = notify.taken
    assert taken.content["personalisation"]["subject"].endswith("(repeat)")
    assert "This is a repeat" in taken.content["personalisation"]["reference"]


def test_a_repeat_of_what_notify_gave_up_is_sent_again() -> None:
    with NotifyServer() as notify:
        by_email(notify).deliver(an_alert(), MORAG, "d7")
        notify.taken[0].status = "permanent-failure"
        by_email(notify).deliver(an_alert(repeat=True), MORAG, "d7")
        assert len(notify.taken) == 2


@pytest.mark.parametrize(
    ("fault", "code", "permanent"),
    [
        (Fault(400, "BadRequestError"), "BadRequestError (400)", True),
        (Fault(403, "AuthError"), "AuthError (403)", True),
        (Fault(429, "RateLimitError"), "too many at once", False),
        (Fault(500, "Exception"), "fault of the service (500)", False),
        (Fault(201, body=b"{}"), "answer not understood", False),
        (Fault(201, body=b"[" * 100_000), "answer not understood", False),
        (Fault(400, body=b"<html>morag@seo.example</html>"), "refused (400)", True),
    ],
)
def test_faults_that_last_and_faults_that_pass_are_told_apart(
    fault: Fault, code: str, permanent: bool
) -> None:
    with NotifyServer() as notify:
        notify.faults = [fault]
        error = refusal(by_email(notify))
    assert (error.code, error.permanent) == (code, permanent)


def test_a_service_that_asks_to_wait_is_waited_for() -> None:
    with NotifyServer() as notify:
        notify.faults = [Fault(429, headers={"Retry-After": "17"})]
        assert refusal(by_email(notify)).retry_after == 17


def test_a_line_that_never_came_about_makes_no_repeat() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    settings = NotifySettings(API_KEY, EMAIL_TEMPLATE, base_url=f"http://127.0.0.1:{port}")
    error = refusal(NotifyChannel(settings, "email"))
    assert (error.code, error.permanent, error.may_have_arrived) == ("not reached", False, False)


def test_a_service_that_says_nothing_is_left_in_time() -> None:
    def only_listen(line: socket.socket) -> None:
        while line.recv(65536):
            pass

    with raw_server(only_listen) as port:
        settings = NotifySettings(
            API_KEY, EMAIL_TEMPLATE, base_url=f"http://127.0.0.1:{port}", timeout=0.3
        )
        error = refusal(NotifyChannel(settings, "email"))
    assert (error.code, error.may_have_arrived) == ("out of time", True)


@pytest.mark.parametrize(
    ("status", "fate"),
    [
        ("created", Fate.UNDERWAY),
        ("sending", Fate.UNDERWAY),
        ("delivered", Fate.ARRIVED),
        ("permanent-failure", Fate.REFUSED),
        ("temporary-failure", Fate.GIVEN_UP),
        ("technical-failure", Fate.GIVEN_UP),
        ("a status of next year", Fate.UNDERWAY),
    ],
)
def test_what_became_of_it_is_asked_afterwards(status: str, fate: Fate) -> None:
    with NotifyServer() as notify:
        channel = by_email(notify)
        receipt = channel.deliver(an_alert(), MORAG, "d7")
        notify.taken[0].status = status
        assert channel.fate(receipt) == fate
        assert channel.fate(Receipt("no-such-id")) == Fate.UNDERWAY


def test_somebody_without_a_number_is_not_reached_by_text() -> None:
    with NotifyServer() as notify:
        channel = by_sms(notify)
        assert not channel.reaches(StaffMember("s009", "Alec Tolmie"))
        odd = StaffMember("s009", "Alec Tolmie", phone="ask reception")
        with pytest.raises(DeliveryError) as caught:
            channel.deliver(an_alert(), odd, "d7")
    assert (caught.value.code, caught.value.permanent) == ("address not usable", True)


def test_the_check_tries_key_and_template_and_tells_nobody() -> None:
    with NotifyServer() as notify:
        assert by_email(notify).check() is None
        assert by_sms(notify).check() is None
        other = API_KEY.replace(SECRET, SECRET.replace("6", "5"))
        assert "refuses the key" in str(by_email(notify, other).check())
        wrong = NotifySettings(API_KEY, SMS_TEMPLATE, base_url=notify.url)
        assert "not for e-mail" in str(NotifyChannel(wrong, "email").check())
        notify.templates[EMAIL_TEMPLATE]["body"] = "((opening)) ((record)) ((reference))"
        assert "lacks ((steps))" in str(by_email(notify).check())
        del notify.templates[EMAIL_TEMPLATE]
        assert "knows no template" in str(by_email(notify).check())
        assert notify.taken == []
    assert "can't be reached" in str(by_email(notify).check())


def test_each_way_is_built_when_its_template_is_set() -> None:
    values = {"notify_api_key": API_KEY, "notify_email_template": EMAIL_TEMPLATE}
    channel = email_from_settings(values)
    assert channel is not None
    assert channel.name == "notify_email"
    assert sms_from_settings(values) is None
    assert email_from_settings({}) is None


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"notify_api_key": "key"}, "not whole"),
        ({"notify_api_key": API_KEY}, "set email_template"),
        ({"notify_api_key": API_KEY, "notify_email_template": "Alert"}, "by its id"),
    ],
)
def test_a_mistake_is_told_in_a_sentence(values: dict[str, str], words: str) -> None:
    with pytest.raises(ConfigurationError, match=words) as caught:
        email_from_settings(values)
    assert SECRET not in str(caught.value)

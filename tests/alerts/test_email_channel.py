"""The e-mail channel against real mail servers on loopback."""

import socket
import ssl
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from alerts.channels.email import EmailChannel, EmailSettings, from_settings
from alerts.errors import DeliveryError
from alerts.message import Message, compose
from policies.pack_file import read_pack
from records.alert import AlertKind
from records.errors import ConfigurationError
from records.roster import StaffMember
from tests.servers.mail import Certificate, MailServer, make_certificate, raw_server

MORAG = StaffMember("s002", "Morag Sinclair", email="morag@seo.example", slack_id="U002")
RECORD = "https://namewatch.seo.example/r/NW-2026-0041"
PAGE = "https://social.example/@stranger/1"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("certificate"))


def settings_for(port: int, **changes: object) -> EmailSettings:
    base = EmailSettings(
        host="127.0.0.1", port=port, sender="alerts@seo.example", tls="none", timeout=5.0
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def an_alert(*, repeat: bool = False, page_link: str | None = PAGE) -> Message:
    return compose(
        AlertKind.FIRST,
        pack=read_pack("spso"),
        reference="NW-2026-0041",
        severity="medium",
        role="line_manager",
        record_link=RECORD,
        page_link=page_link,
        reason="as line manager (SPSO 67.1)",
        repeat=repeat,
    )


def refusal(channel: EmailChannel, recipient: StaffMember = MORAG) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        channel.deliver(an_alert(), recipient, "d1")
    told = "".join(traceback.format_exception(caught.value))
    assert "seo.example" not in told
    return caught.value


def test_an_alert_arrives_for_one_person_alone() -> None:
    with MailServer() as server:
        EmailChannel(settings_for(server.port)).deliver(an_alert(), MORAG, "d1")
        (mail,) = server.mails
    assert mail.recipients == ("morag@seo.example",)
    assert mail.message["To"] == "morag@seo.example"
    assert mail.message["Cc"] is None
    assert mail.message["Bcc"] is None
    assert mail.message["Subject"] == "Confidential: NW-2026-0041 needs you today"
    assert mail.message.get_content_type() == "text/plain"
    assert RECORD in mail.text
    assert mail.text.rstrip().endswith(PAGE)


def test_no_automatic_reply_is_asked_for() -> None:
    with MailServer() as server:
        EmailChannel(settings_for(server.port)).deliver(an_alert(), MORAG, "d1")
        (mail,) = server.mails
    assert mail.message["Auto-Submitted"] == "auto-generated"
    assert mail.message["X-Auto-Response-Suppress"] == "All"


def test_a_repeat_carries_the_message_id_of_the_first_try() -> None:
    with MailServer() as server:
        channel = EmailChannel(settings_for(server.port))
        first = channel.deliver(an_alert(), MORAG, "d1")
        again = channel.deliver(an_alert(repeat=True), MORAG, "d1")
        other = channel.deliver(an_alert(), MORAG, "d2")
        ids = [mail.message["Message-ID"] for mail in server.mails]
    assert first == again
    assert other != first
    assert ids == [first.code, again.code, other.code]
    assert ids[0].endswith("@seo.example>")


def test_mail_goes_over_starttls_after_signing_in(certificate: Certificate) -> None:
    with MailServer(tls="starttls", certificate=certificate, passwords={"nw": "right"}) as server:
        channel = EmailChannel(
            settings_for(
                server.port,
                tls="starttls",
                ca_file=certificate.file,
                username="nw",
                password="right",
            )
        )
        assert channel.check() is None
        assert server.mails == []
        channel.deliver(an_alert(), MORAG, "d1")
        (mail,) = server.mails
    assert mail.secured


def test_mail_goes_over_tls_from_the_first_byte(certificate: Certificate) -> None:
    with MailServer(tls="tls", certificate=certificate, passwords={"nw": "right"}) as server:
        channel = EmailChannel(
            settings_for(
                server.port, tls="tls", ca_file=certificate.file, username="nw", password="right"
            )
        )
        channel.deliver(an_alert(), MORAG, "d1")
        (mail,) = server.mails
    assert mail.secured


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_a_certificate_that_nobody_vouches_for_is_not_trusted(
    certificate: Certificate, tls: str
) -> None:
    with MailServer(tls=tls, certificate=certificate) as server:  # type: ignore[arg-type]
        channel = EmailChannel(settings_for(server.port, tls=tls))
        error = refusal(channel)
        sentence = channel.check()
        assert server.mails == []
    assert (error.code, error.permanent) == ("certificate not trusted", False)
    assert sentence is not None
    assert "certificate" in sentence


def test_a_certificate_for_another_host_is_not_trusted(tmp_path: Path) -> None:
    other = make_certificate(tmp_path, name="mail.other.example")
    with MailServer(tls="starttls", certificate=other) as server:
        channel = EmailChannel(settings_for(server.port, tls="starttls", ca_file=other.file))
        assert refusal(channel).code == "certificate not trusted"
        assert server.mails == []


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_mail_never_falls_back_to_a_plain_connection(certificate: Certificate, tls: str) -> None:
    with MailServer() as server:
        channel = EmailChannel(settings_for(server.port, tls=tls, ca_file=certificate.file))
        error = refusal(channel)
        assert server.mails == []
    assert (error.code, error.permanent) == ("no secure connection", False)


def test_a_server_that_takes_back_its_starttls_gets_no_mail(certificate: Certificate) -> None:
    heard: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        connection.sendall(b"220 mail.example\r\n")
        while line := connection.recv(1024):
            heard.append(line)
            starttls = line.upper().startswith(b"STARTTLS")
            connection.sendall(
                b"454 not now\r\n" if starttls else b"250-mail.example\r\n250 STARTTLS\r\n"
            )

    with raw_server(talk) as port:
        channel = EmailChannel(settings_for(port, tls="starttls", ca_file=certificate.file))
        assert refusal(channel).code == "no secure connection"
    assert not any(line.upper().startswith((b"MAIL", b"AUTH")) for line in heard)


def test_a_wrong_password_is_told_by_its_own_code(certificate: Certificate) -> None:
    with MailServer(tls="starttls", certificate=certificate, passwords={"nw": "right"}) as server:
        channel = EmailChannel(
            settings_for(
                server.port,
                tls="starttls",
                ca_file=certificate.file,
                username="nw",
                password="wrong",
            )
        )
        error = refusal(channel)
        sentence = channel.check()
    assert (error.code, error.permanent) == ("sign-in refused", False)
    assert sentence is not None
    assert "password" in sentence
    assert "wrong" not in sentence


def test_a_mailbox_that_is_busy_is_tried_again_later() -> None:
    with MailServer(replies={"morag@seo.example": "451 busy, come back"}) as server:
        error = refusal(EmailChannel(settings_for(server.port)))
    assert (error.code, error.permanent) == ("recipient refused (451)", False)
    assert not error.may_have_arrived


def test_a_mailbox_that_does_not_exist_is_not_tried_again_and_others_are_told() -> None:
    fiona = replace(MORAG, email="fiona@seo.example")
    with MailServer(replies={"morag@seo.example": "550 unknown: morag@seo.example"}) as server:
        channel = EmailChannel(settings_for(server.port))
        error = refusal(channel)
        channel.deliver(an_alert(), fiona, "d2")
        assert [mail.recipients for mail in server.mails] == [("fiona@seo.example",)]
    assert (error.code, error.permanent) == ("recipient refused (550)", True)


@pytest.mark.parametrize(("reply", "permanent"), [("554 no", True), ("452 full", False)])
def test_a_mail_that_is_refused_for_its_content_is_told_so(reply: str, permanent: bool) -> None:
    with MailServer() as server:
        server.reply_to_content = reply
        error = refusal(EmailChannel(settings_for(server.port)))
    assert (error.code, error.permanent) == (f"mail refused ({reply[:3]})", permanent)
    assert not error.may_have_arrived


def test_a_server_that_takes_the_mail_and_drops_the_line_may_have_it() -> None:
    with MailServer() as server:
        server.drop_after_content = True
        error = refusal(EmailChannel(settings_for(server.port)))
        assert len(server.mails) == 1
    assert (error.code, error.permanent) == ("connection lost", False)
    assert error.may_have_arrived


def test_a_mail_that_was_taken_stays_taken_when_the_goodbye_fails() -> None:
    def talk(connection: socket.socket) -> None:
        connection.sendall(b"220 mail.example\r\n")
        lines = connection.makefile("rb")
        for line in lines:
            if line.upper().startswith(b"QUIT"):
                return connection.shutdown(socket.SHUT_RDWR)
            if line.upper().startswith(b"DATA"):
                connection.sendall(b"354 go on\r\n")
                while lines.readline() != b".\r\n":
                    pass
            connection.sendall(b"250 OK\r\n")
        return None

    with raw_server(talk) as port:
        receipt = EmailChannel(settings_for(port)).deliver(an_alert(), MORAG, "d1")
    assert receipt.code


@pytest.mark.parametrize("reply", [b"2", b"25", b"55"])
def test_a_mail_whose_answer_was_cut_short_may_have_arrived(reply: bytes) -> None:
    def talk(connection: socket.socket) -> None:
        connection.sendall(b"220 mail.example\r\n")
        lines = connection.makefile("rb")
        for line in lines:
            if line.upper().startswith(b"DATA"):
                connection.sendall(b"354 go on\r\n")
                while lines.readline() != b".\r\n":
                    pass
                connection.sendall(reply)
                return connection.shutdown(socket.SHUT_RDWR)
            connection.sendall(b"250 OK\r\n")
        return None

    with raw_server(talk) as port:
        error = refusal(EmailChannel(settings_for(port)))
    assert (error.code, error.permanent) == ("connection lost", False)
    assert error.may_have_arrived


def scripted(**replies: bytes) -> Callable[[socket.socket], None]:
    """A server that answers 250, or by command as told (`greeting` at the start)."""

    def talk(connection: socket.socket) -> None:
        connection.sendall(replies.get("greeting", b"220 mail.example\r\n"))
        for line in connection.makefile("rb"):
            word = line.split()[0].decode().lower()
            connection.sendall(replies.get(word, b"250 OK\r\n"))

    return talk


@pytest.mark.parametrize(
    ("replies", "code", "permanent"),
    [
        ({"greeting": b"554 not for you\r\n"}, "refused (554)", False),
        ({"ehlo": b"500 no\r\n", "helo": b"503 no\r\n"}, "refused (503)", False),
        ({"mail": b"550 sender unknown\r\n"}, "sender refused (550)", False),
        ({"data": b"554 no\r\n"}, "mail refused (554)", True),
        ({"data": b"451 later\r\n"}, "mail refused (451)", False),
    ],
)
def test_a_refusal_of_the_server_itself_is_told_with_its_number(
    replies: dict[str, bytes], code: str, *, permanent: bool
) -> None:
    with raw_server(scripted(**replies)) as port:
        error = refusal(EmailChannel(settings_for(port)))
    assert (error.code, error.permanent, error.may_have_arrived) == (code, permanent, False)


def test_a_server_without_sign_in_is_told_so() -> None:
    with raw_server(scripted()) as port:
        channel = EmailChannel(settings_for(port, username="nw", password="right"))
        assert refusal(channel).code == "sign-in not offered"
        assert "no way to sign in" in str(channel.check())


def test_the_check_tells_a_refusal_that_has_no_sentence_of_its_own() -> None:
    with raw_server(scripted(greeting=b"554 not for you\r\n")) as port:
        check = EmailChannel(settings_for(port)).check()
    assert check == "The mail server 127.0.0.1 says no (refused (554))."


def test_a_server_that_is_not_there_is_tried_again_later() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    channel = EmailChannel(settings_for(port))
    error = refusal(channel)
    assert (error.code, error.permanent, error.may_have_arrived) == ("not reached", False, False)
    sentence = channel.check()
    assert sentence is not None
    assert str(port) in sentence


def _say_nothing(connection: socket.socket) -> None:
    connection.recv(1024)


def _drip(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"2")
        time.sleep(0.05)


def _drip_lines(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"220-wait\r\n")
        time.sleep(0.05)


@pytest.mark.parametrize("talk", [_say_nothing, _drip, _drip_lines])
@pytest.mark.parametrize("tls", ["none", "tls"])
def test_a_slow_server_holds_a_delivery_no_longer_than_its_time(
    talk: Callable[[socket.socket], None], tls: str, certificate: Certificate
) -> None:
    def over_tls(connection: socket.socket) -> None:
        with certificate.context().wrap_socket(connection, server_side=True) as secured:
            talk(secured)

    with raw_server(talk if tls == "none" else over_tls) as port:
        channel = EmailChannel(settings_for(port, tls=tls, timeout=0.6, ca_file=certificate.file))
        begun = time.monotonic()
        error = refusal(channel)
        took = time.monotonic() - begun
    assert (error.code, error.permanent) == ("out of time", False)
    assert took < 4


def test_a_server_that_drips_its_handshake_holds_a_delivery_no_longer_than_its_time() -> None:
    with raw_server(_drip) as port:
        error = refusal(EmailChannel(settings_for(port, tls="tls", timeout=0.6)))
    assert not error.permanent


def test_no_thread_stays_behind_a_delivery() -> None:
    before = threading.active_count()
    with MailServer() as server:
        EmailChannel(settings_for(server.port)).deliver(an_alert(), MORAG, "d1")
    assert threading.active_count() <= before


HOSTILE = "Confidential\r\nBcc: other@seo.example\x00\u2028\u202e\ud800 end"


def test_nothing_in_a_text_becomes_a_header_or_a_second_recipient() -> None:
    message = replace(an_alert(), subject=HOSTILE, opening="A\x00B\r\nBcc: x@seo.example")
    with MailServer() as server:
        EmailChannel(settings_for(server.port)).deliver(message, MORAG, "d1")
        (mail,) = server.mails
    assert mail.recipients == ("morag@seo.example",)
    assert mail.message["Bcc"] is None
    assert mail.message["Subject"] == "ConfidentialBcc: other@seo.example end"
    assert b"\x00" not in mail.raw
    assert mail.text.startswith("AB\nBcc:")


@pytest.mark.parametrize(
    "address",
    [
        "morag@seo.example, other@seo.example",
        "Morag <morag@seo.example>",
        "morag",
        "morag@",
        "a b@seo.example",
        "<>",
        "mòrag@seo.example",
        "m" * 65 + "@seo.example",
    ],
)
def test_an_address_that_is_not_exactly_one_is_refused_for_good(address: str) -> None:
    with MailServer() as server:
        channel = EmailChannel(settings_for(server.port))
        with pytest.raises(DeliveryError) as caught:
            channel.deliver(an_alert(), replace(MORAG, email=address), "d1")
        assert server.mails == []
    assert (caught.value.code, caught.value.permanent) == ("address not usable", True)
    assert "morag" not in str(caught.value)


def test_an_apostrophe_belongs_into_an_address() -> None:
    with MailServer() as server:
        person = replace(MORAG, email="r.o'neil+work@mail.seo.example")
        EmailChannel(settings_for(server.port)).deliver(an_alert(), person, "d1")
        assert server.mails[0].recipients == (person.email,)


def test_a_sign_in_code_goes_out_as_a_note_without_an_alert() -> None:
    with MailServer() as server:
        channel = EmailChannel(settings_for(server.port))
        channel.send_note(MORAG, "Your namewatch code", "123456 is your code.\n")
        channel.send_note(MORAG, "Your namewatch code", "654321 is your code.\n")
        first, second = server.mails
    assert first.text == "123456 is your code.\n"
    assert first.message["Message-ID"] != second.message["Message-ID"]


def test_only_people_with_an_address_are_reached() -> None:
    channel = EmailChannel(settings_for(25))
    assert channel.name == "email"
    assert channel.reaches(MORAG)
    assert not channel.reaches(replace(MORAG, email=" "))


@pytest.mark.parametrize("host", ["mail.seo.example", "192.0.2.7", "localhost.seo.example", ""])
def test_a_plain_connection_is_only_for_this_machine(host: str) -> None:
    with pytest.raises(ConfigurationError, match="only allowed for a mail server on this machine"):
        settings_for(25, host=host)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.9.9.9", "::1"])
def test_a_plain_connection_to_this_machine_is_allowed(host: str) -> None:
    assert settings_for(25, host=host).tls == "none"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"tls": "maybe"}, "tls must be"),
        ({"sender": "Alerts <alerts@seo.example>"}, "sender"),
        ({"username": "nw"}, "both user name and password"),
        ({"username": "nw", "password": "secrèt"}, "without accents"),
        ({"password": "secret"}, "both user name and password"),
    ],
)
def test_a_mistake_in_the_settings_is_one_clear_sentence(
    changes: dict[str, object], words: str
) -> None:
    with pytest.raises(ConfigurationError, match=words) as caught:
        settings_for(25, **changes)
    assert "secr" not in str(caught.value)


def test_a_password_is_not_shown_with_the_settings() -> None:
    shown = repr(settings_for(25, username="nw-user", password="hush"))
    assert "hush" not in shown
    assert "nw-user" not in shown


def test_an_authority_file_that_can_not_be_read_is_told(tmp_path: Path) -> None:
    empty = tmp_path / "empty.pem"
    empty.touch()
    for file in (tmp_path / "missing.pem", empty):
        with pytest.raises((ConfigurationError, ssl.SSLError)) as caught:
            EmailChannel(settings_for(587, tls="starttls", ca_file=file))
        assert isinstance(caught.value, ConfigurationError)
        assert str(file) in str(caught.value)


def test_plain_values_make_a_channel() -> None:
    with MailServer() as server:
        channel = from_settings(
            {
                "smtp_host": "127.0.0.1",
                "smtp_port": str(server.port),
                "smtp_tls": "none",
                "smtp_sender": "alerts@seo.example",
            }
        )
        assert channel is not None
        assert channel.check() is None
    assert from_settings({}) is None


def test_a_port_that_is_no_number_is_told() -> None:
    with pytest.raises(ConfigurationError, match="must be numbers"):
        from_settings({"smtp_host": "127.0.0.1", "smtp_port": "mail"})

"""A mailbox is read, and never changed: each message becomes a report."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from monitors.errors import SourceError
from monitors.registry import build
from monitors.source import Arrival, Reported, Source, Unread
from monitors.sources import mailbox_imap
from records.errors import ConfigurationError
from records.report import Report
from tests.servers.imap import WHEN, ImapServer
from tests.servers.mail import make_certificate, raw_server

SENDER = "communications@slo.example"
LINK = "https://x.com/angry/status/17"


def mail(text: str, number: int = 1, **headers: str) -> bytes:
    message = EmailMessage()
    message["From"] = SENDER
    message["Message-ID"] = f"<number-{number}@slo.example>"
    for name, value in headers.items():
        message[name] = value
    message.set_content(text)
    return message.as_bytes()


def options(server: ImapServer, **more: object) -> dict[str, object]:
    return {
        "host": "127.0.0.1",
        "port": server.port,
        "username": server.username,
        "password": server.password,
        "tls": "none",
        "every_seconds": 0.05,
    } | more


def source(server: ImapServer, **more: object) -> Source:
    return build("mailbox", "post room", options(server, **more))


def looked(of: Source, cursor: str | None, looks: int = 1) -> tuple[list[Arrival], str | None]:
    """All that comes until so many looks are over, and the place after it."""
    stop, found = threading.Event(), []
    arrivals = of.receive(cursor, stop)
    for one in arrivals:
        if one is None:
            looks -= 1
            if not looks:
                break
        else:
            found.append(one)
            cursor = one.cursor
    stop.set()
    return found, cursor


def reports(arrivals: list[Arrival]) -> list[Report]:
    return [one.report for one in arrivals if isinstance(one, Reported)]


def begun(server: ImapServer) -> str:
    """The place of a mailbox that has been looked at once."""
    place = looked(source(server), None)[1]
    assert place
    return place


@pytest.fixture
def server() -> Iterator[ImapServer]:
    with ImapServer() as made:
        yield made


def test_each_new_message_is_one_report_and_the_old_ones_are_none(server: ImapServer) -> None:
    server.put(mail("Long before", 1))
    place = begun(server)
    server.put(mail(f"Look at {LINK}", 2, Subject="FW: this"))
    server.put(mail("And this", 3))
    found, place_after = looked(source(server), place, 3)
    first, second = reports(found)
    assert (first.sender, first.via, first.at, first.reporter) == (SENDER, "mailbox", WHEN, None)
    assert first.note == f"FW: this\n\nLook at {LINK}"
    assert (first.links, second.links) == ((LINK,), ())
    assert second.note == "And this"
    assert reports(looked(source(server), place_after)[0]) == []


def test_reading_changes_nothing_in_the_mailbox(server: ImapServer) -> None:
    place = begun(server)
    held = server.put(mail("Look"))
    looked(source(server), place)
    assert held.flags == set()
    assert {one.partition(" ")[0] for one in server.commands} == {
        *("CAPABILITY", "AUTHENTICATE", "EXAMINE", "UID", "LOGOUT")
    }
    assert all("PEEK" in one for one in server.commands if "BODY" in one)


def test_the_same_message_has_the_same_mark_wherever_it_is_numbered(server: ImapServer) -> None:
    server.put(mail("Long ago", 9), arrived_at=WHEN - timedelta(days=90))
    place = begun(server)
    server.put(mail("Look", 1), arrived_at=datetime.now(UTC))
    found, place_after = looked(source(server), place)
    server.messages.pop(0)
    server.put(mail("Since", 2), arrived_at=datetime.now(UTC))
    server.number_anew()
    again, _ = looked(source(server), place_after)
    assert [one.note for one in reports(again)] == ["Look", "Since"]
    assert reports(again)[0].mark == reports(found)[0].mark


def test_a_folder_that_is_numbered_anew_and_empty_is_not_read_from_its_beginning(
    server: ImapServer,
) -> None:
    server.put(mail("Long ago", 1), arrived_at=WHEN - timedelta(days=90))
    place = begun(server)
    server.number_anew()
    found, place = looked(source(server), place)  # type: ignore[assignment]
    assert reports(found) == []
    assert reports(looked(source(server), place)[0]) == []


def test_what_came_since_a_moment_is_read(server: ImapServer) -> None:
    server.put(mail("Before", 1), arrived_at=WHEN - timedelta(days=9))
    server.put(mail("After", 2), arrived_at=WHEN)
    of = source(server)
    place = of.cursor_since(WHEN - timedelta(days=3))  # type: ignore[attr-defined]
    assert [one.note for one in reports(looked(of, place)[0])] == ["After"]


def test_the_place_after_each_message_is_where_a_restart_goes_on(server: ImapServer) -> None:
    place = begun(server)
    for number in range(5):
        server.put(mail(f"Message {number}", number))
    found, _ = looked(source(server), place)
    cursors = [one.cursor for one in found if isinstance(one, Reported)]
    rest, _ = looked(source(server), cursors[2])
    assert [one.note for one in reports(rest)] == ["Message 3", "Message 4"]
    assert set(json.loads(cursors[0])) == {"validity", "uid", "seen", "since"}


def test_a_large_message_comes_by_pieces(server: ImapServer) -> None:
    place = begun(server)
    text = "A line of many.\n" * 190_000
    server.put(mail(text))
    found, _ = looked(source(server), place)
    (report,) = reports(found)
    assert report.note.startswith("A line of many.\nA line")
    assert [start for _, start in server.pieces] == [0, 1_048_576, 2_097_152]
    assert report.left_out == ("Its text is longer than is taken.",)


def test_of_a_message_of_100_mb_only_the_beginning_is_fetched(server: ImapServer) -> None:
    place = begun(server)
    server.put(mail("The beginning. " + "x" * 2_000_000), says_size=100_000_000)
    found, _ = looked(source(server), place)
    (report,) = reports(found)
    assert report.note.startswith("The beginning.")
    assert len(server.pieces) == 1
    assert "too large (100 MB)" in report.left_out[0]
    assert any(isinstance(one, Unread) for one in found)


def test_what_is_left_out_is_kept_as_unread_and_told_in_the_report(server: ImapServer) -> None:
    place = begun(server)
    message = EmailMessage()
    message["From"] = SENDER
    message.set_content("See the attached.")
    message.add_attachment(b"PK-secret", "application", "zip", filename="Fenella.zip")
    server.put(message.as_bytes())
    found, _ = looked(source(server), place)
    (unread,) = [one for one in found if isinstance(one, Unread)]
    (report,) = reports(found)
    assert unread.record == b"PK-secret"
    assert report.left_out == (unread.why,)
    assert unread.why == "An attachment of the kind application (0.0 MB) is no picture and no PDF."


def test_a_message_that_the_server_never_gives_is_a_report_after_three_tries(
    server: ImapServer,
) -> None:
    place = begun(server)
    server.refuse.add(server.put(mail("Never given", 1)).uid)
    server.put(mail("The next", 2))
    of = source(server)
    for _ in range(2):
        with pytest.raises(SourceError):
            looked(of, place)
    found, _ = looked(of, place)
    assert [one.note for one in reports(found)] == ["", "The next"]
    assert "does not give this message" in reports(found)[0].left_out[0]


def test_a_message_that_is_deleted_meanwhile_is_nothing(
    server: ImapServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = begun(server)
    server.put(mail("Gone", 1))
    server.put(mail("Stays", 2))
    first = server.messages[0].uid

    class Emptying(mailbox_imap.Box):
        def after(self, number: int) -> list[int]:
            found = super().after(number)
            server.messages[:] = [one for one in server.messages if one.uid != first]
            return found

    monkeypatch.setattr(mailbox_imap, "Box", Emptying)
    assert [one.note for one in reports(looked(source(server), place)[0])] == ["Stays"]


@pytest.mark.parametrize(("given", "taken"), [("a-password", True), ("wrong", False)])
@pytest.mark.parametrize("capabilities", ["IMAP4rev1", "IMAP4rev1 AUTH=PLAIN"])
def test_a_password_is_taken_or_a_person_is_asked(
    server: ImapServer, given: str, taken: bool, capabilities: str
) -> None:
    server.capabilities = capabilities
    faults = source(server, password=given).check()  # type: ignore[attr-defined]
    assert (not faults) == taken
    assert all("correct them" in one and given not in one for one in faults)


def test_a_password_with_letters_of_any_kind_is_sent(server: ImapServer) -> None:
    server.password = "pässwörd"
    assert not source(server, password="pässwörd").check()  # type: ignore[attr-defined]


@pytest.mark.parametrize(("given", "taken"), [("a-token", True), ("old", False)])
def test_a_token_is_taken_or_a_person_is_asked(server: ImapServer, given: str, taken: bool) -> None:
    of = source(server, password=None, token=given)
    assert (not of.check()) == taken  # type: ignore[attr-defined]
    if not taken:
        with pytest.raises(SourceError) as told:
            looked(of, None)
        assert not told.value.again


def test_a_server_that_takes_nobody_for_now_is_asked_again(server: ImapServer) -> None:
    server.sign_in_fault = "[UNAVAILABLE] later"
    with pytest.raises(SourceError) as told:
        looked(source(server), None)
    assert told.value.again


def test_a_folder_that_is_not_there_is_told(server: ImapServer) -> None:
    (fault,) = source(server, folder="Elsewhere").check()  # type: ignore[attr-defined]
    assert fault == "The mailbox has no folder of the name in the settings."


def test_a_connection_that_is_cut_loses_nothing(server: ImapServer) -> None:
    place = begun(server)
    server.put(mail("Look"))
    server.cut_after = 20
    with pytest.raises(SourceError) as told:
        looked(source(server), place)
    assert told.value.again
    server.cut_after = None
    assert len(reports(looked(source(server), place)[0])) == 1


def test_a_server_that_drips_is_given_up_in_time(
    server: ImapServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = begun(server)
    server.put(mail("Slow " * 1000))
    server.drips = True
    monkeypatch.setattr(mailbox_imap.Access.__init__, "__defaults__", (None, 0.5))
    with pytest.raises(SourceError, match="did not answer in time"):
        looked(source(server), place)


@pytest.mark.must("drip")
def test_a_server_that_drips_its_greeting_is_given_up_in_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def drip(connection: socket.socket) -> None:
        for _ in range(400):
            connection.sendall(b"x")
            time.sleep(0.05)

    monkeypatch.setattr(mailbox_imap, "SECONDS_TO_CONNECT", 1.0)
    with raw_server(drip) as port:
        own = {"host": "127.0.0.1", "port": port, "username": "u", "password": "p", "tls": "none"}
        of = build("mailbox", "post room", own)
        with pytest.raises(SourceError, match="did not answer in time"):
            looked(of, None)


def test_a_literal_of_any_size_is_not_believed(server: ImapServer) -> None:
    place = begun(server)
    server.put(mail("Look"))
    server.claims = 10**12
    with pytest.raises(SourceError, match="broke the connection off"):
        looked(source(server), place)


def test_a_server_that_is_away_is_tried_again() -> None:
    with ImapServer() as server:
        of = source(server)
    with pytest.raises(SourceError, match="can't be reached") as told:
        looked(of, None)
    assert told.value.again


def test_a_certificate_is_checked(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    with ImapServer(certificate=certificate) as server:
        assert not source(server, tls="tls", ca_file=certificate.file).check()  # type: ignore[attr-defined]
        (fault,) = source(server, tls="tls").check()  # type: ignore[attr-defined]
        assert "certificate" in fault


def test_a_place_of_something_else_is_refused(server: ImapServer) -> None:
    with pytest.raises(SourceError, match="not one of its own") as told:
        looked(source(server), "[1, 2]")
    assert not told.value.again


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"host": "mail.slo.example"}, "on this machine alone"),
        ({"token": "both"}, "either password or token"),
        ({"password": None}, "either password or token"),
        ({"username": "a\r\nb"}, "line break"),
        ({"folder": "Gemeldetes für uns"}, "plain letters only"),
    ],
)
def test_wrong_options_are_refused_in_a_sentence(
    server: ImapServer, wrong: dict[str, object], sentence: str
) -> None:
    with pytest.raises(ConfigurationError, match=sentence):
        source(server, **wrong)

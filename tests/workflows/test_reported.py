"""A report leads to a post that is judged like any other, and is never passed over."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from casework.reports import reports_of
from evidence.vault import Vault
from monitors.source import Reported, Unread
from nlp.reported import SAID
from records.audit import AuditEntry
from records.database import reading, transaction
from records.incident import Mention
from records.record_key import RecordKey
from records.report import MentionReport, Report, TakenReport
from tests.servers.answering import Answer, AnsweringServer, Asked, of_json
from tests.servers.papers import paper, scanned
from tests.servers.screenshots import drawn
from tests.workflows.conftest import ALICE, BOB, COMMS, HR, MANAGER, Office
from workflows import reported
from workflows.reported import MOST_TURNS, NO_WORDS, ReportDesk, look
from workflows.reports import enqueue_reports_due, take_report

WHEN = datetime(2026, 11, 23, 9, 55, tzinfo=UTC)
PAGE = "https://forum.example/thread/7"
NAMES_ALICE = "My complaint was refused by Fenella Auchterbrae."
NAMELESS_THREAT = "I know where you live and I will kill you."
THREAT = f"{NAMES_ALICE} I will wait for her after work and kill her."
TOLD = sorted([MANAGER, COMMS, HR])
PNG = b"\x89PNG\r\n\x1a\n-invented"


@dataclass
class Says:
    """Reads the same text in every picture, or comes to no end."""

    text: str | None = ""
    asked: int = 0

    def read(self, images: Sequence[bytes]) -> list[str | None]:
        self.asked += len(images)
        return [self.text] * len(images)


@dataclass
class Desk:
    """An office that takes reports."""

    office: Office
    folder: Path
    reader: Says = field(default_factory=Says)

    def __post_init__(self) -> None:
        self.office.change(allow_loopback=True)
        reported.install(ReportDesk(self.office.watch, self.reader))

    def report(self, mark: str = "first", **fields: object) -> bool:
        """Make a report and have it looked at."""
        made = Report(**{"mark": mark, "via": "command", "at": WHEN, "reporter": BOB, **fields})
        with transaction(self.office.services.database) as session:
            keys = self.office.services.public_keys
            new = take_report(session, keys, made, now=self.office.time)
        self.look()
        return new

    def look(self) -> list[str]:
        with transaction(self.office.services.database) as session:
            enqueue_reports_due(session, self.office.engine, self.office.services)  # type: ignore[arg-type]
        mine = [one for one in self.office.engine.enqueued if one[0] == "look-at-report"]
        for one in mine:
            self.office.engine.enqueued.remove(one)
        return [look(*references) for _, _, references in mine]

    def told(self) -> list[str]:
        self.office.send_all()
        return self.office.told()

    def kept(self) -> dict[int, list[Report]]:
        """Every report by the mention it is kept with, opened as the vault can."""
        vault = Vault(self.folder / "keys")
        with reading(self.office.services.database) as session:
            found = {}
            for mention in session.exec(select(Mention)):
                key = session.get_one(RecordKey, mention.key_id)
                assert key.wrapped
                assert mention.id
                identity = vault.open_record_key(key.wrapped)
                found[mention.id] = reports_of(session, mention, identity)
            return found

    def taken(self) -> list[TakenReport]:
        with reading(self.office.services.database) as session:
            return list(session.exec(select(TakenReport)))

    def trail(self) -> list[AuditEntry]:
        with reading(self.office.services.database) as session:
            return list(session.exec(select(AuditEntry)))


@pytest.fixture
def desk(office: Office, tmp_path: Path) -> Desk:
    return Desk(office, tmp_path)


def status(number: int, text: str, host: str) -> dict[str, object]:
    return {
        "id": str(number),
        "uri": f"{host}/users/angry/statuses/{number}",
        "url": f"{host}/@angry/{number}",
        "visibility": "public",
        "content": f"<p>{text}</p>",
        "created_at": "2026-11-23T09:00:00Z",
        "account": {"acct": "angry", "uri": f"{host}/users/angry"},
        "media_attachments": [],
    }


class Mastodon:
    """One server with one post, or one that fails."""

    def __init__(self, server: AnsweringServer) -> None:
        self.server = server
        self.text = NAMES_ALICE
        self.fails = False
        server.answer = self._answer

    @property
    def link(self) -> str:
        return f"{self.server.url}/@angry/12345"

    def _answer(self, asked: Asked) -> Answer:
        if self.fails:
            return Answer(503)
        if asked.path == "/api/v1/statuses/12345":
            return of_json(status(12345, self.text, self.server.url))
        return Answer(404)


@pytest.fixture
def mastodon() -> Iterator[Mastodon]:
    with AnsweringServer(lambda _: Answer(404)) as server:
        yield Mastodon(server)


def test_a_report_in_which_nothing_is_found_waits_for_triage_with_who_and_when(desk: Desk) -> None:
    desk.report(links=(PAGE,), note="This does not look right.")
    (mention,) = desk.office.mentions()
    assert (mention.disposition, mention.incident_id, mention.severity) == ("review", None, "none")
    ((report,),) = desk.kept().values()
    assert (report.reporter, report.at, report.note) == (BOB, WHEN, "This does not look right.")
    assert desk.told() == []


def test_a_post_that_a_platform_shows_alerts_as_any_other(desk: Desk, mastodon: Mastodon) -> None:
    desk.report(links=(mastodon.link,))
    assert desk.told() == TOLD
    (incident,) = desk.office.incidents()
    assert incident.staff_id == ALICE
    (mention,) = desk.office.mentions()
    assert mention.source == "mastodon"
    assert [report.reporter for report in desk.kept()[mention.id or 0]] == [BOB]


def test_a_screenshot_is_read_and_judged(desk: Desk) -> None:
    desk.reader.text = NAMES_ALICE
    desk.report(screenshots=(PNG,))
    assert desk.told() == TOLD
    ((report,),) = desk.kept().values()
    assert report.screenshots == (PNG,)


def test_a_screenshot_without_a_word_is_kept_for_triage(desk: Desk) -> None:
    desk.report(screenshots=(PNG,))
    assert [one.disposition for one in desk.office.mentions()] == ["review"]


def test_whom_the_reporter_names_is_taken_to_be_meant_likely(desk: Desk) -> None:
    desk.report(links=(PAGE,), note=NAMELESS_THREAT, about=ALICE)
    (incident,) = desk.office.incidents()
    assert (incident.staff_id, incident.severity) == (ALICE, "critical")
    assert desk.told() == TOLD


def test_without_the_reporters_word_a_nameless_threat_is_left_to_triage(desk: Desk) -> None:
    desk.report(links=(PAGE,), note=NAMELESS_THREAT)
    assert [one.disposition for one in desk.office.mentions()] == ["review"]


def test_the_reasons_say_that_it_is_the_reporters_word(desk: Desk) -> None:
    desk.report(links=(PAGE,), note="She is on about the usual.", about=ALICE)
    (mention,) = desk.office.mentions()
    assert mention.staff_ids == [ALICE]
    assert mention.disposition == "review"
    finding = _finding(desk, mention)
    (match,) = [one for one in finding["staff"] if SAID in one["reasons"]]
    assert (match["certainty"], match["surface"]) == ("likely", "")


def _finding(desk: Desk, mention: Mention) -> dict[str, list[dict[str, Any]]]:
    from casework.reading import place_of  # noqa: PLC0415
    from records.sealing import unseal  # noqa: PLC0415

    with reading(desk.office.services.database) as session:
        key = session.get_one(RecordKey, mention.key_id)
    assert key.wrapped
    identity = Vault(desk.folder / "keys").open_record_key(key.wrapped)
    place = place_of("finding", mention.post_key)
    found: dict[str, list[dict[str, Any]]] = json.loads(
        unseal(mention.sealed_finding, place=place, identity=identity)
    )
    return found


def test_two_reports_of_one_post_are_one_with_both_reporters(
    desk: Desk, mastodon: Mastodon
) -> None:
    desk.report("first", links=(mastodon.link,))
    desk.report("second", links=(mastodon.link,), reporter=COMMS, note="Me too.")
    (mention,) = desk.office.mentions()
    assert desk.told() == TOLD
    reports = desk.kept()[mention.id or 0]
    assert sorted(one.reporter or "" for one in reports) == sorted([BOB, COMMS])


def test_two_reports_of_one_screenshot_are_one(desk: Desk) -> None:
    desk.report("first", screenshots=(PNG,))
    desk.report("second", screenshots=(PNG,), reporter=COMMS)
    assert [len(one) for one in desk.kept().values()] == [2]


def test_a_report_of_a_post_that_was_seen_already_is_kept_with_it(desk: Desk) -> None:
    desk.office.see(NAMES_ALICE, post_id="t3_abc12")
    with transaction(desk.office.services.database) as session:
        (mention,) = session.exec(select(Mention)).all()
        # As if it had come from there: the office's posts are of a platform of their own.
        from workflows.changes import post_key_of  # noqa: PLC0415

        mention.post_key = post_key_of(desk.office.services, "reddit", "t3_abc12")
        mention.source = "reddit"
        session.add(mention)
    assert desk.told() == TOLD
    desk.report(links=("https://www.reddit.com/r/scotland/comments/abc12/a_title/",))
    assert [len(one) for one in desk.kept().values()] == [1]
    assert desk.told() == []


def test_a_known_post_alerts_about_somebody_whom_only_the_reporter_names(desk: Desk) -> None:
    desk.report("first", links=(PAGE,), note=NAMELESS_THREAT)
    assert desk.told() == []
    desk.report("second", links=(PAGE,), note=NAMELESS_THREAT, about=ALICE)
    assert desk.told() == TOLD
    desk.report("third", links=(PAGE,), note=NAMELESS_THREAT, about=ALICE)
    assert desk.told() == []
    assert len(desk.office.incidents()) == 1


def test_one_report_that_comes_again_is_one(desk: Desk) -> None:
    assert desk.report("same", links=(PAGE,))
    assert not desk.report("same", links=(PAGE,))
    assert [len(one) for one in desk.kept().values()] == [1]


def test_looking_twice_at_a_report_keeps_it_once(desk: Desk) -> None:
    desk.report(links=(PAGE,))
    assert look(desk.taken()[0].id or 0) == "kept before"
    assert [len(one) for one in desk.kept().values()] == [1]


def test_while_a_platform_does_not_answer_the_report_is_kept_and_it_is_asked_again(
    desk: Desk, mastodon: Mastodon
) -> None:
    mastodon.fails = True
    desk.report(links=(mastodon.link,), note="Look at this.")
    assert [one.disposition for one in desk.office.mentions()] == ["review"]
    assert desk.taken()[0].sealed is not None
    mastodon.fails = False
    desk.office.wait(minutes=1)
    assert desk.look() == ["kept"]
    assert desk.told() == TOLD
    assert desk.taken()[0].sealed is None


def test_a_platform_that_never_answers_is_given_up_and_the_report_stays(
    desk: Desk, mastodon: Mastodon
) -> None:
    mastodon.fails = True
    desk.report(links=(mastodon.link,))
    for _ in range(5):
        desk.office.wait(hours=2)
        desk.look()
    assert [len(one) for one in desk.kept().values()] == [1]
    assert desk.taken()[0].sealed is None


def test_a_page_that_is_no_post_is_the_reports_own(desk: Desk, mastodon: Mastodon) -> None:
    desk.report(links=(f"{mastodon.server.url}/@angry/99999",), note=NAMES_ALICE)
    (mention,) = desk.office.mentions()
    assert mention.source == "report"
    assert desk.told() == TOLD


def test_a_screenshot_whose_reading_never_ends_is_tried_again(desk: Desk) -> None:
    desk.reader.text = None
    desk.report(screenshots=(PNG,))
    assert len(desk.office.mentions()) == 1
    desk.reader.text = NAMES_ALICE
    desk.office.wait(minutes=1)
    desk.look()
    assert desk.told() == TOLD


def test_after_many_turns_only_the_words_of_a_report_are_looked_at(
    desk: Desk, mastodon: Mastodon
) -> None:
    with transaction(desk.office.services.database) as session:
        made = Report(mark="m", via="command", at=WHEN, links=(mastodon.link,), note=NAMES_ALICE)
        take_report(session, desk.office.services.public_keys, made, now=desk.office.time)
        taken = session.exec(select(TakenReport)).one()
        taken.turns = MOST_TURNS
        session.add(taken)
    desk.look()
    assert mastodon.server.asked == []
    assert desk.told() == TOLD


def test_a_link_into_a_private_network_is_never_asked(desk: Desk, mastodon: Mastodon) -> None:
    desk.office.change(allow_loopback=False)
    reported.install(ReportDesk(desk.office.watch, desk.reader))
    desk.report(links=(mastodon.link,), note="Look.")
    assert mastodon.server.asked == []
    assert [one.source for one in desk.office.mentions()] == ["report"]


def test_what_a_report_says_stands_nowhere_in_plain(desk: Desk) -> None:
    words = "zzq-note-of-a-reporter"
    desk.report(links=(f"{PAGE}?zzq-link",), note=words, screenshots=(b"\x89PNG\r\n\x1a\nzzq",))
    engine = desk.office.services.database
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    files = b"".join(one.read_bytes() for one in desk.folder.rglob("*") if one.is_file())
    assert b"zzq" not in files
    assert BOB not in str([(one.actor, one.about) for one in desk.trail()])


def test_a_message_of_a_mailbox_is_taken_with_its_cursor_and_told_whose_it_is(desk: Desk) -> None:
    def forwarded(sender: str, number: int) -> Reported:
        report = Report(
            mark=f"message-{number}",
            via="mailbox",
            at=WHEN,
            sender=sender,
            note="See below.",
            message_id=f"number-{number}",
        )
        return Reported(report, f"place-{number}")

    unread = Unread(b"%PDF", "An attachment is no picture.", "place-2")
    batch = [forwarded(f"{COMMS.upper()}@SLO.example", 1), forwarded("who@outside.example", 2)]
    desk.office.watch.take("post room", [*batch, unread])
    desk.office.watch.take("post room", batch)  # as after a restart
    assert desk.office.watch.cursor("post room") == "place-2"
    desk.look()
    reports = [one for some in desk.kept().values() for one in some]
    assert sorted((one.reporter or "outside", one.sender) for one in reports) == [
        ("outside", "who@outside.example"),
        (COMMS, f"{COMMS.upper()}@SLO.example"),
    ]


def test_the_words_of_a_forwarded_message_are_judged_beside_its_links(
    desk: Desk, mastodon: Mastodon
) -> None:
    mastodon.text = "Nothing at all."
    fields: dict[str, Any] = {"via": "mailbox", "message_id": "m-1", "links": (mastodon.link,)}
    desk.report(note=f"{NAMES_ALICE} {mastodon.link}", **fields)
    assert sorted(one.source for one in desk.office.mentions()) == ["mastodon", "report"]
    assert desk.told() == TOLD


def test_harmless_words_around_a_link_are_no_post_of_their_own(
    desk: Desk, mastodon: Mastodon
) -> None:
    fields: dict[str, Any] = {"via": "mailbox", "message_id": "m-1", "links": (mastodon.link,)}
    desk.report(note=f"FYI {mastodon.link}", **fields)
    assert [one.source for one in desk.office.mentions()] == ["mastodon"]


def test_every_report_is_kept_with_one_mention_at_least(desk: Desk, mastodon: Mastodon) -> None:
    for number, links in enumerate([(), (PAGE,), (mastodon.link,), ("https://x.com/a/status/1",)]):
        desk.report(f"report-{number}", links=links, screenshots=() if links else (PNG,))
    with reading(desk.office.services.database) as session:
        assert len(set(session.exec(select(MentionReport.report_key)))) == 4


@pytest.mark.clause("SPSO 35")
def test_a_threat_in_a_paper_alerts_like_any_other(desk: Desk) -> None:
    desk.report(papers=(paper("A letter about my complaint.", THREAT),))
    assert desk.told() == TOLD
    (mention,) = desk.office.mentions()
    assert (mention.disposition, "threat" in mention.categories) == ("alert", True)
    ((kept,),) = desk.kept().values()
    assert kept.left_out == ()


def test_a_threat_on_a_scanned_page_is_read_as_one_in_a_picture_is(desk: Desk) -> None:
    desk.reader.text = THREAT
    desk.report(papers=(scanned(drawn("a scan")),))
    assert desk.reader.asked == 1
    assert desk.told() == TOLD


def test_a_threat_in_a_paper_beside_a_link_is_not_lost(desk: Desk) -> None:
    with AnsweringServer(lambda _: of_json(status(7, "Nothing in it.", "127.0.0.1"))) as server:
        desk.report(links=(f"{server.url}/@angry/7",), papers=(paper(THREAT),))
    assert desk.told() == TOLD


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"%PDF-1.7 nonsense", "A PDF is damaged or is none, so its words were not looked at."),
        (scanned(drawn("")), NO_WORDS),
    ],
    ids=["damaged", "without words"],
)
def test_a_paper_that_can_not_be_read_waits_for_triage_and_says_why(
    desk: Desk, content: bytes, said: str
) -> None:
    desk.report(papers=(content,))
    assert desk.told() == []
    ((kept,),) = desk.kept().values()
    assert kept.left_out == (said,)
    assert kept.papers == (content,)

"""Pages are looked for again: after an hour, a day, a week and a month, status only."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlmodel import col, select

from casework.told_evidence import told_of_looks
from monitors.source import Received
from records.capture import Recheck, Rechecked
from records.database import reading
from records.incident import MentionRevision
from records.post import Post
from tests.servers.answering import Answer, AnsweringServer, of_json
from tests.workflows.conftest import COMMS, HR, MANAGER, Office
from workflows import rechecks
from workflows.rechecks import look_again
from workflows.timers import Timers

NAMING = "My complaint was refused, the decision letter is signed Fenella Auchterbrae."


@pytest.fixture
def site(office: Office) -> Iterator[AnsweringServer]:
    office.change(allow_loopback=True)
    rechecks.install(office.watch.take_wording)
    with AnsweringServer(lambda _: Answer(200, b"a page")) as server:
        yield server


def look(office: Office, **span: float) -> list[str]:
    """Let time pass, and make the looks that are due."""
    office.wait(**span)
    office.engine.enqueued = []
    Timers(office.services, office.engine).once()  # type: ignore[arg-type]
    return [look_again(*ids) for name, _, ids in office.engine.enqueued if name == "recheck"]


def found(office: Office) -> list[tuple[str, str, int | None]]:
    with reading(office.services.database) as session:
        rows = session.exec(select(Rechecked).order_by(col(Rechecked.id)))
        return [(one.after, one.found, one.status) for one in rows]


def told(office: Office) -> list[str]:
    with reading(office.services.database) as session:
        return told_of_looks(session, office.incidents()[0], lambda at: f"{at:%d %b %H:%M}")


def test_four_looks_are_made_and_told_in_plain_words(office: Office, site: AnsweringServer) -> None:
    office.see(NAMING, url=f"{site.url}/post")
    assert look(office, minutes=59) == []
    assert look(office, minutes=1) == ["up"]
    assert look(office, hours=22) == []
    assert look(office, hours=1) == ["up"]
    site.answer = lambda asked: (
        Answer(200)
        if asked.path == "/elsewhere"
        else Answer(301, headers={"Location": "/elsewhere"})
    )
    assert look(office, days=6) == ["changed"]
    site.answer = lambda _: Answer(404)
    assert look(office, days=23) == ["gone"]
    assert look(office, days=300) == []
    assert told(office) == [
        "After 1 hour, on 23 Nov 11:00, the page was still up (the site answered 200).",
        "After 24 hours, on 24 Nov 10:00, the page was still up (the site answered 200).",
        (
            "After 7 days, on 30 Nov 10:00, the page had changed, or led elsewhere"
            " (the site answered 200)."
        ),
        "After 30 days, on 23 Dec 10:00, the page was gone (the site answered 404).",
    ]
    with reading(office.services.database) as session:
        (row,) = session.exec(select(Recheck))
        assert (row.work, row.due_at) == (None, None)
    assert office.mentions()[0].gone_at is None  # a page's 404 is not the platform's word


def test_a_site_that_does_not_answer_is_asked_a_few_times_and_then_it_is_said(
    office: Office, site: AnsweringServer
) -> None:
    site.answer = lambda _: Answer(503)
    office.see(NAMING, url=f"{site.url}/post")
    assert look(office, hours=1) == ["later"]
    assert look(office, minutes=10) == ["later"]
    assert look(office, minutes=10) == ["later"]
    assert look(office, minutes=40) == ["unknown"]
    assert told(office)[0].endswith(
        "it could not be known whether the page was still up (the site answered 503)."
    )
    assert told(office)[1] == "It is looked for again on 24 Nov 10:00."


def test_after_a_standstill_the_latest_look_that_is_due_is_made_and_no_other(
    office: Office, site: AnsweringServer
) -> None:
    office.see(NAMING, url=f"{site.url}/post")
    assert look(office, days=9) == ["up"]
    assert found(office) == [("7 days", "up", 200)]
    assert look(office, days=21) == ["up"]


def test_the_platform_itself_is_asked_where_it_tells_everybody(
    office: Office, site: AnsweringServer
) -> None:
    talks = Talks(office, site)
    assert look(office, hours=1) == ["up"]
    talks.status["content"] = "I said nothing."
    assert look(office, hours=23) == ["changed"]
    site.answer = lambda _: Answer(404)
    assert look(office, days=6) == ["gone"]
    assert office.mentions()[0].gone_at == office.time
    assert not any("Referer" in one.headers for one in site.asked)


class Talks:
    """A platform with one post, which its author may edit."""

    def __init__(self, office: Office, site: AnsweringServer) -> None:
        self.office = office
        self.status: dict[str, Any] = {
            "id": "12345",
            "uri": f"{site.url}/users/angry/statuses/12345",
            "content": NAMING,
            "account": {},
        }
        site.answer = lambda asked: (
            of_json(self.status) if asked.path.startswith("/api/") else Answer(200)
        )
        uri = self.status["uri"]
        self.post = Post(id=uri, source="mastodon", text=NAMING, url=f"{site.url}/@angry/12345")
        office.watch.take("m", [Received(self.post, b"{}", "1")])
        office.send_all()
        office.told()

    def told(self) -> list[str]:
        self.office.send_all()
        return self.office.told()

    def wordings(self) -> int:
        with reading(self.office.services.database) as session:
            return len(session.exec(select(MentionRevision)).all())


@pytest.fixture
def talks(office: Office, site: AnsweringServer) -> Talks:
    return Talks(office, site)


@pytest.mark.clause("SPSO 35")
def test_a_threat_that_an_edit_adds_alerts_and_is_captured(office: Office, talks: Talks) -> None:
    assert office.incidents()[0].severity == "medium"
    talks.status["content"] = f"{NAMING} I will wait for her after work and kill her."
    assert look(office, hours=1) == ["changed"]
    assert talks.told() == sorted([MANAGER, COMMS, HR])
    (incident,) = office.incidents()
    assert incident.severity == "critical"
    (mention,) = office.mentions()
    assert "threat" in mention.categories
    assert talks.wordings() == 1  # the first one, beside the mention
    captures = [one for one in office.captures() if one.edited]
    assert sorted(one.kind for one in captures) == ["page", "record"]
    assert {one.mention_id for one in captures} == {mention.id}
    assert all(one.incident_id == incident.id for one in captures)


def test_an_edit_that_adds_nothing_is_captured_and_alerts_nobody(
    office: Office, talks: Talks
) -> None:
    talks.status["content"] = "I said nothing."
    assert look(office, hours=1) == ["changed"]
    assert talks.told() == []
    assert talks.wordings() == 1
    assert len([one for one in office.captures() if one.edited]) == 2
    assert office.mentions()[0].disposition == "alert"  # of the wording that alerted


def test_the_same_wording_is_taken_once_and_a_third_one_again(office: Office, talks: Talks) -> None:
    talks.status["content"] = f"{NAMING} It is a disgrace."
    for hours in (1, 23):
        assert look(office, hours=hours) == ["changed"]
        assert talks.wordings() == 1
    talks.status["content"] = f"{NAMING} It is a shame."
    assert look(office, days=6) == ["changed"]
    assert talks.wordings() == 2


def test_a_look_that_a_crash_cut_short_takes_the_wording_once(
    office: Office, talks: Talks, monkeypatch: pytest.MonkeyPatch
) -> None:
    talks.status["content"] = f"{NAMING} I will wait for her after work and kill her."

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(rechecks, "_write_down", crash)
        with pytest.raises(KeyboardInterrupt):
            look(office, hours=1)
    assert look(office, minutes=15) == ["changed"]
    assert talks.wordings() == 1
    assert len([one for one in office.captures() if one.edited]) == 2


def test_where_to_look_is_sealed_and_no_post_stands_with_it(
    office: Office, site: AnsweringServer
) -> None:
    office.see(NAMING, url=f"{site.url}/post")
    with reading(office.services.database) as session:
        (row,) = session.exec(select(Recheck))
    assert row.work is not None
    assert site.url.encode() not in row.work
    opened = office.services.working_key.open(row.work, f"recheck:{row.mark}")
    assert b"Auchterbrae" not in opened


def test_a_post_without_an_address_is_not_looked_for(office: Office) -> None:
    office.see(NAMING)
    assert look(office, days=40) == []

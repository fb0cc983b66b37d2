"""A real Bluesky server: what people do on it reaches the service as it would from the network."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from monitors.registry import build
from monitors.source import Removed
from monitors.sources.bluesky import BlueskySource
from records.audit import AuditEntry
from records.database import open_database, reading
from records.incident import Incident, Mention, MentionRevision
from tests.monitors.reading import eventually
from tests.monitors.test_bluesky_search import Listener
from tests.servers.answering import Answer, AnsweringServer, Asked, of_json
from tests.servers.bluesky_account import view
from tests.servers.bluesky_server import PdsServer
from tests.servers.firehose import Bridge
from tests.servers.house import STAFF, House, reviewer, wait_until
from tests.servers.jetstream import JetstreamServer
from tests.servers.jetstream_events import rfc3339
from tests.servers.mail import MailServer

pytestmark = pytest.mark.servers

THREAT = "Fenella Auchterbrae of the Lighthouse Ombudsman, I know where you live. I will kill you."
WORSE = "Fenella Auchterbrae of the Lighthouse Ombudsman: tomorrow I will come and kill you."
SETTINGS = '[capture]\nbrowser = "/bin/false"\n[[sources]]\nkind = "bluesky"\nurl = "{url}"'


@pytest.fixture
def jetstream() -> Iterator[JetstreamServer]:
    with JetstreamServer() as server:
        yield server


@pytest.fixture
def pds(tmp_path: Path, jetstream: JetstreamServer) -> Iterator[PdsServer]:
    with PdsServer(tmp_path / "pds") as server, Bridge(server.firehose, jetstream):
        yield server


@pytest.fixture
def house(tmp_path: Path, jetstream: JetstreamServer) -> Iterator[House]:
    with (
        MailServer() as mail,
        House(
            tmp_path / "home",
            mail,
            staff=(*STAFF, reviewer(6, "Fenella Auchterbrae")),
            settings=SETTINGS.format(url=jetstream.url),
            replays=False,
        ) as house,
    ):
        house.start()
        wait_until(lambda: jetstream.connected, why="connected")
        yield house


def rows(house: House, table: type[Any]) -> int:
    return len(_all(house, table))


def actions(house: House) -> list[str]:
    return [one.action for one in _all(house, AuditEntry)]


def _all(house: House, table: type[Any]) -> list[Any]:
    engine = open_database(f"sqlite:///{house.home / 'namewatch.db'}")
    try:
        with reading(engine) as session:
            return list(session.exec(select(table)))
    finally:
        engine.dispose()


def gone(house: House) -> int:
    return sum(one.gone_at is not None for one in _all(house, Mention))


def test_a_threat_is_found_its_rewording_kept_and_its_removal_noted(
    house: House, pds: PdsServer
) -> None:
    author = pds.account("zebedee")
    author.post("The rain has stopped over the harbour at last.")
    threat = author.post(THREAT)
    wait_until(lambda: rows(house, Incident) == 1, why="the incident")
    wait_until(lambda: house.mail and house.mail.mails, why="the mail")

    author.reword(threat, WORSE)
    wait_until(lambda: rows(house, MentionRevision) == 1, why="the rewording")

    author.delete(threat)
    wait_until(lambda: gone(house) == 1, why="the removal")
    assert rows(house, Mention) == 1, "what was captured is kept"
    assert "post removed" in actions(house)


def test_an_account_that_leaves_takes_all_its_posts_with_it(house: House, pds: PdsServer) -> None:
    leaving, staying = pds.account("leaving"), pds.account("staying")
    for author in (leaving, leaving, staying):
        author.post(THREAT)
    wait_until(lambda: rows(house, Mention) == 3, why="the mentions")
    leaving.leave()
    wait_until(lambda: gone(house) == 2, why="the removals")


def test_every_post_arrives_as_its_author_wrote_it(
    pds: PdsServer, jetstream: JetstreamServer
) -> None:
    source = build("bluesky", "bluesky", {"url": jetstream.url})
    listener = Listener(source, "0")
    author = pds.account("writer")
    texts = [f"Post {number}: “naïve” 🎻 \u0000 end" for number in range(50)]
    uris = [author.post(text) for text in texts]
    author.delete(uris[7])
    try:
        eventually(lambda: len(listener.posts) == len(texts))
        eventually(lambda: any(isinstance(one, Removed) for one in listener.arrivals))
        assert [(one.id, one.text) for one in listener.posts] == list(zip(uris, texts, strict=True))
        assert {one.author.id for one in listener.posts} == {author.did}
        assert source.skipped == 0  # type: ignore[attr-defined]
    finally:
        listener.stop()


def test_a_search_goes_through_the_server_with_an_app_password_and_one_sign_in(
    tmp_path: Path,
) -> None:
    at = 1_795_253_400_000_000
    found = view(7, "The Lighthouse Ombudsman, said number 7", rfc3339(at + 1))

    def answer(asked: Asked) -> Answer:
        return of_json({"posts": [] if "cursor" in asked.query else [found], "cursor": "1"})

    with (
        AnsweringServer(answer) as app_view,
        PdsServer(tmp_path / "pds", app_view.url) as pds,
        JetstreamServer() as jetstream,
    ):
        watcher = pds.account("watcher")
        options: dict[str, object] = {
            "url": jetstream.url,
            "service": pds.url,
            "identifier": watcher.handle,
            "app_password": watcher.app_password(),
            "queries": ["lighthouse ombudsman"],
        }
        for _ in range(2):
            source = build("bluesky", "bluesky", options)
            assert isinstance(source, BlueskySource)
            source.keep_secrets_in(tmp_path / "sessions")
            assert source.check() == []
            listener = Listener(source, f"{at + 2} {at}-{at + 2}")
            eventually(lambda: len(listener.missed) == 2)  # noqa: B023 - of this round
            listener.stop()
            assert listener.searched == ["The Lighthouse Ombudsman, said number 7"]
            options["app_password"] = "wrong by now, and not needed"
        wrong = build("bluesky", "bluesky", options)
        assert isinstance(wrong, BlueskySource)
        assert "does not accept our sign-in" in wrong.check()[0]
        assert [one.path for one in app_view.asked] == [SEARCH] * len(app_view.asked)


SEARCH = "/xrpc/app.bsky.feed.searchPosts"

"""How a post came is sealed with it: from the platform's answer to the bundle that is opened."""

import hashlib
import json
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from evidence.bundle import read_bundle
from evidence.capture import PageCapture
from evidence.vault import Vault
from monitors.answer import AGAIN, ENTRY, FROM_FILE, WHOLE, no_answer
from monitors.registry import build
from monitors.source import Received
from nlp.pictures import say_read
from records.database import transaction
from records.post import Media, Post
from records.waiting import WaitingPost
from tests.monitors.looking import look
from tests.servers.answering import Answer, AnsweringServer, Asked
from tests.servers.social import Social
from tests.workflows.conftest import Office
from workflows.captures import Material, ask_by_hand
from workflows.changes import post_key_of
from workflows.timers import Timers
from workflows.waiting import PutBy, opened, put_by

NAMING = "My complaint was refused, the decision letter is signed Fenella Auchterbrae."
OTHERS = "The walrus irons its waistcoat at dawn, and nobody minds."
TOKEN = "token-of-the-session"
HEADERS = {
    "Content-Type": "application/json; charset=utf-8",
    "X-Request-Id": "of-this-answer",
    "Set-Cookie": f"session={TOKEN}",
}


def hit(number: int, text: str) -> str:
    """As the platform writes it, which is not as we would."""
    said = json.dumps(text)
    return f'{{ "objectID":"{number}","created_at_i": 1795000000, "comment_text" :{said} }}'


BODY = f'{{"hits": [ {hit(1001, OTHERS)},\n  {hit(1002, NAMING)} ], "page":0}}'.encode()


class News:
    """A search that has nothing at first, and then both posts."""

    def __init__(self) -> None:
        self.body = b'{"hits": []}'

    def __call__(self, asked: Asked) -> Answer:
        if asked.path.startswith("/item/"):
            return Answer(body=b"{}")
        return Answer(body=self.body, headers=HEADERS)


def brought() -> list[Received]:
    """What a source brings of a platform with two posts."""
    news = News()
    with AnsweringServer(news) as server:
        options = {"queries": ["complaint"], "url": server.url, "items_url": server.url}
        source = build("hackernews", "news", {**options, "every_seconds": 0.01})
        kept = look(source).cursor
        news.body = BODY
        return look(source, kept).received


@dataclass
class Odd:
    """An answer of which nobody can make anything."""

    looked_for: int = 0

    def part(self, record: bytes) -> tuple[bytes, dict[str, object]]:
        self.looked_for += 1
        raise RuntimeError(record)


def exhibit(office: Office, number: int = 1) -> dict[str, bytes]:
    (made,) = [one for one in office.exhibits() if one.number == number]
    folder = office.services.evidence_folder / office.incidents()[0].reference
    vault = Vault(office.services.evidence_folder.parent / "keys")
    identity = vault.open_record_key((folder / "record-key.age").read_bytes())
    return read_bundle(folder / made.file_name, identity)


@pytest.mark.clause("SPSO 63")
def test_the_bundle_tells_how_the_platform_answered_and_holds_the_posts_bytes_alone(
    office: Office, tmp_path: Path
) -> None:
    office.watch.take("news", brought())
    office.capture_all()
    content = exhibit(office)
    assert content["api-record.json"] == hit(1002, NAMING).encode()
    told: dict[str, Any] = json.loads(content["api-response.json"])
    assert (told["answered"], told["status"], told["bytes"]) == (True, 200, ENTRY)
    assert told["record"] == "api-record.json"
    assert told["record_sha256"] == hashlib.sha256(content["api-record.json"]).hexdigest()
    assert told["record_bytes"] == len(content["api-record.json"])
    assert told["whole_answer"]["sha256"] == hashlib.sha256(BODY).hexdigest()
    headers = dict(told["headers"])
    assert headers["X-Request-Id"] == "of-this-answer"
    assert headers["Content-Type"] == HEADERS["Content-Type"]
    assert "Date" in headers
    assert told["headers_left_out"] == ["Set-Cookie"]
    assert "api-response.json" in content["README.txt"].decode()
    for name, part in content.items():
        assert TOKEN.encode() not in part, name
        assert b"walrus" not in part, name
    for file in (one for one in tmp_path.rglob("*") if one.is_file()):
        for word in (b"walrus", b"Auchterbrae", b"of-this-answer"):
            for written in (word, b64encode(word)):
                assert written not in file.read_bytes(), file.name


def test_the_page_that_is_captured_later_holds_the_same_answer(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = PageCapture("complete", {"page-as-loaded.png": b"\x89PNG"})
    monkeypatch.setattr("workflows.preserve.visit", lambda _task: page)
    monkeypatch.setattr("workflows.threads.known_link", lambda _url: None)
    office.watch.take("news", brought())
    assert office.capture_all() == ["partial", "complete"]
    for name in ("api-record.json", "api-response.json"):
        assert exhibit(office, 2)[name] == exhibit(office, 1)[name]


def test_a_post_that_is_asked_for_by_hand_comes_with_its_platforms_answer(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = PageCapture("complete", {"page-as-loaded.png": b"\x89PNG"})
    monkeypatch.setattr("workflows.preserve.visit", lambda _task: page)
    office.see(NAMING)
    office.capture_all()
    office.change(allow_loopback=True)
    held = office.services
    with Social(NAMING) as social:
        with transaction(held.database) as session:
            material = Material(social.page)
            assert ask_by_hand(session, held, office.incidents()[0], material, asked_by="s004")
        Timers(held, office.engine).once()  # type: ignore[arg-type]
        assert office.capture_all() == ["complete"]
    told = json.loads(exhibit(office, 2)["api-response.json"])
    assert (told["status"], told["bytes"]) == (200, WHOLE)
    assert told["asked"] == f"GET {social.url}/api/v1/statuses/12345"
    assert {"Date", "Content-Type"} <= set(dict(told["headers"]))
    assert json.loads(exhibit(office, 2)["api-record.json"])["content"] == NAMING


def test_what_matters_to_nobody_is_looked_for_in_no_answer(office: Office) -> None:
    odd = Odd()
    post = Post(id="1", source="example", text=OTHERS)
    office.watch.take("news", [Received(post, b"{}", "1", answer=odd)])
    office.watch.take("news", [Received(post, b"{}", "2", edited=True, answer=odd)])
    assert (office.incidents(), odd.looked_for) == ([], 0)


def test_a_post_is_kept_whatever_is_odd_about_the_answer(office: Office) -> None:
    odd = Odd()
    post = Post(id="1", source="example", text=NAMING)
    office.watch.take("news", [Received(post, b'{"a": 1}', "1", answer=odd)])
    office.capture_all()
    assert odd.looked_for == 1
    assert exhibit(office)["api-record.json"] == b'{"a": 1}'
    assert json.loads(exhibit(office)["api-response.json"])["bytes"] == AGAIN


def test_a_post_of_a_file_and_one_of_which_nothing_is_told_say_so(office: Office) -> None:
    for number, answer in enumerate((no_answer(FROM_FILE), None)):
        post = Post(id=str(number), source="example", text=NAMING)
        office.watch.take("file", [Received(post, b'{"a": 1}', str(number), answer=answer)])
    office.capture_all()
    told = [json.loads(exhibit(office, number)["api-response.json"]) for number in (1, 2)]
    assert [one["answered"] for one in told] == [False, None]
    assert told[0]["bytes"] == FROM_FILE
    assert "nothing was told" in told[1]["bytes"]
    assert not any("headers" in one or "status" in one for one in told)


def test_it_is_kept_sealed_while_a_post_waits_for_its_pictures(office: Office) -> None:
    held = office.services
    came = next(one for one in brought() if one.post.text == NAMING).settled()
    picture = Media(kind="image", url="https://example.example/1.png")
    post = came.post.model_copy(update={"media": (picture,)})
    finding = say_read(office.watch.screen(post), post)
    key = post_key_of(held, post.source, post.id)
    with transaction(held.database) as session:
        assert put_by(session, office.engine, held, PutBy(came, finding, key))  # type: ignore[arg-type]
    with transaction(held.database) as session:
        waiting = session.get_one(WaitingPost, 1)
        assert b"of-this-answer" not in waiting.sealed
        back = opened(held, waiting).received
    assert (back.record, back.told) == (came.record, came.told)

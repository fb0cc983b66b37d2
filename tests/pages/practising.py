"""The pages of practice, and those on which a body of one's own is set up from it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from playwright.sync_api import Browser

from console.app import create_app
from console.server import ConsoleServer
from namewatch.new_body import NewBodyDesk
from records.organisation import Organisation
from tests.console.cast import new_office
from tests.pages.looking import Looked, Looker
from tests.pages.scenes import Scene
from tests.servers.mail import MailServer
from tests.servers.wizard import FAULTY, STAFF, answer_all

START = "/set-up/new"
NEWCOMER = "a newcomer"
INSIDE = "a newcomer with the code"
QUESTIONS = ("body", "policy", "hours", "mail")
ROLES = {
    "hr_officer": ("s005",),
    "communications_manager": ("s004",),
    "director": ("s002",),
    "head_of_body": ("s001",),
}
MAIL = (
    b"From: nw@seo.example\r\nTo: s010@seo.example\r\nSubject: Confidential: NW-2026-0001\r\n\r\n"
    b"Open http://127.0.0.1/r/NW-2026-0001\r\n"
)


@dataclass(frozen=True, slots=True)
class Practice:
    """A console in practice that listens."""

    address: str
    new_body: NewBodyDesk
    codes: list[str]
    """What the terminal has shown."""


@contextmanager
def practising(folder: Path) -> Iterator[Practice]:
    """One in which nothing was set up yet."""
    codes: list[str] = []
    office = new_office(folder)
    desk = office.desk(practice=True)
    desk.organisation = Organisation(name="Practice body", policy="spso", roles=ROLES)
    desk.mails = folder / "mails"
    desk.mails.mkdir()
    (desk.mails / "001.eml").write_bytes(MAIL)
    desk.new_body = NewBodyDesk(folder / "our-home", 8080, codes.append)
    desk.new_body.tell_new_code()
    server = ConsoleServer(create_app(desk), "127.0.0.1", 0)
    server.start()
    yield Practice(f"http://localhost:{server.port}", desk.new_body, codes)
    server.stop()
    office.database.dispose()


def look_while_practising(
    chromium: Browser, folder: Path, pictures: Path, filled: set[str]
) -> list[Looked]:
    """Every page from the first look to the body's own start, and what wrong answers bring."""
    with practising(folder) as practice, MailServer() as mail:
        headers = {"sec-fetch-site": "same-origin"}
        with (
            httpx.Client(base_url=practice.address, headers=headers) as newcomer,
            httpx.Client(base_url=practice.address, headers=headers) as inside,
        ):
            let_in = inside.post(f"{START}/code", data={"code": practice.codes[-1]})
            assert let_in.status_code == httpx.codes.SEE_OTHER
            browsers = {NEWCOMER: newcomer, INSIDE: inside}
            looker = Looker(chromium, practice.address, browsers, pictures, filled)
            seen = [looker.look(one) for one in _scenes(practice.new_body, mail.port)]
            looker.close()
    return seen


def _scenes(desk: NewBodyDesk, mail_port: int) -> Iterator[Scene]:
    """Each as things stand when it is asked for."""
    for place in ("/practice", "/practice/mails", "/practice/mails/001", "/", START):
        yield Scene(NEWCOMER, place, note="in practice")
    yield Scene(NEWCOMER, f"{START}/code", (("code", "000000"),))
    yield Scene(INSIDE, START)
    for question in QUESTIONS:
        yield Scene(INSIDE, f"{START}/{question}")
        yield Scene(INSIDE, f"{START}/{question}", ())
    for rest in ("people", "roles", "check"):
        yield Scene(INSIDE, f"{START}/{rest}")
        yield Scene(INSIDE, f"{START}/{rest}", (), "empty")
    for content, note in ((FAULTY, "with faults"), (STAFF, "whole")):
        desk.offer(content.encode())
        yield Scene(INSIDE, f"{START}/people", note=note)
        yield Scene(INSIDE, f"{START}/people/confirm", (("stamp", "another"),), note)
        desk.withdraw()
    answer_all(desk, mail_port)
    for place in ("", *(f"/{one}" for one in QUESTIONS), "/people", "/roles", "/check"):
        yield Scene(INSIDE, f"{START}{place}", note="answered")
    assert desk.write() == []
    yield Scene(INSIDE, f"{START}/done")
    yield Scene(INSIDE, f"{START}/key-is-safe", ())
    yield Scene(INSIDE, f"{START}/begin", ())

"""Every page that the console has, as somebody who may sees it: also what a form answers.

The pages are found by crawling as each role. Each form that is on one of them is handed in empty,
with a record of its own, so that its complaints are pages too.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from console.beside_code import CodePasswords
from console.reason_forms import OWN_CONFLICT
from tests.console.crawling import crawl
from tests.console.everybody import STAFF_ID, Role, World
from tests.console.test_every_route import addresses
from tests.console.test_passwords import set_up
from tests.pages.furnished import ALL_OF_THEM, OWN, Furnished

FIRST = (Role.CUSTODIAN, Role.LINE_MANAGER, Role.IT, Role.NOBODY)
ROLES = (*FIRST, *(one for one in Role if one not in {*FIRST, Role.LEAVER}))
LEFT_ALONE = re.compile(r"/sign-out|/say/leave|/registers/.*/export")
"""What is no page: the ways out, and files."""
ASIDE = (
    "/digest/2026/11",
    "/break-glass/1",
    "/retention/1/erase",
    "/retention/1/keep",
    "/retention/1/hold",
)
"""Where no link leads everybody who may go there."""
_REFERENCE = re.compile(r"NW-[0-9]{4}-[0-9]{4}")
_GOES_BACK = re.compile(r"(?<=[?&]back=).*")


@dataclass(frozen=True, slots=True)
class Scene:
    """One page: who asks for it where, with what form if with one."""

    who: str
    address: str
    form: tuple[tuple[str, str], ...] | None = None
    note: str = ""

    @property
    def name(self) -> str:
        """What it is called in a report, and as the file of a picture."""
        how = "" if self.form is None else " handed in"
        address = _REFERENCE.sub("record", self.address).strip("/") or "start"
        words = f"{address}{how} {self.note} as {self.who}"
        return re.sub(r"[^a-zA-Z0-9]+", "-", words).strip("-")[:120]


@dataclass
class Forms(HTMLParser):
    """The forms of a page that are posted: their address, and what they hold hidden."""

    page: str
    found: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self._open: dict[str, str] | None = None
        self.feed(self.page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and given.get("method", "").lower() == "post":
            self._open = {}
            self.found.append((given.get("action", ""), self._open))
        elif self._open is not None and given.get("type") == "hidden":
            self._open[given.get("name", "")] = given.get("value", "")
        if "formaction" in given and self._open is not None:
            self.found.append((given["formaction"], self._open))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None


def scenes(house: Furnished) -> list[Scene]:
    """Each page once, by the first who may see it; some by two."""
    world, browsers = house.world, house.browsers
    reference = a_record(world)
    plain = [one.split()[1] for one in addresses(world.app) if "{" not in one]
    found: dict[str, Scene] = {}
    with_forms: dict[str, tuple[str, str]] = {}
    for who in (*ROLES, OWN):
        starts = ["/say/page"] if who is OWN else [*plain, f"/r/{reference}", *ASIDE, "/nowhere"]
        for address, page in crawl(browsers[who], starts).items():
            if page.text.startswith("<!DOCTYPE html>"):
                key = _key(address) if page.status == 200 else f"{page.status}"
                found.setdefault(key, Scene(who, address))
                with_forms.setdefault(key, (who, page.text))
        if who not in {OWN, Role.NOBODY}:
            found.setdefault(f"{who} /", Scene(who, "/"))
    for rest in ("", "/timeline", "/export/police"):
        address = f"/r/{house.decided}{rest}"
        found[address] = Scene(Role.CUSTODIAN, address, note="decided")
    # Only now: each form has a record of its own, which nobody is to be led to.
    forms: dict[str, Scene] = {}
    for who, text in with_forms.values():
        for form in forms_of(world, who, text):
            forms.setdefault(_key(form.address), form)
    return [*found.values(), *forms.values(), *filled(house)]


def filled(house: Furnished) -> Iterator[Scene]:
    """What comes after a form that was filled in, where that is a page of its own."""
    evidence, note = a_record(house.world), "filled"
    why = (("why", "for the police"),)
    yield Scene(Role.CUSTODIAN, f"/r/{evidence}/evidence/1/open", why, note)
    yield Scene(Role.CUSTODIAN, f"/r/{house.decided}/timeline", (), note)
    police = {
        "stage": "whole", "decision": "not-reported", "why": "It is no crime.",
        "persons-view": "no-view", "impact": "They take care.",
    }  # fmt: skip
    yield Scene(Role.CUSTODIAN, f"/r/{house.decided}/steps/police", tuple(police.items()), note)
    yield Scene(Role.LINE_MANAGER, f"/r/{house.decided}/say", (), note)
    yield Scene(Role.CUSTODIAN, "/retention/1/erase", (("sure", "yes"),), note)
    set_up(house.browsers[Role.LINE_MANAGER], house.world.office)
    yield Scene(Role.LINE_MANAGER, "/account", note="with a password")
    yield Scene(Role.LINE_MANAGER, "/account/password/codes", (), note)
    beside = CodePasswords(house.world.desk)
    beside.change(house.world.desk.roster[STAFF_ID[Role.HR_OFFICER]], "seven grey seals asleep")
    yield Scene(Role.HR_OFFICER, "/account/code-password")
    yield Scene(Role.HR_OFFICER, "/account/code-password", ())
    conflict = f"/r/{a_record(house.world)}/conflict"
    yield Scene(Role.HR_OFFICER, conflict, (("why", next(iter(OWN_CONFLICT))),), note)
    yield Scene(Role.DIRECTOR, "/retention/asked/1")


def _key(address: str) -> str:
    """The same for the same page of every record, and for the door before every page."""
    return _GOES_BACK.sub("there", _REFERENCE.sub("record", address))


def a_record(world: World) -> str:
    """A record that everybody is told of, with sealed evidence."""
    reference = world.open(listed=ALL_OF_THEM)
    world.keep_evidence(reference)
    return reference


def forms_of(world: World, who: str, page: str) -> Iterator[Scene]:
    for action, held in Forms(page).found:
        if not LEFT_ALONE.fullmatch(action):
            address = _REFERENCE.sub(lambda _: a_record(world), action)
            yield Scene(who, address, tuple(held.items()))

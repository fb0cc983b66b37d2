"""Every page that the console has, as somebody who may sees it: also what a form answers.

The pages are found by crawling as each role. Each form that is on one of them is handed in empty,
with a record of its own, so that its complaints are pages too.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from tests.console.crawling import crawl
from tests.console.everybody import SIGNED_IN, STAFF_ID, Role, World
from tests.console.test_every_route import addresses

FIRST = (Role.CUSTODIAN, Role.LINE_MANAGER, Role.IT, Role.NOBODY)
ROLES = (*FIRST, *(one for one in SIGNED_IN if one not in FIRST))
ALL_OF_THEM = tuple(STAFF_ID[one] for one in SIGNED_IN)
LEFT_ALONE = ("/sign-out",)
_REFERENCE = re.compile(r"NW-[0-9]{4}-[0-9]{4}")


@dataclass(frozen=True, slots=True)
class Scene:
    """One page: who asks for it where, with what form if with one."""

    role: Role
    address: str
    form: tuple[tuple[str, str], ...] | None = None

    @property
    def name(self) -> str:
        """What it is called in a report, and as the file of a picture."""
        how = "" if self.form is None else " handed in"
        words = f"{self.role} {_REFERENCE.sub('record', self.address)}{how}"
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


def scenes(world: World) -> list[Scene]:
    """Each page once, by the first role that may see it; some by two."""
    reference = a_record(world)
    plain = [one.split()[1] for one in addresses(world.app) if "{" not in one]
    found: dict[str, Scene] = {}
    with_forms: dict[str, tuple[Role, str]] = {}
    for role in ROLES:
        pages = crawl(world.browsers[role], [*plain, f"/r/{reference}", "/nowhere"])
        for address, page in pages.items():
            if page.text.startswith("<!DOCTYPE html>"):
                key = address if page.status == 200 else f"{page.status}"
                found.setdefault(key, Scene(role, address))
                with_forms.setdefault(address, (role, page.text))
        found.setdefault(f"{role} /", Scene(role, "/"))
    # Only now: each form has a record of its own, which nobody is to be led to.
    forms: dict[str, Scene] = {}
    for role, text in with_forms.values():
        for form in forms_of(world, role, text):
            forms.setdefault(_REFERENCE.sub("record", form.address), form)
    return [*found.values(), *forms.values()]


def a_record(world: World) -> str:
    """A record that everybody is told of, with sealed evidence."""
    reference = world.open(listed=ALL_OF_THEM)
    world.keep_evidence(reference)
    return reference


def forms_of(world: World, role: Role, page: str) -> Iterator[Scene]:
    for action, held in Forms(page).found:
        if action not in LEFT_ALONE:
            address = _REFERENCE.sub(lambda _: a_record(world), action)
            yield Scene(role, address, tuple(held.items()))

"""What a screen reader is given of a page by Chromium, and what is wrong with it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any

from playwright.sync_api import CDPSession

CONTROLS = frozenset(
    {"button", "link", "textbox", "searchbox", "combobox", "listbox", "radio", "checkbox"}
    | {"switch", "spinbutton", "slider", "DisclosureTriangle"}
)
LANDMARKS = ("banner", "main", "contentinfo")
SERVICE = " \u2013 namewatch"
_ELEMENT, _TEXT = 1, 3
"""The types of nodes in a document."""


@dataclass(slots=True)
class Element:
    """An element of the document, and where it stands."""

    tag: str
    given: Mapping[str, str]
    parent: "Element | None"
    holds: list["Element | str"] = field(default_factory=list)

    def within(self, *tags: str) -> "Element | None":
        """The nearest around it of these tags."""
        one = self.parent
        while one and one.tag not in tags:
            one = one.parent
        return one

    def has_class(self, name: str) -> bool:
        return name in self.given.get("class", "").split()

    def all_inside(self) -> Iterator["Element"]:
        for one in self.holds:
            if isinstance(one, Element):
                yield one
                yield from one.all_inside()

    @property
    def words(self) -> str:
        said = (one if isinstance(one, str) else one.words for one in self.holds)
        return " ".join(" ".join(said).split())


@dataclass(frozen=True, slots=True)
class Node:
    """What is read out of one element."""

    role: str
    name: str
    description: str
    level: int
    element: Element


@dataclass(frozen=True)
class Heard:
    """A page as it is read out, in order."""

    nodes: list[Node]

    @cached_property
    def _by_element(self) -> dict[int, Node]:
        return {id(one.element): one for one in self.nodes}

    def of(self, role: str) -> list[Node]:
        return [one for one in self.nodes if one.role == role]

    def faults(self) -> list[str]:
        """Everything that is wrong, each in one sentence."""
        return [
            *self._landmarks(),
            *self._headings(),
            *self._names(),
            *self._twins(),
            *self._untold(),
            *self._page(),
        ]

    def _landmarks(self) -> Iterator[str]:
        found = tuple(one.role for one in self.nodes if one.role in LANDMARKS)
        if found != LANDMARKS:
            yield f"landmarks: {found}"
        named = [one.name for one in self.of("navigation")]
        if len(set(named)) != len(named) or "" in named:
            yield f"navigations named {named}"
        for one in self.nodes:
            if one.element.has_class("govuk-service-navigation__list"):
                inside = one.element.within("nav")
                if not inside or id(inside) not in self._by_element:
                    yield "the parts of the service are in no navigation"

    def _headings(self) -> Iterator[str]:
        """What is announced above the page, a fault or that something was done, is apart."""
        levels = [one.level for one in self.of("heading") if not _announced(one.element)]
        if levels[:1] != [1] or levels.count(1) != 1:
            yield f"headings of levels {levels}"
        for before, after in pairwise(levels):
            if after > before + 1:
                yield f"a heading of level {after} after one of level {before}"

    def _names(self) -> Iterator[str]:
        for one in self.nodes:
            if one.role in CONTROLS and not one.name.strip():
                yield f"a {one.role} without a name: {one.element.tag} {dict(one.element.given)}"

    def _twins(self) -> Iterator[str]:
        """Two that are called the same and do different things can't be told apart."""
        does: dict[tuple[str, str, int], set[object]] = defaultdict(set)
        for one in self.nodes:
            if one.role in CONTROLS:
                place, what = _target(one.element, one.role)
                does[one.role, one.name, place].add(what)
        for (role, name, _), targets in does.items():
            if len(targets) > 1:
                yield f"{len(targets)} of role {role} are called {name!r}"

    def _untold(self) -> Iterator[str]:
        """Each message at a field is read out with the field or the group that it belongs to."""
        for one in self.nodes:
            if not one.element.has_class("govuk-error-message"):
                continue
            message = one.element.words
            group = one.element
            while group.parent and not group.has_class("govuk-form-group"):
                group = group.parent
            told = (self._by_element.get(id(each)) for each in group.all_inside())
            if not any(each and message in each.description for each in told):
                yield f"read out with no field: {message}"

    def _page(self) -> Iterator[str]:
        for one in self.nodes:
            if one.element.given.get("aria-owns") or int(one.element.given.get("tabindex", 0)) > 0:
                yield f"{one.role} {one.name!r} is read out of its place"


def _announced(element: Element) -> bool:
    around: Element | None = element
    while around:
        if around.has_class("govuk-error-summary") or around.has_class("govuk-notification-banner"):
            return True
        around = around.parent
    return False


def _target(element: Element, role: str) -> tuple[int, object]:
    """Where a control must have a name of its own, and what it does."""
    if role == "link" or element.tag == "a":
        return 0, element.given.get("href")
    form = element.within("form")
    if role == "button" and form:
        held = tuple(
            (one.given.get("name"), one.given.get("value"))
            for one in form.all_inside()
            if one.given.get("type") == "hidden"
        )
        own = (element.given.get("name"), element.given.get("value"))
        where = element.given.get("formaction") or form.given.get("action")
        submits = element.given.get("type", "submit") == "submit"
        return 0, (where, held, own) if submits else id(element)
    place = element.within("fieldset") or form
    return id(place), id(element)


def hear(tools: CDPSession) -> Heard:
    """Ask Chromium what it hands to a screen reader of the page as it is."""
    elements: dict[int, Element] = {}
    _gather(tools.send("DOM.getDocument", {"depth": -1})["root"], None, elements)
    tree = tools.send("Accessibility.getFullAXTree")["nodes"]
    by_id = {one["nodeId"]: one for one in tree}
    nodes: list[Node] = []
    waiting = [one for one in tree if "parentId" not in one]
    while waiting:
        one = waiting.pop()
        waiting += [by_id[each] for each in reversed(one.get("childIds", ())) if each in by_id]
        element = elements.get(one.get("backendDOMNodeId", -1))
        if element and not one.get("ignored"):
            nodes.append(_node(one, element))
    return Heard(nodes)


def _node(told: Mapping[str, Any], element: Element) -> Node:
    more = {one["name"]: one["value"].get("value") for one in told.get("properties", ())}
    name, description = (told.get(one, {}).get("value", "") for one in ("name", "description"))
    return Node(
        told["role"]["value"],
        name,
        " ".join(description.split()),
        int(more.get("level") or 0),
        element,
    )


def _gather(node: Mapping[str, Any], around: Element | None, out: dict[int, Element]) -> None:
    if node["nodeType"] == _TEXT and around:
        around.holds.append(node["nodeValue"])
    here = around
    if node["nodeType"] == _ELEMENT:
        flat = node.get("attributes", ())
        given = dict(zip(flat[::2], flat[1::2], strict=True))
        here = out[node["backendNodeId"]] = Element(node["localName"], given, around)
        if around:
            around.holds.append(here)
    for one in node.get("children", ()):
        _gather(one, here, out)

"""Labelled posts for measuring: phrases with placeholders, and posts with what is expected."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from nlp.errors import LanguageError
from records.finding import Category, Certainty, Disposition, Target
from records.organisation import Organisation
from records.post import Context, Post, PostUnreadableError, read_post
from records.roster import Roster, StaffMember

NOBODY = "nobody"
_NAMED_HOW = ("name", "title_surname", "surname", "first", "role", "body")
_NAMES = frozenset(_NAMED_HOW[:4])
_PLACE = "Cairnbrae"


class LabelledLineError(LanguageError):
    """This line is no labelled post."""


_Row = TypeVar("_Row", bound=BaseModel)


class _Phrase(BaseModel):
    """A line of nlp/phrases; see the README there."""

    model_config = ConfigDict(extra="forbid")

    text: str
    labels: frozenset[Category]
    near: str
    target: Target
    voice: str = ""
    platform: str = ""


class _Expected(BaseModel):
    """What the `expected` of a post says; what it leaves out is not measured."""

    model_config = ConfigDict(extra="forbid")

    staff: dict[str, Certainty | None] | None = None
    categories: frozenset[Category] | None = None
    disposition: Disposition | None = None
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A post, and what is to be found in it; None where its labels don't say."""

    post: Post
    categories: frozenset[Category] | None = None
    staff: Mapping[str, Certainty | None] | None = None
    """Whom it means, with the least certainty wanted, or None where any will do."""
    disposition: Disposition | None = None
    near: str = ""
    """The category that it belongs to or may be mistaken for."""
    slices: tuple[tuple[str, str], ...] = field(default=())


class Labeller:
    """Reads labelled lines, and fills the placeholders of phrases with people of one body."""

    def __init__(self, organisation: Organisation, roster: Roster) -> None:
        self._organisation = organisation
        self._roster = roster
        self._people = _told_apart(list(roster.values()))

    def read(self, line: bytes, number: int) -> Labelled:
        """One line; whom a phrase is about goes by its `number`. Raises LabelledLineError."""
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            raise LabelledLineError("this is no JSON object.") from None
        if isinstance(row, dict) and "expected" in row:
            return self._post(line, row)
        if isinstance(row, dict) and "labels" in row:
            return self._phrase(_checked(_Phrase, row), number)
        raise LabelledLineError("it has neither `labels` nor `expected`.")

    def _post(self, line: bytes, row: Mapping[str, Any]) -> Labelled:
        expected = _checked(_Expected, row["expected"])
        for staff_id in expected.staff or ():
            if staff_id not in self._roster:
                raise LabelledLineError("it expects a staff_id that is not in the roster.")
        try:
            post = read_post(line)
        except PostUnreadableError as error:
            raise LabelledLineError(f"this is not a post ({error}).") from None
        return Labelled(
            post,
            expected.categories,
            expected.staff,
            expected.disposition,
            slices=(("platform", post.source), *([("kind", expected.kind)] * bool(expected.kind))),
        )

    def _phrase(self, phrase: _Phrase, number: int) -> Labelled:
        member = self._people[number % len(self._people)]
        how = next((one for one in _NAMED_HOW if f"{{{one}}}" in phrase.text), NOBODY)
        post = Post(
            id=str(number),
            source=phrase.platform or "phrases",
            text=self._filled(phrase.text, member, number),
            context=Context(title=self._organisation.name),
        )
        slices = (("voice", phrase.voice), ("platform", phrase.platform), ("named how", how))
        return Labelled(
            post,
            phrase.labels,
            {member.staff_id: None} if how in _NAMES else {},
            near=phrase.near,
            slices=tuple(one for one in slices if one[1]),
        )

    def _filled(self, text: str, member: StaffMember, number: int) -> str:
        first, _, surname = member.full_name.partition(" ")
        body = (self._organisation.name, *self._organisation.short_names)
        words = {
            "name": member.full_name,
            "first": first,
            "surname": surname or first,
            "title_surname": f"{('Ms', 'Mr')[number % 2]} {surname or first}",
            "body": body[number % len(body)],
            "role": member.role_title.lower() or "case officer",
            "place": _PLACE,
        }
        for placeholder, word in words.items():
            text = text.replace(f"{{{placeholder}}}", word)
        return text


def _told_apart(members: Sequence[StaffMember]) -> Sequence[StaffMember]:
    """Those whose first name and surname nobody else bears, without spokespeople, if any."""
    shares: list[Callable[[StaffMember], str]] = [
        lambda one: one.full_name.split(" ")[0].lower(),
        lambda one: one.full_name.split(" ")[-1].lower(),
    ]
    apart = [
        one
        for one in members
        if one.ends_on is None
        and not one.may_be_named
        and all(sum(share(other) == share(one) for other in members) == 1 for share in shares)
    ]
    return apart or members


def _checked(kind: type[_Row], row: object) -> _Row:
    try:
        return kind.model_validate(row)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the line"
        raise LabelledLineError(f"{place}: {first['type'].replace('_', ' ')}.") from None

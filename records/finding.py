"""What screening says about one post, in the form of docs/reference/contracts.md."""

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict

Certainty = Literal["certain", "likely", "possible"]
Duties = Literal["yes", "no", "unclear"]
Disposition = Literal["alert", "review", "ignore"]
Severity = Literal["critical", "high", "medium", "low", "none"]
Target = Literal["staff", "body", "third_party", "unclear"]
FindingField = Literal["text", "title", "context", "image"]


class Category(StrEnum):
    """The kinds of concern; the clauses behind each stand in the contracts page."""

    THREAT = "threat"
    VIOLENCE = "violence"
    DOXXING = "doxxing"
    TARGETING = "targeting"
    RECORDING = "recording"
    DISCRIMINATORY = "discriminatory"
    INSULT = "insult"
    ALLEGATION = "allegation"
    COMPETENCE = "competence"
    SELF_HARM = "self_harm"
    NAMING = "naming"


class NameMatch(BaseModel):
    """A place in the post that may mean a member of staff.

    `start` and `end` are code-point offsets into `field`; `reasons` are short sentences.
    """

    model_config = ConfigDict(frozen=True)

    staff_id: str
    field: FindingField
    surface: str
    start: int
    end: int
    certainty: Certainty
    duties: Duties
    reasons: tuple[str, ...]


class Concern(BaseModel):
    """Something in the post that a policy clause is about; `score` runs from 0 to 1."""

    model_config = ConfigDict(frozen=True)

    category: Category
    score: float
    target: Target
    field: FindingField
    start: int
    end: int
    reasons: tuple[str, ...]


class Finding(BaseModel):
    """All that screening says about one post."""

    model_config = ConfigDict(frozen=True)

    post_id: str
    staff: tuple[NameMatch, ...] = ()
    organisation: bool = False
    concerns: tuple[Concern, ...] = ()
    severity: Severity = "none"
    disposition: Disposition = "ignore"

    @property
    def categories(self) -> tuple[Category, ...]:
        """The categories found, each once, in the order of the contracts page."""
        found = {concern.category for concern in self.concerns}
        return tuple(category for category in Category if category in found)

    @property
    def named(self) -> tuple[str, ...]:
        """Ids of the staff who are meant (certain or likely), each once, in order of appearance."""
        sure = (match.staff_id for match in self.staff if match.certainty != "possible")
        return tuple(dict.fromkeys(sure))


_NOTHING = Finding(post_id="")
_FIELDS = vars(_NOTHING)
_SET = {"post_id"}
_set_values, _set_names, _set_extra, _set_private = (
    vars(BaseModel)[slot].__set__
    for slot in (
        "__dict__",
        "__pydantic_fields_set__",
        "__pydantic_extra__",
        "__pydantic_private__",
    )
)


def nothing_in(post_id: str) -> Finding:
    """The finding for a post that is nobody's concern.

    This is `Finding.model_construct` at a seventh of its cost: nearly every post ends here.
    """
    finding = object.__new__(Finding)
    _set_values(finding, {**_FIELDS, "post_id": post_id})
    _set_names(finding, _SET)
    _set_extra(finding, None)
    _set_private(finding, None)
    return finding

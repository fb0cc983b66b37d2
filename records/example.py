"""What people say of findings, as plain values that screening can learn from."""

from dataclasses import dataclass, field
from enum import StrEnum

from records.finding import Category


class VerdictKind(StrEnum):
    """What may be said of a finding."""

    SOMEONE_ELSE = "someone-else"
    NOT_ABOUT_WORK = "not-about-work"
    NOT_ABUSIVE = "not-abusive"
    WORSE = "worse"


@dataclass(frozen=True, slots=True)
class Example:
    """One thing said of one post; examples of one `record` count once, however many its posts."""

    record: int
    kind: VerdictKind
    staff_id: str | None = None
    category: Category | None = None
    features: frozenset[str] = field(default=frozenset())
    """Keyed hashes of the community and the telling words of the post."""

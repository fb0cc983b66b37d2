"""What people said of a finding, kept as a labelled example; its text stays in the sealed post."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from records.columns import listing, moment
from records.example import Example, VerdictKind
from records.finding import Category


class Verdict(SQLModel, table=True):
    """One thing said of one mention, whose sealed post is the text of the example.

    So nothing that a stranger wrote is kept twice, and the example can be read exactly as long as
    the record: until its key is destroyed.
    """

    __tablename__ = "verdict"

    id: int | None = Field(default=None, primary_key=True)
    mention_id: int = Field(foreign_key="mention.id", index=True)
    key_id: int = Field(foreign_key="record_key.id", index=True)
    reference: str | None = Field(default=None, index=True)
    kind: str
    staff_id: str | None = None
    category: str | None = None
    features: list[str] = Field(default_factory=list, sa_column=listing())
    """Keyed hashes of the community and the telling words of the post; see nlp.lessons."""
    actor: str
    at: datetime = Field(sa_column=moment())

    @property
    def example(self) -> Example:
        """It as a plain value, without who said it and when."""
        return Example(
            record=self.key_id,
            kind=VerdictKind(self.kind),
            staff_id=self.staff_id,
            category=Category(self.category) if self.category else None,
            features=frozenset(self.features),
        )

"""A public post, in the form of docs/reference/contracts.md."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from records.errors import NamewatchError

Filled = Annotated[str, StringConstraints(min_length=1)]


class PostUnreadableError(NamewatchError):
    """This line is not a post."""


class Author(BaseModel):
    """Who wrote the post, as the platform says."""

    model_config = ConfigDict(frozen=True)

    id: str | None = None
    handle: str | None = None
    name: str | None = None


class Context(BaseModel):
    """What the reader of the post sees around it."""

    model_config = ConfigDict(frozen=True)

    community: str | None = None
    title: str | None = None
    parent_text: str | None = None
    root_text: str | None = None
    quoted_text: str | None = None
    link_title: str | None = None


class Media(BaseModel):
    """A picture, film or sound that hangs on the post."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["image", "video", "audio", "other"] = "other"
    url: str | None = None
    alt: str | None = None


class Post(BaseModel):
    """One public post; only `id`, `source` and `text` are certain to be there."""

    model_config = ConfigDict(frozen=True)

    id: Filled
    source: Filled
    text: str
    url: str | None = None
    published_at: AwareDatetime | None = None
    author: Author = Field(default_factory=Author)
    lang: str | None = None
    context: Context = Field(default_factory=Context)
    media: tuple[Media, ...] = ()

    @property
    def moment(self) -> datetime | None:
        """When the platform says the post was published, if it says so."""
        return self.published_at


def read_post(line: bytes | str) -> Post:
    """Read one line of Post JSON Lines.

    Raises PostUnreadableError with a sentence that quotes nothing of the line.
    """
    try:
        return Post.model_validate_json(line)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the line"
        raise PostUnreadableError(f"{place}: {first['type'].replace('_', ' ')}") from None
    except RecursionError:
        raise PostUnreadableError("the line: nested too deeply") from None

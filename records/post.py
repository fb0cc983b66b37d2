"""A public post, in the form of docs/reference/contracts.md."""

import json
import re
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from records.errors import NamewatchError

_BROKEN = re.compile("[\ud800-\udfff]")
_HALF_CHARACTER = re.compile(rb"\\u[dD][89a-fA-F]")


def readable(text: str) -> str:
    """The text with broken characters replaced one by one, so that it can be written as UTF-8."""
    return text if text.isascii() else _BROKEN.sub("\ufffd", text)


Words = Annotated[str, AfterValidator(readable)]
"""Half a character, as some platforms send it, could not be sealed: the post would be lost."""
Filled = Annotated[Words, StringConstraints(min_length=1)]


class PostUnreadableError(NamewatchError):
    """This line is not a post."""


class Author(BaseModel):
    """Who wrote the post, as the platform says."""

    model_config = ConfigDict(frozen=True)

    id: Words | None = None
    handle: Words | None = None
    name: Words | None = None


class Context(BaseModel):
    """What the reader of the post sees around it."""

    model_config = ConfigDict(frozen=True)

    community: Words | None = None
    title: Words | None = None
    parent_text: Words | None = None
    root_text: Words | None = None
    quoted_text: Words | None = None
    link_title: Words | None = None


class Media(BaseModel):
    """A picture, film or sound that hangs on the post."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["image", "video", "audio", "other"] = "other"
    url: Words | None = None
    alt: Words | None = None
    read_text: Words | None = None
    """What was read from the picture itself, once somebody has read it."""

    @property
    def text(self) -> str:
        """Its description and, on a new line, what was read from it: the field `image`."""
        return "\n".join(part for part in (self.alt, self.read_text) if part)


class Post(BaseModel):
    """One public post; only `id`, `source` and `text` are certain to be there."""

    model_config = ConfigDict(frozen=True)

    id: Filled
    source: Filled
    text: Words
    url: Words | None = None
    published_at: AwareDatetime | None = None
    author: Author = Field(default_factory=Author)
    lang: Words | None = None
    context: Context = Field(default_factory=Context)
    media: tuple[Media, ...] = ()


def read_post(line: bytes | str) -> Post:
    """Read one line of Post JSON Lines; half of a two-part character, as cut texts have, is mended.

    Raises PostUnreadableError with a sentence that quotes nothing of the line.
    """
    try:
        return Post.model_validate_json(line)
    except ValidationError as error:
        raw = line.encode(errors="surrogatepass") if isinstance(line, str) else line
        if _HALF_CHARACTER.search(raw) and (mended := _mended(raw)) is not None:
            return mended
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the line"
        raise PostUnreadableError(f"{place}: {first['type'].replace('_', ' ')}") from None
    except RecursionError:
        raise PostUnreadableError("the line: nested too deeply") from None


def _mended(line: bytes) -> Post | None:
    try:
        return Post.model_validate(_all_readable(json.loads(line)))
    except (ValueError, RecursionError):
        return None


def _all_readable(value: Any) -> Any:
    if isinstance(value, str):
        return readable(value)
    if isinstance(value, list):
        return [_all_readable(one) for one in value]
    if isinstance(value, dict):
        return {readable(name): _all_readable(one) for name, one in value.items()}
    return value

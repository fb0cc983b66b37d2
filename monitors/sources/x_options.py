"""What X is to be searched for, and what it may cost."""

import re
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from monitors.options import Options
from monitors.sources.x_session import API

FEWEST_A_PAGE = 10
"""X returns no smaller page."""
LONGEST_QUERY = 512
_QUARTER_HOUR, _SEARCHES = 900.0, 450
_AROUND_A_POST = 6
"""A post may bring two others and four pictures, each of which costs."""
_BY_ACCOUNT = re.compile(r"(?<![\w-])(from|retweets_of|list|followers_of)\s*:", re.IGNORECASE)


class XOptions(Options):
    """The searches, the token, and the sum that a day may cost."""

    bearer_token: SecretStr = Field(min_length=1)
    queries: tuple[str, ...] = Field(min_length=1, max_length=50)
    stream: bool = False
    """Use the filtered stream, for plans that have it."""
    every_seconds: float = Field(default=300.0, gt=0, le=86_400)
    dollars_a_day: float = Field(default=5.0, gt=0, le=10_000)
    dollars_a_post: float = Field(default=0.005, ge=0.000_001, le=10)
    context: bool = True
    """Read answered and quoted posts and descriptions of pictures too; each costs as a post."""
    quiet_after_hours: float | None = Field(default=None, gt=0)
    url: str = API
    """Another server on this machine, for trials."""

    @property
    def things_a_post(self) -> int:
        """How many things X may charge for with one post."""
        return 1 + (_AROUND_A_POST if self.context else 0)

    @field_validator("queries")
    @classmethod
    def _search_for_words(cls, queries: tuple[str, ...]) -> tuple[str, ...]:
        for query in queries:
            if not 0 < len(query.strip()) <= LONGEST_QUERY:
                raise ValueError(f"each search has 1 to {LONGEST_QUERY} characters")
            if _BY_ACCOUNT.search(query):
                raise ValueError("a search is for words, not for what an account writes")
        return tuple(dict.fromkeys(query.strip() for query in queries))

    @field_validator("url")
    @classmethod
    def _is_here(cls, url: str) -> str:
        if url != API and urlsplit(url).hostname not in {"127.0.0.1", "::1", "localhost"}:
            raise ValueError("only a server on this machine can take the place of X")
        return url.rstrip("/")

    @model_validator(mode="after")
    def _can_be_kept(self) -> "XOptions":
        if not self.stream and len(self.queries) * _QUARTER_HOUR / self.every_seconds > _SEARCHES:
            raise ValueError("X lets us search 450 times in 15 minutes; look less often")
        if self.dollars_a_day < self.things_a_post * FEWEST_A_PAGE * self.dollars_a_post:
            raise ValueError("dollars_a_day does not pay for one search")
        return self

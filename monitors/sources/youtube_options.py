"""What of YouTube is to be watched, and the day's quota."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, StringConstraints, field_validator, model_validator

from monitors.options import Options

API = "https://youtube.googleapis.com"
DAY_SECONDS = 86_400.0
SPARE = 0.9
"""The part of the day's searches that is planned; the rest is for second pages and restarts."""

Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class YouTubeOptions(Options):
    """The key, what to search for, whose comments to read, and the day's quota."""

    api_key: SecretStr = Field(min_length=1)
    queries: tuple[Annotated[str, StringConstraints(min_length=1, max_length=500)], ...] = Field(
        default=(), max_length=90
    )
    channels: tuple[Id, ...] = Field(default=(), max_length=100)
    """Ids of the body's own channels."""
    videos: tuple[Id, ...] = Field(default=(), max_length=500)
    """Ids of videos by others whose comments are read."""
    every_seconds: float = Field(default=600.0, gt=0, le=86_400)
    searches_a_day: int = Field(default=100, ge=1)
    units_a_day: int = Field(default=10_000, ge=1)
    quiet_after_hours: float | None = Field(default=None, gt=0)
    url: str = API
    """Another server on this machine, for trials."""

    @property
    def search_seconds(self) -> float:
        """How far apart the searches are, so that they last for the day."""
        return DAY_SECONDS * len(self.queries) / (self.searches_a_day * SPARE)

    @field_validator("url")
    @classmethod
    def _is_here(cls, url: str) -> str:
        if url != API and urlsplit(url).hostname not in {"127.0.0.1", "::1", "localhost"}:
            raise ValueError("only a server on this machine can take the place of YouTube")
        return url.rstrip("/")

    @model_validator(mode="after")
    def _has_something_to_watch(self) -> "YouTubeOptions":
        if not (self.queries or self.channels or self.videos):
            raise ValueError("say what to watch: queries, channels or videos")
        if len(self.queries) > self.searches_a_day:
            raise ValueError("there are more searches than a day has")
        return self

"""Which pages and searches to look at, and how politely."""

import re
from typing import Annotated, Self
from urllib.parse import quote_plus, urlsplit

from pydantic import AfterValidator, Field, SecretStr, field_validator, model_validator

from monitors.options import Options
from records.addresses import loopback_port, web_address

QUERY = "{query}"
LEAST_SECONDS = 2
_PROFILE = re.compile(
    r"(?:^|/)(?:~|%7e|@)\w"
    r"|/(?:u|user|users|usr|profile|profiles|member|members|author|authors)[./][^/?]"
    r"|/(?:profile|member|userinfo)\.php"
    r"|mode=viewprofile|action=profile|do=profile",
    re.IGNORECASE,
)


def is_profile(url: str) -> bool:
    """Whether the address looks like the page of one person, which is never read."""
    parts = urlsplit(url)
    return bool(_PROFILE.search(f"{parts.path}?{parts.query}"))


def _is_page(address: SecretStr) -> SecretStr:
    url = address.get_secret_value()
    if web_address(url) is None:
        raise ValueError("it begins with https:// or http:// and holds no password")
    if is_profile(url):
        raise ValueError("it looks like a person's profile, and those are not read")
    return address


def _is_search(address: SecretStr) -> SecretStr:
    url = _is_page(address).get_secret_value()
    parts = urlsplit(url)
    if QUERY not in f"{parts.path}?{parts.query}" or QUERY in parts.netloc:
        raise ValueError("after the site's name it holds {query}, the place for the words")
    return address


class WebOptions(Options):
    """Pages, or searches with words to search for, or both."""

    pages: tuple[Annotated[SecretStr, AfterValidator(_is_page)], ...] = Field((), max_length=200)
    searches: tuple[Annotated[SecretStr, AfterValidator(_is_search)], ...] = Field(
        (), max_length=20
    )
    queries: tuple[str, ...] = Field((), max_length=50)
    follow: tuple[str, ...] = ()
    """What the path of a result begins with; without it every link in the body of a search page."""
    most_results: int = Field(default=20, ge=1, le=100)
    """How many results of one search are read at each look."""
    every_minutes: float = Field(default=30.0, gt=0, le=1440)
    seconds_between: float = Field(default=5.0, ge=0, le=600)
    """Between two requests to one site, at least."""
    whole_pages: bool = False
    """Whether menus, margins and footers are read as well as the main text."""
    include_comments: bool = True
    contact: str = Field(default="", max_length=200, pattern=r"^[\x21-\x7e]*$")
    """An address by which a site's owner reaches whoever looks."""
    reads_back_hours: float = Field(default=24.0, ge=0, le=8760)
    """How long new text stays on these pages."""
    quiet_after_hours: float | None = Field(default=None, gt=0)
    allow_loopback: bool = False
    """Whether pages of this machine are read: for tests and practice."""

    @field_validator("queries", "follow")
    @classmethod
    def _hold_words(cls, words: tuple[str, ...]) -> tuple[str, ...]:
        if not all(one.strip() for one in words):
            raise ValueError("one of them is empty")
        return words

    @model_validator(mode="after")
    def _belong_together(self) -> Self:
        if not (self.pages or self.searches):
            raise ValueError("pages or searches must be given")
        if bool(self.searches) != bool(self.queries):
            raise ValueError("searches and queries go together")
        if self.seconds_between < LEAST_SECONDS and not self.allow_loopback:
            raise ValueError(f"seconds_between is at least {LEAST_SECONDS}")
        return self

    @property
    def page_urls(self) -> list[str]:
        """The address of each page."""
        return [one.get_secret_value() for one in self.pages]

    @property
    def search_urls(self) -> list[str]:
        """The address of each search for each of the words."""
        return [
            one.get_secret_value().replace(QUERY, quote_plus(query))
            for one in self.searches
            for query in self.queries
        ]

    @property
    def loopback_ports(self) -> frozenset[int]:
        """The ports of this machine that the configured addresses name, if they are allowed."""
        parts = [web_address(url) for url in (*self.page_urls, *self.search_urls)]
        ports = [loopback_port(one) for one in parts if one and self.allow_loopback]
        return frozenset(port for port in ports if port)

"""Bluesky's search, which needs an account: for what the stream no longer gives."""

import json
import logging
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import requests
from atproto import Client, Session, models
from atproto_client.request import RequestBase, Response

from monitors import web
from monitors.answer import Answers
from monitors.errors import SourceError
from monitors.sources.bluesky_place import Span, moment
from monitors.sources.bluesky_session import KeptSession

TITLE = "Bluesky"
PAGE = 100
_SEARCH = "app.bsky.feed.searchPosts"
_MOST_PAGES = 1000
_TURNED_AWAY = {HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED}
_SESSION_OVER = {"ExpiredToken", "InvalidToken"}

log = logging.getLogger(__name__)


class SignInNeededError(SourceError):
    """Bluesky does not accept our name and app password."""

    def __init__(self) -> None:
        super().__init__(
            "Bluesky does not accept our sign-in: make a new app password there.", again=False
        )


class _TurnedAwayError(Exception):
    """The server did not accept what was asked, or who asked; `name` is its own word for it."""

    def __init__(self, status: int, name: str) -> None:
        super().__init__()
        self.session_over = status == HTTPStatus.UNAUTHORIZED or name in _SESSION_OVER


class Search:
    """Searches as one account; its session is kept, since sign-ins are counted."""

    def __init__(self, service: str, identifier: str, password: str, kept: KeptSession) -> None:
        self._service = service
        self._identifier = identifier
        self._password = password
        self._kept = kept
        self._client: Any = None
        self._open: list[_Requests] = []
        self.answers = Answers()

    def pages(self, query: str, span: Span) -> Iterator[list[Any]]:
        """What holds the words of `query` and was said in `span`, the newest first."""
        asked: dict[str, Any] = {
            "q": query,
            "sort": "latest",
            "since": _written(span.began),
            "until": _written(span.ended),
            "limit": PAGE,
        }
        for _ in range(_MOST_PAGES):
            self.answers.begin()
            answer = self._ask(asked)
            posts = answer.get("posts") if isinstance(answer, dict) else None
            if not isinstance(posts, list):
                raise SourceError(f"{TITLE} answers with something that can't be read.")
            yield posts
            following = answer.get("cursor")
            if not (posts and isinstance(following, str) and following):
                return
            asked["cursor"] = following

    def try_once(self, query: str) -> None:
        """Sign in and search once; raises SourceError if that can't be done."""
        now = int(time.time()) * 1_000_000
        try:
            next(self.pages(query, Span(now - 60_000_000, now)))
        finally:
            self.close()

    def close(self) -> None:
        """Let go of the connections; the next search makes new ones."""
        for one in self._open:
            one.close()
        self._open.clear()
        self._client = None

    def _ask(self, asked: dict[str, Any]) -> Any:
        """One search; a session that is over is replaced once.

        The library's own call for it loses a whole page for one post of a kind unknown to it.
        """
        params = models.AppBskyFeedSearchPosts.Params(**asked)
        try:
            return self._signed_in(anew=False).invoke_query(_SEARCH, params=params).content
        except _TurnedAwayError as refused:
            if not refused.session_over:
                raise SourceError(f"{TITLE} does not understand what we ask.") from None
        try:
            return self._signed_in(anew=True).invoke_query(_SEARCH, params=params).content
        except _TurnedAwayError:
            raise SignInNeededError from None

    def _signed_in(self, *, anew: bool) -> Any:
        if anew:
            self._kept.forget()
        elif self._client is not None:
            return self._client
        requests_ = _Requests(self.answers)
        self._open.append(requests_)
        client = Client(self._service, request=requests_)
        client.on_session_change(lambda _, session: self._kept.keep(session.encode()))
        if not self._resumed(client):
            try:
                client.login(self._identifier, self._password, fetch_bsky_profile=False)
            except _TurnedAwayError:
                raise SignInNeededError from None
        self._client = client
        return client

    def _resumed(self, client: Any) -> bool:
        session = self._kept.read()
        if session is None:
            return False
        try:
            if not Session.decode(session).access_jwt_payload.exp:
                raise ValueError  # noqa: TRY301 - as what the library raises
            client.login(session_string=session, fetch_bsky_profile=False)
        except Exception:  # noqa: BLE001 - what is no session is none, whatever the library says
            self._kept.forget()
            return False
        return True


class _Requests(RequestBase):  # type: ignore[misc] # the library carries no type marker
    """How the library's client asks: with our limits, and with faults that quote nothing."""

    def __init__(self, answers: Answers) -> None:
        super().__init__()
        self._session = web.session()
        answers.watch(self._session)

    def close(self) -> None:
        """Let go of the connections."""
        self._session.close()

    def get(self, *where: str, **asked: Any) -> Response:
        """As the library calls it."""
        return self._answer("GET", *where, **asked)

    def post(self, *where: str, **asked: Any) -> Response:
        """As the library calls it."""
        return self._answer("POST", *where, **asked)

    def _answer(self, method: str, url: str, **asked: Any) -> Response:
        headers = self.get_headers(asked.get("headers"))
        body, params = asked.get("content"), asked.get("params")
        try:
            answer = self._session.request(method, url, headers=headers, params=params, data=body)
        except requests.RequestException as fault:
            raise web.trouble(TITLE, fault) from None
        content = _read(answer)
        if answer.status_code in _TURNED_AWAY and isinstance(content, dict):
            raise _TurnedAwayError(answer.status_code, str(content.get("error")))
        _say_when(answer)
        if refused := web.refusal(TITLE, answer, datetime.now(UTC)):
            raise refused
        return Response(success=True, status_code=answer.status_code, content=content, headers={})


def _read(answer: requests.Response) -> Any:
    try:
        return json.loads(answer.content)
    except (ValueError, RecursionError):
        return None


def _say_when(answer: requests.Response) -> None:
    """Bluesky tells the end of a wait as seconds since 1970, in a header of its own."""
    if "Retry-After" not in answer.headers:
        with suppress(KeyError, ValueError):
            until = float(answer.headers["RateLimit-Reset"])
            answer.headers["Retry-After"] = str(max(0.0, until - time.time()))


def _written(micros: int) -> str:
    return moment(micros).isoformat(timespec="milliseconds").replace("+00:00", "Z")

"""The requests of Google's client, made by our own session; refusals become sentences."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import requests

from monitors.answer import Answers
from monitors.errors import SourceError, Why
from monitors.sources.lenient import json_of, list_of, table_of
from monitors.web import refusal, session, trouble

TITLE = "YouTube"
_REFUSED, _NOT_FOUND = 400, 404
_NO_KEY = frozenset(
    {
        "accessNotConfigured", "API_KEY_EXPIRED", "API_KEY_INVALID", "API_KEY_SERVICE_BLOCKED",
        "forbiddenByKey", "ipRefererBlocked", "keyExpired", "keyInvalid", "SERVICE_DISABLED",
    }
)  # fmt: skip
_USED_UP = frozenset({"quotaExceeded", "dailyLimitExceeded"})
_NOT_THERE = frozenset(
    {"channelNotFound", "commentsDisabled", "commentThreadNotFound", "forbidden", "videoNotFound"}
)


class UsedUpError(SourceError):
    """The day's quota of YouTube is used up."""


class NotThereError(SourceError):
    """The comments of one video or channel of YouTube can't be read."""


class Answer(dict[str, str]):
    """What Google's client wants of an answer: headers, a status and a reason."""

    def __init__(self, answer: requests.Response) -> None:
        super().__init__((name.lower(), value) for name, value in answer.headers.items())
        self.status = answer.status_code
        self.reason = answer.reason


class Web:
    """Stands where Google's client expects httplib2. The key goes in a header, never in a URL."""

    def __init__(self, key: str) -> None:
        self._key = key
        self._session = session()
        self.answers = Answers()
        self.answers.watch(self._session)

    def request(
        self,
        uri: str,
        method: str = "GET",
        body: str | bytes | None = None,
        headers: Mapping[str, str] | None = None,
        **_: Any,
    ) -> tuple[Answer, bytes]:
        """The whole answer; a refusal is a SourceError."""
        named = {**(headers or {}), "X-Goog-Api-Key": self._key}
        try:
            answer = self._session.request(method, uri, data=body, headers=named)
        except requests.RequestException as fault:
            raise trouble(TITLE, fault) from None
        if answer.status_code >= _REFUSED:
            raise _refusal(answer)
        return Answer(answer), answer.content

    def close(self) -> None:
        """Let go of the connections."""
        self._session.close()


def _refusal(answer: requests.Response) -> SourceError:
    reasons = _reasons(answer)
    if reasons & _USED_UP:
        return UsedUpError(why=Why.USED_UP)
    if reasons & _NO_KEY:
        return SourceError("YouTube does not take the API key.", again=False, why=Why.SIGN_IN)
    if reasons & _NOT_THERE or answer.status_code == _NOT_FOUND:
        return NotThereError(why=Why.ABSENT)
    refused = refusal(TITLE, answer, datetime.now(UTC))
    return refused or SourceError(f"YouTube refused (HTTP {answer.status_code}).")


def _reasons(answer: requests.Response) -> set[str]:
    """Google gives its reasons in one of two places, if it gives any."""
    try:
        error = table_of(table_of(json_of(answer.content)).get("error"))
    except ValueError:
        return set()
    told = [
        table_of(one) for one in (*list_of(error.get("errors")), *list_of(error.get("details")))
    ]
    return {reason for one in told if isinstance(reason := one.get("reason"), str)}

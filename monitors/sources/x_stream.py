"""X's filtered stream: the rules that say what it sends, and one connection to it."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import requests
import tweepy

from monitors.answer import Answer, StreamEvent
from monitors.errors import SourceError
from monitors.feed import Give
from monitors.sources.lenient import list_of, table_of
from monitors.sources.x_options import XOptions
from monitors.sources.x_search import asked, data_of, wanted_of
from monitors.sources.x_session import CLOSED, TITLE, x_session
from monitors.web import trouble

TAG = "namewatch"
KNOWN = "DuplicateRule"


class Connection(tweepy.StreamingClient):  # type: ignore[misc] # the library has no type marker
    """The library's client, but for one connection only, and with the messages as they came.

    The library connects again by itself, at once when X hangs up cleanly, and swallows what is
    raised while a message is read. Here any end is raised.
    """

    def __init__(self, options: XOptions, take: Callable[[bytes, Answer, Give], None]) -> None:
        super().__init__(
            options.bearer_token.get_secret_value(), return_type=requests.Response, max_retries=0
        )
        self.session = x_session(options.url, streams=1)
        self.session.hooks["response"].append(self._hold)
        self._queries = options.queries
        self._wanted = wanted_of(options)
        self._take = take
        self._failure: Exception | None = None
        self._answer: requests.Response | None = None
        self._stopped = False
        self.listening = False

    def run(self, give: Give) -> None:
        """Listen until the connection ends; raises SourceError unless it was stopped."""
        self._give = give
        self._put_rules()
        self.filter(**self._wanted)
        if not self._stopped:
            raise self._failure or SourceError(CLOSED)

    def try_once(self) -> None:
        """Ask for the rules, which only plans with a stream have."""
        asked(self.get_rules)

    def stop(self) -> None:
        """Hang up; called from another thread."""
        self._stopped = True
        self._hang_up()

    def end(self, failure: SourceError) -> None:
        """Hang up for this reason; called from another thread."""
        self._end(failure)
        self._hang_up()

    def _hang_up(self) -> None:
        self.disconnect()
        if self._answer is not None:
            with suppress(OSError, ValueError, RuntimeError):
                self._answer.raw.shutdown()

    def _put_rules(self) -> None:
        """Have X send what matches our searches, and no longer what earlier ones asked for."""
        rules = [table_of(one) for one in data_of(asked(self.get_rules))]
        ours = {one.get("value"): one.get("id") for one in rules if one.get("tag") == TAG}
        if old := [id_ for query, id_ in ours.items() if query not in self._queries and id_]:
            asked(lambda: self.delete_rules(old))
        if new := [one for one in self._queries if one not in ours]:
            put = asked(lambda: self.add_rules([tweepy.StreamRule(one, TAG) for one in new]))
            if any(table_of(one).get("title") != KNOWN for one in list_of(put.get("errors"))):
                raise SourceError("X does not take one of the searches.", again=False)

    def _hold(self, answer: requests.Response, **_: Any) -> None:
        self._answer = answer

    def on_connect(self) -> None:
        """As the library calls it once X answers."""
        self.listening = True
        if self._stopped:
            self.disconnect()

    def on_data(self, raw_data: bytes) -> None:
        """As the library calls it for each message."""
        self._take(raw_data, StreamEvent(self._answer), self._give)

    def on_closed(self, response: requests.Response) -> None:  # noqa: ARG002 - as inherited
        """As the library calls it when X has hung up."""
        self._end(SourceError(CLOSED))

    def on_connection_error(self) -> None:
        """As the library calls it when the connection broke."""
        lost = "X broke off, or has been silent for too long."
        self._end(SourceError(lost if self.listening else "X can't be reached."))

    def on_request_error(self, status_code: int) -> None:
        """As the library calls it when X refused."""
        self._end(SourceError(f"X refused the connection (HTTP {status_code})."))

    def on_exception(self, exception: Exception) -> None:
        """As the library calls it for whatever is raised meanwhile."""
        self._end(exception if isinstance(exception, SourceError) else trouble(TITLE, exception))

    def _end(self, failure: Exception) -> None:
        self._failure = self._failure or failure
        self.disconnect()

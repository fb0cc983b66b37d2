"""X's recent search: page after page, each paid for."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import requests
import tweepy

from monitors.errors import SourceError, Why
from monitors.sources.lenient import list_of, table_of
from monitors.sources.x_options import FEWEST_A_PAGE, XOptions
from monitors.sources.x_posts import id_at, resources
from monitors.sources.x_session import TITLE
from monitors.sources.x_spending import Spending
from monitors.web import trouble

MOST_A_PAGE = 100
FIELDS = [
    "attachments", "author_id", "created_at", "edit_history_tweet_ids", "entities", "lang",
    "note_tweet", "referenced_tweets",
]  # fmt: skip
AROUND = {
    "expansions": ["attachments.media_keys", "referenced_tweets.id"],
    "media_fields": ["alt_text", "preview_image_url", "type", "url"],
}


class Search:
    """Asks only for what the day's sum pays for."""

    def __init__(self, options: XOptions, spending: Spending) -> None:
        self._options = options
        self._spending = spending

    def pages(
        self, session: requests.Session, query: str, since: int
    ) -> Iterator[Mapping[str, Any]]:
        """Every page of what was posted after the number `since`, as far as the day's sum goes."""
        client = self._client(session)
        token = None
        while True:
            with self._spending.ask(
                FEWEST_A_PAGE, MOST_A_PAGE, self._options.things_a_post
            ) as page:
                answer = asked(
                    lambda token=token, most=page.posts: client.search_recent_tweets(
                        query,
                        since_id=since,
                        next_token=token,
                        max_results=most,
                        **wanted_of(self._options),
                    )
                )
                page.things = resources(answer)
            meta = table_of(answer.get("meta"))
            if not data_of(answer) and meta.get("result_count") != 0:
                raise SourceError("The answer of X is not one to a search.")
            yield answer
            before, token = token, meta.get("next_token")
            if not (isinstance(token, str) and token) or token == before:
                return

    def try_once(self, session: requests.Session, query: str) -> None:
        """Search for what is posted from now on, which finds nothing and so costs nothing."""
        with self._spending.ask(FEWEST_A_PAGE, FEWEST_A_PAGE) as page:
            answer = asked(
                lambda: self._client(session).search_recent_tweets(
                    query, since_id=id_at(datetime.now(UTC)), max_results=page.posts
                )
            )
            page.things = resources(answer)

    def _client(self, session: requests.Session) -> tweepy.Client:
        client = tweepy.Client(
            self._options.bearer_token.get_secret_value(), return_type=requests.Response
        )
        client.session = session
        return client


def wanted_of(options: XOptions) -> Mapping[str, Sequence[str]]:
    """What of a post is asked for."""
    return {"tweet_fields": FIELDS, **(AROUND if options.context else {})}


def asked(ask: Any) -> Mapping[str, Any]:
    """What X answers, as far as it can be read."""
    try:
        answer = json.loads(ask().content)
    except requests.RequestException as fault:
        raise trouble(TITLE, fault) from None
    except (ValueError, RecursionError, tweepy.TweepyException):
        answer = None
    if not isinstance(answer, dict):
        raise SourceError("The answer of X can't be read.", why=Why.ODD_ANSWER)
    return answer


def data_of(answer: Mapping[str, Any]) -> Sequence[Any]:
    """What was asked for, without what came along."""
    return list_of(answer.get("data"))

"""Logs tell what happened, by reference only; what could hold content is taken out."""

import logging
import re
import unicodedata

_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+|https?://\S+|\bxox[a-z]-\S+|\bxapp-\S+")

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
LONGEST = 2000

TELL_TOO_MUCH = (
    "atproto", "charset_normalizer", "courlan", "feedparser", "google", "googleapiclient",
    "htmldate", "httpx", "mail.log", "mastodon", "oauthlib", "praw", "prawcore", "protego",
    "requests", "requests_oauthlib", "slack_sdk", "trafilatura", "tweepy",
    "urllib3", "uvicorn", "websockets",
)  # fmt: skip
"""Libraries whose warnings may quote what was asked for or what came."""


class OnlyReferences(logging.Formatter):
    """Formats one line without addresses, tokens or tracebacks (whose lines may hold values)."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, with the kind of error instead of its words."""
        words = _ADDRESS.sub("[removed]", "".join(map(_seen, record.getMessage()[:LONGEST])))
        fault = (
            f" ({record.exc_info[0].__name__})" if record.exc_info and record.exc_info[0] else ""
        )
        return f"{self.formatTime(record)} {record.levelname.lower()} {record.name}: {words}{fault}"


def _seen(sign: str) -> str:
    """A blank for what would break the line, or hide something in it."""
    return " " if unicodedata.category(sign) in _UNSEEN else sign


def set_up() -> None:
    """Send warnings of all parts to standard error; quieten libraries that tell too much."""
    to_terminal = logging.StreamHandler()
    to_terminal.setFormatter(OnlyReferences())
    logging.basicConfig(level=logging.WARNING, handlers=[to_terminal], force=True)
    for library in TELL_TOO_MUCH:
        logging.getLogger(library).setLevel(logging.CRITICAL)

"""Which kinds of source there are.

A kind is one file that offers `build(name, options)`, and one line here. The file is imported
when the kind is first asked for, since some platforms' clients take seconds to import.
"""

import importlib
from collections.abc import Mapping

from monitors.source import Source
from records.errors import ConfigurationError

KINDS: Mapping[str, str] = {
    "bluesky": "monitors.sources.bluesky",
    "feeds": "monitors.sources.feeds",
    "hackernews": "monitors.sources.hackernews",
    "lemmy": "monitors.sources.lemmy",
    "mastodon": "monitors.sources.mastodon",
    "reddit": "monitors.sources.reddit",
    "replay": "monitors.sources.replay",
    "x": "monitors.sources.x",
    "youtube": "monitors.sources.youtube",
}


def build(kind: str, name: str, options: Mapping[str, object]) -> Source:
    """The source `name`; raises ConfigurationError for an unknown kind or a wrong option."""
    module = KINDS.get(kind)
    if module is None:
        raise ConfigurationError(
            f"There is no kind of source called {kind!r}. The kinds are: {', '.join(KINDS)}."
        )
    source: Source = importlib.import_module(module).build(name, options)
    return source

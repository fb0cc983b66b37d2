"""Whether X can be searched, and streamed, as the source is set."""

from collections.abc import Sequence
from functools import partial

from monitors.checking import Trial, numbered
from monitors.errors import Why
from monitors.sources.x_options import XOptions
from monitors.sources.x_search import Search
from monitors.sources.x_session import x_session
from monitors.sources.x_stream import Connection

ADVICE = {
    Why.SIGN_IN: "make a new bearer token on X's developer site and put it into bearer_token",
    Why.FORBIDDEN: "put the app into a project that may search recent posts, on X's developer site",
    Why.NOT_UNDERSTOOD: "correct it in queries",
    Why.UNPAID: "buy credit on X's developer site",
    Why.USED_UP: "wait until then, or raise dollars_a_day",
}
FOR_STREAM = {
    Why.FORBIDDEN: "take stream = true out of settings.toml, or take a plan that has the stream",
}


def faults_of(options: XOptions, search: Search) -> Sequence[str]:
    """Make each search once, for what is posted from now on."""
    trial = Trial(ADVICE)
    with x_session(options.url) as session:
        for number, query in enumerate(options.queries, 1):
            about = numbered("Search", number, len(options.queries))
            trial.ask(about, partial(search.try_once, session, query))
    if options.stream:
        connection = Connection(options, lambda *_: None)
        with connection.session:
            trial.ask("The stream", connection.try_once, FOR_STREAM)
    return trial.faults

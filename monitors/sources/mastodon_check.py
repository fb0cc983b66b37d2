"""Whether a Mastodon server shows what is to be read of it."""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing

from monitors.checking import Trial, numbered
from monitors.errors import Why
from monitors.sources.mastodon_server import Channel, MastodonServer

WITHOUT_TOKEN = dict.fromkeys(
    (Why.SIGN_IN, Why.FORBIDDEN, Why.NOT_UNDERSTOOD), "give a token of an account there"
)
WITH_TOKEN = {
    Why.SIGN_IN: "make a new token there and put it in",
    Why.FORBIDDEN: (
        "tick read:statuses and read:search for the application there, and make a new token"
    ),
}


def faults_of(
    connect: Callable[[], MastodonServer], channels: Sequence[Channel], signed_in: bool
) -> Sequence[str]:
    """Ask for one page of each."""
    trial = Trial(WITH_TOKEN if signed_in else WITHOUT_TOKEN)
    of, number = Counter(channel.kind for channel in channels), Counter[str]()
    with closing(connect()) as server:
        for channel in channels:
            number[channel.kind] += 1
            about = numbered(channel.kind.capitalize(), number[channel.kind], of[channel.kind])

            def look(channel: Channel = channel) -> None:
                server.check_shown(channel)
                server.page(channel)

            trial.ask(about, look)
    return trial.faults

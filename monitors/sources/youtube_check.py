"""Whether YouTube's API can be used, and its channels and videos read, as the source is set."""

from collections import Counter
from collections.abc import Sequence
from functools import partial

from monitors.checking import Trial, numbered
from monitors.errors import Why
from monitors.sources.youtube_asking import Asking
from monitors.sources.youtube_comments import places_of
from monitors.sources.youtube_options import YouTubeOptions
from monitors.sources.youtube_quota import Quota
from monitors.sources.youtube_web import Web

ADVICE = {
    Why.SIGN_IN: (
        "make a key in Google's cloud console, switch on the YouTube Data API v3 for its project,"
        " and put it into api_key"
    ),
    Why.FORBIDDEN: "let the key use the YouTube Data API v3, in Google's cloud console",
    Why.ABSENT: "correct its id, or take it out where comments are switched off",
    Why.USED_UP: "wait until midnight Pacific time, when it is full again",
}
NO_VIDEO = "00000000000"
_TITLES = {"allThreadsRelatedToChannelId": "Channel", "videoId": "Video"}


def faults_of(options: YouTubeOptions, quota: Quota) -> Sequence[str]:
    """Ask for one thread of each channel and video, or where there is none for a video."""
    trial = Trial(ADVICE)
    web = Web(options.api_key.get_secret_value())
    try:
        asking = Asking(web, options.url, quota)
        places = places_of(options.channels, options.videos)
        of, number = Counter(place.kind for place in places), Counter[str]()
        for place in places:
            number[place.kind] += 1
            about = numbered(_TITLES[place.kind], number[place.kind], of[place.kind])
            trial.ask(about, partial(next, asking.threads({place.kind: place.id}, most=1)))
        if not places:
            trial.ask("", partial(next, asking.videos([NO_VIDEO])))
    finally:
        web.close()
    return trial.faults

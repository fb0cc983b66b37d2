"""The screener in use, which may be exchanged for one that knows other people or other rules."""

from collections.abc import Collection, Sequence

from nlp.lessons import NO_LESSONS, Lessons
from nlp.screening import Screener
from records.finding import Finding
from records.post import Post


class ScreenerInUse:
    """Screens with whichever screener was given last; what verdicts taught goes along."""

    def __init__(self, screener: Screener) -> None:
        self._screener = screener
        self._lessons = NO_LESSONS

    def exchange(self, screener: Screener) -> None:
        """Screen with this one from the next post on."""
        screener.learn(self._lessons)
        self._screener = screener

    def learn(self, lessons: Lessons) -> None:
        """Go by these lessons from the next post on."""
        self._lessons = lessons
        self._screener.learn(lessons)

    def screen(self, post: Post) -> Finding:
        """All that can be said about the post."""
        return self._screener.screen(post)

    def suspects(self, posts: Sequence[Post]) -> Collection[int]:
        """The numbers of those posts for which `screen` may say anything but `ignore`."""
        return self._screener.suspects(posts)

    def named(self, post: Post) -> Collection[str]:
        """Whom the post may name, told quickly."""
        return self._screener.named(post)

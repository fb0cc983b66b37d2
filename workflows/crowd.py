"""In a flood others go first: what is seen of a batch before any of it is screened."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from monitors.source import Arrival, Received
from records.post import Post

Suspects = Callable[[Sequence[Post]], Collection[int]]
Named = Callable[[Post], Collection[str]]
CROWD = 20
"""When more posts of one batch than these name the same person, posts about others go first."""

_BODY = ("",)
"""Stands for whom a post names that names nobody."""


@dataclass(slots=True)
class Look:
    """What a first look says of an arrival that waits to be taken."""

    arrival: Arrival
    may_matter: bool
    names: frozenset[str] | None = None
    taken: bool = False
    """It was taken before its turn."""

    @property
    def to_be_read(self) -> bool:
        """Whether it has to be screened when its turn comes."""
        return self.may_matter and not self.taken

    @property
    def edited(self) -> bool:
        """Whether it is a later wording, which never goes before its turn."""
        return isinstance(self.arrival, Received) and self.arrival.edited


@dataclass
class FirstLooks:
    """Looks at each arrival once, however often a source's batch is given again."""

    suspects: Suspects
    """The numbers of those posts of a batch for which screening may say anything but `ignore`."""
    named: Named
    """Whom a post may name, told quickly."""
    _looks: dict[str, dict[int, Look]] = field(default_factory=dict)
    """By source and identity."""

    def at(self, source: str, batch: Sequence[Arrival]) -> list[Look]:
        """One for each of the batch; names are only looked for when there may be a crowd."""
        looks = self._looks.setdefault(source, {})
        fresh = [one for one in batch if id(one) not in looks]
        read = set(self._to_be_read(fresh))
        looks.update((id(one), Look(one, number in read)) for number, one in enumerate(fresh))
        found = [looks[id(one)] for one in batch]
        unread = [one for one in found if one.to_be_read]
        if len(unread) > CROWD:
            for one in unread:
                if one.names is None and isinstance(one.arrival, Received):
                    one.names = frozenset(self.named(one.arrival.post) or _BODY)
        return found

    def forget(self, source: str, taken: Sequence[Arrival]) -> None:
        """These have had their turn."""
        for one in taken:
            self._looks[source].pop(id(one), None)

    def _to_be_read(self, batch: Sequence[Arrival]) -> list[int]:
        """The numbers of those posts that may matter, and of all that were edited."""
        posts = [(number, one) for number, one in enumerate(batch) if isinstance(one, Received)]
        suspects = self.suspects([one.post for _, one in posts])
        return [
            number for place, (number, one) in enumerate(posts) if place in suspects or one.edited
        ]


def about_others(looks: Sequence[Look]) -> list[Look]:
    """In a crowd of posts about the same person those about somebody else, but for edits.

    They are met again, and known, when the program dies before the crowd has been taken.
    """
    named = [(one, one.names) for one in looks if one.to_be_read and one.names is not None]
    many = [names for names, times in Counter(names for _, names in named).items() if times > CROWD]
    crowd = frozenset[str]().union(*many)
    return [one for one, names in named if many and not names <= crowd and not one.edited]

"""Hold findings against labels, and count by slice what was found, missed and flagged wrongly."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import get_args

from nlp.labelled import Labelled
from records.finding import Category, Certainty, Disposition, Finding

_SURENESS: tuple[Certainty, ...] = ("possible", "likely", "certain")
HARM = frozenset({Category.THREAT, Category.VIOLENCE})
THREAT_OR_VIOLENCE = "threat or violence"


@dataclass(slots=True)
class Counts:
    """`wanted` posts should be flagged, `others` should not; `look_alikes` are among these."""

    wanted: int = 0
    found: int = 0
    others: int = 0
    flagged: int = 0
    look_alikes: int = 0
    look_alikes_flagged: int = 0

    def add(self, *, wanted: bool, flagged: bool, look_alike: bool = False) -> None:
        """Count one post."""
        if wanted:
            self.wanted += 1
            self.found += flagged
            return
        self.others += 1
        self.flagged += flagged
        self.look_alikes += look_alike
        self.look_alikes_flagged += look_alike and flagged

    @property
    def recall(self) -> float | None:
        """The share of wanted posts that was flagged."""
        return _share(self.found, self.wanted)

    @property
    def precision(self) -> float | None:
        """The share of flagged posts that was wanted."""
        return _share(self.found, self.found + self.flagged)

    @property
    def false_alarms(self) -> float | None:
        """The share of the other posts that was flagged."""
        return _share(self.flagged, self.others)

    @property
    def false_alarms_on_look_alikes(self) -> float | None:
        """The share of look-alikes that was flagged."""
        return _share(self.look_alikes_flagged, self.look_alikes)


@dataclass(slots=True)
class People:
    """Whether the right people were found; namesakes are posts that mean nobody on the staff."""

    meant: int = 0
    found: int = 0
    sure_enough: int = 0
    posts: int = 0
    wrong_person: int = 0
    namesakes: int = 0
    namesakes_alerted: int = 0

    def add(self, expected: Labelled, finding: Finding) -> None:
        """Count one post whose people are labelled."""
        assert expected.staff is not None
        self.posts += 1
        self.wrong_person += bool(set(finding.named) - set(expected.staff))
        if not expected.staff:
            self.namesakes += 1
            self.namesakes_alerted += finding.disposition == "alert" and bool(finding.named)
        for staff_id, least in expected.staff.items():
            self.meant += 1
            sure = max(
                (
                    _SURENESS.index(one.certainty)
                    for one in finding.staff
                    if one.staff_id == staff_id
                ),
                default=-1,
            )
            self.found += sure >= 0
            self.sure_enough += sure >= (_SURENESS.index(least) if least else 0)


@dataclass(slots=True)
class Scores:
    """What screening made of labelled posts."""

    posts: int = 0
    categories: dict[str, Counts] = field(default_factory=dict)
    slices: dict[str, dict[str, Counts]] = field(default_factory=dict)
    """For each kind of slice and its name: posts with any concern against harmless ones."""
    people: People = field(default_factory=People)
    dispositions: dict[str, dict[Disposition, int]] = field(default_factory=dict)
    """For what was expected of posts: how many were dealt with how."""

    def add(self, expected: Labelled, finding: Finding) -> None:
        """Count one post."""
        self.posts += 1
        if expected.staff is not None:
            self.people.add(expected, finding)
        if expected.categories is not None:
            self._add_categories(expected, expected.categories, frozenset(finding.categories))
        for kind in _expectations(expected):
            row = self.dispositions.setdefault(kind, dict.fromkeys(get_args(Disposition), 0))
            row[finding.disposition] += 1

    def _add_categories(
        self, expected: Labelled, wanted: frozenset[Category], found: frozenset[Category]
    ) -> None:
        for category in Category:
            if category is Category.NAMING:
                continue
            self._counts(category.value).add(
                wanted=category in wanted,
                flagged=category in found,
                look_alike=expected.near == category.value,
            )
        self._counts(THREAT_OR_VIOLENCE).add(
            wanted=bool(HARM & wanted),
            flagged=bool(HARM & found),
            look_alike=expected.near in HARM,
        )
        abusive, flagged = wanted - {Category.NAMING}, found - {Category.NAMING}
        for kind, name in expected.slices:
            self.slices.setdefault(kind, {}).setdefault(name, Counts()).add(
                wanted=bool(abusive), flagged=bool(abusive & flagged if abusive else flagged)
            )

    def _counts(self, name: str) -> Counts:
        return self.categories.setdefault(name, Counts())


def _expectations(expected: Labelled) -> Iterator[str]:
    if expected.disposition:
        yield f"expected: {expected.disposition}"
    elif expected.categories is not None:
        yield "with a concern" if expected.categories - {Category.NAMING} else "harmless"


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None

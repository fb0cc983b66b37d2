"""Measure over the posts of linking.jsonl whether the right member of staff is meant."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from importlib import resources
from pathlib import Path

from nlp.classifier import Classifier
from nlp.screening import Screener
from policies.pack_file import read_pack
from records.finding import Finding
from records.organisation import Organisation, read_organisation
from records.post import Author, Context, Post
from records.roster import read_roster

TODAY = date(2026, 11, 21)
"""The day on which the roster's leavers are judged."""
NAMESAKES = frozenset({"namesake", "street_or_thing", "everyday_word", "other_body"})
"""Kinds of posts that mean nobody on the staff."""

_FOLDER = resources.files("nlp.evaluation")
_SURENESS = (None, "possible", "likely", "certain")


@dataclass(frozen=True, slots=True)
class Example:
    """A post, and for each member of staff how sure linking has to be at least and at most."""

    post: Post
    kind: str
    held_out: bool
    may_alert: bool
    staff: dict[str, tuple[int, int]]


@dataclass(slots=True)
class Tally:
    """What linking made of some of the posts; the lists hold texts."""

    posts: int = 0
    meant: int = 0
    found: int = 0
    meant_surely: int = 0
    found_surely: int = 0
    missed: list[str] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)
    """Posts in which somebody is found who is not meant, however doubtfully."""
    wrong_alerts: list[str] = field(default_factory=list)
    """Alerts that must not be, or with somebody surely meant who is not or can't be so surely."""

    def add(self, example: Example, finding: Finding) -> None:
        """Count one post."""
        self.posts += 1
        text = example.post.text
        for staff_id, (least, _) in example.staff.items():
            sure = sureness(finding, staff_id)
            self.meant += least > 0
            self.found += least > 0 and sure > 0
            self.meant_surely += least > 1
            self.found_surely += 1 < least <= sure
            if sure < min(least, 1):
                self.missed.append(text)
            elif sure < least:
                self.unsure.append(text)
        found = {match.staff_id for match in finding.staff}
        if found - set(example.staff):
            self.strangers.append(text)
        if finding.disposition == "alert" and (
            not example.may_alert
            or any(
                sureness(finding, one) > example.staff.get(one, (0, 0))[1] for one in finding.named
            )
        ):
            self.wrong_alerts.append(text)


def sureness(finding: Finding, staff_id: str) -> int:
    """0 for a person who is not found, up to 3 for one who is certain."""
    return max(
        (_SURENESS.index(one.certainty) for one in finding.staff if one.staff_id == staff_id),
        default=0,
    )


def examples() -> Iterator[Example]:
    """All posts, those held out included."""
    lines = (_FOLDER / "linking.jsonl").read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, 1):
        row = json.loads(line)
        yield Example(
            Post(
                id=str(number),
                source="evaluation",
                text=row["text"],
                author=Author(handle=row.get("by")),
                context=Context(**row.get("context", {})),
            ),
            row["kind"],
            row["held_out"],
            row.get("may_alert", True),
            {
                staff_id: (_SURENESS.index(least), _SURENESS.index(most))
                for staff_id, (least, most) in row["staff"].items()
            },
        )


def screener(classifier: Classifier | None = None) -> Screener:
    """A screener for the invented body; without a classifier it screens by rules alone."""
    roster = read_roster(Path(str(_FOLDER / "roster.csv")))
    return Screener(invented_body(), roster, read_pack("spso"), classifier=classifier, today=TODAY)


def invented_body() -> Organisation:
    """The body that the posts are about."""
    return read_organisation(Path(str(_FOLDER / "organisation.toml")))


def measure(screened: Screener, chosen: Iterable[Example]) -> dict[str, Tally]:
    """A tally for each kind, and one over all of them."""
    tallies: dict[str, Tally] = {"all": Tally()}
    for example in chosen:
        finding = screened.screen(example.post)
        tallies["all"].add(example, finding)
        tallies.setdefault(example.kind, Tally()).add(example, finding)
    return tallies


def namesakes_alerted(tallies: dict[str, Tally]) -> float:
    """The share of posts about others with a name of the roster that alert for somebody."""
    about_others = [tally for kind, tally in tallies.items() if kind in NAMESAKES]
    return sum(len(one.wrong_alerts) for one in about_others) / sum(
        one.posts for one in about_others
    )

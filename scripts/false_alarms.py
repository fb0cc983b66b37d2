"""Count what an invented body with 60 common Scottish names on its staff would be told for nothing.

Reads files of posts that have nothing to do with the body (JSON Lines, .gz, .zst; only `text` is
used) and prints alerts and reviews per 100,000 posts. With --namesakes only posts that
mention somebody are read, with a name of the roster put in place of theirs: a stranger with a
colleague's name. With --show the texts, to the terminal alone.
"""

import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

from nlp.classifier import SHIPPED
from nlp.evaluation.linking import TODAY, invented_body
from nlp.screening import Screener
from policies.pack_file import read_pack
from records.finding import Finding
from records.post import Post
from records.post_file import open_posts
from records.roster import StaffMember, roster_of

_FIRST_NAMES = [
    *("James", "Fiona", "David", "Margaret", "John", "Karen", "Andrew", "Elizabeth", "Robert"),
    *("Claire", "William", "Laura", "Stuart", "Sarah", "Craig", "Nicola", "Scott", "Emma", "Mark"),
    *("Catherine",),
]
_SURNAMES = [
    *("Smith", "MacDonald", "Brown", "Wilson", "Campbell", "Stewart", "Robertson", "Thomson"),
    *("Anderson", "Scott", "Murray", "Reid", "Clark", "Young", "Ross", "Walker", "Paterson"),
    *("Morrison", "Fraser", "Hamilton"),
]
_ROLES = ("Case Officer", "Complaints Reviewer", "Investigator", "Team Manager", "Receptionist")
_EACH = 3
_MASKED = re.compile(r"\[NAME\]")


def common_names() -> Iterator[StaffMember]:
    """Sixty people: each first name with three surnames, each surname with three first names."""
    for number, first in enumerate(_FIRST_NAMES):
        for turn in range(_EACH):
            last = _SURNAMES[(number + 7 * turn) % len(_SURNAMES)]
            staff_id = f"s{number * _EACH + turn + 1:03}"
            yield StaffMember(staff_id, f"{first} {last}", role_title=_ROLES[number % len(_ROLES)])


def posts(files: Iterable[Path], *, as_namesakes: bool) -> Iterator[Post]:
    """Every line of the files as a post, or only those that mention somebody, renamed."""
    names = cycle(member.full_name for member in common_names())
    for file in files:
        with open_posts(file) as lines:
            for number, line in enumerate(lines):
                row = json.loads(line)
                text = renamed(row, names) if as_namesakes else row["text"]
                if text:
                    yield Post(id=f"{file.name}:{number}", source="measured", text=text)


def renamed(row: dict[str, Any], names: Iterator[str]) -> str:
    """The post with a roster's name for each masked or marked name; empty when there is none."""
    text: str = row["text"]
    marked = [
        (start, end) for start, end in row["labels"]["persons"] or () if " " in text[start:end]
    ]
    masked = [found.span() for found in _MASKED.finditer(text)]
    for start, end in sorted(marked or masked, reverse=True):
        text = text[:start] + next(names) + text[end:]
    return text if marked or masked else ""


def shown(post: Post, finding: Finding) -> str:
    """What was made of one post, for whoever looks into the cause."""
    concerns = ", ".join(f"{one.category}→{one.target}" for one in finding.concerns)
    names = ", ".join(f"{one.surface} ({one.certainty})" for one in finding.staff)
    return f"\n{finding.disposition} {post.id}: {names} · {concerns}\n  {post.text}"


def main(options: list[str]) -> None:
    """Screen the files and print the figures."""
    files = [Path(option) for option in options if not option.startswith("--")]
    classifier = None if "--rules-only" in options else SHIPPED
    screener = Screener(
        invented_body(), roster_of(common_names()), read_pack("spso"),
        classifier=classifier, today=TODAY,
    )  # fmt: skip
    counts: Counter[str] = Counter()
    for post in posts(files, as_namesakes="--namesakes" in options):
        finding = screener.screen(post)
        counts["posts"] += 1
        counts[finding.disposition] += 1
        if finding.disposition != "ignore" and "--show" in options:
            print(shown(post, finding), flush=True)
    print(counts["posts"], "posts")
    for disposition in ("alert", "review"):
        rate = 100_000 * counts[disposition] / max(counts["posts"], 1)
        print(f"{disposition}: {counts[disposition]}, {rate:.1f} in 100,000")


if __name__ == "__main__":
    main(sys.argv[1:])

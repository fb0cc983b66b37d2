"""Measure how many names are found, by kind of disguise, in a large invented roster.

`python -m scripts.naming [--seed N] [--names N] [POSTS.jsonl[.gz|.zst]]`: names stand in the
phrases of `nlp/phrases`, or at any place of the posts given; the title of each post names the
body.
"""

import argparse
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from random import Random

from nlp.screening import Screener
from policies.pack_file import read_pack
from records.organisation import Organisation
from records.post import Context, Post, read_post
from records.post_file import open_posts
from records.roster import StaffMember, roster_of
from scripts.disguises import DISGUISES, Disguise, as_written

PHRASES = Path(__file__).parents[1] / "nlp" / "phrases"
BODY = Organisation(
    name="Scottish Example Ombudsman",
    short_names=("SEO",),
    domains=("seo.example",),
    accounts=("@SEO_Scot",),
    context_terms=("complaint", "case officer", "decision letter"),
    policy="spso",
)
TITLE = "My complaint to the Scottish Example Ombudsman"
MOST_POSTS = 20_000
_GAP = re.compile(r"(?<![^\s(\"])\{name\}(?![^\s,.;:?!)\"])")

FIRST_NAMES = [
    "Fiona",
    "Margaret",
    "Robert",
    "William",
    "Elizabeth",
    "Alexander",
    "David",
    "Thomas",
    "James",
    "Catherine",
    "Kenneth",
    "Douglas",
    "Hugh",
    "Agnes",
    "Andrew",
    "Nicola",
    "Jennifer",
    "Susan",
    "Stephen",
    "Alasdair",
    "Alistair",
    "Calum",
    "Duncan",
    "Eilidh",
    "Ewan",
    "Finlay",
    "Gillian",
    "Gordon",
    "Graham",
    "Hamish",
    "Heather",
    "Iain",
    "Isla",
    "Kirsty",
    "Lachlan",
    "Lorraine",
    "Mhairi",
    "Morag",
    "Murdo",
    "Rory",
    "Ruairidh",
    "Seonaid",
    "Shona",
    "Stuart",
    "Torquil",
    "Karen",
    "Laura",
    "Craig",
    "Sean",
    "Shaun",
    "Philip",
    "Małgorzata",
    "Katarzyna",
    "Aleksandra",
    "Tomasz",
    "Agnieszka",
    "Krzysztof",
    "Wojciech",
    "Paweł",
    "Mohammed",
    "Priyanka",
    "Harpreet",
    "Zainab",
    "Imran",
    "Ayesha",
    "Rajesh",
    "Sunita",
    "Gurpreet",
    "Oleksandr",
    "Iryna",
    "Mihai",
    "Ioana",
    "Niamh",
    "Siobhan",
    "Aoife",
    "Ciaran",
    "Padraig",
    "Michael",
    "Patrick",
    "Declan",
    "Maureen",
    "Bernadette",
]
SURNAMES = [
    "MacLeod",
    "McDonald",
    "MacKenzie",
    "McGillivray",
    "MacAulay",
    "McPherson",
    "MacIntyre",
    "McNeil",
    "O'Neil",
    "O'Donoghue",
    "O'Brien",
    "O'Connor",
    "Campbell",
    "Stewart",
    "Robertson",
    "Anderson",
    "Thomson",
    "Henderson",
    "Morrison",
    "Cruickshank",
    "Auchterlonie",
    "Wotherspoon",
    "Fairgrieve",
    "Abernethy",
    "Kilgallon",
    "Drummond",
    "Urquhart",
    "Farquharson",
    "Galbraith",
    "Sutherland",
    "Ferguson",
    "Johnstone",
    "Davidson",
    "Gallacher",
    "Docherty",
    "Ross",
    "Kerr",
    "Reid",
    "Bell",
    "Smith",
    "Brown",
    "Wilson",
    "Young",
    "Kowalczyk",
    "Wiśniewska",
    "Szymański",
    "Zieliński",
    "Lewandowska",
    "Nowak",
    "Khan",
    "Hussain",
    "Qureshi",
    "Ahmed",
    "Chaudhry",
    "Raghunathan",
    "Bhattacharya",
    "Singh",
    "Kaur",
    "Patel",
    "Shevchenko",
    "Kovalenko",
    "Popescu",
    "Murphy",
    "Gallagher",
    "Doherty",
    "Byrne",
    "Tweedie-Lamont",
    "Fraser-Innes",
    "Qureshi-Haldane",
    "Smith-Mackay",
]


@dataclass
class Score:
    """What was found of one kind of disguise."""

    names: int = 0
    found: int = 0
    sure: int = 0
    in_place: int = 0


def main() -> None:
    """Measure and print."""
    wanted = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    wanted.add_argument("--seed", type=int, default=1)
    wanted.add_argument("--names", type=int, default=60, help="names for each kind of disguise")
    wanted.add_argument("--missed", action="store_true", help="print each name that was missed")
    wanted.add_argument("posts", nargs="?", type=Path)
    given = wanted.parse_args()
    chance = Random(given.seed)  # noqa: S311 - the same names each time
    members = invented(chance, 300)
    hosts = posts_of(given.posts) if given.posts else phrases()
    screener = Screener(BODY, roster_of(members), read_pack("spso"), today=date(2026, 11, 21))
    whole = Score()
    print(f"{'kind':28}{'n':>6}{'found':>9}{'certain or likely':>20}{'in its place':>15}")
    for kind, disguise in (("as written", as_written), *DISGUISES.items()):
        score = measured(screener, members, hosts, disguise, chance, given.names, given.missed)
        print(row(kind, score))
        if disguise is not as_written:
            for field in vars(whole):
                setattr(whole, field, getattr(whole, field) + getattr(score, field))
    print(row("all disguises", whole))


def row(kind: str, score: Score) -> str:
    """One line of the table."""
    shares = (f"{100 * part / max(score.names, 1):.1f} %" for part in
              (score.found, score.sure, score.in_place))  # fmt: skip
    found, sure, in_place = shares
    return f"{kind:28}{score.names:>6}{found:>9}{sure:>20}{in_place:>15}"


def invented(chance: Random, number: int) -> list[StaffMember]:
    """Members of staff with names put together by chance, no name twice."""
    names = dict.fromkeys(
        f"{chance.choice(FIRST_NAMES)} {chance.choice(SURNAMES)}" for _ in range(2 * number)
    )
    return [StaffMember(f"s{n:03}", name) for n, name in enumerate(islice(names, number))]


def measured(
    screener: Screener,
    members: Sequence[StaffMember],
    hosts: Sequence[str],
    disguise: Disguise,
    chance: Random,
    number: int,
    tell: bool,
) -> Score:
    """Disguise `number` names, put each into a post and screen it."""
    score = Score()
    for member, surface in islice(_disguised(members, disguise, chance), number):
        text, start = embedded(chance.choice(hosts), surface, chance)
        post = Post(id="1", source="measure", text=text, context=Context(title=TITLE))
        found = [
            match
            for match in screener.screen(post).staff
            if match.staff_id == member.staff_id and match.field == "text"
            and match.start < start + len(surface) and start < match.end
        ]  # fmt: skip
        score.names += 1
        score.found += bool(found)
        score.sure += any(match.certainty != "possible" for match in found)
        score.in_place += any(_in_place(match.surface, surface) for match in found)
        if tell and not found:
            print(f"    {member.full_name}: {surface!r} in {text!r}")
    return score


def _in_place(found: str, surface: str) -> bool:
    """Whether all of the name was found; a tag or an account may say more than the name."""
    return found == surface or (surface[0] in "#@" and found in surface)


def _disguised(
    members: Sequence[StaffMember], disguise: Disguise, chance: Random
) -> Iterator[tuple[StaffMember, str]]:
    for member in chance.sample(members, len(members)):
        first, _, last = member.full_name.partition(" ")
        surface = disguise(first, last, chance)
        if surface:
            yield member, surface


def embedded(host: str, surface: str, chance: Random) -> tuple[str, int]:
    """The host with the name in its gap, or between two of its words, and where it stands."""
    if "{name}" in host:
        start = host.index("{name}")
        return host.replace("{name}", surface), start
    words = host.split(" ")
    place = chance.randint(0, len(words))
    before = "".join(f"{word} " for word in words[:place])
    return " ".join([before + surface, *words[place:]]), len(before)


def phrases() -> list[str]:
    """The invented posts that name one person by the whole name, with a gap for it."""
    texts = [
        json.loads(line)["text"]
        for file in sorted(PHRASES.glob("*.jsonl"))
        for line in file.read_text(encoding="utf-8").splitlines()
    ]
    others = ("{first}", "{surname}", "{title_surname}")
    return [
        text.replace("{body}", "the SEO").replace("{role}", "reviewer").replace("{place}", "Ayr")
        for text in texts
        if len(_GAP.findall(text)) == 1 and not any(other in text for other in others)
    ]  # fmt: skip


def posts_of(file: Path) -> list[str]:
    """The texts of a file of posts."""
    with open_posts(file) as lines:
        return [read_post(line).text for line in islice(lines, MOST_POSTS)]


if __name__ == "__main__":
    main()

"""Crawled as every role: nothing tells of an incident that is not theirs to see.

By either policy each role visits two bodies that differ only in incidents which are not for it.
Every page it can reach must be the same in both: no reference, count, hit, name or word gives them
away.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest

from records.finding import Finding
from tests.console.cast import THE_FINDING, THE_POST
from tests.console.crawling import Shown, crawl
from tests.console.everybody import NAMED, SIGNED_IN, STAFF_ID, Role, Stands, World, world_in
from tests.console.test_every_route import NO_SUCH, POLICIES, WHO_MAY, addresses

COUNTED: Mapping[str, str] = {
    "/status": "whoever looks after this has to know whether evidence is sealed, so they are told"
    " how much there is; nothing of an incident that they are named in is counted",
}
"""Pages that count all incidents, each with the reason why whoever may enter may know how many."""
KEEPS = tuple(one for one in Role if STAFF_ID.get(one) == STAFF_ID[Role.CUSTODIAN])
"""They see all that is not of themselves, and so have bodies for them alone."""
OTHERS = tuple(one for one in Role if one not in KEEPS)
ELSEWHERE = "s018"
HIDDEN_WORDS = ("quernstone", "gannetfall", "ninewells")
"""Words that stand only in posts of hidden incidents."""


Pages = dict[str, Shown]
"""What is shown at each address."""


@dataclass(frozen=True, slots=True)
class Body:
    """A world, and of each role what of it is theirs, and what is not."""

    world: World
    seen: Mapping[Role, str]
    hidden: Mapping[Role, tuple[str, ...]]


def with_word(world: World, word: str, named: str | None, **people: tuple[str, ...]) -> str:
    text = f"{word} at the Ombudsman ruined my case. I know her bus."
    post = THE_POST.model_copy(update={"id": word, "text": text})
    match = THE_FINDING.staff[0].model_copy(
        update={"surface": word, "end": len(word), "staff_id": named or ELSEWHERE}
    )
    finding: Finding = THE_FINDING.model_copy(update={"post_id": word, "staff": (match,)})
    reference = world.open(named, post=post, finding=finding, **people)
    world.keep_evidence(reference)
    return reference


def hide_from(world: World, role: Role) -> Iterator[str]:
    """Incidents in which `role` is not on the list, is named, and is in conflict."""
    own = STAFF_ID.get(role, "")
    listed = (own,) if own else ()
    if role is not Role.CUSTODIAN:
        yield with_word(world, HIDDEN_WORDS[0], ELSEWHERE)
    if own:
        yield with_word(world, HIDDEN_WORDS[1], own, listed=listed)
        yield with_word(world, HIDDEN_WORDS[2], ELSEWHERE, conflicted=listed, listed=listed)


@dataclass(frozen=True, slots=True)
class Visits:
    """What some roles are shown in a body without and in one with what is hidden from them."""

    without: Body
    whole: Body
    known: dict[Role, tuple[Pages, Pages]] = field(default_factory=dict)

    def of(self, role: Role) -> tuple[Pages, Pages]:
        """Each role goes through once; what is noted of that is the same in both bodies."""
        if role not in self.known:
            asked = (self.whole.seen[role], *self.whole.hidden[role], NO_SUCH)
            both = (shown_to(role, one, asked) for one in (self.without, self.whole))
            self.known[role] = (next(both), next(both))
        return self.known[role]


@pytest.fixture(scope="module", params=POLICIES)
def visits(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[Role, Visits]]:
    """Whoever is no custodian visits the same two bodies, in which much is hidden from each."""
    with ExitStack() as worlds:

        def body(roles: tuple[Role, ...], *, whole: bool) -> Body:
            folder = tmp_path_factory.mktemp("body")
            world = worlds.enter_context(world_in(folder, roles, policy=request.param))
            seen = {role: world.open_so(role, Stands.LISTED) or "" for role in roles}
            assert all(seen.values())
            hidden = {role: tuple(hide_from(world, role)) if whole else () for role in roles}
            return Body(world, seen, hidden)

        found: dict[Role, Visits] = {}
        for roles in (OTHERS, *((one,) for one in KEEPS)):
            both = Visits(body(roles, whole=False), body(roles, whole=True))
            found |= dict.fromkeys(roles, both)
        yield found


def shown_to(role: Role, body: Body, asked: tuple[str, ...]) -> Pages:
    """Every page that a role reaches: from the start, from each area, and by typing references."""
    plain = [one.split()[1] for one in addresses(body.world.app) if "{" not in one]
    typed = {
        path.replace("{reference}", reference).replace("{number}", "1").replace("{step}", "seen")
        for name in WHO_MAY
        if "{reference}" in (path := name.split()[1])
        for reference in asked
    }
    words = (HIDDEN_WORDS[0], *asked[-2:])
    return crawl(body.world.browsers[role], [*plain, *sorted(typed)], words)


@pytest.mark.clause("SPSO 68")
@pytest.mark.clause("WICS Named ¶2")
@pytest.mark.parametrize("role", Role)
def test_no_page_tells_of_an_incident_that_is_not_theirs(
    visits: dict[Role, Visits], role: Role
) -> None:
    before, after = visits[role].of(role)
    assert sorted(before) == sorted(after)
    for address, page in after.items():
        if address not in COUNTED:
            assert page.told == before[address].told, address
        for word in HIDDEN_WORDS:
            assert word not in page.text or f"={word}" in address, address


@pytest.mark.parametrize("role", SIGNED_IN)
def test_the_crawler_reads_the_pages_of_what_is_theirs(
    visits: dict[Role, Visits], role: Role
) -> None:
    _, pages = visits[role].of(role)
    own = visits[role].whole.seen[role]
    assert pages[f"/r/{own}"].status == 200
    assert own in pages[f"/r/{own}"].text
    assert any("Fiona MacLeod" in one.text for one in pages.values())
    assert NAMED not in STAFF_ID.values()

"""Crawled as every role: nothing tells of an incident that is not theirs to see.

Each role visits two bodies that differ only in incidents which are not for it. Every page it can
reach must be the same in both: no reference, count, hit, name or word gives them away.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from records.finding import Finding
from tests.console.cast import THE_FINDING, THE_POST
from tests.console.crawling import Shown, crawl
from tests.console.everybody import NAMED, SIGNED_IN, STAFF_ID, Role, Stands, World, world_in
from tests.console.test_every_route import NO_SUCH, WHO_MAY, addresses

COUNTED: Mapping[str, str] = {
    "/status": "whoever looks after this has to know whether evidence is sealed, so they are told"
    " how much there is; nothing of an incident that they are named in is counted",
}
"""Pages that count all incidents, each with the reason why whoever may enter may know how many."""
ELSEWHERE = "s018"
HIDDEN_WORDS = ("quernstone", "gannetfall", "ninewells")
"""Words that stand only in posts of hidden incidents."""


@dataclass(frozen=True, slots=True)
class Body:
    """A world, what of it is for one role, and what is not."""

    world: World
    seen: tuple[str, ...]
    hidden: tuple[str, ...]


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


@pytest.fixture(scope="module")
def bodies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[Role, tuple[Body, Body]]]:
    """For each role, one body without and one with what is hidden from it."""
    with ExitStack() as worlds:

        def body(role: Role, *, whole: bool) -> Body:
            world = worlds.enter_context(world_in(tmp_path_factory.mktemp("body"), {role}))
            seen = world.open_so(role, Stands.LISTED)
            assert seen
            hidden = tuple(hide_from(world, role)) if whole else ()
            return Body(world, (seen,), hidden)

        yield {role: (body(role, whole=False), body(role, whole=True)) for role in Role}


def shown_to(role: Role, body: Body, asked: tuple[str, ...]) -> dict[str, Shown]:
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
    bodies: dict[Role, tuple[Body, Body]], role: Role
) -> None:
    without, whole = bodies[role]
    asked = (*whole.seen, *whole.hidden, NO_SUCH)
    before, after = shown_to(role, without, asked), shown_to(role, whole, asked)
    assert sorted(before) == sorted(after)
    for address, page in after.items():
        if address not in COUNTED:
            assert page.told == before[address].told, address
        for word in HIDDEN_WORDS:
            assert word not in page.text or f"={word}" in address, address


@pytest.mark.parametrize("role", SIGNED_IN)
def test_the_crawler_reads_the_pages_of_what_is_theirs(
    bodies: dict[Role, tuple[Body, Body]], role: Role
) -> None:
    _, whole = bodies[role]
    pages = shown_to(role, whole, whole.seen)
    for reference in whole.seen:
        assert pages[f"/r/{reference}"].status == 200
        assert reference in pages[f"/r/{reference}"].text
    assert any("Fiona MacLeod" in one.text for one in pages.values())
    assert NAMED not in STAFF_ID.values()

"""What holds for every platform that is asked again and again, each with its real client."""

from collections.abc import Iterator

import pytest

from monitors.registry import build
from monitors.source import Source
from tests.monitors.looking import look
from tests.servers.platforms import KINDS, Platforms

SAID = "The library on Glen Road tells in part {} of its story how it was built by hand."


@pytest.fixture
def platforms() -> Iterator[Platforms]:
    with Platforms() as running:
        yield running


def source(platforms: Platforms, kind: str) -> Source:
    return build(kind, "ours", platforms.sources[kind])


@pytest.mark.parametrize("before", [0, 2])
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_said_between_the_first_look_and_the_next_start_is_not_lost(
    platforms: Platforms, kind: str, before: int
) -> None:
    for number in range(before):
        platforms.publish(kind, SAID.format(number))
    kept = look(source(platforms, kind)).cursor
    platforms.publish(kind, SAID.format("seven"))
    assert SAID.format("seven") in look(source(platforms, kind), kept).texts

"""Any name of the roster, in any disguise, at any place of any post, is found where it stands."""

from functools import cache
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nlp.matcher import Matcher
from nlp.variants import Form, NameVariant, variants
from records.roster import Roster
from scripts.disguises import DISGUISES
from scripts.naming import embedded, phrases

# These are measured, not asserted: a first name that has become another one ("Mira" for Moira) is
# left alone, and each language has letters of its own for the sounds of a name.
MEASURED_ONLY = {"sounded in Cyrillic", "first name misspelt"}
WITHIN_A_TAG = ("#", "@")


@pytest.fixture(scope="module")
def matcher(roster: Roster) -> Matcher:
    return Matcher([form for member in roster.values() for form in variants(member)])


@cache
def hosts() -> list[str]:
    return phrases()


def found_at(matcher: Matcher, text: str, staff_id: str) -> set[tuple[int, int]]:
    return {
        (hit.start, hit.end)
        for hit in matcher.search(text).names
        if isinstance(hit.entry, NameVariant)
        and hit.entry.staff_id == staff_id
        and hit.entry.form < Form.FIRST_NAME
    }


@pytest.mark.parametrize("kind", sorted(set(DISGUISES) - MEASURED_ONLY))
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(chance=st.integers(0, 2**32), number=st.integers(0, 19), host=st.integers(0))
def test_a_disguised_name_is_found_at_any_place_of_any_post(
    matcher: Matcher, roster: Roster, kind: str, chance: int, number: int, host: int
) -> None:
    source = Random(chance)
    member = list(roster.values())[number]
    first, _, last = member.full_name.partition(" ")
    surface = DISGUISES[kind](first, last, source)
    if surface is None:
        return
    text, start = embedded(hosts()[host % len(hosts())], surface, source)
    end = start + len(surface)
    places = found_at(matcher, text, member.staff_id)
    if surface.startswith(WITHIN_A_TAG):
        assert any(start < one and other <= end for one, other in places), surface
    elif "-" in last:  # either half of a double surname is enough
        assert any(one == start and other <= end for one, other in places), surface
    else:
        assert (start, end) in places, surface

"""The canary of the settings: somebody invented, in a source that is there."""

from pathlib import Path

import pytest

from namewatch.canary import CANARY, canary_of, with_canary
from namewatch.settings import CanarySettings, Settings, SourceSettings
from records.errors import ConfigurationError
from records.roster import StaffMember, roster_of

STAFF = roster_of([StaffMember("s001", "Fenella Auchterbrae")])


def settings(name: str = "Quentina Zephyrstone", source: str = "bluesky") -> Settings:
    return Settings(
        home=Path("/home/of/nobody"),
        sources=(SourceSettings(kind="bluesky"),),
        canary=CanarySettings(name=name, sources=(source,)),
    )


def test_the_invented_person_is_watched_beside_the_staff() -> None:
    watched = with_canary(STAFF, settings())
    assert [one.full_name for one in watched.values()] == [
        "Fenella Auchterbrae",
        "Quentina Zephyrstone",
    ]
    canary = canary_of(settings())
    assert canary is not None
    assert canary.staff_id == CANARY


def test_without_the_table_nobody_is_invented() -> None:
    plain = settings().model_copy(update={"canary": None})
    assert with_canary(STAFF, plain) is STAFF
    assert canary_of(plain) is None


def test_a_canary_in_a_source_that_is_not_there_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="expected in reddit, which is no source here"):
        canary_of(settings(source="reddit"))


def test_a_canary_with_the_name_of_somebody_real_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="invent another"):
        with_canary(STAFF, settings(name="FENELLA Auchterbrae"))


def test_a_member_of_staff_cannot_have_the_canarys_id() -> None:
    with pytest.raises(ConfigurationError, match="give this person another"):
        with_canary(roster_of([StaffMember(CANARY, "Ruaridh McStronach")]), settings())

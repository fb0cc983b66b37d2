"""Quiet hours at work: a naming is told in the morning, a threat at once."""

from datetime import UTC, datetime

import pytest

from tests.workflows.conftest import BODY, COMMS, HR, MANAGER, Office
from workflows.timers import Timers

NAMING = "My complaint was refused, the decision letter is signed Fenella Auchterbrae."
THREAT = "I will kill Fenella Auchterbrae of the Lighthouse Ombudsman."
NIGHT = datetime(2026, 11, 24, 23, 0, tzinfo=UTC)


@pytest.fixture
def quiet(office: Office) -> Office:
    office.change(organisation=BODY.model_copy(update={"quiet_hours": "20:00-07:30"}))
    office.time = NIGHT
    return office


def fall_due(office: Office) -> None:
    Timers(office.services, office.engine).once()  # type: ignore[arg-type]
    office.send_all()


@pytest.mark.clause("SPSO 67.1")
def test_a_naming_in_the_night_is_told_when_quiet_hours_end(quiet: Office) -> None:
    quiet.see(NAMING)
    quiet.send_all()
    fall_due(quiet)
    assert quiet.told() == []
    quiet.wait(hours=8.6)
    fall_due(quiet)
    assert quiet.told() == [MANAGER, COMMS, HR]


@pytest.mark.clause("SPSO 24")
@pytest.mark.clause("WICS Active ¶2")
def test_a_threat_in_the_night_is_told_at_once_even_after_a_naming_that_waits(
    quiet: Office,
) -> None:
    quiet.see(NAMING)
    quiet.see(THREAT)
    quiet.send_all()
    assert quiet.told() == [MANAGER, COMMS, HR]

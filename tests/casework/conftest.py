"""An open database with one incident about Alice, on whose list are Bob and Charlie."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from casework import incidents
from records.database import transaction
from records.incident import Incident
from records.record_key import RecordKey
from tests.databases import new_database

NOW = datetime(2026, 11, 21, 22, 40, tzinfo=UTC)
ALICE, BOB, CHARLIE, DONALD = "s001", "s002", "s003", "s004"


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return new_database(tmp_path)


@pytest.fixture
def open_about(engine: Engine) -> Callable[..., Incident]:
    def _open(staff_id: str | None = ALICE, *, at: datetime = NOW) -> Incident:
        with transaction(engine) as session:
            key = RecordKey(recipient="age1test", wrapped=b"", created_at=at)
            session.add(key)
            session.flush()
            assert key.id is not None
            opening = incidents.Opening(
                staff_id=staff_id,
                alongside=(),
                severity="medium",
                categories=("naming",),
                policy="spso",
                policy_version="2026-11",
                key_id=key.id,
                escalates_at=at,
            )
            incident = incidents.open_incident(session, opening, now=at)
            for recipient, role in ((BOB, "line_manager"), (CHARLIE, "hr_officer")):
                incidents.give_access(
                    session, incident, recipient, role=role, reason="SPSO 67.1", now=at
                )
            return incident

    return _open

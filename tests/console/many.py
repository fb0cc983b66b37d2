"""An office with thousands of incidents, written in a second or two."""

import random
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, SQLModel, insert

from casework.reading import place_of
from records.alert import Delivery
from records.database import transaction
from records.incident import Incident, IncidentAccess, Mention
from records.record_key import RecordKey
from records.sealing import new_record_key, seal
from records.step import Step
from tests.console.cast import (
    ALONGSIDE,
    COMMUNICATIONS,
    HR_OFFICER,
    LINE_MANAGER,
    NAMED,
    STRANGER,
    THE_FINDING,
    THE_POST,
    Office,
)

STATES = ("open", "acknowledged", "decided", "closed")
KINDS = (["naming"], ["threat"], ["insult", "naming"], ["doxxing"], ["violence"])
PEOPLE = (NAMED, NAMED, NAMED, ALONGSIDE, HR_OFFICER, STRANGER, COMMUNICATIONS, LINE_MANAGER, None)
BESIDE = ((), (), (), (ALONGSIDE,), (COMMUNICATIONS,), (HR_OFFICER, STRANGER), (LINE_MANAGER,))
AT_ODDS = ((), (), (), (), (HR_OFFICER,), (COMMUNICATIONS,), (LINE_MANAGER, COMMUNICATIONS))
STEPS = ((), ("told-in-private",), ("told-in-private", "wishes", "support"), ("police",))
TOLD = {
    LINE_MANAGER: "line_manager",
    HR_OFFICER: "hr_officer",
    COMMUNICATIONS: "communications_manager",
    STRANGER: "brought_in",
}
LISTS = (
    (LINE_MANAGER, HR_OFFICER, COMMUNICATIONS),
    (LINE_MANAGER,),
    (HR_OFFICER,),
    (STRANGER, LINE_MANAGER),
)


def fill(
    office: Office,
    incidents: int = 10_000,
    *,
    closed: float = 0.85,
    readable: int = 40,
    seed: int = 7,
) -> None:
    """Write so many incidents, of which a share is closed; the newest can be opened."""
    dice = random.Random(seed)
    rows: dict[type[SQLModel], list[dict[str, Any]]] = {
        one: [] for one in (Incident, IncidentAccess, Mention, Delivery, Step)
    }
    with transaction(office.database) as session:
        key = _key(session, office)
        for number in range(1, incidents + 1):
            _one(rows, dice, office, number, incidents, closed, key, readable)
        for table, lines in rows.items():
            for begins in range(0, len(lines), 2000):
                session.connection().execute(insert(table), lines[begins : begins + 2000])


def _key(session: Session, office: Office) -> RecordKey:
    made = new_record_key([str(office.vault.to_public())])
    key = RecordKey(recipient=made.recipient, wrapped=made.wrapped, created_at=office.now)
    session.add(key)
    session.flush()
    return key


def _one(
    rows: dict[type[SQLModel], list[dict[str, Any]]],
    dice: random.Random,
    office: Office,
    number: int,
    most: int,
    closed: float,
    key: RecordKey,
    readable: int,
) -> None:
    at = office.now - timedelta(hours=most - number, minutes=30)
    state = "closed" if dice.random() < closed else dice.choice(STATES[:3])
    own = {"incident_id": number}
    rows[Incident].append(
        {
            **_incident(dice, at, state),
            "id": number,
            "reference": f"NW-2026-{10_000 + number}",
            "key_id": key.id,
        }
    )
    for staff_id in dice.choice(LISTS):
        person = {
            **own,
            "staff_id": staff_id,
            "role": TOLD[staff_id],
            "reason": "as told (SPSO 67.1)",
        }
        rows[IncidentAccess].append({**person, "added_at": at})
        rows[Delivery].append(
            {
                **person,
                "channel": "email",
                "kind": "first",
                "level": 0,
                "state": "sent",
                "attempts": 0,
                "starts": 1,
                "created_at": at,
                "settled_at": at,
                "standby": False,
            }
        )
    for kind in dice.choice(STEPS):
        rows[Step].append(_step(kind, number, at))
    rows[Mention].append(_mention(number, at, key, sealed=number > most - readable))


def _incident(dice: random.Random, at: datetime, state: str) -> dict[str, Any]:
    seen = state != "open"
    return {
        "staff_id": dice.choice(PEOPLE),
        "alongside": list(dice.choice(BESIDE)),
        "conflicted": list(dice.choice(AT_ODDS)),
        "state": state,
        "severity": dice.choice(("critical", "high", "medium", "low")),
        "categories": dice.choice(KINDS),
        "policy": "spso",
        "policy_version": "2026-11",
        "opened_at": at,
        "last_mention_at": at,
        "mention_count": 1,
        "acknowledged_at": at if seen else None,
        "escalation_level": 0,
        "escalates_at": None if seen else at + timedelta(hours=1),
        "told_at": at,
        "told_count": 1,
        "more_at": None,
        "opened_by": "",
        "outcome": "restoring" if state in {"decided", "closed"} else "",
        "closed_at": at if state == "closed" else None,
        "duty_at": _due(dice, at, state),
        "duty_level": dice.choice((0, 0, 0, 1)) if state != "closed" else 0,
        "page_link": None,
    }


def _due(dice: random.Random, at: datetime, state: str) -> datetime | None:
    """Of what is closed, little falls due again."""
    if state == "closed" and dice.random() < 0.97:
        return None
    return dice.choice((None, at + timedelta(days=1), at + timedelta(days=4000)))


def _step(kind: str, number: int, at: datetime) -> dict[str, Any]:
    about = {
        "wishes": {"answer": "view"},
        "support": {"who": NAMED, "answer": "declined"},
        "police": {"decision": "not-reported"},
    }
    return {
        "incident_id": number,
        "kind": kind,
        "subject": "",
        "revision": 1,
        "actor": LINE_MANAGER,
        "recorded_at": at,
        "happened_at": at,
        "about": about.get(kind, {}),
        "clause": "SPSO 69",
        "playbook": "spso 2026-11",
        "sealed": None,
    }


def _mention(number: int, at: datetime, key: RecordKey, *, sealed: bool) -> dict[str, Any]:
    post_key = f"many-{number}"

    def part(name: str, value: str) -> bytes:
        if not sealed:
            return b""
        return seal(value.encode(), place=place_of(name, post_key), recipient=key.recipient)

    return {
        "incident_id": number,
        "key_id": key.id,
        "source": "bluesky",
        "post_key": post_key,
        "revision": "",
        "severity": "medium",
        "disposition": "alert",
        "categories": [],
        "staff_ids": [],
        "found_at": at,
        "sealed_post": part("post", THE_POST.model_dump_json()),
        "sealed_record": part("record", "{}"),
        "sealed_finding": part("finding", THE_FINDING.model_dump_json()),
    }

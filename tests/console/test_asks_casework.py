"""What is about an incident is read through casework, which asks first who may."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import console

FOLDER = Path(console.__file__).parent
OF_INCIDENTS = frozenset(
    {
        "Acknowledgement",
        "AuditEntry",
        "CustodyEntry",
        "Delivery",
        "Exhibit",
        "Incident",
        "IncidentAccess",
        "Mention",
        "MentionReport",
        "MentionRevision",
        "OwnPage",
        "RecordKey",
        "Step",
        "TriageAnswer",
        "Verdict",
        "WaitingPost",
    }
)
ASKS = frozenset({"select", "get", "get_one", "update", "delete", "insert"})
_AFTER = "only called in the transaction in which casework.reading has let somebody in"
_OWN = "found by a secret in the hands of the person named, who is on no list"
_PASSWORD = "the key of somebody's own password, which is about no incident"
ALLOWED = {
    ("views/record.py", "Delivery"): _AFTER,
    ("views/record.py", "Acknowledgement"): _AFTER,
    ("views/record.py", "Exhibit"): _AFTER,
    ("views/evidence.py", "RecordKey"): _AFTER,
    ("evidence_page.py", "Exhibit"): _AFTER,
    ("evidence_page.py", "CustodyEntry"): _AFTER,
    ("own_door.py", "OwnPage"): _OWN,
    ("own_door.py", "Incident"): _OWN,
    ("own_door.py", "RecordKey"): _OWN,
    ("own_ways.py", "RecordKey"): _PASSWORD,
    ("passwords.py", "RecordKey"): _PASSWORD,
}
"""File and table, with the reason why it may be asked for there."""


def asked(source: str) -> Iterator[str]:
    """The tables of incidents that a module asks for by itself."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if name in ASKS:
            found = {one.id for one in ast.walk(node.args[0]) if isinstance(one, ast.Name)}
            yield from sorted(found & OF_INCIDENTS)


def all_asked() -> set[tuple[str, str]]:
    return {
        (file.relative_to(FOLDER).as_posix(), table)
        for file in FOLDER.rglob("*.py")
        for table in asked(file.read_text(encoding="utf-8"))
    }


def test_no_page_asks_for_what_is_about_incidents_past_casework() -> None:
    assert sorted(all_asked() - set(ALLOWED)) == []


def test_every_exception_is_still_needed() -> None:
    assert sorted(set(ALLOWED) - all_asked()) == []


@pytest.mark.parametrize(
    "source",
    [
        "select(Incident)",
        "select(Incident.id, Mention.id)",
        "session.get(Step, 1)",
        "select(func.count(Exhibit.id)).where(x)",
        "session.get_one(RecordKey, 1)",
    ],
)
def test_the_check_finds_what_it_looks_for(source: str) -> None:
    assert list(asked(source))

"""Check a sealed exhibit at a press: whether it is as it was sealed, and what that leaves open."""

import hashlib

from fastapi import APIRouter, Request
from starlette.responses import Response

from casework.incidents import by_reference
from casework.permissions import Action
from casework.reading import admit
from console.check_page import check_page
from console.evidence_page import exhibit_of
from console.front import Front
from evidence.errors import EvidenceError
from evidence.storage import Storage
from evidence.verify import Beside, Checked, check
from records.custody import Act
from records.database import transaction
from records.exhibit import Exhibit
from workflows.custody import note_custody

CHANGED = "The sealed file is not the one that this record knows."


def routes(front: Front) -> APIRouter:
    """The button's address; without a storage there is none."""
    router = APIRouter()
    desk, storage = front.desk, front.desk.storage
    if storage is None:
        return router

    @router.post("/r/{reference}/evidence/{number}/verify")
    def verify(request: Request, reference: str, number: int) -> Response:
        member = front.signed_in(request, reference)
        with transaction(desk.database) as session:
            incident = by_reference(session, reference)
            admit(
                session, incident, desk.reader(member), Action.VIEW, "evidence checked", desk.now()
            )
            exhibit = exhibit_of(session, incident, number)
            session.expunge(exhibit)
        found = _checked(front, storage, reference, exhibit)
        with transaction(desk.database) as session:
            note_custody(
                session,
                Act.CHECKED,
                actor=member.staff_id,
                why="not-as-sealed" if found.faults else "as-sealed",
                now=desk.now(),
                reference=reference,
                exhibit=number,
            )
        return front.show(
            member, "evidence_checked.html", page=check_page(reference, number, found)
        )

    return router


def _checked(front: Front, storage: Storage, reference: str, exhibit: Exhibit) -> Checked:
    try:
        sealed = storage.read(f"{reference}/{exhibit.file_name}")
        found = check(
            exhibit.file_name,
            sealed,
            _beside(storage, reference),
            front.desk.open_key,
            front.desk.trusted,
        )
    except EvidenceError as fault:
        return Checked([str(fault)])
    if hashlib.sha256(sealed).hexdigest() != exhibit.sha256:
        found.faults.insert(0, CHANGED)
    return found


def _beside(storage: Storage, reference: str) -> Beside:
    names = frozenset(storage.names(reference))

    def read(name: str) -> bytes | None:
        return storage.read(f"{reference}/{name}") if name in names else None

    return read

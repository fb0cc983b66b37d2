"""A sealed exhibit: a blurred preview, and the original after a deliberate step with a reason.

Only pictures that we draw anew are shown. Archived pages never leave their bundle: whoever needs
them downloads the bundle as it is, sealed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request
from pyrage import x25519
from sqlmodel import Session
from starlette.responses import Response

from casework.errors import (
    KeyDestroyedError,
    NoSuchExhibitError,
    NoSuchIncidentError,
    NotAllowedError,
)
from casework.incidents import by_reference
from casework.permissions import Action
from casework.reading import admit
from console.custody_list import custody_of
from console.evidence_page import (
    Previews,
    content_of,
    evidence_page,
    exhibit_of,
    is_open_for,
    picture_for_preview,
    sealed_bytes,
)
from console.front import Front, go_to, known_form
from console.views.refusal import refuse
from evidence.errors import EvidenceError
from evidence.preview import PICTURES, own_copy, preview
from evidence.storage import Storage
from records.custody import Act
from records.database import reading, transaction
from records.exhibit import Exhibit
from records.incident import Incident
from records.record_key import RecordKey
from records.roster import StaffMember
from workflows.custody import note_custody, sealed_why

Why = Annotated[str, Form(max_length=500)]


def routes(front: Front) -> APIRouter:
    """The addresses of one exhibit; without a storage there is none."""
    router = APIRouter()
    if front.desk.storage is None:
        return router
    cabinet = _Cabinet(front, front.desk.storage)

    @router.get("/r/{reference}/evidence/{number}/preview")
    def show_preview(request: Request, reference: str, number: int) -> Response:
        return cabinet.answer(
            request, reference, lambda who: cabinet.preview(who, reference, number)
        )

    @router.post("/r/{reference}/evidence/{number}/open")
    def open_it(request: Request, reference: str, number: int, why: Why = "") -> Response:
        return cabinet.answer(
            request, reference, lambda who: cabinet.open(request, who, reference, number, why)
        )

    @router.post("/r/{reference}/evidence/{number}/download")
    def download(request: Request, reference: str, number: int, why: Why = "") -> Response:
        return cabinet.answer(
            request, reference, lambda who: cabinet.download(request, who, reference, number, why)
        )

    @router.get("/r/{reference}/evidence/{number}/picture/{name}")
    def picture(request: Request, reference: str, number: int, name: str) -> Response:
        return cabinet.answer(
            request, reference, lambda who: cabinet.picture(who, reference, number, name)
        )

    @router.get("/r/{reference}/evidence/{number}/{step}")
    def back_to_record(reference: str, number: int, step: str) -> Response:  # noqa: ARG001
        """A form's address opened by hand, or by a scanner, only leads back to the record."""
        if step not in {"open", "download", "verify"} or not known_form(reference):
            return front.pages.error(404)
        return go_to(f"/r/{reference}")

    return router


@dataclass(frozen=True, slots=True)
class _Taken:
    """An exhibit that somebody may see, and the key that opens it."""

    exhibit: Exhibit
    identity: x25519.Identity


class _Cabinet:
    """Checks, notes, and only then opens."""

    def __init__(self, front: Front, storage: Storage) -> None:
        self._front = front
        self._desk = front.desk
        self._storage = storage
        self._previews = Previews()

    def answer(
        self, request: Request, reference: str, act: Callable[[StaffMember], Response]
    ) -> Response:
        """Do `act` for whoever is signed in; every refusal is one and the same page."""
        who = self._front.who(request)
        if who is None:
            return self._front.to_sign_in(request, reference)
        try:
            return act(who)
        except (NoSuchIncidentError, NotAllowedError, NoSuchExhibitError):
            return refuse(self._front, who, reference)
        except KeyDestroyedError:
            return self._front.error(request, 410)
        except EvidenceError:
            return self._front.error(request, 500)

    def preview(self, who: StaffMember, reference: str, number: int) -> Response:
        """The blur; the bundle is opened for it once, which stands in the custody log."""
        with transaction(self._desk.database) as session:
            incident = by_reference(session, reference)
            taken = self._take(session, incident, who, number, Action.VIEW, "preview seen")
            made = self._previews.get(taken.exhibit.sha256)
            if made is None:
                self._note(session, Act.PREVIEWED, who, reference, number, "preview")
        if made is None:
            content = content_of(self._storage, reference, taken.exhibit, taken.identity)
            made = preview(picture_for_preview(content))
            self._previews.keep(taken.exhibit.sha256, made)
        return Response(made, media_type="image/png")

    def open(
        self, request: Request, who: StaffMember, reference: str, number: int, why: str
    ) -> Response:
        """The page of the exhibit, for a reason."""
        taken = self._for_a_reason(who, reference, number, why, Act.OPENED)
        if taken is None:
            return self._front.error(request, 400)
        content = content_of(self._storage, reference, taken.exhibit, taken.identity)
        with reading(self._desk.database) as session:
            custody = custody_of(session, by_reference(session, reference), self._desk, who)
        return self._front.pages.show(
            "evidence.html",
            signed_in=who.full_name,
            page=evidence_page(reference, taken.exhibit, content, custody),
        )

    def download(
        self, request: Request, who: StaffMember, reference: str, number: int, why: str
    ) -> Response:
        """The bundle as it is: sealed, and with the warning in its name."""
        taken = self._for_a_reason(who, reference, number, why, Act.SHARED)
        if taken is None:
            return self._front.error(request, 400)
        sealed = sealed_bytes(self._storage, reference, taken.exhibit)
        disposition = f'attachment; filename="{taken.exhibit.file_name}"'
        headers = {"content-disposition": disposition}
        return Response(sealed, media_type="application/octet-stream", headers=headers)

    def picture(self, who: StaffMember, reference: str, number: int, name: str) -> Response:
        """One picture, for somebody who opened the exhibit a moment ago."""
        with transaction(self._desk.database) as session:
            incident = by_reference(session, reference)
            action = Action.OPEN_EVIDENCE
            taken = self._take(session, incident, who, number, action, "picture seen")
            now = self._desk.now()
            opened = is_open_for(session, reference, number, who.staff_id, now=now)
        if not opened:
            return go_to(f"/r/{reference}")
        content = content_of(self._storage, reference, taken.exhibit, taken.identity)
        if name not in PICTURES or name not in content:
            raise NoSuchExhibitError
        return Response(own_copy(content[name]), media_type="image/png")

    def _for_a_reason(
        self, who: StaffMember, reference: str, number: int, why: str, act: Act
    ) -> _Taken | None:
        """Note who, what and why before anything is opened; None without a reason."""
        if not why.strip():
            return None
        with transaction(self._desk.database) as session:
            incident = by_reference(session, reference)
            action = Action.OPEN_EVIDENCE if act is Act.OPENED else Action.EXPORT
            noted_as = f"evidence {act.value}"
            taken = self._take(session, incident, who, number, action, noted_as)
            key = session.get_one(RecordKey, incident.key_id)
            sealed = sealed_why(why.strip(), reference=reference, recipient=key.recipient)
            self._note(session, act, who, reference, number, sealed)
        return taken

    def _take(
        self,
        session: Session,
        incident: Incident,
        who: StaffMember,
        number: int,
        action: Action,
        noted_as: str,
    ) -> _Taken:
        identity = admit(
            session, incident, self._desk.reader(who), action, noted_as, self._desk.now()
        )
        return _Taken(exhibit_of(session, incident, number), identity)

    def _note(
        self, session: Session, act: Act, who: StaffMember, reference: str, number: int, why: str
    ) -> None:
        note_custody(
            session,
            act,
            actor=who.staff_id,
            why=why,
            now=self._desk.now(),
            reference=reference,
            exhibit=number,
        )

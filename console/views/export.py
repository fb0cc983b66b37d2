"""Hand something of a record out: for whom, what goes in, why; noted before the file is made."""

import io
import zipfile
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from casework.errors import CaseworkError, KeyDestroyedError, NoSuchIncidentError, NotAllowedError
from casework.exports import SHAPES
from casework.exports_page import page as printed_page
from casework.incidents import by_reference
from console.export_page import (
    FORM_WORDS,
    OFFERS,
    SEALED,
    Purpose,
    asked_for,
    goes_in,
    subjects,
)
from console.faults import Fault
from console.front import Front, go_to
from evidence.bundle import WARNING
from evidence.errors import EvidenceError
from evidence.storage import BUNDLE_END, Storage
from records.database import reading, transaction
from records.roster import StaffMember
from workflows.exports import Packed, gather, note_release, pack
from workflows.exports_people import Exporter
from workflows.exports_sealed import check_sealed, note_sealed, sealed_names

POLICE = "police"
"""As a step of the record says who was told."""
Code = Annotated[str, Form(max_length=40)]
Words = Annotated[str, Form(max_length=500)]
READ_FIRST = (
    "{reference}: sealed evidence\n\nCONTENT MAY BE DISTRESSING once it is opened. Open it only"
    " when you need to, and not alone.\n\nThe bundles are encrypted and signed. docs/how-to/"
    "verify-without-namewatch.md says how to check and open them.\n"
)


@dataclass(frozen=True, slots=True)
class _Typed:
    """What somebody filled in."""

    form: str = ""
    whom: str = ""
    why: str = ""
    subject: str = ""


def routes(front: Front) -> APIRouter:
    """Choosing for whom, and the form that makes the file."""
    router = APIRouter()
    office = _Office(front)

    @router.get("/r/{reference}/export")
    def choose(request: Request, reference: str) -> Response:
        return office.choose(front.signed_in(request, reference), reference)

    @router.post("/r/{reference}/export")
    def chosen(request: Request, reference: str, purpose: Code = "") -> Response:
        member = front.signed_in(request, reference)
        if purpose not in set(Purpose):
            fault = Fault("purpose", "Choose who it is for")
            return office.choose(member, reference, (fault,))
        office.admit(member, reference)
        return go_to(f"/r/{reference}/export/{purpose}")

    @router.get("/r/{reference}/export/{purpose}")
    def fill_in(request: Request, reference: str, purpose: str) -> Response:
        front.signed_in(request, reference)
        which = _called(purpose)
        member = front.proven(request, f"/r/{reference}/export/{which.value}")
        return office.fill_in(member, reference, which)

    @router.post("/r/{reference}/export/{purpose}")
    def export(
        request: Request,
        reference: str,
        purpose: str,
        form: Code = "",
        whom: Words = "",
        why: Words = "",
        subject: Code = "",
    ) -> Response:
        front.signed_in(request, reference)
        which = _called(purpose)
        member = front.proven(request, f"/r/{reference}/export/{which.value}")
        return office.export(member, reference, which, _Typed(form, whom, why, subject))

    return router


def _called(purpose: str) -> Purpose:
    try:
        return Purpose(purpose)
    except ValueError:
        raise NoSuchIncidentError from None


class _Office:
    """Checks, notes, and only then hands out."""

    def __init__(self, front: Front) -> None:
        self._front = front
        self._desk = front.desk

    def admit(self, member: StaffMember, reference: str) -> list[tuple[str, str]]:
        """Whose data may be asked for; raises when `member` may not export this record."""
        desk = self._desk
        with reading(desk.database) as session:
            incident = by_reference(session, reference)
            check_sealed(session, incident, desk.office, actor=member.staff_id, now=desk.now())
            return list(subjects(desk, incident))

    def choose(
        self, member: StaffMember, reference: str, faults: tuple[Fault, ...] = ()
    ) -> Response:
        """For whom it is."""
        self.admit(member, reference)
        return self._front.show(
            member,
            "export.html",
            status=400 if faults else 200,
            reference=reference,
            offers=[
                {"value": one.value, "text": offer.title, "hint": {"text": offer.hint}}
                for one, offer in OFFERS.items()
            ],
            faults=faults,
        )

    def fill_in(
        self,
        member: StaffMember,
        reference: str,
        purpose: Purpose,
        typed: _Typed = _Typed(),
        faults: tuple[Fault, ...] = (),
    ) -> Response:
        """To whom, why, and what goes in."""
        about = self.admit(member, reference)
        offer = OFFERS[purpose]
        return self._front.show(
            member,
            "export_form.html",
            status=400 if faults else 200,
            reference=reference,
            purpose=purpose.value,
            offer=offer,
            goes_in={form: goes_in(form) for form in offer.forms},
            forms=[
                {"value": form, "text": FORM_WORDS.get(form, ""), "checked": typed.form == form}
                for form in offer.forms
            ],
            subjects=[
                {"value": value, "text": words, "checked": typed.subject == value}
                for value, words in about
            ]
            if purpose is Purpose.OWN_DATA
            else [],
            typed=typed,
            faults=faults,
        )

    def export(
        self, member: StaffMember, reference: str, purpose: Purpose, typed: _Typed
    ) -> Response:
        """The file, once it is noted; or the form again."""
        about = self.admit(member, reference)
        if faults := tuple(_faults(purpose, typed, about)):
            return self.fill_in(member, reference, purpose, typed, faults)
        try:
            if _form(purpose, typed) == SEALED:
                packed = self._sealed(member, reference, typed)
            else:
                packed = self._readable(member, reference, purpose, typed)
        except (NotAllowedError, NoSuchIncidentError, KeyDestroyedError):
            raise
        except (CaseworkError, EvidenceError) as fault:
            faults = (Fault("whom", str(fault)),)
            return self.fill_in(member, reference, purpose, typed, faults)
        return Response(
            packed.content,
            media_type="application/zip",
            headers={"content-disposition": f'attachment; filename="{packed.name}"'},
        )

    def _readable(
        self, member: StaffMember, reference: str, purpose: Purpose, typed: _Typed
    ) -> Packed:
        desk, now = self._desk, self._desk.now()
        if desk.print_page is None:
            raise EvidenceError("Printing needs a browser on the server, and there is none.")
        asked = asked_for(
            reference, purpose, _form(purpose, typed), typed.whom, typed.why, typed.subject
        )
        who = Exporter(desk.office, desk.reader(member), desk.pepper)
        with transaction(desk.database) as session:
            gathered = gather(session, by_reference(session, reference), asked, who, now=now)
        sealed = {}
        if SHAPES[asked.form].sealed and desk.storage is not None:
            sealed = _bundles(desk.storage, reference)
        packed = pack(gathered, desk.print_page(printed_page(gathered.sheet)), sealed)
        with transaction(desk.database) as session:
            incident = by_reference(session, reference)
            note_release(
                session, incident, asked, packed, actor=member.staff_id, office=desk.office, now=now
            )
        return packed

    def _sealed(self, member: StaffMember, reference: str, typed: _Typed) -> Packed:
        desk = self._desk
        if desk.storage is None:
            raise EvidenceError("No evidence is kept here.")
        names = sealed_names(desk.storage, reference)
        files = {name: desk.storage.read(f"{reference}/{name}") for name in names}
        with transaction(desk.database) as session:
            incident = by_reference(session, reference)
            actor, now = member.staff_id, desk.now()
            check_sealed(session, incident, desk.office, actor=actor, now=now)
            whom, why = typed.whom.strip(), typed.why.strip()
            note_sealed(
                session,
                incident,
                desk.office,
                whom=whom,
                why=why,
                to="police",
                actor=actor,
                now=now,
            )
        return Packed(f"{WARNING}_{reference}.zip", _zip(reference, files))


def _form(purpose: Purpose, typed: _Typed) -> str:
    forms = OFFERS[purpose].forms
    return forms[0] if len(forms) == 1 else typed.form


def _faults(purpose: Purpose, typed: _Typed, about: list[tuple[str, str]]) -> "list[Fault]":
    found = []
    if _form(purpose, typed) not in OFFERS[purpose].forms:
        found.append(Fault("form", "Choose what goes in"))
    if purpose is Purpose.OWN_DATA and typed.subject not in {value for value, _ in about}:
        found.append(Fault("subject", "Choose whose data it is"))
    if not typed.whom.strip():
        found.append(Fault("whom", "Say who it goes to"))
    if not typed.why.strip():
        found.append(Fault("why", "Say why"))
    return found


def _bundles(storage: Storage, reference: str) -> dict[str, bytes]:
    names = [name for name in storage.names(reference) if name.endswith(BUNDLE_END)]
    return {name: storage.read(f"{reference}/{name}") for name in names}


def _zip(reference: str, files: dict[str, bytes]) -> bytes:
    whole = io.BytesIO()
    first = {"READ-FIRST.txt": READ_FIRST.format(reference=reference).encode()}
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (first | files).items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content)
    return whole.getvalue()

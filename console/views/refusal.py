"""Say no in one way: whether a record exists, and for whom, can't be told from the answer."""

from starlette.responses import Response

from casework.audit import note
from console.front import Front, known_form
from records.database import transaction
from records.roster import StaffMember


def refuse(front: Front, reader: StaffMember, reference: str) -> Response:
    """Note the refusal, and answer as if there were no such record."""
    with transaction(front.desk.database) as session:
        note(
            session,
            "access refused",
            actor=reader.staff_id,
            now=front.desk.now(),
            reference=known_form(reference) or None,
        )
    return front.pages.error(404, signed_in=reader.full_name)

"""The buttons with which people put a finding right; whatever they press, the incident stays."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from sqlmodel import Session
from starlette.responses import Response

from casework import verdicts
from casework.errors import (
    KeyDestroyedError,
    NoSuchIncidentError,
    NotAllowedError,
    VerdictUnfitError,
)
from casework.incidents import by_reference
from casework.verdicts import Said
from console.front import Front, go_to
from console.views.refusal import refuse
from records.database import transaction
from records.example import VerdictKind
from records.roster import StaffMember

NOTHING = "nothing"
"""What the button sends that takes back."""

_LONGEST = 40


def routes(front: Front) -> APIRouter:
    """The form's address."""
    router = APIRouter()
    desk = front.desk

    @router.post("/r/{reference}/said")
    def said(
        request: Request,
        reference: str,
        said: Annotated[str, Form(max_length=_LONGEST)] = "",
    ) -> Response:
        reader = front.who(request)
        if reader is None:
            return front.to_sign_in(request, reference)
        if said != NOTHING and said not in set(VerdictKind):
            return front.error(request, 400)
        try:
            with transaction(desk.database) as session:
                _keep(front, session, reference, reader, said)
        except (NoSuchIncidentError, NotAllowedError):
            return refuse(front, reader, reference)
        except KeyDestroyedError:
            return front.error(request, 410)
        except VerdictUnfitError:
            return front.error(request, 400)
        return go_to(f"/r/{reference}?done=said")

    return router


def _keep(front: Front, session: Session, reference: str, reader: StaffMember, said: str) -> None:
    desk = front.desk
    incident = by_reference(session, reference)
    actor = desk.reader(reader)
    if said == NOTHING:
        verdicts.take_back(
            session, incident, actor=actor.staff_id, employed=actor.employed, now=desk.now()
        )
        return
    verdicts.give(
        session,
        incident,
        Said(VerdictKind(said)),
        actor=actor,
        features_of=desk.features_of,
        now=desk.now(),
    )

"""The posts of a record, shown only after a deliberate press that is noted first (SPSO 64)."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from casework.errors import KeyDestroyedError, NoSuchIncidentError, NotAllowedError
from casework.incidents import by_reference
from casework.reading import reveal_posts
from console.front import Front, go_to, known_form
from console.post_page import posts_shown
from console.views.refusal import refuse
from records.custody import Act
from records.database import transaction
from workflows.custody import note_custody


def routes(front: Front) -> APIRouter:
    """The page that reveals, which only a form can reach."""
    router = APIRouter()
    desk = front.desk

    @router.post("/r/{reference}/reveal")
    def reveal(request: Request, reference: str) -> Response:
        reader = front.who(request)
        if reader is None:
            return front.to_sign_in(request, reference)
        try:
            with transaction(desk.database) as session:
                incident = by_reference(session, reference)
                seen = reveal_posts(session, incident, desk.reader(reader), now=desk.now())
                note_custody(
                    session,
                    Act.REVEALED,
                    actor=reader.staff_id,
                    why="pressed-show",
                    now=desk.now(),
                    reference=reference,
                )
        except (NoSuchIncidentError, NotAllowedError):
            return refuse(front, reader, reference)
        except KeyDestroyedError:
            return front.error(request, 410)
        return front.pages.show(
            "posts.html",
            signed_in=reader.full_name,
            reference=reference,
            posts=posts_shown(desk, seen),
        )

    @router.get("/r/{reference}/{step}")
    def back_to_record(reference: str, step: str) -> Response:
        """A form's address opened by hand, or by a scanner, only leads back to the record."""
        if step not in {"reveal", "seen", "said"} or not known_form(reference):
            return front.pages.error(404)
        return go_to(f"/r/{reference}")

    return router

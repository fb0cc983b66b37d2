"""The pages about people and roles, which a new body and one that is set up have in common."""

from collections.abc import Callable, Mapping, Sequence

from starlette.responses import PlainTextResponse, Response

from console.faults import Fault
from console.set_up import Choice, PeopleDesk, RolesDesk, Seat

Show = Callable[..., Response]
"""Fills in a template for whoever asks: (template, status=…, **words)."""
NO_FILE = "Choose a CSV file."
CHANGED = "This is another list than the one you looked at. Look at it, and confirm it again."


def download(text: str, name: str, kind: str = "text/plain") -> Response:
    """A file to be saved, never shown."""
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return PlainTextResponse(text, headers=headers, media_type=f"{kind}; charset=utf-8")


def people_page(show: Show, desk: PeopleDesk, base: str, *faults: Fault) -> Response:
    """Hand in a list, or look at the one that was."""
    people = desk.offered()
    return show(
        "set_up_people.html",
        status=400 if faults else 200,
        base=base,
        people=people,
        changed=[f"{one.who}: {one.what}" for one in people.changes] if people else (),
        count=desk.count(),
        directories=desk.directories(),
        faults=faults,
    )


def roles_page(
    show: Show,
    desk: RolesDesk,
    base: str,
    faults: Sequence[Fault] = (),
    chosen: Mapping[str, tuple[str, ...]] | None = None,
) -> Response:
    """Who holds which role; what somebody chose a moment ago is kept when the form comes back."""
    choices = desk.choices()
    rows = [_row(one, choices, chosen) for one in desk.seats()]
    return show(
        "set_up_roles.html",
        status=400 if faults else 200,
        base=base,
        rows=rows,
        nobody=not choices,
        faults=faults,
    )


def _row(
    seat: Seat, choices: Sequence[Choice], chosen: Mapping[str, tuple[str, ...]] | None
) -> dict[str, object]:
    held = seat.holders if chosen is None else chosen.get(seat.role, ())
    first, second = (*held, "", "")[:2]
    return {
        "seat": seat,
        "first": _options(choices, first, "Choose somebody" if seat.needed else "Nobody yet"),
        "second": _options(choices, second, "Nobody"),
        "boxes": [
            {"value": one.staff_id, "text": one.words, "checked": one.staff_id in held}
            for one in choices
        ],
    }


def _options(choices: Sequence[Choice], held: str, none: str) -> list[dict[str, object]]:
    listed = [
        {"value": one.staff_id, "text": one.words, "selected": one.staff_id == held}
        for one in choices
    ]
    return [{"value": "", "text": none, "selected": not held}, *listed]

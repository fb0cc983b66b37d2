"""How long a refusal takes tells nothing either."""

import time
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import pytest

from console.app import create_app
from console.evenly import SPAN, Evenly
from tests.console.cast import LINE_MANAGER, STRANGER, Office
from tests.console.conftest import Visit

Send = Callable[[dict[str, Any]], Awaitable[None]]


async def _never() -> dict[str, Any]:
    return {"type": "http.disconnect"}


def taken(status: int, working: float, span: float = 0.2) -> float:
    """Seconds until an answer with this status is sent, when making it takes so long."""

    async def page(_scope: object, _receive: object, send: Send) -> None:
        await anyio.sleep(working)
        await send({"type": "http.response.start", "status": status, "headers": []})

    async def asked() -> float:
        began = anyio.current_time()
        ended: list[float] = []

        async def send(_message: Any) -> None:
            ended.append(anyio.current_time() - began)

        await Evenly(page, span=span)({"type": "http"}, _never, send)
        return ended[0]

    return anyio.run(asked)


@pytest.mark.parametrize(("working", "whole"), [(0.0, 1), (0.05, 1), (0.21, 2)])
def test_a_refusal_is_held_back_to_the_next_whole_span(working: float, whole: int) -> None:
    assert taken(404, working) >= whole * 0.2


def test_all_else_is_answered_at_once() -> None:
    assert taken(200, 0, span=60) < 60
    assert taken(404, 0, span=0) < 60


@pytest.mark.clause("SPSO 68")
def test_the_console_itself_holds_its_refusals_back(office: Office, visit: Visit) -> None:
    reference = office.open()
    browser = visit(STRANGER)
    for asked in (reference, "NW-2026-0999", "nonsense"):
        began = time.monotonic()
        assert browser.get(f"/r/{asked}").status_code == 404
        assert time.monotonic() - began >= SPAN
    assert visit(LINE_MANAGER).get(f"/r/{reference}").status_code == 200
    assert create_app.__kwdefaults__ == {"refusals_take": SPAN}

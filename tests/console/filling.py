"""Fill in the forms of a record, as somebody does who has found the right page."""

import html
import re

from httpx2 import Response
from starlette.testclient import TestClient

from tests.console.cast import LINE_MANAGER

TODAY = {"day": "23", "month": "11", "year": "2026"}


def words_of(page: str) -> str:
    """The page as it is read: no tags, single spaces."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def fill(browser: TestClient, reference: str, kind: str, **fields: str) -> Response:
    """Hand in the form for a kind of step; names are written with _ for -."""
    typed = {name.rstrip("_").replace("_", "-"): value for name, value in fields.items()}
    sent = {"stage": "checked", **typed}
    return browser.post(f"/r/{reference}/steps/{kind}", data=sent)


def record(browser: TestClient, reference: str, kind: str, **fields: str) -> None:
    """Record a step that may stand."""
    answer = fill(browser, reference, kind, **fields)
    assert answer.status_code == 303, words_of(answer.text)
    assert answer.headers["location"] == f"/r/{reference}?done={kind}"


def day(name: str, **other: str) -> dict[str, str]:
    """The three fields of a day: today, unless said otherwise."""
    return {f"{name}-{part}": value for part, value in (TODAY | other).items()}


def tell(browser: TestClient, reference: str, by: str = LINE_MANAGER, **more: str) -> None:
    """Record that the person named was told."""
    record(browser, reference, "told-in-private", by=by, how="in-person", reminded="yes", **more)


def tell_and_ask(browser: TestClient, reference: str) -> None:
    """Tell the person named, and hear what they would like."""
    tell(browser, reference)
    record(browser, reference, "wishes", answer="view", wish="that nothing is done in public")


def tasks_in(page: str) -> dict[str, str]:
    """The task list: each task, and how it stands with what is said beside it."""
    found = {}
    for one in re.findall(r'<li class="govuk-task-list__item.*?</li>', page, re.DOTALL):
        name = re.search(r"(?:<a[^>]*>|<div\s*>)(.*?)</(?:a|div)>", one, re.DOTALL)
        hint = re.search(r'task-list__hint">(.*?)</div>', one, re.DOTALL)
        state = re.search(r' id="[^"]*-status">(.*)</div>', one, re.DOTALL)
        assert name
        assert state
        parts = (words_of(state[1]), words_of(hint[1]) if hint else "")
        found[words_of(name[1])] = ": ".join(part for part in parts if part)
    return found

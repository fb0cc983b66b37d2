"""A body two years on: with something to triage, decide, release, keep or erase, and hand over."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from starlette.testclient import TestClient

from casework.incidents import by_reference
from casework.reading import place_of
from casework.retention import run_clocks
from casework.steps import Order, record_step
from casework.trials import begin_trial, settle_trial
from records.database import transaction
from records.incident import Mention
from records.record_key import RecordKey
from records.sealing import new_record_key, seal
from tests.console.cast import THE_FINDING, THE_POST
from tests.console.everybody import NAMED, SIGNED_IN, STAFF_ID, Role, World
from tests.console.test_your_say import shown_code

LATER = datetime(2028, 12, 1, 9, 30, tzinfo=UTC)
ALL_OF_THEM = tuple(STAFF_ID[one] for one in SIGNED_IN)
CUSTODIAN, LINE_MANAGER = STAFF_ID[Role.CUSTODIAN], STAFF_ID[Role.LINE_MANAGER]
OWN = "the person named"
"""Who looks at a page of their own."""


@dataclass(frozen=True, slots=True)
class Furnished:
    """What there is to look at, and by whom."""

    world: World
    browsers: dict[str, TestClient]
    decided: str
    """The record whose story is far on."""


def furnish(world: World) -> Furnished:
    """Let two years go by, and things happen."""
    _close(world)
    world.office.now = LATER
    for role in SIGNED_IN:
        world.sign_in_again(role)
    with transaction(world.office.database) as session:
        run_clocks(session, world.desk.office, LATER)
        trial = begin_trial(
            session, CUSTODIAN, "communications_manager", "email", actor=CUSTODIAN, now=LATER
        )
        assert trial.id
        settle_trial(session, trial.id, receipt="taken")
    _find_something(world)
    _ask_for_access(world)
    custodian = world.browsers[Role.CUSTODIAN]
    answer = custodian.post("/digest/draft", data={"period": "2026-11"})
    assert answer.headers["location"] == "/digest/2026/11"
    reference = a_decided_record(world)
    browsers: dict[str, TestClient] = dict(world.browsers.items())
    browsers[OWN] = _own_page(world, reference)
    return Furnished(world, browsers, reference)


def a_decided_record(world: World) -> str:
    """A record whose story is far on: told, asked, restricted, reported, shared."""
    reference = world.open(listed=ALL_OF_THEM)
    world.keep_evidence(reference)
    today = world.office.now.date()
    on, review = today.isoformat(), (today + timedelta(days=90)).isoformat()
    kind = world.desk.pack.restrictions.kinds[0].name
    acting = {"wishes": "no-view"}
    for step, typed in (
        ("author", {"type": "public", "represents": "no"}),
        ("told-in-private", {"by": LINE_MANAGER, "how": "phone", "reminded": "yes"}),
        ("wishes", {"answer": "no-view"}),
        (
            "restriction",
            {
                "restriction": kind, "evidence": "1", "adjustments": "none-needed",
                "why": "They won't stop.", "review-on": review, "explained": "explained",
                "explained-on": on, "timing-told": "yes", **acting,
            },
        ),
        ("leadership-view", {"answer": "asked"}),
        ("removal", {"decision": "seek", "risk": "low", "why": "It frightens.", **acting}),
        (
            "shared",
            {
                "to": "another-body", "whom": "Harbour Board", "what": "There is a restriction.",
                "why": "They meet the author too.",
            },
        ),
    ):  # fmt: skip
        with transaction(world.office.database) as session:
            order = Order(step, typed, CUSTODIAN)
            record_step(session, world.desk.office, reference, order, now=world.office.now)
    return reference


def _close(world: World) -> None:
    """A record that is closed, and will fall due."""
    reference = world.open(listed=ALL_OF_THEM)
    with transaction(world.office.database) as session:
        incident = by_reference(session, reference)
        incident.state, incident.closed_at = "closed", world.office.now
        session.add(incident)


def _find_something(world: World) -> None:
    """A post that waits for triage."""
    made = new_record_key([str(world.office.vault.to_public())])
    now = world.office.now
    with transaction(world.office.database) as session:
        key = RecordKey(recipient=made.recipient, wrapped=made.wrapped, created_at=now)
        session.add(key)
        session.flush()
        assert key.id

        def sealed(part: str, value: str) -> bytes:
            place = place_of(part, "found")
            return seal(value.encode(), place=place, recipient=made.recipient)

        finding = THE_FINDING.model_copy(update={"disposition": "review"})
        session.add(
            Mention(
                key_id=key.id, source="bluesky", post_key="found", severity="medium",
                disposition="review", categories=["threat"], staff_ids=[NAMED],
                published_at=now, found_at=now,
                sealed_post=sealed("post", THE_POST.model_dump_json()),
                sealed_record=sealed("record", "{}"),
                sealed_finding=sealed("finding", finding.model_dump_json()),
            )
        )  # fmt: skip


def _ask_for_access(world: World) -> None:
    form = {"reference": world.open(), "why": "danger", "words": "Nobody answers."}
    answer = world.browsers[Role.STAFF].post("/break-glass/ask", data=form)
    assert answer.headers["location"] == "/break-glass?done=asked"


def _own_page(world: World, reference: str) -> TestClient:
    """The browser of the person named, with their page open."""
    made = world.browsers[Role.LINE_MANAGER].post(f"/r/{reference}/say")
    browser = world.new_browser()
    browser.post("/say", data={"code": shown_code(made.text)})
    answer = browser.post("/say/code", data={"code": world.office.code()})
    assert answer.headers["location"] == "/say/page"
    choice = {"answer": "everything", "revision": revision(browser.get("/say/page/see").text)}
    answer = browser.post("/say/page/see", data=choice)
    assert answer.headers["location"].startswith("/say/page/see")
    return browser


def revision(page: str) -> str:
    """What a form holds so that nothing is overwritten unseen."""
    found = re.search(r'name="revision" value="([^"]*)"', page)
    assert found
    return found[1]

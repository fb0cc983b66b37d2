"""What never reaches a page: foreign forms, foreign hosts, large bodies; and what faults show."""

import logging
from collections.abc import Iterator

import pytest
from fastapi import APIRouter
from starlette.testclient import TestClient

from console.app import create_app
from console.guard import BODY_LIMIT, CONTENT_SECURITY_POLICY
from records.incident import Acknowledgement
from tests.console.cast import LINE_MANAGER, Office, address_of
from tests.console.conftest import Visit

OWN = {"sec-fetch-site": "same-origin"}


@pytest.fixture
def browser(office: Office) -> Iterator[TestClient]:
    """A browser that says nothing of where its forms come from."""
    app = create_app(office.desk(console_url="https://records.example"))
    with TestClient(app, base_url="http://127.0.0.1", follow_redirects=False) as made:
        yield made


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "same-origin"}, 303),
        ({"sec-fetch-site": "none"}, 303),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": ""}, 403),
        ({"sec-fetch-site": "cross-site", "origin": "http://127.0.0.1"}, 403),
        ({"origin": "http://127.0.0.1"}, 303),
        ({"origin": "http://127.0.0.1:8080"}, 403),
        ({"origin": "http://elsewhere.example"}, 403),
        ({"origin": "http://127.0.0.1.elsewhere.example"}, 403),
        ({"origin": "http://127.0.0.1@elsewhere.example"}, 403),
        ({"origin": "null"}, 403),
        ({"referer": "http://127.0.0.1/"}, 403),
        ({}, 403),
    ],
)
def test_a_form_counts_only_when_it_comes_from_our_own_page(
    browser: TestClient, headers: dict[str, str], status: int
) -> None:
    form = {"address": address_of(LINE_MANAGER)}
    assert browser.post("/sign-in", data=form, headers=headers).status_code == status


@pytest.mark.parametrize("path", ["seen", "reveal"])
def test_a_foreign_form_presses_nothing_for_somebody_signed_in(
    office: Office, visit: Visit, path: str
) -> None:
    reference = office.open()
    somebody = visit(LINE_MANAGER)
    foreign = {"sec-fetch-site": "cross-site"}
    assert somebody.post(f"/r/{reference}/{path}", headers=foreign).status_code == 403
    assert somebody.post("/sign-out", headers=foreign).status_code == 403
    assert "Signed in as" in somebody.get("/inbox").text
    assert office.count(Acknowledgement) == 0
    assert office.trail("post revealed") == []


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
def test_other_methods_are_refused_too(browser: TestClient, method: str) -> None:
    assert browser.request(method, "/sign-in").status_code == 403
    assert browser.request(method, "/sign-in", headers=OWN).status_code == 405


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("records.example", 200),
        ("records.example:8443", 200),
        ("RECORDS.example", 200),
        ("127.0.0.1:8080", 200),
        ("localhost", 200),
        ("[::1]:8080", 200),
        ("elsewhere.example", 403),
        ("records.example.elsewhere.example", 403),
        ("records.example@elsewhere.example", 403),
        ("127.0.0.2", 403),
        ("[::1", 403),
        ("", 403),
    ],
)
def test_only_our_own_host_is_answered(browser: TestClient, host: str, status: int) -> None:
    """Otherwise a page elsewhere could give this machine its own name and read along."""
    assert browser.get("/", headers={"host": host}).status_code == status


def test_a_large_body_is_refused_whether_or_not_it_says_how_large(browser: TestClient) -> None:
    large = b"address=" + b"x" * BODY_LIMIT
    form = {**OWN, "content-type": "application/x-www-form-urlencoded"}

    def in_parts() -> Iterator[bytes]:
        for start in range(0, len(large), 1000):
            yield large[start : start + 1000]

    for body in (large, in_parts()):
        assert browser.post("/sign-in", content=body, headers=form).status_code == 413


def test_a_long_or_broken_form_is_a_plain_page_that_repeats_nothing(browser: TestClient) -> None:
    long = browser.post("/sign-in", data={"address": "canary" * 100 + "@"}, headers=OWN)
    upload = browser.post("/sign-in", files={"address": b"canary@"}, headers=OWN)
    broken = browser.post(
        "/sign-in",
        content=b"canary",
        headers={**OWN, "content-type": "multipart/form-data; boundary=x"},
    )
    for answer in (long, upload, broken):
        assert answer.status_code == 400
        assert answer.headers["content-type"].startswith("text/html")
        assert "canary" not in answer.text


@pytest.mark.parametrize(
    "path", ["/docs", "/redoc", "/openapi.json", "/static/", "/static/../app.py"]
)
def test_the_console_does_not_describe_itself(browser: TestClient, path: str) -> None:
    assert browser.get(path).status_code == 404


@pytest.mark.parametrize(
    "path", ["/", "/sign-in", "/nowhere", "/r/NW-2026-0001", "/static/start.js", "/static/none"]
)
def test_every_answer_carries_the_protecting_headers(browser: TestClient, path: str) -> None:
    headers = browser.get(path).headers
    assert headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert headers["referrer-policy"] == "same-origin"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-robots-tag"].startswith("noindex")
    assert headers["x-frame-options"] == "DENY"
    assert "camera=()" in headers["permissions-policy"]
    assert headers["strict-transport-security"] == "max-age=31536000"
    assert headers["cache-control"] == ("no-cache" if path.startswith("/static") else "no-store")


def test_the_content_rules_allow_nothing_but_our_own_files() -> None:
    rules = dict(rule.strip().split(" ", 1) for rule in CONTENT_SECURITY_POLICY.split(";"))
    assert rules == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self'",
        "connect-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }


def test_plain_http_does_not_promise_https(office: Office, visit: Visit) -> None:
    assert "strict-transport-security" not in visit().get("/").headers


def test_a_fault_shows_and_logs_no_content(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(office.desk())
    broken = APIRouter()

    @broken.get("/broken")
    def fail() -> None:
        raise ValueError("Fiona MacLeod lives at the canary")

    app.include_router(broken)
    with TestClient(app, base_url="http://127.0.0.1") as made, caplog.at_level(logging.DEBUG):
        answer = made.get("/broken")
    assert answer.status_code == 500
    assert "Something went wrong" in answer.text
    assert "canary" not in answer.text + caplog.text
    assert "a page failed: ValueError at test_requests_refused.py" in caplog.text
    assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY

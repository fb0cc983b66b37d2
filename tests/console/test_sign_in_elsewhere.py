"""Sign in at the body's own identity provider: linked first, checked word for word each time."""

import dataclasses
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import requests
from joserfc.jwk import OctKey, RSAKey
from starlette.testclient import TestClient

from console.app import create_app
from console.door_rules import DoorRules, ProviderAccess
from records.clock import utc_now
from tests.console.cast import HR_OFFICER, LEAVER, LINE_MANAGER, Office
from tests.console.conftest import sign_in
from tests.servers.oidc import CLIENT, CLIENT_SECRET, TENANT, OidcServer
from tests.servers.web import Answer

Open = Callable[..., TestClient]


@pytest.fixture
def there(office: Office) -> Iterator[OidcServer]:
    with OidcServer(int(office.now.timestamp())) as server:
        yield server


@pytest.fixture
def browse(office: Office, there: OidcServer) -> Iterator[Open]:
    """New browsers of a body that has this provider; `tenant` makes it one of Entra's kind."""
    opened: list[TestClient] = []
    apps = {}

    def new(staff_id: str = "", *, tenant: str = "") -> TestClient:
        if tenant not in apps:
            access = ProviderAccess(there.url, CLIENT, CLIENT_SECRET, "Example Identity", tenant)
            desk = dataclasses.replace(office.desk(), door=DoorRules(provider=access))
            apps[tenant] = create_app(desk)
        browser = TestClient(
            apps[tenant],
            base_url="http://127.0.0.1",
            headers={"sec-fetch-site": "same-origin"},
            follow_redirects=False,
        )
        opened.append(browser)
        if staff_id:
            sign_in(browser, office, staff_id)
        return browser

    yield new
    for browser in opened:
        browser.close()


def go(browser: TestClient, path: str = "/sign-in/elsewhere", **form: str) -> str:
    """Press the button; the address there, as the page gives it in its header and its link."""
    page = browser.post(path, data=form)
    assert page.status_code == 200
    address = page.headers["refresh"].removeprefix("0; url=")
    assert address in [unescape(one) for one in re.findall(r'href="([^"]+)"', page.text)]
    return address


def link(browser: TestClient, there: OidcServer) -> str:
    return browser.get(there.visit(go(browser, "/account/elsewhere"))).headers["location"]


def enter(browser: TestClient, there: OidcServer, **form: str) -> int:
    return browser.get(there.visit(go(browser, **form))).status_code


def is_in(browser: TestClient) -> bool:
    return browser.get("/account").status_code == 200


def test_whoever_has_linked_their_account_signs_in_with_it(
    office: Office, browse: Open, there: OidcServer
) -> None:
    assert link(browse(LINE_MANAGER), there) == "/account?done=linked"
    browser = browse()
    assert enter(browser, there) == 303
    assert "Signed in as Effie Lamont" in browser.get("/account").text
    assert office.trail("account linked")[0].actor == LINE_MANAGER
    assert office.trail("signed in")[-1].about == {"way": "elsewhere"}


def test_the_same_address_is_not_enough(office: Office, browse: Open, there: OidcServer) -> None:
    """The provider says the line manager's address; nobody has linked the account."""
    browser = browse()
    assert enter(browser, there) == 400
    assert not is_in(browser)
    assert office.trail("sign-in refused")[-1].about == {"way": "elsewhere"}


def test_another_address_does_no_harm(browse: Open, there: OidcServer) -> None:
    link(browse(LINE_MANAGER), there)
    there.person = {"sub": "person-1", "email": "married@seo.example"}
    assert enter(browse(), there) == 303


def test_an_address_that_was_given_to_somebody_else_opens_nothing(
    browse: Open, there: OidcServer
) -> None:
    link(browse(LINE_MANAGER), there)
    there.person = {"sub": "person-2", "email": "s010@seo.example"}
    assert enter(browse(), there) == 400


def test_code_pkce_state_and_nonce_are_used_and_no_more_is_asked_than_who_it_is(
    browse: Open, there: OidcServer
) -> None:
    enter(browse(), there)
    asked = there.asked[0]
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert asked["scope"] == "openid"
    assert asked["redirect_uri"] == "http://127.0.0.1/sign-in/elsewhere/back"
    assert len({asked["state"], asked["nonce"], asked["code_challenge"]}) == 3
    assert min(len(asked[one]) for one in ("state", "nonce", "code_challenge")) >= 43


WRONG: dict[str, dict[str, Any]] = {
    "another nonce": {"nonce": "of another sign-in"},
    "no nonce": {"nonce": None},
    "another issuer": {"iss": "https://elsewhere.example"},
    "made for another application": {"aud": "another application"},
    "also for others, and asked for by them": {"aud": [CLIENT, "x"], "azp": "x"},
    "too old": {"exp": 1},
    "without an end": {"exp": None},
    "nobody": {"sub": None},
}


@pytest.mark.parametrize("claims", WRONG.values(), ids=WRONG)
def test_a_token_that_says_something_else_lets_nobody_in(
    browse: Open, there: OidcServer, claims: dict[str, Any]
) -> None:
    link(browse(LINE_MANAGER), there)
    browser = browse()
    there.claims = claims
    assert enter(browser, there) == 400
    assert not is_in(browser)
    there.claims = {}
    assert enter(browser, there) == 303


@pytest.mark.parametrize("forgery", ["another key", "the secret that both know", "no signature"])
def test_a_token_that_they_did_not_sign_lets_nobody_in(
    browse: Open, there: OidcServer, forgery: str
) -> None:
    link(browse(LINE_MANAGER), there)
    if forgery == "another key":
        there.signs_with = RSAKey.generate_key(2048, {"kid": "one"})
    elif forgery == "no signature":
        there.algorithm = "none"
    else:
        there.algorithm = "HS256"
        there.signs_with = OctKey.import_key(CLIENT_SECRET)  # type: ignore[assignment]
    assert enter(browse(), there) == 400


def test_people_of_another_tenant_are_not_let_in(browse: Open, there: OidcServer) -> None:
    there.person = {"sub": "for this application", "oid": "person-1", "tid": TENANT}
    link(browse(LINE_MANAGER, tenant=TENANT), there)
    assert enter(browse(tenant=TENANT), there) == 303
    there.person = {"sub": "for this application", "oid": "person-1", "tid": "another"}
    assert enter(browse(tenant=TENANT), there) == 400
    del there.person["tid"]
    assert enter(browse(tenant=TENANT), there) == 400


def test_in_a_tenant_people_are_known_by_their_id_of_it(browse: Open, there: OidcServer) -> None:
    there.person = {"sub": "for this application", "oid": "person-1", "tid": TENANT}
    link(browse(LINE_MANAGER, tenant=TENANT), there)
    there.person = {"sub": "for this application", "oid": "person-2", "tid": TENANT}
    assert enter(browse(tenant=TENANT), there) == 400


def test_a_code_that_was_used_lets_nobody_in_again(browse: Open, there: OidcServer) -> None:
    link(browse(LINE_MANAGER), there)
    browser = browse()
    back = there.visit(go(browser))
    asked = dict(browser.cookies)
    assert browser.get(back).status_code == 303
    again = browse()
    for name in ("namewatch-asked", "namewatch-place"):
        again.cookies.set(name, asked[name])
    assert again.get(back).status_code == 400


def test_an_answer_counts_only_in_the_browser_that_was_sent_there(
    browse: Open, there: OidcServer
) -> None:
    """Else somebody could be signed in as somebody else by a link."""
    link(browse(LINE_MANAGER), there)
    back = there.visit(go(browse()))
    assert browse().get(back).status_code == 400
    other = browse()
    go(other)
    assert other.get(back).status_code == 400
    assert not is_in(other)


def test_an_answer_has_five_minutes(office: Office, browse: Open, there: OidcServer) -> None:
    link(browse(LINE_MANAGER), there)
    browser = browse()
    back = there.visit(go(browser))
    office.later(minutes=5)
    assert browser.get(back).status_code == 400


@pytest.mark.parametrize(
    "answer", ["", "?state=x", "?code=x", "?error=access_denied&state=x", "?code=&state="]
)
def test_half_an_answer_is_refused_plainly(browse: Open, there: OidcServer, answer: str) -> None:
    browser = browse()
    go(browser)
    page = browser.get(f"/sign-in/elsewhere/back{answer}")
    assert page.status_code == 400
    assert "There is a problem" in page.text


def test_an_answer_to_linking_links_and_one_to_entering_enters(
    browse: Open, there: OidcServer
) -> None:
    """What was begun by an outsider never links their account to whoever is signed in."""
    stranger = browse()
    there.person = {"sub": "stranger"}
    back = there.visit(go(stranger))
    member = browse(LINE_MANAGER)
    member.cookies.set("namewatch-asked", stranger.cookies["namewatch-asked"])
    member.cookies.set("namewatch-place", "/account/elsewhere")
    assert member.get(back).headers["location"] == "/account?done=not-linked"


def test_an_account_belongs_to_one_person(office: Office, browse: Open, there: OidcServer) -> None:
    link(browse(LINE_MANAGER), there)
    assert link(browse(HR_OFFICER), there) == "/account?done=not-linked"
    assert office.trail("account not linked")[0].actor == HR_OFFICER


def test_it_can_be_unlinked(office: Office, browse: Open, there: OidcServer) -> None:
    browser = browse(LINE_MANAGER)
    link(browser, there)
    enter(browser, there)
    assert "Linked since" in browser.get("/account").text
    assert browser.post("/account/elsewhere/remove").status_code == 303
    assert enter(browse(), there) == 400
    assert office.trail("account unlinked")[0].actor == LINE_MANAGER


def test_linking_takes_somebody_who_has_just_signed_in(
    office: Office, browse: Open, there: OidcServer
) -> None:
    browser = browse(LINE_MANAGER)
    office.later(minutes=5)
    answer = browser.post("/account/elsewhere")
    assert answer.headers["location"] == "/sign-in/again?back=/account"
    assert browse().post("/account/elsewhere").headers["location"] == "/sign-in"


GRAVE = "/break-glass/ask"
HOUR = 3600


@pytest.mark.parametrize("told", [None, -HOUR], ids=["tells no time", "an hour ago"])
def test_what_is_grave_takes_proof_at_the_provider_and_no_session_of_long_before(
    office: Office, browse: Open, there: OidcServer, told: int | None
) -> None:
    link(browse(LINE_MANAGER), there)
    browser = browse()
    there.claims = {"auth_time": told and there.now + told}
    assert enter(browser, there) == 303
    assert (there.asked[-1]["prompt"], "max_age" in there.asked[-1]) == ("select_account", False)
    assert browser.get(GRAVE).headers["location"] == f"/sign-in/again?back={GRAVE}"
    there.claims = {}
    back = there.visit(go(browser, back=GRAVE))
    assert (there.asked[-1]["prompt"], there.asked[-1]["max_age"]) == ("login", "0")
    assert browser.get(back).headers["location"] == GRAVE
    assert browser.get(GRAVE).status_code == 200
    assert office.trail("signed in")[-1].about == {"way": "proved elsewhere"}


@pytest.mark.parametrize(
    ("told", "proved"),
    [
        pytest.param(0, True, id="now"),
        pytest.param(-299, True, id="just now"),
        pytest.param(None, True, id="tells no time, and was asked for proof"),
        pytest.param(-301, False, id="longer ago"),
        pytest.param(HOUR, False, id="in an hour"),
    ],
)
def test_the_providers_own_time_says_whether_it_was_proved(
    browse: Open, there: OidcServer, told: int | None, proved: bool
) -> None:
    link(browse(LINE_MANAGER), there)
    browser = browse()
    there.claims = {"auth_time": -HOUR}
    enter(browser, there)
    there.claims = {"auth_time": None if told is None else there.now + told}
    assert enter(browser, there) == 303
    assert (browser.get(GRAVE).status_code == 200) is proved


@pytest.mark.parametrize("told", ["soon", [1], {}])
def test_a_time_that_is_none_lets_nobody_in(browse: Open, there: OidcServer, told: object) -> None:
    link(browse(LINE_MANAGER), there)
    there.claims = {"auth_time": told}
    assert enter(browse(), there) == 400


def test_a_leavers_account_opens_nothing(office: Office, browse: Open, there: OidcServer) -> None:
    link(browse(LEAVER), there)
    office.later(days=1)
    there.now += int(timedelta(days=1).total_seconds())
    assert enter(browse(), there) == 400
    assert office.trail("sign-in refused")[-1].actor == LEAVER


def test_they_come_back_to_the_record_they_asked_for(browse: Open, there: OidcServer) -> None:
    link(browse(LINE_MANAGER), there)
    browser = browse()
    back = there.visit(go(browser, reference="NW-2026-0001"))
    assert browser.get(back).headers["location"] == "/r/NW-2026-0001"


@pytest.mark.parametrize("place", ["//elsewhere.example", "https://elsewhere.example", "/sign-out"])
def test_and_never_anywhere_else(browse: Open, there: OidcServer, place: str) -> None:
    link(browse(LINE_MANAGER), there)
    browser = browse()
    back = there.visit(go(browser, back=place))
    browser.cookies.set("namewatch-place", place)
    assert browser.get(back).headers["location"] == "/"


FAULTS = {
    "not there": Answer(status=503),
    "not JSON": Answer(body=b"<html>"),
    "not an object": Answer(body=b"[]"),
    "led elsewhere": Answer(status=302, headers={"Location": "http://127.0.0.1:1/"}),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_provider_that_does_not_answer_is_told_plainly(
    browse: Open, there: OidcServer, fault: Answer
) -> None:
    there.fault = fault
    page = browse().post("/sign-in/elsewhere")
    assert page.status_code == 400
    assert "The other service does not answer" in page.text
    there.fault = None
    browser = browse()
    back = there.visit(go(browser))
    there.fault = fault
    assert "The other service does not answer" in browser.get(back).text


@pytest.mark.parametrize(
    "told",
    [
        {"issuer": "https://elsewhere.example"},
        {"token_endpoint": "http://elsewhere.example/token"},
        {"jwks_uri": None},
    ],
)
def test_a_provider_that_is_not_who_it_should_be_is_not_gone_to(
    browse: Open, there: OidcServer, told: dict[str, Any]
) -> None:
    there.described = told
    assert browse().post("/sign-in/elsewhere").status_code == 400


def test_without_a_provider_there_is_no_such_page(office: Office) -> None:
    with TestClient(create_app(office.desk()), base_url="http://127.0.0.1") as browser:
        assert "Example Identity" not in browser.get("/sign-in").text
        assert browser.get("/sign-in/elsewhere/back").status_code == 404


@pytest.mark.filterwarnings("ignore")  # its own use of what is deprecated
def test_it_works_with_a_provider_that_others_wrote(office: Office) -> None:
    """The package oidc-provider-mock, which stands on another library than our own."""
    import oidc_provider_mock  # type: ignore[import-untyped]  # noqa: PLC0415 - it warns

    office.now = utc_now()
    with oidc_provider_mock.run_server_in_thread(require_nonce=True) as running:
        issuer = f"http://localhost:{running.server_port}"
        access = ProviderAccess(issuer, CLIENT, CLIENT_SECRET, "Example Identity")
        app = create_app(dataclasses.replace(office.desk(), door=DoorRules(provider=access)))
        headers = {"sec-fetch-site": "same-origin"}
        with TestClient(
            app, base_url="http://127.0.0.1", headers=headers, follow_redirects=False
        ) as browser:
            sign_in(browser, office, LINE_MANAGER)
            for path, leads_to in (
                ("/account/elsewhere", "/account?done=linked"),
                ("/sign-in/elsewhere", "/r/NW-2026-0001"),
            ):
                address = go(browser, path, reference="NW-2026-0001")
                there = requests.post(
                    address, data={"sub": "person-1"}, timeout=10, allow_redirects=False
                )
                back = there.headers["location"].removeprefix("http://127.0.0.1")
                assert browser.get(back).headers["location"] == leads_to
    assert office.trail("signed in")[-1].about == {"way": "proved elsewhere"}

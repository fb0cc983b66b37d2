"""Somebody's own page: handed over after the talk, for them alone, and in their own time."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import col, delete, select
from starlette.testclient import TestClient

from casework.incidents import by_reference
from casework.list_changes import declare_conflict
from casework.office import Office as Rules
from casework.own_pages import LIVES
from casework.step_reading import Read, read_steps
from casework.steps import Order, record_step
from console.app import create_app
from console.desk import Desk
from console.own_code import ALPHABET, read_code
from console.own_door import IDLE, MAIL_LIVES, MAIL_TRIES
from policies.pack_file import read_pack
from records.database import reading, transaction
from records.incident import IncidentAccess
from records.organisation import Organisation
from records.own_page import OwnPage
from records.roster import roster_of
from tests.console.cast import (
    ALONGSIDE,
    CAST,
    COMMUNICATIONS,
    HR_OFFICER,
    LEAVER,
    LINE_MANAGER,
    NAMED,
    REVEAL,
    STRANGER,
    THE_POST,
    Office,
    member,
)
from tests.console.conftest import sign_in

DIRECTOR, HEAD = "s002", "s001"
ROLES = {
    "hr_officer": (HR_OFFICER,),
    "communications_manager": (COMMUNICATIONS,),
    "director": (DIRECTOR,),
    "head_of_body": (HEAD,),
    "leadership_team": (HEAD, DIRECTOR),
}
SUPPORT = ("Employee Assistance Programme: 0800 000 0000, day and night",)
SECRET = "quillwort-hemlock"
WISH = {"wants": ["take-down", "senior-name"], "police": "for", "own_words": SECRET}


class Body:
    """A console of a body with every role filled, under one of the policies."""

    def __init__(self, office: Office, policy: str = "spso", *, without_mail: bool = False) -> None:
        self.office = office
        desk = office.desk()
        people = [member(one[0]) for one in CAST]
        if without_mail:
            people = [replace(one, email="") if one.staff_id == NAMED else one for one in people]
        organisation = Organisation(
            name="Scottish Example Ombudsman", policy=policy, roles=ROLES, support=SUPPORT
        )
        desk.renew(organisation, roster_of(people), read_pack(policy))
        self.desk: Desk = desk
        self.app = create_app(desk, refusals_take=0)

    def browser(self, staff_id: str = "") -> TestClient:
        browser = TestClient(
            self.app,
            base_url="http://127.0.0.1",
            headers={"sec-fetch-site": "same-origin"},
            follow_redirects=False,
        )
        if staff_id:
            sign_in(browser, self.office, staff_id)
        return browser

    @property
    def rules(self) -> Rules:
        return self.desk.office

    def take(self, reference: str, kind: str, actor: str, /, **typed: str) -> None:
        parts = {name.rstrip("_").replace("_", "-"): value for name, value in typed.items()}
        with transaction(self.office.database) as session:
            order = Order(kind, parts, actor)
            record_step(session, self.rules, reference, order, now=self.office.now)

    def tell(self, reference: str, by: str = LINE_MANAGER) -> None:
        self.take(reference, "told-in-private", by, by=by, how="in-person", reminded="yes")

    def told(self, **changes: object) -> str:
        """A new incident of which the person named was told in private."""
        reference = self.office.open(policy=self.desk.pack.name, **changes)
        self.tell(reference)
        return reference

    def code(self, reference: str, by: str = LINE_MANAGER) -> str:
        """What whoever told the person is shown, once."""
        made = self.browser(by).post(f"/r/{reference}/say")
        assert made.status_code == 200
        return shown_code(made.text)

    def inside(self, reference: str) -> TestClient:
        """The browser of the person named, with their page open."""
        browser = self.browser()
        answer = browser.post("/say", data={"code": self.code(reference)})
        assert answer.headers["location"] == "/say/code"
        answer = browser.post("/say/code", data={"code": self.office.code()})
        assert answer.headers["location"] == "/say/page"
        return browser

    def steps(self, reference: str, kind: str) -> list[Read]:
        """The steps of a kind, as those who may read the record read them."""
        keeper = self.desk.roster[COMMUNICATIONS]
        reader = self.desk.reader(keeper)
        with transaction(self.office.database) as session:
            incident = by_reference(session, reference)
            found = read_steps(session, incident, reader, now=self.office.now)
        return [one for one in found if one.step.kind == kind]

    def page(self) -> OwnPage:
        with reading(self.office.database) as session:
            newest = select(OwnPage).order_by(col(OwnPage.id).desc()).limit(1)
            return session.exec(newest).one()


@pytest.fixture
def body(office: Office) -> Body:
    return Body(office)


def shown_code(page: str) -> str:
    found = re.search(r'class="nw-code">([^<]+)<', page)
    assert found
    return found[1]


def revision(page: str) -> str:
    found = re.search(r'name="revision" value="(\d*)"', page)
    assert found
    return found[1]


def post(browser: TestClient, path: str, data: Mapping[str, object] | None = None) -> int:
    return browser.post(path, data=dict(data or {})).status_code


# Making the page


@pytest.mark.clause("SPSO 69")
@pytest.mark.clause("WICS Named ¶3")
@pytest.mark.parametrize("policy", ["spso", "wics"])
def test_there_is_no_page_before_somebody_has_told_them_in_private(
    office: Office, policy: str
) -> None:
    body = Body(office, policy)
    reference = office.open(policy=policy)
    browser = body.browser(LINE_MANAGER)
    asked = browser.get(f"/r/{reference}/say")
    assert "Tell them in private first" in asked.text
    assert "Make a page" not in asked.text
    assert browser.post(f"/r/{reference}/say").headers["location"] == f"/r/{reference}/say"
    assert office.count(OwnPage) == 0
    body.tell(reference)
    assert "Make a page for them" in browser.get(f"/r/{reference}/say").text
    assert browser.post(f"/r/{reference}/say").status_code == 200
    assert [one.actor for one in office.trail("own page made")] == [LINE_MANAGER]


@pytest.mark.clause("SPSO 69")
def test_nothing_is_sent_to_the_person_when_a_page_is_made(office: Office, body: Body) -> None:
    reference = body.told()
    browser = body.browser(LINE_MANAGER)
    before = len(office.mails)
    browser.post(f"/r/{reference}/say")
    assert len(office.mails) == before


@pytest.mark.clause("SPSO 68")
@pytest.mark.clause("WICS Named ¶2")
@pytest.mark.parametrize("who", [NAMED, ALONGSIDE, STRANGER])
def test_only_whoever_tells_the_person_makes_a_page(body: Body, who: str) -> None:
    reference = body.told()
    browser = body.browser(who)
    assert browser.get(f"/r/{reference}/say").status_code == 404
    assert post(browser, f"/r/{reference}/say") == 404
    assert post(browser, f"/r/{reference}/say/withdraw") == 404
    assert body.office.count(OwnPage) == 0


@pytest.mark.clause("WICS Named ¶3")
@pytest.mark.parametrize(("policy", "status"), [("spso", 200), ("wics", 404)])
def test_where_the_policy_has_no_hr_officer_tell_the_person_they_make_no_page(
    office: Office, policy: str, status: int
) -> None:
    body = Body(office, policy)
    reference = body.told()
    assert body.browser(HR_OFFICER).get(f"/r/{reference}/say").status_code == status


def test_whoever_is_in_conflict_has_left_or_is_not_signed_in_makes_none(
    office: Office, body: Body
) -> None:
    reference = body.told()
    with transaction(office.database) as session:
        declare_conflict(
            session, body.rules, reference, why="involved", actor=HR_OFFICER, now=office.now
        )
    assert body.browser(HR_OFFICER).get(f"/r/{reference}/say").status_code == 404
    leaver = body.browser(LEAVER)
    office.later(days=1)
    for browser in (leaver, body.browser()):
        for answer in (browser.get(f"/r/{reference}/say"), browser.post(f"/r/{reference}/say")):
            assert answer.headers["location"] == f"/sign-in?r={reference}"


@pytest.mark.clause("SPSO 68")
def test_the_manager_of_the_manager_who_is_named_gets_a_page_and_no_record(
    office: Office, body: Body
) -> None:
    """The Director is named: the Ombudsman tells them, and they open nothing of the record."""
    reference = office.open(staff_id=DIRECTOR, alongside=())
    body.take(
        reference, "told-in-private", COMMUNICATIONS,
        by=HEAD, how="in-person", reminded="yes",
    )  # fmt: skip
    director = body.browser(DIRECTOR)
    assert director.get(f"/r/{reference}").status_code == 404
    assert director.get(f"/r/{reference}/say").status_code == 404
    code = body.code(reference, COMMUNICATIONS)
    assert director.post("/say", data={"code": code}).headers["location"] == "/say/page"
    assert reference in director.get("/say/page").text
    assert director.get(f"/r/{reference}").status_code == 404


def test_of_a_record_about_nobody_or_erased_there_is_no_page(office: Office, body: Body) -> None:
    nobody = office.open(staff_id=None)
    browser = body.browser(LINE_MANAGER)
    assert browser.post(f"/r/{nobody}/say").status_code in {303, 404}
    erased = body.told()
    office.erase(erased)
    assert post(browser, f"/r/{erased}/say") == 410
    assert office.count(OwnPage) == 0


# Its code


def test_a_code_can_be_written_by_hand_and_is_kept_as_a_slow_hash_alone(
    office: Office, body: Body
) -> None:
    code = body.code(body.told())
    assert re.fullmatch(rf"[{ALPHABET}]{{4}} [{ALPHABET}]{{4}}", code)
    assert not set(ALPHABET) & set("0O1IL5S2Z8BUV")
    plain = code.replace(" ", "")
    for suffix in ("", "-wal"):
        content = Path(f"{office.database.url.database}{suffix}").read_bytes()
        assert plain.encode() not in content
        assert code.encode() not in content


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("k7qd m4xw", "K7QDM4XW"),
        (" K7QD-M4XW ", "K7QDM4XW"),
        ("K7QDM4XW", "K7QDM4XW"),
        ("K7QDM4X", ""),
        ("K7QDM4XWW", ""),
        ("K7QDM4X0", ""),
        ("K7QDM4X\u0660", ""),
        ("../../etc", ""),
        ("", ""),
    ],
)
def test_a_code_is_read_however_it_was_typed(typed: str, read: str) -> None:
    assert read_code(typed) == read


def test_a_link_that_a_scanner_follows_opens_nothing_and_changes_nothing(
    office: Office, body: Body
) -> None:
    code = body.code(body.told()).replace(" ", "")
    before, mails = body.page(), len(office.mails)
    for _ in range(3):
        scanner = body.browser()
        shown = scanner.get(f"/say/{code}")
        assert shown.status_code == 200
        assert "Open my page" in shown.text
        scanner.head(f"/say/{code}")
        assert not scanner.cookies
    assert body.page() == before
    assert len(office.mails) == mails
    assert body.browser().post("/say", data={"code": code}).headers["location"] == "/say/code"


def test_the_address_tells_nobody_whether_there_is_such_a_page(body: Body) -> None:
    code = body.code(body.told()).replace(" ", "")
    browser = body.browser()
    known, unknown = browser.get(f"/say/{code}").text, browser.get("/say/K7QDM4XW").text
    assert known.replace(code, "") == unknown.replace("K7QDM4XW", "")
    assert browser.get("/say/not-a-code").status_code == 404


@pytest.mark.clause("SPSO 69")
def test_a_code_by_mail_goes_to_the_person_alone_and_only_once_they_press(
    office: Office, body: Body
) -> None:
    reference = body.told()
    code = body.code(reference)
    before = len(office.mails)
    browser = body.browser()
    browser.post("/say", data={"code": code})
    [(to, subject, text)] = office.mails[before:]
    assert to.staff_id == NAMED
    assert subject == "Your code"
    for word in (reference, "posted", "named", "record", "namewatch"):
        assert word not in text
    assert "location" not in browser.get("/say/page").headers or (
        browser.get("/say/page").headers["location"] == "/say?closed=1"
    )
    assert browser.post("/say/code", data={"code": office.code()}).status_code == 303
    assert browser.get("/say/page").status_code == 200


@pytest.mark.parametrize("sees", ["no address", "an address that others have too"])
def test_without_an_address_of_ones_own_the_code_alone_lets_in(office: Office, sees: str) -> None:
    body = Body(office, without_mail=True)
    if sees != "no address":
        people = [
            replace(one, email="team@seo.example") if one.staff_id in {NAMED, ALONGSIDE} else one
            for one in body.desk.roster.values()
        ]
        body.desk.renew(body.desk.organisation, roster_of(people), body.desk.pack)
    code, mails = body.code(body.told()), len(office.mails)
    browser = body.browser()
    assert browser.post("/say", data={"code": code}).headers["location"] == "/say/page"
    assert browser.get("/say/page").status_code == 200
    assert len(office.mails) == mails


def test_whoever_is_signed_in_as_that_person_needs_no_second_code(body: Body) -> None:
    code = body.code(body.told())
    browser = body.browser(NAMED)
    assert browser.post("/say", data={"code": code}).headers["location"] == "/say/page"


@pytest.mark.clause("SPSO 68")
@pytest.mark.parametrize("who", [LINE_MANAGER, STRANGER, ALONGSIDE])
def test_nobody_else_who_is_signed_in_opens_it_or_uses_it_up(body: Body, who: str) -> None:
    reference = body.told()
    code = body.code(reference)
    refused = body.browser(who).post("/say", data={"code": code})
    assert refused.status_code == 400
    assert "for somebody else" in refused.text
    assert body.page().browser_hash is None
    assert body.browser(NAMED).post("/say", data={"code": code}).status_code == 303


def test_a_wrong_second_code_is_refused_and_after_some_tries_the_right_one_too(
    office: Office, body: Body
) -> None:
    browser = body.browser()
    browser.post("/say", data={"code": body.code(body.told())})
    right = office.code()
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    for _ in range(MAIL_TRIES):
        assert post(browser, "/say/code", {"code": wrong}) == 400
    assert post(browser, "/say/code", {"code": right}) == 400


def test_a_second_code_is_good_once_for_a_short_time_and_in_one_browser(
    office: Office, body: Body
) -> None:
    code = body.code(body.told())
    browser, other = body.browser(), body.browser()
    browser.post("/say", data={"code": code})
    assert post(other, "/say/code", {"code": office.code()}) == 400
    office.later(seconds=MAIL_LIVES.total_seconds())
    assert post(browser, "/say/code", {"code": office.code()}) == 400
    browser.post("/say", data={"code": code})
    assert post(browser, "/say/code", {"code": office.code()}) == 303
    assert post(browser, "/say/code", {"code": office.code()}) == 400


def test_it_opens_in_one_browser_alone_and_another_is_told_so(office: Office, body: Body) -> None:
    reference = body.told()
    code = body.code(reference)
    first, second = body.browser(), body.browser()
    for browser in (first, second):
        browser.post("/say", data={"code": code})
    assert post(second, "/say/code", {"code": office.code()}) == 303
    late = body.browser().post("/say", data={"code": code})
    assert late.status_code == 400
    assert "opened in another browser already" in late.text
    first.post("/say", data={"code": code})
    assert post(first, "/say/code", {"code": office.code()}) == 400
    stolen = body.browser()
    stolen.cookies.set("namewatch-own", "x" * 43)
    assert stolen.get("/say/page").headers["location"] == "/say?closed=1"


def test_the_same_browser_comes_back_with_the_code_as_often_as_it_likes(
    office: Office, body: Body
) -> None:
    reference = body.told()
    code = body.code(reference)
    browser = body.browser(NAMED)
    for _ in range(3):
        assert browser.post("/say", data={"code": code}).headers["location"] == "/say/page"
        assert browser.get("/say/page").status_code == 200
        assert browser.post("/say/leave").headers["location"] == "/say"
        assert browser.get("/say/page").headers["location"] == "/say?closed=1"
    assert len(office.trail("own page opened")) == 3


def test_two_pages_of_one_person_open_in_one_browser(body: Body) -> None:
    first, second = body.told(), body.told()
    codes = [body.code(first), body.code(second)]
    browser = body.browser(NAMED)
    for code, reference in zip(codes * 2, [first, second] * 2, strict=True):
        assert browser.post("/say", data={"code": code}).status_code == 303
        assert reference in browser.get("/say/page").text
        body.office.later(seconds=1)


def test_it_closes_by_itself_when_nobody_presses(office: Office, body: Body) -> None:
    browser = body.inside(body.told())
    office.later(seconds=IDLE.total_seconds() - 1)
    assert browser.get("/say/page").status_code == 200
    office.later(seconds=IDLE.total_seconds())
    assert browser.get("/say/page").headers["location"] == "/say?closed=1"


def test_it_closes_after_a_working_day_however_often_somebody_presses(
    office: Office, body: Body
) -> None:
    browser = body.inside(body.told())
    for _ in range(16):
        assert browser.get("/say/page").status_code == 200
        office.later(minutes=29)
    office.later(minutes=16)
    assert browser.get("/say/page").headers["location"] == "/say?closed=1"


@pytest.mark.clause("SPSO 69")
def test_after_its_time_or_once_withdrawn_or_replaced_it_is_gone_and_so_is_the_open_one(
    office: Office, body: Body
) -> None:
    reference = body.told()
    teller = body.browser(LINE_MANAGER)
    for ending in ("withdraw", "anew", "time"):
        code = body.code(reference)
        browser = body.browser(NAMED)
        assert browser.post("/say", data={"code": code}).status_code == 303
        if ending == "withdraw":
            closed = teller.post(f"/r/{reference}/say/withdraw")
            assert closed.headers["location"] == f"/r/{reference}/say?done=withdrawn"
        elif ending == "anew":
            assert body.code(reference) != code
        else:
            office.later(seconds=LIVES.total_seconds())
            browser = body.browser(NAMED)
        assert browser.get("/say/page").headers["location"] == "/say?closed=1"
        refused = browser.post("/say", data={"code": code})
        assert refused.status_code == 400
        assert "This code does not work" in refused.text


def test_whoever_leaves_loses_their_page_the_next_day(office: Office, body: Body) -> None:
    reference = office.open(staff_id=LEAVER, alongside=())
    body.take(
        reference, "told-in-private", LINE_MANAGER,
        by=COMMUNICATIONS, how="phone", reminded="yes", why_not_earlier="on leave",
    )  # fmt: skip
    code = body.code(reference, COMMUNICATIONS)
    browser = body.browser(LEAVER)
    assert browser.post("/say", data={"code": code}).status_code == 303
    assert browser.get("/say/page").status_code == 200
    office.later(hours=14, minutes=20)
    browser.post("/say", data={"code": code})
    office.later(minutes=15)
    assert browser.get("/say/page").headers["location"] == "/say?closed=1"
    assert post(browser, "/say", {"code": code}) == 400


def test_when_it_turns_out_to_be_about_somebody_else_the_page_is_gone(
    office: Office, body: Body
) -> None:
    reference = body.told()
    browser = body.inside(reference)
    with transaction(office.database) as session:
        incident = by_reference(session, reference)
        incident.staff_id = ALONGSIDE
        session.add(incident)
    assert browser.get("/say/page").headers["location"] == "/say?closed=1"


def test_guessing_comes_to_an_end(body: Body, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.own_door.hash_of", str)  # the slow hash is tried elsewhere
    browser = body.browser()
    tries = [post(browser, "/say", {"code": f"K7QD M4{a}{b}"}) for a in ALPHABET for b in "3467A"]
    more = [post(browser, "/say", {"code": f"K7QD M3{a}{b}"}) for a in ALPHABET for b in "3467A"]
    assert set(tries) == {400}
    assert more[-1] == 429


def test_an_erased_record_leaves_no_page(office: Office, body: Body) -> None:
    reference = body.told()
    code = body.code(reference)
    browser = body.inside(reference)
    office.erase(reference)
    assert browser.get("/say/page").status_code == 410
    assert post(body.browser(NAMED), "/say", {"code": code}) == 400


@pytest.mark.parametrize(
    "path", ["page", "page/see", "page/wish", "page/file", "page/name", "page/who", "page/words"]
)
def test_without_the_page_open_every_address_leads_to_its_door(body: Body, path: str) -> None:
    reference = body.told()
    for browser in (body.browser(), body.browser(NAMED), body.browser(LINE_MANAGER)):
        for method in ("GET", "POST"):
            answer = browser.request(method, f"/say/{path}")
            if (method, path) in {("POST", "page"), ("POST", "page/who")}:
                assert answer.status_code in {404, 405}
            else:
                assert answer.headers["location"] in {"/say?closed=1", "/say/page/see"}
    assert not body.steps(reference, "wishes")


# What is on it


@pytest.mark.clause("SPSO 16")
@pytest.mark.clause("SPSO 56")
@pytest.mark.clause("WICS Staff")
@pytest.mark.clause("SPSO 64")
def test_nothing_that_was_posted_is_shown_until_it_is_chosen_and_then_pressed_for(
    office: Office, body: Body
) -> None:
    reference = body.told()
    browser = body.inside(reference)
    kind = "A threat, or something that may be meant as one"
    for path in ("page", "page/see", "page/wish", "page/who"):
        text = browser.get(f"/say/{path}").text
        assert THE_POST.text[:20] not in text
        assert kind not in text
    assert browser.post("/say/page/words").headers["location"] == "/say?closed=1"

    browser.post("/say/page/see", data={"answer": "told-in-words"})
    text = browser.get("/say/page/see").text
    assert kind in text
    assert "posted on 23 November 2026 at 7:30am" in text
    assert THE_POST.text[:20] not in text
    assert REVEAL not in text

    stands = revision(text)
    browser.post("/say/page/see", data={"answer": "everything", "revision": stands})
    text = browser.get("/say/page/see").text
    assert REVEAL in text
    assert THE_POST.text[:20] not in text
    assert not office.trail("own post revealed")
    assert THE_POST.text[:20] in browser.post("/say/page/words").text
    [entry] = office.trail("own post revealed")
    assert (entry.actor, entry.reference) == (NAMED, reference)

    browser.post("/say/page/see", data={"answer": "nothing", "revision": "2"})
    assert kind not in browser.get("/say/page/see").text
    assert browser.post("/say/page/words").headers["location"] == "/say?closed=1"
    chose = [one.step.about["chose"] for one in body.steps(reference, "shown")]
    assert chose == ["told-in-words", "everything", "nothing"]
    assert {one.step.actor for one in body.steps(reference, "shown")} == {NAMED}


@pytest.mark.clause("SPSO 16")
def test_what_others_wrote_of_what_was_shown_does_not_uncover_it(body: Body) -> None:
    reference = body.told()
    body.take(reference, "shown", LINE_MANAGER, chose="everything")
    browser = body.inside(reference)
    assert REVEAL not in browser.get("/say/page/see").text
    assert browser.post("/say/page/words").headers["location"] == "/say?closed=1"


@pytest.mark.clause("SPSO 69")
@pytest.mark.clause("SPSO 60")
@pytest.mark.clause("WICS Named ¶3")
@pytest.mark.parametrize("policy", ["spso", "wics"])
def test_what_they_would_like_stands_in_the_record_in_their_name_and_sealed(
    office: Office, policy: str
) -> None:
    body = Body(office, policy)
    reference = body.told()
    browser = body.inside(reference)
    assert "What do you think about telling the police?" in browser.get("/say/page/wish").text
    said = browser.post("/say/page/wish", data=WISH)
    assert said.headers["location"] == "/say/page?done=said"
    [kept] = body.steps(reference, "wishes")
    assert (kept.step.actor, kept.step.about["answer"]) == (NAMED, "view")
    assert kept.words["wish"] == (
        "Ask for the post to be taken down\n"
        "Send letters in my manager's name, not mine\n"
        "I would like the police to be told\n\n"
        f"{SECRET}"
    )
    assert "take" not in str(kept.step.about)
    assert body.page().tell_at is not None
    text = browser.get("/say/page?done=said").text
    assert "Thank you. It is kept." in text
    assert "Said on 23 November" in text


@pytest.mark.clause("SPSO 69")
@pytest.mark.clause("WICS Named ¶3")
def test_they_change_their_mind_at_any_time_and_what_they_said_before_is_kept(
    body: Body,
) -> None:
    reference = body.told()
    browser = body.inside(reference)
    browser.post("/say/page/wish", data=WISH)
    form = browser.get("/say/page/wish").text
    assert len(re.findall(r"value=\"(?:take-down|senior-name|for)\" checked", form)) == 3
    assert f">{SECRET}</textarea>" in form
    browser.post("/say/page/wish", data={"wants": ["no-view"], "revision": revision(form)})
    form = browser.get("/say/page/wish").text
    assert 'value="no-view" checked' in form
    assert "You said" in form
    assert SECRET in form
    kept = body.steps(reference, "wishes")
    assert [(one.step.revision, one.step.about["answer"]) for one in kept] == [
        (1, "view"),
        (2, "no-view"),
    ]


@pytest.mark.clause("SPSO 69")
def test_what_somebody_wrote_down_for_them_meanwhile_is_shown_before_it_is_replaced(
    body: Body,
) -> None:
    reference = body.told()
    browser = body.inside(reference)
    stands = revision(browser.get("/say/page/wish").text)
    body.take(reference, "wishes", LINE_MANAGER, answer="view", wish="that it is left alone")
    again = browser.post("/say/page/wish", data={**WISH, "revision": stands})
    assert again.status_code == 400
    assert "Something newer was written down meanwhile" in again.text
    assert "Somebody wrote it down for you" in again.text
    assert "that it is left alone" in again.text
    assert f">{SECRET}</textarea>" in again.text
    browser.post("/say/page/wish", data={**WISH, "revision": revision(again.text)})
    kept = body.steps(reference, "wishes")
    assert [one.step.actor for one in kept] == [LINE_MANAGER, NAMED]


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({}, "Choose at least one"),
        ({"wants": ["made-up"]}, "Choose at least one"),
        ({"wants": ["nothing", "take-down"]}, "Choose either to do nothing"),
        ({"wants": ["nothing"], "police": "for"}, "Choose either to do nothing"),
        ({"wants": ["no-view", "talk"]}, "Choose either that you do not mind"),
        ({"wants": ["no-view"], "own_words": "please"}, "Choose either that you do not mind"),
        ({"own_words": "\u00e9" * 3001}, "Use at most 3,000 characters"),
    ],
)
def test_what_does_not_fit_together_comes_back_with_what_was_typed(
    body: Body, typed: dict[str, object], says: str
) -> None:
    reference = body.told()
    browser = body.inside(reference)
    answer = browser.post("/say/page/wish", data=typed)
    assert answer.status_code == 400
    assert says in answer.text
    assert "<title>Error: " in answer.text
    assert str(typed.get("own_words", "")) in answer.text
    assert not body.steps(reference, "wishes")


def test_the_longest_words_in_any_script_are_taken_whole(body: Body) -> None:
    reference = body.told()
    words = "\U0001f42c" * 3000
    answer = body.inside(reference).post("/say/page/wish", data={"own_words": words})
    assert answer.status_code == 303
    assert body.steps(reference, "wishes")[0].words["wish"] == words


def test_of_the_police_nobody_is_asked_who_was_not_threatened(body: Body) -> None:
    reference = body.told(categories=("naming",))
    assert "police" not in body.inside(reference).get("/say/page/wish").text


@pytest.mark.clause("SPSO 71")
@pytest.mark.clause("WICS Named ¶5")
@pytest.mark.parametrize(("policy", "asked"), [("spso", True), ("wics", False)])
def test_about_their_own_file_they_decide_where_the_policy_says_so(
    office: Office, policy: str, asked: bool
) -> None:
    body = Body(office, policy)
    reference = body.told()
    browser = body.inside(reference)
    assert ("Your personal record" in browser.get("/say/page").text) is asked
    answer = browser.post("/say/page/file", data={"answer": "do-not-record"})
    kept = body.steps(reference, "personal-record")
    if asked:
        assert answer.headers["location"] == "/say/page?done=said"
        [step] = [one.step for one in kept]
        assert (step.actor, step.subject) == (NAMED, "affected")
        assert step.about["answer"] == "do-not-record"
    else:
        assert answer.headers["location"] == "/say?closed=1"
        assert not kept
        assert browser.get("/say/page/file").headers["location"] == "/say?closed=1"


@pytest.mark.clause("SPSO 71")
def test_nobody_answers_about_the_file_for_the_hr_officer(body: Body) -> None:
    reference = body.told()
    browser = body.inside(reference)
    browser.post("/say/page/file", data={"answer": "record", "for": "hr_officer"})
    assert [one.step.subject for one in body.steps(reference, "personal-record")] == ["affected"]
    assert post(browser, "/say/page/file", {"answer": "burn-it"}) == 400


@pytest.mark.clause("SPSO 71")
@pytest.mark.clause("SPSO 68")
@pytest.mark.clause("WICS Named ¶5")
def test_whether_the_leadership_hears_their_name_they_say_once_somebody_has_asked(
    body: Body,
) -> None:
    reference = body.told()
    browser = body.inside(reference)
    assert "Your name" not in browser.get("/say/page").text
    assert post(browser, "/say/page/name", {"answer": "say-who"}) == 303
    assert not body.steps(reference, "leadership-view")
    body.take(reference, "leadership-view", COMMUNICATIONS, answer="asked")
    assert "Your name" in browser.get("/say/page").text
    form = browser.get("/say/page/name")
    assert post(browser, "/say/page/name", {"answer": "asked", "revision": "1"}) == 400
    browser.post(
        "/say/page/name", data={"answer": "do-not-say-who", "revision": revision(form.text)}
    )
    kept = [one.step for one in body.steps(reference, "leadership-view")]
    assert [(one.actor, one.about["answer"]) for one in kept] == [
        (COMMUNICATIONS, "asked"),
        (NAMED, "do-not-say-who"),
    ]


@pytest.mark.clause("SPSO 68")
@pytest.mark.clause("SPSO 69")
def test_they_see_by_role_who_was_told_and_who_has_looked_and_nobodys_name(
    office: Office, body: Body
) -> None:
    reference = body.told()
    manager = body.browser(LINE_MANAGER)
    manager.get(f"/r/{reference}")
    manager.post(f"/r/{reference}/reveal")
    text = body.inside(reference).get("/say/page/who").text
    assert "Line manager" in text
    assert "Opened the record once, last on 23 November 2026 at 9:30am" in text
    assert "Read what was posted once, last on 23 November 2026 at 9:30am" in text
    assert "Has not opened it" in text
    for _, name, _, _ in CAST:
        assert name not in text


@pytest.mark.clause("SPSO 59")
@pytest.mark.clause("SPSO 70")
@pytest.mark.clause("WICS Named ¶4")
def test_where_there_is_support_stands_on_the_page(body: Body) -> None:
    assert SUPPORT[0] in body.inside(body.told()).get("/say/page").text


@pytest.mark.clause("SPSO 68")
def test_the_page_opens_nothing_of_the_record_and_no_form_of_it(office: Office, body: Body) -> None:
    reference = body.told()
    browser = body.inside(reference)
    sign_in(browser, office, NAMED)
    for path in ("", "/say", "/timeline", "/steps/wishes", "/steps/shown"):
        assert browser.get(f"/r/{reference}{path}").status_code == 404
    for path in ("/reveal", "/seen", "/said", "/say", "/steps/wishes", "/steps/personal-record"):
        data = {"answer": "no-view", "for": "affected", "said": "worse"}
        assert post(browser, f"/r/{reference}{path}", data) in {404, 405}
    assert not body.steps(reference, "wishes")


@pytest.mark.clause("SPSO 68")
def test_no_name_and_no_word_of_theirs_stands_in_a_title_or_an_address(body: Body) -> None:
    browser = body.inside(body.told())
    browser.post("/say/page/wish", data=WISH)
    for path in ("page", "page/see", "page/wish", "page/file", "page/who"):
        text = browser.get(f"/say/{path}").text
        for word in [SECRET, *(name for _, name, _, _ in CAST)]:
            assert word not in text.partition("</title>")[0]
            assert not re.search(rf'(?:href|action)="[^"]*{word}', text)


@pytest.mark.clause("SPSO 71")
@pytest.mark.clause("WICS Named ¶5")
def test_whoever_keeps_the_register_stands_among_those_who_may_look(office: Office) -> None:
    body = Body(office, "wics")
    reference = body.told()
    with transaction(office.database) as session:
        session.exec(delete(IncidentAccess).where(col(IncidentAccess.staff_id) == COMMUNICATIONS))
    text = body.inside(reference).get("/say/page/who").text
    assert "Custodian of the register" in text


@pytest.mark.clause("SPSO 69")
@pytest.mark.clause("WICS Named ¶3")
def test_the_record_leads_to_the_page_once_they_were_told_and_only_whoever_tells(
    office: Office,
) -> None:
    body = Body(office, "wics")
    reference = office.open(policy="wics")
    manager, officer = body.browser(LINE_MANAGER), body.browser(HR_OFFICER)
    way = f'href="/r/{reference}/say"'
    assert way not in manager.get(f"/r/{reference}").text
    body.tell(reference)
    assert way in manager.get(f"/r/{reference}").text
    assert way not in officer.get(f"/r/{reference}").text

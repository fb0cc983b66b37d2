"""Handing something of a record out: for whom, what goes in, and what is written down first."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from console.app import create_app
from evidence.printing import NotPrintedError
from evidence.storage import FolderStorage
from records.custody import CustodyEntry
from records.database import reading
from records.release import Release
from records.step import Step
from tests.console.cast import (
    ALONGSIDE,
    COMMUNICATIONS,
    DIRECTOR,
    HR_OFFICER,
    IT_OFFICER,
    LINE_MANAGER,
    NAMED,
    STRANGER,
    Office,
)
from tests.console.conftest import sign_in

WHOM, WHY = "Harbour Police", "They asked for Fiona MacLeod's record"
PURPOSES = ("police", "adviser", "own-data", "public")
FILLED = {"form": "record", "whom": WHOM, "why": WHY, "subject": NAMED}


@dataclass
class Counter:
    """A console from which one record can be handed out; printing only remembers."""

    office: Office
    reference: str
    printed: list[str]
    app: object
    opened: list[TestClient]

    def visit(self, staff_id: str = "") -> TestClient:
        browser = TestClient(
            self.app,  # type: ignore[arg-type]
            base_url="http://127.0.0.1",
            headers={"sec-fetch-site": "same-origin"},
            follow_redirects=False,
        )
        self.opened.append(browser)
        if staff_id:
            sign_in(browser, self.office, staff_id)
        return browser

    @property
    def path(self) -> str:
        return f"/r/{self.reference}/export"

    def steps(self) -> list[dict[str, object]]:
        with reading(self.office.database) as session:
            return [one.about for one in session.exec(select(Step)) if one.kind == "shared"]

    def log(self) -> list[tuple[str, str]]:
        with reading(self.office.database) as session:
            return [(one.act, one.actor) for one in session.exec(select(CustodyEntry))]


@pytest.fixture
def counter(office: Office, tmp_path: Path) -> Iterator[Counter]:
    reference = office.open()
    storage = FolderStorage(tmp_path / "evidence")
    storage.write_new(f"{reference}/DISTRESSING_{reference}-1.tar.age", b"age-encryption.org/v1")
    storage.write_new(f"{reference}/DISTRESSING_{reference}-1.json", b"{}")
    printed: list[str] = []

    def print_page(page: str) -> bytes:
        printed.append(page)
        return b"%PDF-1.7"

    desk = replace(office.desk(), storage=storage, print_page=print_page, pepper=b"pepper")
    made = Counter(office, reference, printed, create_app(desk, refusals_take=0), [])
    yield made
    for browser in made.opened:
        browser.close()


def files(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.clause("SPSO 68")
@pytest.mark.parametrize("staff_id", [NAMED, ALONGSIDE, STRANGER, IT_OFFICER, DIRECTOR])
def test_whoever_may_not_see_the_record_takes_nothing_out(counter: Counter, staff_id: str) -> None:
    browser = counter.visit(staff_id)
    assert browser.get(counter.path).status_code == 404
    assert browser.post(counter.path, data={"purpose": "police"}).status_code == 404
    for purpose in PURPOSES:
        assert browser.get(f"{counter.path}/{purpose}").status_code == 404
        assert browser.post(f"{counter.path}/{purpose}", data=FILLED).status_code == 404
    assert (counter.log(), counter.printed) == ([], [])


def test_without_a_sign_in_or_a_fresh_one_nothing_is_taken_out(counter: Counter) -> None:
    own = f"{counter.path}/police"
    assert counter.visit().post(own, data=FILLED).headers["location"].startswith("/sign-in")
    browser = counter.visit(LINE_MANAGER)
    counter.office.later(minutes=6)
    for method in ("GET", "POST"):
        answer = browser.request(method, own, data=FILLED)
        assert answer.headers["location"] == f"/sign-in/again?back={own}"
    assert counter.log() == []


def test_each_purpose_leads_to_its_own_page(counter: Counter) -> None:
    browser = counter.visit(LINE_MANAGER)
    assert f'href="{counter.path}"' in browser.get(f"/r/{counter.reference}").text
    wrong = browser.post(counter.path, data={"purpose": "the-press"})
    assert (wrong.status_code, "Choose who it is for" in wrong.text) == (400, True)
    assert browser.get(f"{counter.path}/the-press").status_code == 404
    for purpose in PURPOSES:
        answer = browser.post(counter.path, data={"purpose": purpose})
        assert answer.headers["location"] == f"{counter.path}/{purpose}"
        page = browser.get(answer.headers["location"])
        assert page.status_code == 200
        assert "which bus" not in page.text


def test_what_is_left_out_of_the_form_is_asked_for_and_what_was_typed_stays(
    counter: Counter,
) -> None:
    browser = counter.visit(LINE_MANAGER)
    for purpose, lacking, sentence in (
        ("police", "form", "Choose what goes in"),
        ("own-data", "subject", "Choose whose data it is"),
        ("adviser", "whom", "Say who it goes to"),
        ("public", "why", "Say why"),
    ):
        answer = browser.post(f"{counter.path}/{purpose}", data=FILLED | {lacking: " "})
        assert (answer.status_code, sentence in answer.text) == (400, True), purpose
        assert "<title>Error: " in answer.text
        assert lacking == "whom" or f'value="{WHOM}"' in answer.text
    forged = browser.post(f"{counter.path}/own-data", data=FILLED | {"subject": STRANGER})
    assert forged.status_code == 400
    assert counter.log() == []


@pytest.mark.clause("SPSO 64")
@pytest.mark.clause("SPSO 66")
def test_the_police_get_the_sealed_evidence_and_that_is_a_step_of_the_record(
    counter: Counter,
) -> None:
    browser = counter.visit(LINE_MANAGER)
    answer = browser.post(f"{counter.path}/police", data=FILLED | {"form": "sealed"})
    assert answer.status_code == 200
    named = f"DISTRESSING-CONTENT_do-not-open-without-need_{counter.reference}.zip"
    assert answer.headers["content-disposition"] == f'attachment; filename="{named}"'
    assert answer.headers["content-security-policy"].startswith("sandbox")
    held = files(answer.content)
    assert "READ-FIRST.txt" in held
    assert any(name.endswith(".tar.age") for name in held)
    assert counter.log() == [("exported", LINE_MANAGER)]
    (step,) = counter.steps()
    assert step["to"] == "police"
    assert WHOM not in str(step)


@pytest.mark.clause("SPSO 64")
def test_the_whole_record_says_first_that_it_may_be_distressing(counter: Counter) -> None:
    answer = counter.visit(HR_OFFICER).post(f"{counter.path}/police", data=FILLED)
    assert answer.status_code == 200
    assert "DISTRESSING-CONTENT" in answer.headers["content-disposition"]
    assert "MacLeod" not in answer.headers["content-disposition"]
    held = files(answer.content)
    assert "CONTENT MAY BE DISTRESSING" in held["READ-FIRST.txt"].decode()
    assert any(name.endswith(".pdf") for name in held)
    assert "which bus she takes home" in counter.printed[0]
    assert [one["to"] for one in counter.steps()] == ["police"]


@pytest.mark.clause("SPSO 19")
@pytest.mark.clause("SPSO 66")
def test_an_adviser_gets_codes_for_people_and_that_is_a_step_of_the_record(
    counter: Counter,
) -> None:
    answer = counter.visit(COMMUNICATIONS).post(f"{counter.path}/adviser", data=FILLED)
    assert answer.status_code == 200
    assert "MacLeod" not in counter.printed[0]
    assert "[staff " in counter.printed[0]
    (step,) = counter.steps()
    assert (step["to"], step["pseudonymised"]) == ("outside-adviser", True)
    assert counter.log()[-1] == ("exported", COMMUNICATIONS)


def test_somebodys_own_data_leaves_others_out_and_is_no_sharing(counter: Counter) -> None:
    answer = counter.visit(COMMUNICATIONS).post(f"{counter.path}/own-data", data=FILLED)
    assert answer.status_code == 200
    assert "Fiona MacLeod" in counter.printed[0]
    assert "Gregor Baird" not in counter.printed[0]
    assert counter.steps() == []
    assert counter.office.count(Release) == 1
    register = counter.visit(COMMUNICATIONS).get("/registers/sharing").text
    assert "Exported: for a subject access request" in register


def test_a_request_of_the_public_gets_neither_posts_nor_people(counter: Counter) -> None:
    assert counter.visit(COMMUNICATIONS).post(f"{counter.path}/public", data=FILLED).is_success
    assert "MacLeod" not in counter.printed[0]
    assert "which bus" not in counter.printed[0]


def test_what_can_not_be_made_is_said_and_nothing_is_noted_as_handed_out(
    counter: Counter, office: Office, tmp_path: Path
) -> None:
    def fails(_page: str) -> bytes:
        raise NotPrintedError

    empty = FolderStorage(tmp_path / "empty")
    for desk, form in (
        (replace(office.desk(), storage=empty, print_page=fails), "record"),
        (replace(office.desk(), storage=empty, print_page=None), "record"),
        (replace(office.desk(), storage=empty), "sealed"),
        (office.desk(), "sealed"),
    ):
        counter.app = create_app(desk, refusals_take=0)
        browser = counter.visit(LINE_MANAGER)
        answer = browser.post(f"{counter.path}/police", data=FILLED | {"form": form})
        assert answer.status_code == 400
        assert "There is a problem" in answer.text
    assert counter.log() == []
    assert office.count(Release) == 0
    office.erase(counter.reference)
    assert counter.visit(LINE_MANAGER).get(counter.path).status_code == 410

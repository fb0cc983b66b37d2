"""A sealed exhibit in the console: covered, opened for a reason, and never served as a web page."""

import hashlib
import io
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image
from sqlmodel import select
from starlette.testclient import TestClient

from casework.holds import place_hold
from casework.incidents import acknowledge, by_reference
from console.app import create_app
from evidence.bundle import make_bundle
from evidence.seal import ensure_seal_key, read_sealer
from evidence.storage import FolderStorage
from evidence.vault import create_keys
from records.custody import CustodyEntry
from records.database import reading, transaction
from records.exhibit import Exhibit
from records.record_key import RecordKey
from tests.console.cast import COMMUNICATIONS, HR_OFFICER, LINE_MANAGER, NAMED, STRANGER, Office
from tests.console.conftest import sign_in
from workflows.erase import Eraser, Order, erase

EVIL = b"<script>alert('archived')</script>"
WHY = "Fiona MacLeod's union asked"


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (600, 400), "teal").save(out, format="PNG")
    return out.getvalue()


PARTS = {
    "page-as-loaded.png": picture(),
    "page.html": EVIL,
    "page.pdf": b"%PDF-1.7",
    "page.wacz": b"PK",
    "media-01.jpg": b"\xff\xd8\xff",
    "capture-report.json": b'{"missing": ["The page: \\u202egone", 7]}',
}


@dataclass
class Cabinet:
    """A console with one record and one real exhibit."""

    office: Office
    reference: str
    storage: FolderStorage
    app: object

    def visit(self, staff_id: str) -> TestClient:
        browser = TestClient(
            self.app,  # type: ignore[arg-type]
            base_url="http://127.0.0.1",
            headers={"sec-fetch-site": "same-origin"},
            follow_redirects=False,
        )
        sign_in(browser, self.office, staff_id)
        return browser

    def path(self, step: str, number: int = 1) -> str:
        return f"/r/{self.reference}/evidence/{number}/{step}"

    def log(self) -> list[tuple[str, str]]:
        with reading(self.office.database) as session:
            return [(one.act, one.actor) for one in session.exec(select(CustodyEntry))]

    @property
    def bundle(self) -> Path:
        (found,) = (self.storage.root / self.reference).glob("*.tar.age")
        return found

    def erase(self, exhibit: int | None = None) -> None:
        with transaction(self.office.database) as session:
            incident = by_reference(session, self.reference)
            acknowledge(
                session, incident, actor=HR_OFFICER, via="page", employed=True, now=self.office.now
            )
        root = self.storage.root
        erase(
            Eraser.of(self.office.database, self.storage, root.parent / "keys", root),
            self.office.desk().office,
            Order(self.reference, exhibit, HR_OFFICER, COMMUNICATIONS, why="kept-wrongly"),
            now=self.office.now,
        )


@pytest.fixture
def cabinet(office: Office, tmp_path: Path) -> Cabinet:
    create_keys(tmp_path / "keys")
    ensure_seal_key(tmp_path / "keys")
    reference = office.open()
    storage = FolderStorage(tmp_path / "evidence")
    office.add_exhibit(reference)
    with transaction(office.database) as session:
        exhibit = session.exec(select(Exhibit)).one()
        key = session.get_one(RecordKey, by_reference(session, reference).key_id)
        made = make_bundle(
            PARTS, reference=reference, number=1, made_at=datetime(2026, 11, 23, tzinfo=UTC),
            recipient=key.recipient, sealer=read_sealer(tmp_path / "keys", None),
        )  # fmt: skip

        exhibit.file_name = f"DISTRESSING-CONTENT_do-not-open-without-need_{reference}.tar.age"
        exhibit.sha256 = hashlib.sha256(made.sealed).hexdigest()
        session.add(exhibit)
        storage.write_new(f"{reference}/{exhibit.file_name}", made.sealed)
    return Cabinet(office, reference, storage, create_app(replace(office.desk(), storage=storage)))


@pytest.mark.clause("SPSO 64")
def test_the_record_shows_a_blur_and_asks_why_before_it_opens(cabinet: Cabinet) -> None:
    browser = cabinet.visit(LINE_MANAGER)
    page = browser.get(f"/r/{cabinet.reference}").text
    assert cabinet.path("preview") in page
    assert "picture/" not in page
    assert "Why do you need it?" in page
    assert cabinet.log() == []
    for _ in range(2):
        blur = browser.get(cabinet.path("preview"))
        assert (blur.status_code, blur.headers["content-type"]) == (200, "image/png")
        assert Image.open(io.BytesIO(blur.content)).size == (24, 24)
    assert cabinet.log() == [("previewed", LINE_MANAGER)]  # the bundle was opened once


@pytest.mark.clause("SPSO 64")
def test_pictures_are_shown_only_to_whoever_opened_the_exhibit_for_a_reason_just_now(
    cabinet: Cabinet,
) -> None:
    browser, other = cabinet.visit(LINE_MANAGER), cabinet.visit(HR_OFFICER)
    path = cabinet.path("picture/page-as-loaded.png")
    assert browser.get(path).status_code == 303
    for nothing in ("", "   "):
        assert browser.post(cabinet.path("open"), data={"why": nothing}).status_code == 400
    assert browser.get(cabinet.path("open")).headers["location"] == f"/r/{cabinet.reference}"
    assert cabinet.log() == []
    opened = browser.post(cabinet.path("open"), data={"why": WHY})
    assert opened.status_code == 200
    assert path in opened.text
    assert cabinet.log() == [("opened", LINE_MANAGER)]
    shown = browser.get(path)
    assert shown.headers["content-type"] == "image/png"
    assert Image.open(io.BytesIO(shown.content)).getpixel((5, 5)) == (0, 128, 128)
    assert other.get(path).status_code == 303
    cabinet.office.later(minutes=16)
    assert browser.get(path).status_code == 303


@pytest.mark.clause("SPSO 65")
def test_the_reason_is_kept_sealed(cabinet: Cabinet) -> None:
    cabinet.visit(LINE_MANAGER).post(cabinet.path("open"), data={"why": WHY})
    with reading(cabinet.office.database) as session:
        (entry,) = session.exec(select(CustodyEntry))
    assert entry.why.startswith("sealed:")
    assert WHY not in entry.why


def test_what_was_archived_is_listed_and_never_served(cabinet: Cabinet) -> None:
    browser = cabinet.visit(LINE_MANAGER)
    opened = browser.post(cabinet.path("open"), data={"why": WHY})
    for name in PARTS:
        assert name in opened.text
    assert "[U+202E right-to-left override]gone" in opened.text
    assert EVIL.decode() not in opened.text
    for name in ("page.html", "page.pdf", "page.wacz", "media-01.jpg", "card.png", "..%2fx"):
        answer = browser.get(cabinet.path(f"picture/{name}"))
        assert answer.status_code == 404
        assert EVIL not in answer.content


@pytest.mark.clause("SPSO 64")
def test_a_download_is_the_sealed_bundle_with_the_warning_in_its_name(cabinet: Cabinet) -> None:
    browser = cabinet.visit(LINE_MANAGER)
    assert browser.post(cabinet.path("download")).status_code == 400
    got = browser.post(cabinet.path("download"), data={"why": WHY})
    assert got.content == cabinet.bundle.read_bytes()
    assert got.headers["content-disposition"] == f'attachment; filename="{cabinet.bundle.name}"'
    assert "DISTRESSING-CONTENT" in cabinet.bundle.name
    assert got.headers["content-type"] == "application/octet-stream"
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["content-security-policy"].startswith("sandbox;")
    assert cabinet.log() == [("shared", LINE_MANAGER)]


@pytest.mark.clause("SPSO 68")
@pytest.mark.parametrize("staff_id", [NAMED, STRANGER])
def test_whoever_may_not_is_told_nothing(cabinet: Cabinet, staff_id: str) -> None:
    browser = cabinet.visit(staff_id)
    answers = [
        browser.get(cabinet.path("preview")),
        browser.get(cabinet.path("picture/page-as-loaded.png")),
        browser.post(cabinet.path("open"), data={"why": WHY}),
        browser.post(cabinet.path("download"), data={"why": WHY}),
    ]
    assert [one.status_code for one in answers] == [404] * 4
    assert cabinet.log() == []


def test_an_exhibit_that_was_changed_is_not_shown(cabinet: Cabinet) -> None:
    content = bytearray(cabinet.bundle.read_bytes())
    content[-5] ^= 1
    cabinet.bundle.write_bytes(content)
    browser = cabinet.visit(LINE_MANAGER)
    assert browser.get(cabinet.path("preview")).status_code == 500
    assert browser.post(cabinet.path("open"), data={"why": WHY}).status_code == 500
    assert browser.post(cabinet.path("download"), data={"why": WHY}).status_code == 500


@pytest.mark.clause("WICS Retention")
def test_what_was_erased_can_not_be_seen_even_where_its_preview_was_seen_before(
    cabinet: Cabinet,
) -> None:
    browser = cabinet.visit(LINE_MANAGER)
    browser.get(cabinet.path("preview"))
    browser.post(cabinet.path("open"), data={"why": WHY})
    cabinet.erase(exhibit=1)
    page = browser.get(f"/r/{cabinet.reference}").text
    assert "It has been erased since" in page
    assert "Why do you need it?" not in page
    assert browser.get(cabinet.path("preview")).status_code == 404
    assert browser.get(cabinet.path("picture/page-as-loaded.png")).status_code == 404
    cabinet.erase()
    assert browser.get(cabinet.path("preview")).status_code == 410
    assert browser.post(cabinet.path("open"), data={"why": WHY}).status_code == 410


def test_a_legal_hold_is_a_line_on_the_record(cabinet: Cabinet) -> None:
    browser = cabinet.visit(LINE_MANAGER)
    assert "legal hold" not in browser.get(f"/r/{cabinet.reference}").text
    rules = cabinet.office.desk().office
    with transaction(cabinet.office.database) as session:
        incident = by_reference(session, cabinet.reference)
        place_hold(session, incident, actor=HR_OFFICER, office=rules, now=cabinet.office.now)
    assert (
        "A legal hold stands since 23 November 2026" in browser.get(f"/r/{cabinet.reference}").text
    )


@pytest.mark.clause("SPSO 65")
def test_whoever_opens_it_reads_what_was_done_with_the_evidence_before(cabinet: Cabinet) -> None:
    cabinet.visit(LINE_MANAGER).post(cabinet.path("open"), data={"why": WHY})
    page = cabinet.visit(HR_OFFICER).post(cabinet.path("open"), data={"why": "the police"}).text
    roster = cabinet.office.desk().roster
    manager, officer = roster[LINE_MANAGER].full_name, roster[HR_OFFICER].full_name
    listed = page[page.index("What was done with the evidence of this record") :]
    assert listed.index(f"{manager} opened exhibit 1") < listed.index(f"{officer} opened exhibit 1")
    assert "a reason in their own words, sealed in the record" in listed
    assert WHY not in page
    assert "November 2026 at" in listed

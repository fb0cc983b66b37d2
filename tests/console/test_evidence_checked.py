"""The button that checks an exhibit: what it finds, what it says, and for whom."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from casework.errors import NotAllowedError
from casework.incidents import by_reference
from console.app import create_app
from console.custody_list import custody_of
from console.desk import Desk
from evidence.preserve import CaptureTask, preserve
from evidence.seal import ensure_seal_key, read_sealer, signers_in
from evidence.storage import FolderStorage
from evidence.vault import create_keys
from evidence.verify import Trusted
from records.custody import CustodyEntry
from records.database import reading, transaction
from records.exhibit import Exhibit
from records.record_key import RecordKey
from tests.console.cast import (
    ALONGSIDE,
    COMMUNICATIONS,
    DIRECTOR,
    IT_OFFICER,
    LINE_MANAGER,
    NAMED,
    STRANGER,
    Office,
    member,
)
from tests.console.conftest import sign_in


@dataclass
class Sealed:
    """A console with one record and one exhibit that was really sealed."""

    office: Office
    desk: Desk
    reference: str
    folder: Path
    opened: list[TestClient]

    def visit(self, staff_id: str = "") -> TestClient:
        browser = TestClient(
            create_app(self.desk, refusals_take=0),
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
        return f"/r/{self.reference}/evidence/1/verify"

    @property
    def bundle(self) -> Path:
        (found,) = (self.folder / self.reference).glob("*.tar.age")
        return found

    def log(self) -> list[tuple[str, str, str]]:
        with reading(self.office.database) as session:
            return [(one.act, one.actor, one.why) for one in session.exec(select(CustodyEntry))]


@pytest.fixture
def sealed(office: Office, tmp_path: Path) -> Iterator[Sealed]:
    keys = tmp_path / "keys"
    create_keys(keys)
    ensure_seal_key(keys)
    reference = office.open()
    office.add_exhibit(reference)
    storage = FolderStorage(tmp_path / "evidence")
    with transaction(office.database) as session:
        key = session.get_one(RecordKey, by_reference(session, reference).key_id)
        assert key.wrapped
        made = preserve(
            CaptureTask(
                reference=reference, number=1, record=b'{"text": "A post"}', url=None,
                recipient=key.recipient, wrapped_key=key.wrapped, storage=storage,
                sealer=read_sealer(keys, None),
            )
        )  # fmt: skip
        exhibit = session.exec(select(Exhibit)).one()
        exhibit.file_name, exhibit.sha256 = made.file_name, made.sha256
        session.add(exhibit)
    own = [replace(one, whose="this installation's own key") for one in signers_in(keys)]
    desk = replace(office.desk(), storage=storage, trusted=Trusted(own))
    ready = Sealed(office, desk, reference, tmp_path / "evidence", [])
    yield ready
    for browser in ready.opened:
        browser.close()


@pytest.mark.clause("SPSO 63")
def test_what_is_whole_is_said_to_be_with_what_was_checked_and_what_was_not(
    sealed: Sealed,
) -> None:
    browser = sealed.visit(LINE_MANAGER)
    assert "Check that exhibit 1 is unchanged" in browser.get(f"/r/{sealed.reference}").text
    answer = browser.post(sealed.path)
    assert answer.status_code == 200
    for words in (
        "It is as it was sealed",
        "Every file in it has the checksum",
        "Signed by this installation&#39;s own key.",
        "No time stamp inside",
        "Whether what somebody wrote there is true.",
        "stands in the custody log",
    ):
        assert words in answer.text, words
    assert "A post" not in answer.text
    assert sealed.log() == [("checked", LINE_MANAGER, "as-sealed")]
    (entry,) = sealed.office.trail("evidence checked")
    assert entry.reference == sealed.reference


def flipped(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.chmod(0o600)
    file.write_bytes(bytes(content))


DAMAGE: dict[str, Callable[[Sealed], object]] = {
    "a bit of the bundle": lambda one: flipped(one.bundle),
    "the end of the bundle": lambda one: one.bundle.write_bytes(one.bundle.read_bytes()[:-40]),
    "the bundle is gone": lambda one: one.bundle.unlink(),
    "the key is gone": lambda one: (one.bundle.parent / "record-key.age").unlink(),
    "the key is another's": lambda one: flipped(one.bundle.parent / "record-key.age"),
}


@pytest.mark.clause("SPSO 63")
@pytest.mark.parametrize("what", DAMAGE)
def test_what_is_not_as_it_was_sealed_is_told_and_noted(sealed: Sealed, what: str) -> None:
    sealed.bundle.chmod(0o600)
    DAMAGE[what](sealed)
    answer = sealed.visit(LINE_MANAGER).post(sealed.path)
    assert answer.status_code == 200
    assert "It is not as it was sealed" in answer.text
    assert "What is wrong" in answer.text
    assert "What was checked" not in answer.text
    assert " --" not in answer.text.split("<main")[1]
    assert sealed.log() == [("checked", LINE_MANAGER, "not-as-sealed")]


def test_a_whole_bundle_that_is_not_the_records_own_is_told(sealed: Sealed) -> None:
    with transaction(sealed.office.database) as session:
        exhibit = session.exec(select(Exhibit)).one()
        exhibit.sha256 = "0" * 64
        session.add(exhibit)
    answer = sealed.visit(LINE_MANAGER).post(sealed.path)
    assert "not the one that this record knows" in answer.text


@pytest.mark.clause("SPSO 68")
@pytest.mark.parametrize("staff_id", [NAMED, ALONGSIDE, STRANGER, IT_OFFICER, DIRECTOR])
def test_whoever_may_not_see_the_record_checks_nothing(sealed: Sealed, staff_id: str) -> None:
    browser = sealed.visit(staff_id)
    assert browser.post(sealed.path).status_code == 404
    assert browser.get(sealed.path).headers["location"] == f"/r/{sealed.reference}"
    assert sealed.log() == []
    with reading(sealed.office.database) as session:
        incident = by_reference(session, sealed.reference)
        with pytest.raises(NotAllowedError):
            custody_of(session, incident, sealed.desk, member(staff_id))


def test_without_a_sign_in_or_of_an_exhibit_that_is_not_there_nothing_is_checked(
    sealed: Sealed,
) -> None:
    nobody = sealed.visit().post(sealed.path)
    assert nobody.headers["location"] == f"/sign-in?r={sealed.reference}"
    other = sealed.path.replace("evidence/1", "evidence/2")
    assert sealed.visit(COMMUNICATIONS).post(other).status_code == 404
    sealed.office.erase(sealed.reference)
    assert sealed.visit(COMMUNICATIONS).post(sealed.path).status_code == 410
    assert sealed.log() == []

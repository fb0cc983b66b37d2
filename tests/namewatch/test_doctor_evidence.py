"""What doctor says of the means to keep evidence, each fault with what is lost."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from evidence import key_change
from evidence.stamp import Authority
from evidence.storage_s3 import S3Place, S3Storage
from namewatch import doctor
from namewatch.bootstrap import Built, read_all
from namewatch.settings import read_settings
from records.database import transaction
from records.retention import RetentionClock
from tests.servers.house import House
from tests.servers.mail import MailServer
from tests.servers.s3 import bucket_in, s3_server
from workflows.rewrap import wrap_all_anew


@pytest.fixture
def built(tmp_path: Path) -> Iterator[Built]:
    with MailServer() as mail, House(tmp_path / "home", mail) as house:
        made = read_all(read_settings(house.home))
        yield made
        made.services.database.dispose()


def test_without_a_browser_it_says_what_is_lost(
    built: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "trial", lambda _: "no browser is installed")
    check = next(iter(doctor._browser("browser", built)))
    assert check.fault is None
    assert check.advice
    assert check.advice.startswith("pages can't be pictured: no browser is installed.")
    assert "a card drawn from it" in check.advice
    assert "Install Chromium" in check.advice


def test_an_authority_that_does_not_answer_is_a_fault(built: Built) -> None:
    (check,) = doctor._time_stamps("time stamps", built)
    assert check.fault is None
    assert check.advice
    authority = Authority("http://127.0.0.1:9/", b"", seconds=2)
    sealer = replace(built.services.sealer, authority=authority)
    without = replace(built, services=replace(built.services, sealer=sealer))
    (check,) = doctor._time_stamps("time stamps", without)
    assert check.fault
    assert check.fault.startswith("The time-stamp authority could not be reached.")


def test_a_folder_that_can_not_be_written_is_a_fault_and_nothing_is_left_in_one_that_can(
    built: Built,
) -> None:
    (check,) = doctor._evidence("evidence", built)
    assert (check.fault, check.advice) == (None, None)
    folder = built.services.evidence_folder
    assert list(folder.iterdir()) == []
    folder.rmdir()
    folder.write_text("in the way")
    (check,) = doctor._evidence("evidence", built)
    assert check.fault
    assert "nothing can be sealed. The disk did not take it: Not a directory." in check.fault


def test_too_little_room_is_a_fault(built: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "LEAST_FREE_BYTES", 10**18)
    checks = list(doctor._disk("disk", built))
    assert [one.subject for one in checks] == ["disk", "evidence disk"]
    assert all(one.fault and "make space" in one.fault for one in checks)


def test_a_change_of_keys_that_was_broken_off_is_a_fault_until_it_is_finished(
    built: Built,
) -> None:
    (check,) = doctor._keys("keys", built)
    assert check.fault is None
    folder = built.settings.keys_folder
    key_change.replace_vault_key(folder)
    (check,) = doctor._keys("keys", built)
    assert check.fault
    assert "run `namewatch keys rotate` to finish it" in check.fault
    wrap_all_anew(built.services.database, built.services.storage, folder)
    (check,) = doctor._keys("keys", built)
    assert check.fault is None


def test_a_lost_vault_key_is_a_fault(built: Built) -> None:
    (built.settings.keys_folder / "vault.key").unlink()
    (check,) = doctor._keys("keys", built)
    assert check.fault
    assert "vault.key" in check.fault


def test_a_store_is_tried_and_what_is_wrong_with_it_is_told(built: Built) -> None:
    with s3_server() as place, bucket_in(place) as bucket:
        (check,) = doctor._evidence("evidence", in_store(built, bucket.place))
        assert (check.fault, check.advice) == (None, None)
        nowhere = replace(bucket.place, url="s3://no-such-bucket")
        (check,) = doctor._evidence("evidence", in_store(built, nowhere))
        assert check.fault == "There is no such bucket in the store."
    gone = replace(place, endpoint="http://127.0.0.1:9")
    (check,) = doctor._evidence("evidence", in_store(built, gone))
    assert check.fault
    assert check.fault.startswith("The store could not be reached")


def in_store(built: Built, place: S3Place) -> Built:
    """The same, with evidence kept there."""
    return replace(built, services=replace(built.services, store=S3Storage(place)))


@pytest.mark.clause("WICS Retention")
def test_decisions_on_erasing_that_wait_are_a_note_and_after_a_month_a_fault(built: Built) -> None:
    (check,) = doctor._kept("retention", built)
    assert (check.fault, check.advice) == (None, None)
    now = built.services.now()
    for days in (1, 40):
        due = now - timedelta(days=days)
        with transaction(built.services.database) as session:
            session.add(
                RetentionClock(
                    kind="triage", subject=f"2024-{days:02}", since=due, due_at=due, rule="x"
                )
            )
        (check,) = doctor._kept("retention", built)
        told = check.advice if days == 1 else check.fault
        assert told
        assert f"{'1 decision' if days == 1 else '2 decisions'} on erasing or keeping" in told
        assert bool(check.fault) is (days == 40)

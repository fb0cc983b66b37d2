"""The trial picture that set-up and doctor take."""

from pathlib import Path

from evidence.trial import trial


def test_a_browser_that_works_passes() -> None:
    assert trial() is None


def test_a_browser_that_ends_at_once_is_told_in_one_sentence(tmp_path: Path) -> None:
    broken = tmp_path / "chromium"
    broken.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    broken.chmod(0o755)
    assert (trial(broken) or "").startswith("The page: ")


def test_a_setting_that_names_no_browser_is_told(tmp_path: Path) -> None:
    assert "is no browser" in (trial(tmp_path / "nowhere") or "")

from pathlib import Path

import pytest

from evidence.browser import find_browser
from records.errors import ConfigurationError


def test_the_setting_comes_first(tmp_path: Path) -> None:
    mine = _program(tmp_path / "mine" / "browser")
    _program(tmp_path / "system" / "chromium")
    assert _find(tmp_path, mine) == mine


@pytest.mark.parametrize("name", ["nowhere", "folder", "plain-file"])
def test_a_setting_that_is_no_program_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "plain-file").write_text("")
    with pytest.raises(ConfigurationError, match=rf"{name}: is no browser"):
        find_browser(tmp_path / name)


def test_the_systems_browser_comes_before_a_download(tmp_path: Path) -> None:
    system = _program(tmp_path / "system" / "google-chrome")
    _program(tmp_path / "downloads" / "chromium-1200" / "chrome-linux" / "chrome")
    assert _find(tmp_path) == system


def test_the_newest_download_is_used(tmp_path: Path) -> None:
    _program(tmp_path / "downloads" / "chromium-999" / "chrome-linux" / "chrome")
    newest = _program(tmp_path / "downloads" / "chromium-1200" / "chrome-linux64" / "chrome")
    assert _find(tmp_path) == newest


def test_a_downloaded_headless_shell_is_enough(tmp_path: Path) -> None:
    inside = "chromium_headless_shell-1200/chrome-headless-shell-linux64/chrome-headless-shell"
    shell = _program(tmp_path / "downloads" / inside)
    assert _find(tmp_path) == shell


def test_without_any_browser_none_is_found(tmp_path: Path) -> None:
    assert _find(tmp_path) is None


def _find(folder: Path, setting: Path | None = None) -> Path | None:
    return find_browser(
        setting, system_folders=str(folder / "system"), downloads=folder / "downloads"
    )


def _program(file: Path) -> Path:
    file.parent.mkdir(parents=True)
    file.write_text("#!/bin/sh\n")
    file.chmod(0o755)
    return file

"""Find a browser for page pictures; namewatch works without one and says what is missing."""

import os
import shutil
from pathlib import Path

from records.errors import ConfigurationError

SYSTEM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SYSTEM_FOLDERS = "/usr/bin:/usr/local/bin:/snap/bin"
DOWNLOADS = Path("~/.cache/ms-playwright")
_IN_DOWNLOADS = (
    "chromium-*/chrome-linux*/chrome",
    "chromium_headless_shell-*/chrome-*/headless_shell",
    "chromium_headless_shell-*/chrome-*/chrome-headless-shell",
)


def find_browser(
    setting: Path | None = None,
    *,
    system_folders: str = SYSTEM_FOLDERS,
    downloads: Path = DOWNLOADS,
) -> Path | None:
    """The browser to use: the setting, else the system's, else Playwright's newest download."""
    if setting is not None:
        if not os.access(setting, os.X_OK) or setting.is_dir():
            raise ConfigurationError("is no browser that can be started.", file=setting)
        return setting
    for name in SYSTEM_NAMES:
        if found := shutil.which(name, path=system_folders):
            return Path(found)
    return _newest_download(downloads.expanduser())


def _newest_download(downloads: Path) -> Path | None:
    for pattern in _IN_DOWNLOADS:
        found = [file for file in downloads.glob(pattern) if os.access(file, os.X_OK)]
        if found:
            return max(found, key=lambda file: _revision(file.relative_to(downloads)))
    return None


def _revision(file: Path) -> int:
    number = file.parts[0].rsplit("-", 1)[-1]
    return int(number) if number.isdigit() else 0

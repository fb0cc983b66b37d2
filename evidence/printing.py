"""Print a page of our own as a PDF, by the capture browser: offline, without scripts."""

import os
from pathlib import Path

from playwright.sync_api import Error, sync_playwright

from evidence.capture import private_folder
from evidence.errors import EvidenceError

SECONDS = 60.0
_ARGUMENTS = ("--disable-dev-shm-usage", "--disable-background-networking")


class NotPrintedError(EvidenceError):
    """The browser did not print this; look whether one is installed and the disk has room."""


def print_pdf(html: str, browser: Path) -> bytes:
    """`html` on A4, with headings that a screen reader can find; raises NotPrintedError."""
    with private_folder() as folder:
        environment: dict[str, str | float | bool] = {
            "PATH": os.defpath,
            "LANG": "C.UTF-8",
            **dict.fromkeys(("HOME", "TMPDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"), str(folder)),
        }
        try:
            with sync_playwright() as playwright:
                chromium = playwright.chromium.launch(
                    executable_path=browser,
                    chromium_sandbox=os.geteuid() != 0,  # can't be had as root
                    args=list(_ARGUMENTS),
                    env=environment,
                    timeout=SECONDS * 1000,
                )
                context = chromium.new_context(
                    java_script_enabled=False,
                    offline=True,
                    service_workers="block",
                    accept_downloads=False,
                )
                page = context.new_page()
                page.set_content(html, wait_until="load", timeout=SECONDS * 1000)
                printed = page.pdf(
                    format="A4", print_background=True, tagged=True, outline=True,
                    margin={"top": "18mm", "bottom": "18mm", "left": "18mm", "right": "18mm"},
                )  # fmt: skip
                chromium.close()
        except Error:
            raise NotPrintedError from None
    return printed

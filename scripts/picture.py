"""Draw the README's pictures from a real practice run: the terminal, the mail, the record's page.

`make picture` writes them to docs/pictures/.
"""

import io
import os
import re
import subprocess
import sys
import tempfile
import time
from email.parser import BytesParser
from email.policy import default
from pathlib import Path

from playwright.sync_api import sync_playwright
from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

from evidence.browser import find_browser
from tests.servers.house import wait_until

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs" / "pictures"
WIDTH = 116
SECONDS = 24
READER = "head.of.investigations@slo.example"


def svg(text: Text, title: str, width: int) -> str:
    """A terminal's picture that fetches no font from anywhere."""
    canvas = Console(record=True, width=width, file=io.StringIO())
    canvas.print(text)
    drawn = canvas.export_svg(title=title, theme=MONOKAI)
    return re.sub(r"@font-face \{.*?\}", "", drawn, flags=re.DOTALL)


def newest_mail(home: Path) -> str:
    """The text of the newest mail in the practice mailbox."""
    return (home / "mails" / "latest.txt").read_text("utf-8")


def first_alert(home: Path) -> Text:
    """The first alert as a mail program shows it."""
    mail = BytesParser(policy=default).parsebytes((home / "mails" / "001.eml").read_bytes())
    body = mail.get_body(("plain",))
    assert body is not None
    head = "".join(f"{name}: {mail[name]}\n" for name in ("From", "To", "Subject"))
    return Text(f"{head}\n{body.get_content()}")


def record_page(home: Path, address: str) -> bytes:
    """The record as the line manager sees it on a phone."""
    with sync_playwright() as playwright:
        root = ["--no-sandbox"] if os.getuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=find_browser(), args=root)
        page = browser.new_page(viewport={"width": 375, "height": 812}, device_scale_factor=2)
        page.goto(address)
        page.get_by_role("textbox").fill(READER)
        page.get_by_role("button").first.click()
        wait_until(lambda: READER in newest_mail(home) and "code" in newest_mail(home).lower())
        code = re.search(r"\b\d{6}\b", newest_mail(home))
        assert code
        page.get_by_role("textbox").fill(code[0])
        page.get_by_role("button").first.click()
        page.wait_for_url("**/r/*")
        picture = page.screenshot()
        browser.close()
        return picture


def main() -> None:
    """Run, look, draw."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "practice-home"
        run = subprocess.Popen(
            [ROOT / ".venv" / "bin" / "namewatch", "run", "--for", str(SECONDS)],
            cwd=folder,
            env={**os.environ, "FORCE_COLOR": "1", "COLUMNS": str(WIDTH), "TERM": "xterm-256color"},
            stdout=subprocess.PIPE,
            text=True,
        )
        wait_until((home / "mails" / "003.eml").exists, 60, "three mails")
        (PICTURES / "alert.svg").write_text(svg(first_alert(home), "an alert", 84), "utf-8")
        subject = (home / "mails" / "001.eml").read_text("utf-8")
        reference = re.search(r"NW-\d{4}-\d{4}", subject)
        address = re.search(r"http://127\.0\.0\.1:\d+/r/", subject)
        assert reference
        assert address
        time.sleep(4)  # until the exhibit is sealed, so that the page shows it
        (PICTURES / "record.png").write_bytes(record_page(home, address[0] + reference[0]))
        shown, _ = run.communicate()
    shown = shown.replace(str(ROOT / ".venv" / "bin"), ".venv/bin")
    lines = [line for line in shown.splitlines() if "Stopping" not in line]
    picture = svg(Text.from_ansi("\n".join(lines)), "make run", WIDTH)
    (PICTURES / "practice-run.svg").write_text(picture, "utf-8")
    sys.stdout.write(f"drawn in {PICTURES}\n")


if __name__ == "__main__":
    main()

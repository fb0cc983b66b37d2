"""From `namewatch run` to a confirmed test alert: practice, set-up, start, in a real browser."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from evidence.browser import find_browser
from tests.servers.house import wait_until
from tests.servers.mail import MailServer, make_certificate
from tests.servers.wizard import BODY, FAULTY, ROLES, STAFF

PASSWORD = "harbour-and-heron"
THEIR_PASSWORD = "seven grey seals asleep"


class Running:
    """`namewatch run` without a home, as a newcomer starts it."""

    def __init__(self, folder: Path) -> None:
        self.terminal = folder / "terminal.txt"
        self.home = folder / "our-home"
        environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("NAMEWATCH_")},
            "NAMEWATCH_PRACTICE_HOME": str(folder / "practice-home"),
            "NAMEWATCH_NEW_HOME": str(self.home),
        }
        with self.terminal.open("wb") as terminal:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "namewatch", "run", "--rules-only"],
                env=environment,
                stdout=terminal,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def shown(self) -> str:
        return self.terminal.read_text("utf-8")

    def find(self, pattern: str, seconds: float = 90) -> str:
        """Wait until the terminal shows it."""
        wait_until(lambda: re.search(pattern, self.shown()), seconds, self.shown()[-2000:])
        found = re.search(pattern, self.shown())
        assert found
        return found[1]

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(60)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    made = Running(tmp_path)
    yield made
    made.stop()


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    found = find_browser()
    assert found, "This test needs Chromium."
    with sync_playwright() as playwright:
        browser: Browser = playwright.chromium.launch(executable_path=found)
        context = browser.new_context(viewport={"width": 375, "height": 740})
        context.set_default_timeout(20_000)
        yield context.new_page()
        browser.close()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def press_either(page: Page, *names: str) -> None:
    page.get_by_role("button", name=re.compile(f"^({'|'.join(names)})$")).click()


def heading(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def sign_in(page: Page, url: str, address: str, mail: MailServer) -> None:
    page.goto(f"{url}/sign-in?back=/set-up")
    sign_in_here(page, address, mail)


def sign_in_here(page: Page, address: str, mail: MailServer) -> None:
    before = len(mail.mails)
    page.get_by_label("Work e-mail address").fill(address)
    press(page, "Send me a code")
    wait_until(lambda: len(mail.mails) > before, 30, "the code")
    assert mail.mails[-1].secured
    found = re.search(r"\b\d{6}\b", mail.mails[-1].text)
    assert found
    page.get_by_label("Code", exact=True).fill(found[0])
    press(page, "Sign in")
    # The first time it is chosen, and asked for from then on.
    page.locator("input#password").fill(THEIR_PASSWORD)
    press_either(page, "Set this password and go on", "Go on")


def answer_questions(
    page: Page, folder: Path, mail: MailServer, certificate: Path, picture: Callable[[str], None]
) -> None:
    heading(page, "Set up your own body")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Full name").fill(BODY["name"])
    page.get_by_label("Other names that people use for it (optional)").fill(BODY["short_names"])
    page.get_by_label("Web domains (optional)").fill(BODY["domains"])
    picture("body")
    press(page, "Save and continue")
    page.get_by_label("SPSO engagement policy").check()
    picture("policy")
    press(page, "Save and continue")
    heading(page, "Working hours")
    press(page, "Save and continue")

    page.get_by_label("Name of the server").fill("127.0.0.1")
    page.get_by_label("Port").fill(str(mail.port))
    page.get_by_label("Address that alerts come from").fill("nw@shc.example")
    page.get_by_label("User name (optional)").fill("nw")
    page.get_by_label("Password (optional)").fill("wrong")
    page.get_by_label("Certificate of your own authority (optional)").set_input_files(certificate)
    press(page, "Try it")
    expect(page.get_by_text("refuses the user name or the password")).to_be_visible()
    picture("mail-refused")
    page.get_by_label("Password (optional)").fill(PASSWORD)
    press(page, "Try it")
    expect(page.get_by_text("It works")).to_be_visible()
    picture("mail-works")
    press(page, "Save and continue")

    heading(page, "Your staff")
    for name, text in (("faulty.csv", FAULTY), ("staff.csv", STAFF)):
        (folder / name).write_text(text, "utf-8")
    page.get_by_label("CSV file").set_input_files(folder / "faulty.csv")
    press(page, "Look at this list")
    expect(page.get_by_text("Line 3", exact=True)).to_be_visible()
    picture("people-faults")
    page.get_by_label("CSV file").set_input_files(folder / "staff.csv")
    press(page, "Look at this list")
    expect(page.get_by_text("Fearchar Hope (h6)").first).to_be_visible()
    picture("people")
    press(page, "Keep this list")

    heading(page, "Who holds which role")
    expect(page.get_by_label("IT officer", exact=True)).to_have_value(str(ROLES["role-it"]))
    picture("roles")
    press(page, "Save and continue")
    heading(page, "Check your answers")
    expect(page.get_by_text("Works", exact=True)).to_be_visible()
    picture("check")
    press(page, "Set it up")


def look_around(page: Page, url: str, picture: Callable[[str], None]) -> None:
    page.goto(url)
    picture("start")
    page.get_by_role("button", name="See it as somebody else").click()
    heading(page, "See it as somebody else")
    picture("practice")
    press(page, "See it as the line manager")
    expect(page.get_by_text("Signed in as Isobel Fairweather-Oyne")).to_be_visible()
    page.goto(f"{url}/practice/mails")
    picture("practice-mails")


def send_tests(page: Page, mail: MailServer, picture: Callable[[str], None]) -> str:
    """Send everybody a test; the link in that to the HR officer."""
    page.get_by_role("link", name="Channels and test alerts").click()
    before = len(mail.mails)
    press(page, "Send everybody a test")
    wait_until(lambda: len(mail.mails) == before + 4, 60, "tests to everybody who is told")
    picture("channels")
    (test,) = [one for one in mail.mails[before:] if one.recipients == ("dermid@shc.example",)]
    link = re.search(r"http\S+/test-alert", test.text)
    assert link
    return link[0]


def start_watching(page: Page, running: Running, picture: Callable[[str], None]) -> None:
    heading(page, "Put the recovery key in the safe")
    picture("recovery-key")
    press(page, "It is on paper")
    heading(page, "Your body is set up")
    picture("done")
    press(page, "Start watching")
    heading(page, "It is starting")
    running.find(r"(Starting over)")
    wait_until(lambda: running.shown().count("ready in") == 2, 120, running.shown()[-2000:])


@pytest.mark.timeout(900)
def test_from_practice_to_a_confirmed_test_alert(
    tmp_path: Path, running: Running, page: Page
) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()

    def picture(name: str) -> None:
        number = len(list(pictures.iterdir())) + 1
        page.screenshot(path=pictures / f"{number:02d}-{name}.png", full_page=True)

    certificate = make_certificate(tmp_path)
    begun = time.monotonic()
    code = running.find(r"set-up code, good once: (\d{4}-\d{4})")
    url = running.find(r"set up your own body: (http://127\.0\.0\.1:\d+)/set-up/new")
    look_around(page, url, picture)
    with MailServer(tls="starttls", certificate=certificate, passwords={"nw": PASSWORD}) as mail:
        page.goto(f"{url}/set-up/new")
        picture("code")
        page.get_by_label("Set-up code").fill(code)
        press(page, "Begin")
        answer_questions(page, tmp_path, mail, certificate.file, picture)
        start_watching(page, running, picture)
        assert not mail.mails, "until here nobody is sent anything"

        sign_in(page, url, "fearchar@shc.example", mail)
        page.goto(f"{url}/set-up")
        expect(page.get_by_text("Scottish Harbour Commissioner")).to_be_visible()
        expect(page.get_by_text("Invented people")).to_have_count(0)
        picture("set-up")
        link = send_tests(page, mail, picture)
        press(page, "Sign out")

        page.goto(link)
        sign_in_here(page, "dermid@shc.example", mail)
        page.goto(link)
        heading(page, "Test alert")
        picture("got-it")
        page.get_by_role("button", name=re.compile("I got it")).click()
        expect(page.get_by_text("No test waits for your answer")).to_be_visible()
        press(page, "Sign out")

        sign_in(page, url, "fearchar@shc.example", mail)
        page.goto(f"{url}/set-up/channels")
        expect(page.get_by_text("Confirmed", exact=True)).to_have_count(1)
        expect(page.get_by_text("Not confirmed", exact=True)).to_have_count(3)
        picture("confirmed")
    assert time.monotonic() - begun < 15 * 60
    assert PASSWORD not in running.shown()

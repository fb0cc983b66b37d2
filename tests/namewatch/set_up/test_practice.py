"""Practice: a newcomer sees every page in two minutes, on this machine, and nothing leaves."""

from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from console.app import create_app
from console.auth import Door
from namewatch.init import write_private
from namewatch.settings import PRACTICE_MARK, read_settings
from records.errors import ConfigurationError
from records.organisation import Organisation
from tests.console.cast import Office

ROLES = {
    "hr_officer": ("s005",),
    "communications_manager": ("s004",),
    "director": ("s002",),
    "head_of_body": ("s001",),
}
MAIL = (
    b"From: nw@seo.example\r\nTo: s010@seo.example\r\nSubject: Confidential: NW-2026-0001\r\n\r\n"
    b"Open http://127.0.0.1/r/NW-2026-0001 or https://evil.example/ <script>alert(1)</script>\r\n"
)
Practise = Callable[..., TestClient]


@pytest.fixture
def practise(office: Office, tmp_path: Path) -> Practise:
    """A browser at a practice console."""

    def browser(host: str = "127.0.0.1", *, practice: bool = True) -> TestClient:
        desk = office.desk(practice=practice)
        desk.organisation = Organisation(name="Practice body", policy="spso", roles=ROLES)
        desk.mails = tmp_path
        (tmp_path / "001.eml").write_bytes(MAIL)
        return TestClient(
            create_app(desk),
            base_url="http://127.0.0.1",
            headers={"sec-fetch-site": "same-origin"},
            follow_redirects=False,
            client=(host, 50_000),
        )

    return browser


PAGES = ("/practice", "/practice/mails", "/practice/mails/001")


@pytest.mark.parametrize(
    ("part", "name"),
    [
        ("line_manager", "Effie Lamont"),
        ("hr_officer", "Dougal Imrie"),
        ("communications_manager", "Catriona Weir"),
        ("director", "Bram Sutherland"),
        ("named", "Fiona MacLeod"),
    ],
)
def test_somebody_can_see_it_as_each_of_the_invented_people(
    practise: Practise, part: str, name: str
) -> None:
    client = practise()
    assert "See it as the line manager" in client.get("/practice").text
    answer = client.post("/practice/as", data={"part": part})
    assert (answer.status_code, answer.headers["location"]) == (303, "/inbox")
    assert f"Signed in as {name}" in client.get("/practice").text


def test_there_is_no_other_part_to_play(practise: Practise) -> None:
    client = practise()
    for part in ("", "s001", "administrator"):
        assert client.post("/practice/as", data={"part": part}).status_code == 404
    assert "Signed in as" not in client.get("/practice").text


@pytest.mark.parametrize(("host", "practice"), [("127.0.0.1", False), ("192.0.2.7", True)])
def test_outside_practice_or_this_machine_there_is_no_such_page(
    practise: Practise, host: str, practice: bool
) -> None:
    client = practise(host, practice=practice)
    for page in PAGES:
        assert client.get(page).status_code == 404
    answer = client.post("/practice/as", data={"part": "line_manager"})
    assert answer.status_code == 404
    assert not answer.cookies


def test_the_door_itself_lets_nobody_in_as_somebody_else_outside_practice(office: Office) -> None:
    assert Door(office.desk()).enter_as("s010") is None
    assert Door(office.desk(practice=True)).enter_as("s010")


def test_the_mails_can_be_read_and_lead_only_to_this_console(practise: Practise) -> None:
    client = practise()
    assert "Confidential: NW-2026-0001" in client.get("/practice/mails").text
    page = client.get("/practice/mails/001").text
    assert 'href="/r/NW-2026-0001"' in page
    assert 'href="https://evil.example/"' not in page
    assert "Open <a" in page, "words and links stand apart"
    assert "<script>alert" not in page
    for number in ("002", "../001", "000000000", "latest"):
        assert client.get(f"/practice/mails/{number}").status_code == 404


def test_every_page_says_that_it_is_practice(practise: Practise) -> None:
    client = practise()
    for page in ("/", *PAGES, "/sign-in"):
        assert "Invented people. Nothing here is real." in client.get(page).text


# Nothing leaves.


@pytest.fixture
def practice_home(tmp_path: Path) -> Path:
    home = tmp_path / "practice-home"
    home.mkdir()
    write_private(home / PRACTICE_MARK, "")
    write_private(
        home / "settings.toml",
        '[mail]\nhost = "127.0.0.1"\nport = 2525\ntls = "none"\nsender = "nw@slo.example"\n',
    )
    return home


def test_practice_uses_no_channel_that_the_environment_names(
    practice_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NAMEWATCH_SLACK__BOT_TOKEN", "xoxb-real")
    monkeypatch.setenv("NAMEWATCH_NOTIFY__API_KEY", "real")
    monkeypatch.setenv("NAMEWATCH_OPERATIONS__URLS", '["json://alarms.example"]')
    settings = read_settings(practice_home)
    assert settings.practice
    assert (settings.slack, settings.notify, settings.operations.urls) == (None, None, ())
    (practice_home / PRACTICE_MARK).unlink()
    assert read_settings(practice_home).slack


def test_practice_sends_no_mail_to_a_server_that_the_environment_names(
    practice_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NAMEWATCH_MAIL__HOST", "mail.seo.example")
    with pytest.raises(ConfigurationError, match="practice sends no mail outside"):
        read_settings(practice_home)

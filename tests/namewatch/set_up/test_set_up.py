"""Set-up of a body that is there: its files stay the truth, and only who may changes them."""

import csv
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from casework.trials import newest_trials
from console.app import create_app
from console.auth import Door
from console.desk import Desk
from namewatch.bootstrap import Built, read_all
from namewatch.configuration import read_configuration
from namewatch.dry_run import FEED
from namewatch.init import write_private
from namewatch.machine import facts
from namewatch.new_body_files import roles_table
from namewatch.roles_written import with_roles, write_roles
from namewatch.setting_up import SetUpDesk
from namewatch.settings import PRACTICE_MARK, read_settings
from records.audit import AuditEntry
from records.clock import utc_now
from records.database import reading, transaction
from records.errors import ConfigurationError
from records.organisation import read_organisation
from records.roster import read_roster
from records.trial import Trial
from tests.servers.directories import CLIENT, SECRET, TENANT, EntraServer
from tests.servers.house import STAFF as STAFF_LIST
from tests.servers.house import House, reviewer
from tests.servers.mail import MailServer

IT, COMMUNICATIONS, HR, STAFF = "s007", "s004", "s005", "s003"
ROLES = {
    "role-hr_officer": "s005",
    "role-communications_manager": "s004",
    "role-director": "s002",
    "role-head_of_body": "s001",
    "role-it": "s007",
}


class Body:
    """A body with a console, without the service around it."""

    def __init__(self, house: House, mail: MailServer) -> None:
        self.house, self.mail = house, mail
        settings = read_settings(house.home)
        write_roles(
            settings.organisation_file,
            {**read_organisation(settings.organisation_file).roles, "it": (IT,)},
        )
        self.built: Built = read_all(settings)
        self.read_anew = 0
        services = self.built.services
        self.desk = Desk(
            database=services.database,
            organisation=services.organisation,
            roster=services.roster,
            pack=services.pack,
            open_key=lambda _: (_ for _ in ()).throw(AssertionError),
            send_note=lambda *_: None,
            console_url="http://127.0.0.1",
            practice=True,  # only so that the tests may sign in as anybody
            set_up=SetUpDesk(self.built, self._read_anew),
        )
        self.app = create_app(self.desk)

    def _read_anew(self) -> None:
        self.read_anew += 1
        held = read_configuration(self.built.settings)
        services = self.built.services
        services.organisation, services.roster = held.organisation, held.roster
        self.desk.renew(held.organisation, held.roster, held.pack)

    def visit(self, staff_id: str = "") -> TestClient:
        client = TestClient(
            self.app,
            base_url="http://127.0.0.1",
            headers={"sec-fetch-site": "same-origin"},
            follow_redirects=False,
        )
        if staff_id:
            from_door = Door(self.desk).enter_as(staff_id)
            assert from_door
            client.cookies.set("namewatch", from_door)
        return client

    def trail(self, action: str) -> list[AuditEntry]:
        with reading(self.built.services.database) as session:
            return list(session.exec(select(AuditEntry).where(AuditEntry.action == action)))

    @property
    def roster(self) -> Path:
        return self.built.settings.roster_file


@pytest.fixture
def body(tmp_path: Path) -> Iterator[Body]:
    people = (*STAFF_LIST, reviewer(6, "Fenella Auchterbrae"), reviewer(7, "Torquil Ardnastang"))
    with MailServer() as mail, House(tmp_path / "home", mail, staff=people) as house:
        made = Body(house, mail)
        yield made
        made.built.services.database.dispose()


Change = Callable[[str], str]


def listed(body: Body, change: Change = str) -> bytes:
    return change(body.roster.read_text("utf-8")).encode()


def hand_in(client: TestClient, content: bytes) -> str:
    files = {"file": ("staff.csv", content)}
    assert client.post("/set-up/people", files=files).status_code == 303
    return client.get("/set-up/people").text


def stamp_in(page: str) -> str:
    return page.partition('name="stamp" value="')[2].partition('"')[0]


# Who may.

PLACES = ("", "/people", "/roles", "/absences", "/channels", "/dry-run", "/papers")
FORMS = (
    "/people",
    "/people/confirm",
    "/people/withdraw",
    "/people/fetch",
    "/roles",
    "/absences",
    "/absences/remove",
    "/channels/test",
    "/channels/try",
    "/dry-run",
)


def test_whoever_may_not_set_up_finds_no_such_page(body: Body) -> None:
    before = body.roster.read_bytes()
    for client in (body.visit(HR), body.visit(STAFF)):
        for place in PLACES:
            assert client.get(f"/set-up{place}").status_code == 404
        for place in FORMS:
            assert client.post(f"/set-up{place}", data=ROLES).status_code == 404
    stranger = body.visit()
    for place in PLACES:
        assert stranger.get(f"/set-up{place}").headers["location"].startswith("/sign-in")
    for place in FORMS:
        assert stranger.post(f"/set-up{place}", data=ROLES).status_code == 303
    assert body.roster.read_bytes() == before
    assert not body.mail.mails


@pytest.mark.parametrize("staff_id", [IT, COMMUNICATIONS])
def test_the_it_officer_and_the_custodian_find_every_page(body: Body, staff_id: str) -> None:
    client = body.visit(staff_id)
    for place in PLACES:
        assert client.get(f"/set-up{place}").status_code == 200
    assert "Fenella Auchterbrae" not in client.get("/set-up").text


# People.


def test_a_list_is_shown_with_what_it_changes_and_kept_when_confirmed(body: Body) -> None:
    client = body.visit(IT)
    before = body.roster.read_bytes()

    def change(text: str) -> str:
        rows = [one for one in text.splitlines() if not one.startswith("s003,")]
        rows.append("s008,Morag Newcomer,Case Officer,morag@slo.example,U8,s002,no")
        return "\n".join(rows).replace(",s003,", ",s002,").replace("HR Officer", "Head of HR")

    page = hand_in(client, listed(body, change))
    for words in (
        "New: 1",
        "Morag Newcomer (s008)",
        "No longer there: 1",
        "Isobel Fairweather (s003)",
        "Struan Kilbrandy (s005): job title",
    ):
        assert words in page, page[page.index("<main") :]
    assert body.roster.read_bytes() == before
    answer = client.post("/set-up/people/confirm", data={"stamp": stamp_in(page)})
    assert answer.headers["location"] == "/set-up/kept"
    kept = read_roster(body.roster)
    assert kept["s008"].full_name == "Morag Newcomer"
    assert not kept["s003"].works_on(utc_now().date()), "is watched on as a leaver"
    assert body.read_anew == 1
    (entry,) = body.trail("roster imported")
    assert entry.actor == IT
    assert entry.about["come"] == 1
    assert "Morag" not in str(entry.about)


def test_a_list_without_somebody_who_holds_a_role_is_not_kept(body: Body) -> None:
    client = body.visit(IT)

    def change(text: str) -> str:
        return "\n".join(one for one in text.splitlines() if not one.startswith("s005,"))

    page = hand_in(client, listed(body, change))
    assert "Struan Kilbrandy: s005 holds the role of HR officer and is not in this list" in page
    assert "Keep this list" not in page


def test_a_form_that_gives_access_asks_who_it_is_when_they_came_long_ago(body: Body) -> None:
    client = body.visit(IT)
    page = hand_in(client, listed(body))
    now = utc_now()
    body.desk.now = lambda: now + timedelta(minutes=14)
    assert client.get("/set-up").status_code == 200
    for wait in (28, 42):
        body.desk.now = lambda wait=wait: now + timedelta(minutes=wait)  # type: ignore[misc]
        assert client.get("/set-up").status_code == 200
    answer = client.post("/set-up/people/confirm", data={"stamp": stamp_in(page)})
    assert answer.headers["location"].startswith("/sign-in/again")
    assert client.post("/set-up/roles", data=ROLES).headers["location"].startswith("/sign-in/again")


def test_the_staff_can_be_fetched_from_a_directory(body: Body) -> None:
    people = [
        {"id": f"e{n}", "displayName": row[1], "mail": row[3], "manager": {"id": "e1"} if n else {}}
        for n, row in enumerate(list(csv.reader(body.roster.read_text("utf-8").splitlines()))[1:])
    ]
    people[0]["manager"] = {}
    for one in people[1:]:
        one["manager"] = {"id": "e0"}
    people.append({"id": "e9", "displayName": "Nobody's Report", "mail": "new@slo.example"})
    with EntraServer(people) as server:
        file = body.house.home / "settings.toml"
        write_private(
            file,
            f'{file.read_text("utf-8")}\n[entra]\ntenant = "{TENANT}"\nclient_id = "{CLIENT}"\n'
            f'client_secret = "{SECRET}"\ngraph_url = "{server.url}"\n'
            f'sign_in_url = "{server.url}"\n',
        )
        body.built = replace(body.built, settings=read_settings(body.house.home))
        assert isinstance(body.desk.set_up, SetUpDesk)
        body.desk.set_up.built = body.built
        client = body.visit(IT)
        assert "Fetch the list from Microsoft Entra" in client.get("/set-up/people").text
        assert client.post("/set-up/people/fetch", data={"directory": "entra"}).status_code == 303
        page = client.get("/set-up/people").text
        assert "Nobody&#39;s Report: e9 has no line_manager" in page
        assert SECRET not in page
        text = client.get("/set-up/people/list.csv").text
        refused = client.post("/set-up/people/fetch", data={"directory": "google"})
        assert "is not set up" in refused.text
    mended = text.replace(",e9,,,no", ",e9,s002,,no")
    assert "Keep this list" in hand_in(client, mended.encode())


# Roles.


def test_roles_are_written_into_the_file_and_all_else_in_it_stays(body: Body) -> None:
    file = body.built.settings.organisation_file
    write_private(file, file.read_text("utf-8") + "# a note of ours\n[support]\nlines = []\n")
    client = body.visit(COMMUNICATIONS)
    changed = {**ROLES, "role-hr_officer": "s003", "role-hr_officer-2": "s005"}
    answer = client.post("/set-up/roles", data=changed)
    assert answer.headers["location"] == "/set-up/kept"
    text = file.read_text("utf-8")
    assert 'hr_officer = ["s003", "s005"]' in text
    assert "# a note of ours" in text
    assert read_organisation(file).roles["hr_officer"] == ("s003", "s005")
    assert "leadership_team" not in read_organisation(file).roles, "nobody was chosen for it"
    (entry,) = body.trail("roles changed")
    assert entry.about["roles"] == ["hr_officer", "leadership_team"]


def test_roles_that_cannot_be_leave_the_file_as_it_is(body: Body) -> None:
    before = body.built.settings.organisation_file.read_bytes()
    answer = body.visit(IT).post("/set-up/roles", data={**ROLES, "role-director": "s099"})
    assert answer.status_code == 400
    assert "Choose somebody from the list who works here." in answer.text
    assert body.built.settings.organisation_file.read_bytes() == before


@pytest.mark.parametrize(
    "text",
    [
        '[organisation]\nname = "x"\n',
        '[organisation]\nname = "x"\n[roles]\n# why\na = [\n  "s1",  # 1\n  "s2",\n]\n[support]\n',
        '[roles]  # who\na = ["s1"]\nb = ["s2"]',
    ],
)
def test_a_table_of_roles_is_found_however_it_is_written(tmp_path: Path, text: str) -> None:
    file = tmp_path / "organisation.toml"
    write_private(file, text)
    write_roles(file, {"a": ("s9",)})
    after = file.read_text("utf-8")
    assert 'a = ["s9"]' in after
    assert "s1" not in after
    assert text.count("#") - after.count("#") in (0, 1)
    assert with_roles("", {"a": ("s9",)}).strip() == roles_table({"a": ("s9",)}).strip()


def test_a_table_that_cannot_be_changed_safely_is_left_to_people(tmp_path: Path) -> None:
    file = tmp_path / "organisation.toml"
    write_private(file, 'roles = {a = ["s1"]}\n[organisation]\nname = "x"\n')
    before = file.read_bytes()
    with pytest.raises(ConfigurationError, match="by hand"):
        write_roles(file, {"a": ("s9",)})
    assert file.read_bytes() == before


# Absences.

DAYS = {"from-day": "21", "from-month": "12", "from-year": "2999"} | {
    "until-day": "2",
    "until-month": "1",
    "until-year": "3000",
}


def test_an_absence_is_kept_listed_and_taken_back(body: Body) -> None:
    client = body.visit(IT)
    assert client.post("/set-up/absences", data={"staff": "s005", **DAYS}).status_code == 303
    assert "21 December 2999 to 2 January 3000" in client.get("/set-up/absences").text
    assert len(body.trail("absence added")) == 1
    wanted = {"staff": "s005", "from": "2999-12-21", "until": "3000-01-02"}
    client.post("/set-up/absences/remove", data=wanted)
    assert "Nobody is away" in client.get("/set-up/absences").text


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"staff": "s099", **DAYS}, "Choose who is away."),
        ({"staff": "s005", **DAYS, "from-month": "13"}, "Enter the first day"),
        ({"staff": "s005", **DAYS, "until-year": "2998"}, "The last day is before the first."),
        ({}, "Enter the last day"),
    ],
)
def test_an_absence_that_cannot_be_is_told_in_words(
    body: Body, typed: dict[str, str], says: str
) -> None:
    answer = body.visit(IT).post("/set-up/absences", data=typed)
    assert answer.status_code == 400
    assert says in answer.text


# Test alerts.


def test_a_test_counts_only_when_its_reader_says_that_they_got_it(body: Body) -> None:
    client = body.visit(IT)
    assert "Never tested" in client.get("/set-up/channels").text
    assert client.post("/set-up/channels/test", data={"staff": HR}).status_code == 303
    (mail,) = body.mail.mails
    assert mail.recipients == ("hr@slo.example",)
    assert "/test-alert" in mail.text
    page = client.get("/set-up/channels").text
    assert "Not confirmed" in page
    assert "Confirmed" not in page

    with reading(body.built.services.database) as session:
        number = newest_trials(session)[HR, "email"].id
    assert client.post(f"/test-alert/{number}/got-it").status_code == 404, "it isn't theirs"
    assert body.visit().get("/test-alert").headers["location"].startswith("/sign-in")
    reader = body.visit(HR)
    assert "I got it" in reader.get("/test-alert").text
    assert reader.get(f"/test-alert/{number}/got-it").status_code in (404, 405)
    assert reader.post(f"/test-alert/{number}/got-it").status_code == 303
    assert "No test waits for your answer" in reader.get("/test-alert").text
    assert "Confirmed" in client.get("/set-up/channels").text


def test_everybody_who_would_be_told_gets_a_test(body: Body) -> None:
    client = body.visit(IT)
    client.post("/set-up/channels/test", data={"staff": ""})
    told = {one.recipients[0].partition("@")[0] for one in body.mail.mails}
    assert told == {"hr", "communications", "director", "ombudsman", "head"}
    assert "5 not confirmed" in client.get("/set-up").text


def test_the_status_page_is_told_what_nobody_has_confirmed(body: Body) -> None:
    (before,) = [one for one in facts(body.built) if one.name == "Test alerts"]
    assert before.value == "0 of 5 confirmed"
    assert before.fault
    body.visit(IT).post("/set-up/channels/test", data={"staff": ""})
    with transaction(body.built.services.database) as session:
        for one in session.exec(select(Trial)):
            one.confirmed_at = utc_now()
            session.add(one)
    (after,) = [one for one in facts(body.built) if one.name == "Test alerts"]
    assert (after.value, after.fault) == ("5 of 5 confirmed", "")


def test_a_test_that_cannot_be_sent_is_shown_red_with_its_reason(body: Body) -> None:
    body.mail.replies["hr@slo.example"] = "550 no such mailbox"
    client = body.visit(IT)
    client.post("/set-up/channels/test", data={"staff": HR})
    assert "The channel said: recipient refused (550)." in client.get("/set-up/channels").text


def test_channels_can_be_tried_without_sending_anything(body: Body) -> None:
    page = body.visit(IT).post("/set-up/channels/try").text
    assert "Well" in page
    assert not body.mail.mails


# The past, and papers.


def test_a_look_back_alerts_nobody_and_says_what_it_has_found(body: Body) -> None:
    home = body.house.home
    write_private(home / PRACTICE_MARK, "")
    threat = {
        "id": "post-1",
        "source": "practice",
        "published_at": (utc_now() - timedelta(days=20)).isoformat(),
        "text": "Fenella Auchterbrae at the Lighthouse Ombudsman better watch her back,"
        " we know where you live.",
    }
    later = {"id": "post-2", "source": "practice", "text": "A quiet evening."}
    later["published_at"] = utc_now().isoformat()
    (home / FEED).write_text(f"{json.dumps(threat)}\n{json.dumps(later)}\n", "utf-8")
    body.desk.set_up = SetUpDesk(replace(body.built, settings=read_settings(home)), lambda: None)
    client = body.visit(IT)
    assert client.post("/set-up/dry-run").status_code == 303
    until = time.monotonic() + 120
    while "Under way" in client.get("/set-up/dry-run").text:
        assert time.monotonic() < until
        time.sleep(0.3)
    page = client.get("/set-up/dry-run").text
    assert "could not be done" not in page
    assert "Posts a week that alert" in page
    assert not body.mail.mails
    assert len(body.trail("dry run asked for")) == 1


def test_the_papers_can_be_downloaded(body: Body) -> None:
    client = body.visit(IT)
    assert isinstance(body.desk.set_up, SetUpDesk)
    for one in body.desk.set_up.papers():
        answer = client.get(f"/set-up/papers/{one.name}")
        assert "attachment" in answer.headers["content-disposition"]
        assert "Scottish Lighthouse Ombudsman" in answer.text
        assert "Auchterbrae" not in answer.text
    assert client.get("/set-up/papers/passwords").status_code == 404


def test_nothing_secret_is_shown(body: Body) -> None:
    client = body.visit(IT)
    for place in PLACES:
        page = client.get(f"/set-up{place}").text
        for secret in ("AGE-SECRET", "password =", "token"):
            assert secret not in page

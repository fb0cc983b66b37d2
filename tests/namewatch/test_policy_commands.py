"""`namewatch policy` and what the night and doctor make of it, in process for speed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import select
from typer.testing import CliRunner

from namewatch.absences import add_by_hand, all_told, keep_from_calendar
from namewatch.bootstrap import Built, read_all
from namewatch.calendars import look
from namewatch.cli import app
from namewatch.policy_checks import calendar_faults, policy_faults
from namewatch.policy_work import moment
from namewatch.settings import CalendarSettings, read_settings
from namewatch.upkeep import alarm_for_gaps
from policies.pack import Pack
from policies.pack_file import SHIPPED, read_pack
from policies.tables import Decision
from records.alarm import OperationsAlarm
from records.database import reading
from records.errors import ConfigurationError
from records.roster import Absence, StaffMember, read_roster
from tests.servers.house import House
from tests.servers.mail import MailServer

FIRST = Path(__file__).parents[2] / "namewatch" / "first_files"
SATURDAY = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def namewatch(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["policy", *arguments])
    return done.exit_code, done.output


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, ...]:
    """The first files, in a folder of their own."""
    for name in ("organisation.toml", "roster.csv"):
        (tmp_path / name).write_text((FIRST / name).read_text("utf-8"), "utf-8")
    return (
        "--organisation",
        str(tmp_path / "organisation.toml"),
        "--roster",
        str(tmp_path / "roster.csv"),
    )


def use(files: tuple[str, ...], policy: str) -> None:
    organisation = Path(files[1])
    text = organisation.read_text("utf-8").replace('policy = "spso"', f'policy = "{policy}"')
    organisation.write_text(text, "utf-8")


def test_the_template_is_valid_as_it_stands_and_never_overwrites(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    assert namewatch("new", str(file))[0] == 0
    own, spso = read_pack("own.toml", tmp_path), read_pack("spso")
    assert own.name == "own"
    assert own.alerting.recipients == spso.alerting.recipients
    assert "#" in file.read_text("utf-8")
    file.write_text("mine", "utf-8")
    status, said = namewatch("new", str(file))
    assert (status, file.read_text("utf-8")) == (2, "mine")
    assert "there already" in said


def test_the_template_has_every_table_of_a_pack(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    namewatch("new", str(file))
    text = file.read_text("utf-8")
    for name in Pack.model_fields:
        assert f"\n{name} =" in text or f"[{name}" in text, name


@pytest.mark.parametrize("name", SHIPPED)
def test_explain_says_the_whole_pack_in_words(name: str) -> None:
    status, said = namewatch("explain", name)
    assert status == 0
    pack = read_pack(name)
    for role in pack.roles.values():
        assert role in said
    for kind in pack.restrictions.kinds:
        assert kind.title in said
    for decision in Decision:
        clause = pack.deciding_clauses[decision]
        assert clause == "default" or f"({clause})" in said
    for word in ("_or", "None", "Period(", "TimeLimit", "{"):
        assert word not in said


@pytest.mark.clause("SPSO 67.1")
def test_simulate_says_who_is_told_when_and_why(files: tuple[str, ...]) -> None:
    case = ("--staff", "s006", "--concern", "threat", "--at", "2026-11-28 22:40")
    status, said = namewatch("simulate", *files, *case, "--absent", "s003")
    assert status == 0
    for words in (
        "Saturday 28 November 2026 22:40 (Europe/London)",
        "threat: critical, told at once (SPSO 24)",
        "s002, in the absence of the line manager (SPSO 67.1)",
        "s005, as HR officer (SPSO 67.1)",
        "s004, as communications and engagement manager (SPSO 67.1)",
        "If nobody has acknowledged by Sat 28 Nov 22:55",
        "Sat 28 Nov 22:55  s001, as Ombudsman",
        "To tell the person in private by Tue 01 Dec 17:00: s005, as HR officer (SPSO 69)",
        "Keeps the record: s004, as communications and engagement manager (SPSO 71)",
    ):
        assert words in said


@pytest.mark.clause("SPSO 44")
def test_simulate_says_that_naming_the_ombudsman_alerts_nobody(files: tuple[str, ...]) -> None:
    _, said = namewatch("simulate", *files, "--staff", "s001")
    assert "naming: none, nothing is kept (SPSO 44)" in said


@pytest.mark.clause("SPSO 44")
def test_only_the_ombudsman_may_be_named_at_first() -> None:
    roster = read_roster(FIRST / "roster.csv")
    assert [one for one in roster if roster[one].may_be_named] == ["s001"]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--staff", "s999"), "s999 is not in the roster"),
        (("--staff", "s006", "--concern", "rudeness"), 'no concern "rudeness"'),
        (("--staff", "s006", "--at", "Caturday 22:40"), "is no time"),
        (("--staff", "s006", "--at", "25:00"), "is no time"),
        (("--staff", "s006", "--absent", "x"), "x is not in the roster"),
    ],
)
def test_what_can_not_be_played_through_is_one_sentence(
    files: tuple[str, ...], options: tuple[str, ...], says: str
) -> None:
    status, said = namewatch("simulate", *files, *options)
    assert status == 2
    assert says in said


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("now", "2026-11-21 09:00"),
        ("22:40", "2026-11-21 22:40"),
        ("Saturday 22:40", "2026-11-21 22:40"),
        ("Saturday 8:00", "2026-11-28 08:00"),
        ("mon 07:05", "2026-11-23 07:05"),
        ("2026-12-24 16:00", "2026-12-24 16:00"),
    ],
)
def test_a_weekday_means_the_next_one(text: str, meant: str) -> None:
    assert f"{moment(text, SATURDAY):%Y-%m-%d %H:%M}" == meant


@pytest.mark.clause("WICS Named ¶1")
def test_rehearse_exits_1_when_somebody_would_be_told_by_nobody(files: tuple[str, ...]) -> None:
    status, said = namewatch("rehearse", *files)
    assert (status, "note: if s001 is named while s002 is away" in said) == (0, True)
    use(files, "wics")
    status, said = namewatch("rehearse", *files)
    assert status == 1
    assert "if s001 is named while s002 is away, nobody would be told." in said


@pytest.fixture
def built(tmp_path: Path) -> Iterator[Built]:
    with MailServer() as mail, House(tmp_path / "home", mail) as house:
        made = read_all(read_settings(house.home), tells=True)
        yield made
        made.services.database.dispose()


def under_wics(built: Built) -> None:
    held = built.services
    held.renew(held.organisation, held.roster, read_pack("wics"))


@pytest.mark.clause("WICS Named ¶1")
def test_the_nights_rehearsal_raises_one_alarm_a_day_without_content(built: Built) -> None:
    day = built.services.now().date()
    assert alarm_for_gaps(built.services, day) == ()
    under_wics(built)
    assert alarm_for_gaps(built.services, day)
    assert alarm_for_gaps(built.services, day)
    with reading(built.services.database) as session:
        (alarm,) = session.exec(select(OperationsAlarm)).all()
    assert (alarm.kind, alarm.reference) == ("uncovered", day.isoformat())


@pytest.mark.clause("WICS Named ¶5")
def test_doctor_asks_for_whom_the_policy_leaves_open(built: Built) -> None:
    assert list(policy_faults(built)) == []
    (built.settings.organisation_file).write_text(
        built.settings.organisation_file.read_text("utf-8").replace('"spso"', '"wics"'), "utf-8"
    )
    again = read_all(built.settings)
    faults = " ".join(policy_faults(again))
    assert "name somebody as custodian in organisation.toml" in faults
    assert "Until then it is the communications manager." in faults
    assert "nobody would be told" in faults
    again.services.database.dispose()


# Absences.


def test_absences_come_from_the_file_by_hand_and_from_calendars(built: Built) -> None:
    home, roster = built.settings.home, built.services.roster
    day = datetime(2026, 12, 7, tzinfo=UTC).date()
    (home / "absences.csv").write_text("staff_id,away_from,until\ns003,2026-12-07,2026-12-07\n")
    assert add_by_hand(home, Absence("s004", day, day), roster)
    assert not add_by_hand(home, Absence("s004", day, day), roster)
    keep_from_calendar(home, "calendar-1", [Absence("s005", day, day)])
    told = {(one.absence.staff_id, one.origin) for one in all_told(roster, home / "roster.csv")}
    assert told == {("s003", "absences.csv"), ("s004", "by-hand"), ("s005", "calendar-1")}
    again = read_all(built.settings)
    assert not any(again.services.roster.available(one, day) for one in ("s003", "s004", "s005"))
    again.services.database.dispose()
    assert all(file.stat().st_mode & 0o077 == 0 for file in (home / "absences").glob("*.csv"))


def test_somebody_who_left_the_roster_stops_no_start(built: Built) -> None:
    day = datetime(2026, 12, 7, tzinfo=UTC).date()
    wider = replace(
        built.services.roster,
        members={**built.services.roster.members, "s099": StaffMember("s099", "Gone")},
    )
    add_by_hand(built.settings.home, Absence("s099", day, day), wider)
    again = read_all(built.settings)
    assert again.services.roster.absences == ()
    again.services.database.dispose()


def test_a_calendar_that_can_not_be_read_keeps_what_it_said_last(built: Built) -> None:
    home, held = built.settings.home, built.services
    calendar = CalendarSettings(file=Path("leave.ics"), staff_id="s003")
    event = "BEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:20261207\r\nEND:VEVENT\r\n"
    (home / "leave.ics").write_text(f"BEGIN:VCALENDAR\r\n{event}END:VCALENDAR\r\n")
    today = datetime(2026, 11, 24, tzinfo=UTC).date()
    (read,) = look(home, (calendar,), held.organisation, held.roster, today)
    assert read.fault is None
    (home / "leave.ics").unlink()
    (read,) = look(home, (calendar,), held.organisation, held.roster, today)
    assert read.fault == "The file of calendar-1 can't be read (No such file or directory)."
    assert len(list(all_told(held.roster, home / "roster.csv"))) == 1
    list(look(home, (), held.organisation, held.roster, today))
    assert list(all_told(held.roster, home / "roster.csv")) == []


def test_doctor_tells_of_a_calendar_without_its_address(built: Built) -> None:
    address = "https://127.0.0.1:9/secret-token.ics"
    calendars = (CalendarSettings.model_validate({"address": address}),)
    settings = built.settings.model_copy(update={"calendars": calendars})
    ((name, fault),) = calendar_faults(replace(built, settings=settings))
    assert name == "calendar-1"
    assert fault == "calendar-1 can't be reached."
    assert "secret-token" not in repr(settings)


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ('address = "http://x.example/a.ics"', "address must begin with https://"),
        ('address = "https://x.example/a.ics"\nfile = "a.ics"', "give either file or address"),
        ('staff_id = "s003"', "give either file or address"),
    ],
)
def test_a_calendar_is_one_file_or_one_encrypted_address(
    tmp_path: Path, table: str, says: str
) -> None:
    with (
        House(tmp_path / "home", None, settings=f"[[calendars]]\n{table}\n") as house,
        pytest.raises(ConfigurationError, match=says) as caught,
    ):
        read_settings(house.home)
    assert "x.example" not in str(caught.value)

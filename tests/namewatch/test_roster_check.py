"""`namewatch roster check`: what a roster gives to think about, on the command line and purely."""

import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from namewatch.roster_remarks import Remark, Staffing, remarks_on
from nlp.expected import expected_a_week, expected_of_all
from records.roster import Absence, StaffMember, roster_of

TODAY = date(2026, 11, 21)
HEAD = StaffMember("s001", "Thomasina Garvellach", email="head@slo.example", may_be_named=True)
ROLES = 'hr_officer = ["s002"]\ncommunications_manager = ["s002"]\ndirector = ["s002"]\n'
ORGANISATION = f"""[organisation]
name = "Scottish Lighthouse Ombudsman"
policy = "spso"
leavers_watched_months = 1

[roles]
{ROLES}head_of_body = ["s001"]
"""
COLUMNS = "staff_id,full_name,email,slack_id,line_manager,may_be_named,watch,ends_on\n"
WELL = f"""{COLUMNS}s001,Thomasina Garvellach,head@slo.example,,,yes,,
s002,Struan Kilbrandy,hr@slo.example,,s001,no,,
s003,Fenella Auchterbrae,,,s002,no,,
"""


def check(
    folder: Path, roster: str, *arguments: str, absences: str = ""
) -> subprocess.CompletedProcess[str]:
    """Check this roster in a process of its own."""
    (folder / "roster.csv").write_text(roster, encoding="utf-8")
    (folder / "organisation.toml").write_text(ORGANISATION, encoding="utf-8")
    if absences:
        head = "staff_id,away_from,until\n"
        (folder / "absences.csv").write_text(head + absences, encoding="utf-8")
    around = {name: value for name, value in os.environ.items() if "NAMEWATCH" not in name}
    return subprocess.run(
        [sys.executable, "-m", "namewatch", "roster", "check", "roster.csv", *arguments],
        env={**around, "COLUMNS": "200", "NO_COLOR": "1"},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


BODY = ("--organisation", "organisation.toml")


def words(shown: str) -> str:
    return " ".join(shown.split())


# On the command line.


def test_a_roster_without_anything_to_put_right_is_status_0(tmp_path: Path) -> None:
    done = check(tmp_path, WELL, *BODY)
    assert (done.returncode, done.stderr) == (0, "")
    shown, _, estimate = words(done.stdout).partition(" Estimated a week")
    assert shown == (
        "In the roster: 3 · watched for: 3 about who what"
        " may be named being named alone is no incident. Thomasina Garvellach (s001)"
    )
    assert "if 28 million posts are watched: less than 0.1 with a name of the roster" in estimate
    assert "Posts that do mean your staff come on top, and nobody can estimate those." in estimate
    assert estimate.endswith(" Nothing has to be put right.")


def test_a_line_manager_without_an_address_is_status_1(tmp_path: Path) -> None:
    done = check(tmp_path, WELL.replace("hr@slo.example", ""))
    assert done.returncode == 1
    assert "Struan Kilbrandy (s002) told as line manager: give an email" in words(done.stdout)
    assert "Roles are not checked without --organisation." in done.stdout
    assert done.stdout.endswith("To put right: 1\n")


def test_a_holder_of_a_role_without_an_address_is_status_1_once_the_roles_are_known(
    tmp_path: Path,
) -> None:
    roster = WELL.replace("s002,no", "s001,no").replace("hr@slo.example", "")
    assert check(tmp_path, roster).returncode == 0
    done = check(tmp_path, roster, *BODY)
    assert done.returncode == 1
    assert "(s002) told as HR officer, communications" in words(done.stdout)


def test_the_months_that_leavers_are_watched_are_the_bodys(tmp_path: Path) -> None:
    left = date.today() - timedelta(days=60)  # noqa: DTZ011 - as the command counts
    roster = f"{WELL}s004,David Smith,,,s002,no,,{left}\n"
    told = words(check(tmp_path, roster).stdout)
    assert f"David Smith (s004) left on {left}; still watched" in told
    assert "common name" in told
    told = words(check(tmp_path, roster, *BODY).stdout)
    assert f"David Smith (s004) left on {left}; no longer watched" in told
    assert "common name" not in told


def test_absences_beside_the_roster_are_read(tmp_path: Path) -> None:
    today = date.today()  # noqa: DTZ011 - as the command counts
    done = check(tmp_path, WELL, absences=f"s002,{today},{today}\n")
    assert done.returncode == 0
    assert f"Struan Kilbrandy (s002) line manager: away until {today}" in words(done.stdout)


def test_a_name_is_no_markup_and_moves_no_cursor(tmp_path: Path) -> None:
    roster = WELL.replace("Thomasina", "[red]Thomasina\x1b[2J")
    shown = check(tmp_path, roster, *BODY).stdout
    assert "[red]Thomasina\ufffd[2J Garvellach" in shown
    assert "\x1b" not in shown


@pytest.mark.parametrize(
    ("roster", "arguments", "sentence"),
    [
        (
            WELL + "s003,Twice Over,,,s001,no,,\n",
            (),
            "line 5: staff_id s003 stands twice (first on line 4)",
        ),
        (WELL.replace(",s001,", ",s003,"), (), "line 3: line managers go round in a circle"),
        (WELL.replace("watch", "wotch"), (), 'line 1: unknown column "wotch"'),
        (WELL.replace(",s001,", ",,"), BODY, "line 3: s002 has no line_manager"),
        (WELL, ("--organisation", "none.toml"), "none.toml: this file is missing"),
    ],
    ids=["an id twice", "a circle", "a column nobody knows", "nobody above", "no organisation"],
)
def test_a_mistake_is_one_sentence_and_status_2(
    tmp_path: Path, roster: str, arguments: tuple[str, ...], sentence: str
) -> None:
    done = check(tmp_path, roster, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("namewatch: ")
    assert sentence in line


def test_a_roster_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    done = check(tmp_path / "elsewhere", WELL, "--organisation", "../none.toml")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1


# The remarks themselves.


def told(*members: StaffMember, about: str, absences: tuple[Absence, ...] = ()) -> list[Remark]:
    staffing = Staffing(roster_of((HEAD, *members), absences), TODAY, 12)
    return [one for one in remarks_on(staffing) if one.about == about]


def reviewer(staff_id: str, name: str, **more: object) -> StaffMember:
    fields = {"line_manager": "s001", **more}
    return StaffMember(staff_id, name, **fields)  # type: ignore[arg-type]


def test_people_who_share_a_name_are_told_by_the_most_telling_form() -> None:
    shared = told(
        reviewer("s002", "Fiona MacLeod"),
        reviewer("s003", "Finlay McLeod"),
        reviewer("s004", "Fiona Wotherspoon"),
        about="shared name",
    )
    assert [(one.staff_ids, one.what) for one in shared] == [
        (("s002", "s003"), "initial and surname “f macleod”"),
        (("s002", "s004"), "first name “fiona”"),
    ]


def test_somebody_who_is_no_longer_watched_shares_no_name() -> None:
    left = reviewer("s003", "Finlay MacLeod", ends_on=date(2025, 11, 20))
    assert not told(reviewer("s002", "Fiona MacLeod"), left, about="shared name")


def test_a_recipient_who_has_left_needs_no_address_but_is_told_of() -> None:
    boss = reviewer("s002", "Struan Kilbrandy", ends_on=date(2026, 11, 20))
    under = reviewer("s003", "Fenella Auchterbrae", line_manager="s002")
    assert not told(boss, under, about="no address")
    (remark,) = told(boss, under, about="not at work")
    assert remark.what == "line manager: left on 2026-11-20"
    assert not remark.wanting


def test_the_last_day_at_work_is_still_a_day_at_work() -> None:
    boss = reviewer("s002", "Struan Kilbrandy", ends_on=TODAY)
    under = reviewer("s003", "Fenella Auchterbrae", line_manager="s002")
    assert not told(boss, under, about="not at work")
    assert not told(boss, under, about="leaver")
    assert [one.staff_ids for one in told(boss, under, about="no address")] == [("s002",)]


def test_a_line_manager_who_has_not_begun_is_told_of() -> None:
    boss = reviewer("s002", "Struan Kilbrandy", starts_on=date(2026, 12, 1))
    under = reviewer("s003", "Fenella Auchterbrae", line_manager="s002")
    (remark,) = told(boss, under, about="not at work")
    assert remark.what == "line manager: begins on 2026-12-01"


def test_the_longest_absence_of_the_day_counts() -> None:
    away = tuple(Absence("s001", TODAY, TODAY + timedelta(days=days)) for days in (3, 9, 1))
    (remark,) = told(reviewer("s002", "Struan Kilbrandy"), about="not at work", absences=away)
    assert remark.what == "line manager: away until 2026-11-30"


def test_somebody_reached_by_slack_alone_is_told_of_but_is_reached() -> None:
    boss = reviewer("s002", "Struan Kilbrandy", slack_id="U2")
    under = reviewer("s003", "Fenella Auchterbrae", line_manager="s002")
    assert not told(boss, under, about="no address")
    assert [one.staff_ids for one in told(boss, under, about="no e-mail")] == [("s002",)]


def test_a_second_person_without_a_line_manager_is_to_be_put_right() -> None:
    (remark,) = told(StaffMember("s002", "Struan Kilbrandy"), about="no line manager")
    assert (remark.staff_ids, remark.wanting) == (("s001", "s002"), True)
    assert not told(reviewer("s002", "Struan Kilbrandy"), about="no line manager")


def test_a_name_that_can_not_be_looked_for_is_to_be_put_right() -> None:
    (remark,) = told(reviewer("s002", "X"), about="no name")
    assert remark.wanting
    assert not told(reviewer("s002", "X"), about="common name")


def test_names_that_others_bear_are_told_with_an_estimate_the_most_frequent_first() -> None:
    found = told(
        reviewer("s002", "Fenella Auchterbrae"),
        reviewer("s003", "Rose Campbell"),
        reviewer("s004", "David Smith"),
        about="common elsewhere",
    )
    assert [one.staff_ids for one in found] == [("s004",), ("s003",)]
    assert "posts a week by or about others: about 1" in found[0].what
    assert "false alerts: no more than 0.1" in found[0].what


def test_a_commoner_name_is_expected_more_often_and_each_name_counts_once() -> None:
    rare, common = reviewer("s002", "Fenella Auchterbrae"), reviewer("s003", "David Smith")
    again = reviewer("s004", "David Smith")
    assert expected_a_week(rare).posts < 0.01 < expected_a_week(common).posts
    together = expected_of_all([common, again])
    assert together == expected_a_week(common)
    also = reviewer("s005", "Fenella Auchterbrae", known_as=("Jane Smith", "J. Smith"))
    assert expected_a_week(also).posts > 1


def test_the_estimate_is_what_was_measured_within_a_factor_of_two() -> None:
    for zipf_sum, share in ((7.0, 2.64e-09), (8.0, 1.96e-08), (9.0, 1.12e-07), (9.5, 2.29e-07)):
        assert share / 2 < 10 ** (0.75 * zipf_sum - 13.8) < share * 2


def test_two_people_with_one_address_are_to_be_put_right() -> None:
    (remark,) = told(
        reviewer("s002", "Struan Kilbrandy", email="Office@slo.example"),
        reviewer("s003", "Fenella Auchterbrae", email="office@slo.example"),
        about="shared address",
    )
    assert (remark.staff_ids, remark.wanting) == (("s002", "s003"), True)


def test_those_looked_at_more_closely_are_told_of() -> None:
    raised = told(reviewer("s002", "Struan Kilbrandy", watch="raised"), about="watch raised")
    assert [one.staff_ids for one in raised] == [("s002",)]

"""`namewatch explain` as a person reads it, through the real command line."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.servers.screenshots import drawn

ORGANISATION = """[organisation]
name = "Scottish Lighthouse Ombudsman"
short_names = ["SLO"]
domains = ["slo.example"]
context_terms = ["complaint", "decision letter"]
policy = "spso"

[roles]
hr_officer = ["s002"]
communications_manager = ["s002"]
director = ["s002"]
head_of_body = ["s001"]
"""
ROSTER = """staff_id,full_name,line_manager,may_be_named
s001,Thomasina Garvellach,,yes
s002,Struan Kilbrandy,s001,no
s003,Fenella Auchterbrae,s002,no
s004,Fiona MacLeod,s002,no
s005,Finlay MacLeod,s002,no
s006,David Smith,s002,no
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the two files of an invented body, and nothing else."""
    home = tmp_path_factory.mktemp("explain")
    (home / "organisation.toml").write_text(ORGANISATION, encoding="utf-8")
    (home / "roster.csv").write_text(ROSTER, encoding="utf-8")
    return home


def namewatch(
    *arguments: str, given: bytes = b"", within: Sequence[str] = ()
) -> subprocess.CompletedProcess[bytes]:
    around = {name: value for name, value in os.environ.items() if "NAMEWATCH" not in name}
    return subprocess.run(
        [*within, sys.executable, "-m", "namewatch", "explain", *arguments],
        env={**around, "COLUMNS": "200", "NO_COLOR": "1"},
        input=given,
        capture_output=True,
        timeout=120,
        check=False,
    )


def explained(home: Path, *arguments: str, given: bytes = b"") -> str:
    files = (
        "--organisation",
        str(home / "organisation.toml"),
        "--roster",
        str(home / "roster.csv"),
    )
    done = namewatch(*arguments, *files, given=given)
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout.decode()


@pytest.mark.clause("SPSO 24")
def test_a_threat_is_told_with_its_rule_its_match_its_words_and_the_reasons(home: Path) -> None:
    text = "Fenella Auchterbrae at the SLO lost my complaint. I know where she lives."
    assert explained(home, text).splitlines() == [
        "alert · severity critical",
        "The recipients of the policy would be told at once.",
        "Decided by SPSO 24: there is threat or violence; the surest match is certain or likely.",
        "(SPSO engagement policy, 2026-11; the first rule that fits decides.)",
        "",
        "Fenella Auchterbrae (s003): certain · about their work: yes",
        "    “Fenella Auchterbrae” in the text",
        "    - The name is the one in the roster.",
        "    - The post names the body.",
        "    - The post uses words of the body's work: “complaint”.",
        "    - It is about their work: the post uses words of the body's work.",
        "",
        "The body is named.",
        "",
        "threat: score 0.92 · aimed at the staff",
        "    “I know where she lives” in the text",
        "    - Says that the author knows where the person, or their family, is to be found.",
        "    - Policy clause: SPSO 31.",
    ]


def test_a_text_that_concerns_nobody_is_told_so_and_no_rule_is_given_for_it(home: Path) -> None:
    shown = explained(home, "A fine evening by the sea.")
    assert "ignore · severity none" in shown
    assert "Nothing in it is taken for the staff or the body, so no rule was asked." in shown
    assert "Nobody on the staff is meant." in shown
    assert "Decided by" not in shown


@pytest.mark.clause("SPSO 7")
def test_criticism_of_the_body_is_told_with_the_rule_that_leaves_it_alone(home: Path) -> None:
    shown = explained(home, "The SLO is useless and so was its decision letter.")
    assert "ignore · severity none" in shown
    assert "Decided by SPSO 7: no other rule of the policy fits." in shown
    assert "Nothing in it is a concern of the policy." in shown


def test_two_people_who_fit_are_both_told_and_what_would_tell_them_apart(home: Path) -> None:
    shown = explained(home, "Ms MacLeod at the SLO refused my complaint")
    for name in ("Fiona MacLeod (s004): possible", "Finlay MacLeod (s005): possible"):
        assert name in shown
    assert shown.count("More than one person on the staff fits.") == 2
    assert shown.count("It would be certain if the post gave the whole name itself.") == 2


def test_a_common_name_is_told_with_all_that_is_missing(home: Path) -> None:
    shown = explained(home, "David Smith at the SLO")
    assert "David Smith (s006): likely" in shown
    assert "if the post used a word of the body's work." in shown


def test_title_community_and_parent_are_what_the_reader_sees_around_it(home: Path) -> None:
    text = "David Smith again"
    assert "Nobody on the staff is meant." in explained(home, text)
    titled = explained(home, text, "--title", "My SLO complaint")
    assert "David Smith (s006): certain" in titled
    grouped = explained(home, text, "--community", "SLO complaint")
    assert "The thread, the link or the community names the body." in grouped
    answering = explained(home, "spot on", "--parent", "Struan Kilbrandy of the SLO, as ever")
    assert "“Struan Kilbrandy” in what it answers" in answering
    assert "Struan Kilbrandy (s002): possible" in answering
    assert answering.count("“Struan Kilbrandy”") == 2, "the match, and the naming it causes"


def test_the_text_is_read_from_standard_input_for_a_dash(home: Path) -> None:
    assert "Fenella Auchterbrae (s003)" in explained(home, "-", given=b"Fenella Auchterbrae, SLO\n")
    assert "Nobody on the staff is meant." in explained(home, "-")
    assert "severity" in explained(home, "-", given=b"\xff\xfe broken \xed\xa0\x80")


def test_what_a_terminal_would_obey_is_shown_as_a_mark(home: Path) -> None:
    text = "SLO: Fenella\u200b Auchterbrae is [red]a useless\x1b[2J\u202e idiot[/red]"
    shown = explained(home, text)
    assert "Fenella\ufffd Auchterbrae" in shown
    assert "\x1b" not in shown
    assert "\u202e" not in shown


def test_no_network_is_needed(home: Path) -> None:
    without = ["unshare", "--net"]
    if (
        shutil.which("unshare") is None
        or subprocess.run([*without, "true"], check=False).returncode
    ):
        pytest.skip("needs the right to cut a process off from the network (root)")
    files = (
        "--organisation",
        str(home / "organisation.toml"),
        "--roster",
        str(home / "roster.csv"),
    )
    done = namewatch("Ms MacLeod at the SLO refused my complaint", *files, within=without)
    assert (done.returncode, done.stderr) == (0, b"")
    assert "Fiona MacLeod (s004): possible" in done.stdout.decode()


def test_nothing_is_kept(home: Path) -> None:
    before = {file: file.read_bytes() for file in home.rglob("*")}
    explained(home, "Fenella Auchterbrae at the SLO refused my complaint")
    assert before == {file: file.read_bytes() for file in home.rglob("*")}


def test_the_files_are_those_of_the_home_or_else_of_the_practice_run(
    home: Path, tmp_path: Path
) -> None:
    text = "Fenella Auchterbrae at the SLO"
    for place in ("NAMEWATCH_HOME", "NAMEWATCH_PRACTICE_HOME"):
        done = namewatch(text, within=["env", f"{place}={home}"])
        assert done.returncode == 0, done.stderr
        assert "Fenella Auchterbrae (s003): certain" in done.stdout.decode()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("x",), "say of which body: --organisation organisation.toml --roster roster.csv, or set"),
        (("x", "--organisation", "no.toml", "--roster", "no.csv"), "no.toml: this file is missing"),
    ],
    ids=["no files and no home", "files that are not there"],
)
def test_a_mistake_is_one_sentence_and_status_2(
    tmp_path: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    done = namewatch(*arguments, within=["env", f"NAMEWATCH_PRACTICE_HOME={tmp_path / 'none'}"])
    assert (done.returncode, done.stdout) == (2, b"")
    (line,) = done.stderr.decode().splitlines()
    assert line.startswith("namewatch: ")
    assert sentence in line


@pytest.mark.clause("SPSO 24")
def test_a_screenshot_is_read_and_what_is_in_it_explained(home: Path, tmp_path: Path) -> None:
    picture = tmp_path / "screenshot.png"
    picture.write_bytes(drawn("Fenella Auchterbrae of the SLO:\nI know where she lives."))
    shown = explained(home, "--image", str(picture))
    assert "Fenella Auchterbrae of the SLO: I know where she lives." in shown
    assert "alert · severity critical" in shown
    assert "“Fenella Auchterbrae” in the picture" in shown
    assert "“I know where she lives” in the picture" in shown
    assert shown.count("- It was read from an image.") >= 2


def test_a_file_that_is_no_picture_is_told_in_one_sentence(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "letter.png"
    file.write_text("Dear reader", encoding="utf-8")
    files = ("--organisation", str(home / "organisation.toml"), "--roster")
    done = namewatch("--image", str(file), *files, str(home / "roster.csv"))
    assert done.returncode == 2
    assert b"no text was found in it, or it is no PNG, JPEG, WebP or GIF" in done.stderr


def test_without_a_text_and_without_a_picture_it_asks_for_one() -> None:
    done = namewatch()
    assert done.returncode == 2
    assert done.stderr == b'namewatch: say what: namewatch explain "TEXT", or --image FILE.\n'

"""`namewatch evaluate`: both forms of labelled posts, mistakes in them, and lessons of a body."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from evidence.vault import create_keys
from namewatch.init import write_private
from nlp.labelled import LabelledLineError, Labeller
from nlp.scoring import Counts, Scores
from records.database import open_database, transaction
from records.example import VerdictKind
from records.finding import Category, Concern, Finding, NameMatch
from records.incident import Mention
from records.organisation import Organisation
from records.record_key import RecordKey
from records.roster import StaffMember, roster_of
from records.verdict import Verdict
from tests.databases import new_database
from tests.servers.house import BODY, COLUMNS, STAFF, reviewer

ORGANISATION = Organisation(
    name="Scottish Lighthouse Ombudsman", short_names=("SLO",), policy="spso"
)
ALICE = StaffMember("s1", "Alice Quarrier", role_title="Case Officer")
LABELLER = Labeller(ORGANISATION, roster_of([ALICE]))
PHRASE = {
    "text": "{name} of {body} is a useless bastard",
    "labels": ["insult"],
    "near": "insult",
    "target": "staff",
    "voice": "angry",
    "platform": "x",
}


def line(**changes: object) -> bytes:
    return json.dumps({**PHRASE, **changes}).encode()


def post_line(expected: Mapping[str, object], text: str = "A post") -> bytes:
    return json.dumps({"id": "1", "source": "x", "text": text, "expected": expected}).encode()


def evaluate(*arguments: str, models: bool = False) -> subprocess.CompletedProcess[str]:
    around = {name: value for name, value in os.environ.items() if "NAMEWATCH" not in name}
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "namewatch",
            "evaluate",
            *([] if models else ["--rules-only"]),
            *arguments,
        ],
        env={**around, "COLUMNS": "200", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )


# Reading.


def test_placeholders_are_filled_with_one_person_and_the_title_names_the_body() -> None:
    text = "{name}/{first}/{surname}/{title_surname}/{body}/{role}/{place}"
    labelled = LABELLER.read(line(text=text), 2)
    words = "Alice Quarrier/Alice/Quarrier/Ms Quarrier/Scottish Lighthouse Ombudsman/case officer"
    assert labelled.post.text == f"{words}/Cairnbrae"
    assert labelled.post.context.title == "Scottish Lighthouse Ombudsman"
    assert labelled.staff == {"s1": None}


@pytest.mark.parametrize(
    ("text", "how", "staff"),
    [
        ("{first} and {name}", "name", {"s1": None}),
        ("{first}", "first", {"s1": None}),
        ("that {role}", "role", {}),
        ("{body} again", "body", {}),
        ("they know", "nobody", {}),
    ],
)
def test_the_most_telling_placeholder_says_how_somebody_is_named(
    text: str, how: str, staff: dict[str, None]
) -> None:
    labelled = LABELLER.read(line(text=text), 1)
    assert ("named how", how) in labelled.slices
    assert labelled.staff == staff


def test_a_post_says_what_is_expected_and_leaves_out_what_is_not_measured() -> None:
    expected = {"staff": {"s1": "likely"}, "categories": ["threat"], "disposition": "alert"}
    labelled = LABELLER.read(post_line(expected), 1)
    assert labelled.staff == {"s1": "likely"}
    assert labelled.categories == frozenset({Category.THREAT})
    assert labelled.disposition == "alert"
    nothing = LABELLER.read(post_line({}), 1)
    assert (nothing.staff, nothing.categories, nothing.disposition) == (None, None, None)


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"canary", "no JSON object"),
        (b"[]", "neither `labels` nor `expected`"),
        (b'{"text": "canary"}', "neither `labels` nor `expected`"),
        (line(labels=["canary"]), r"labels\.0: enum"),
        (line(canary=1), "canary: extra forbidden"),
        (post_line({"staff": {"canary": "certain"}}), "not in the roster"),
        (post_line({"disposition": "canary"}), "disposition: literal error"),
        (b'{"id": 7, "expected": {}}', "this is not a post"),
    ],
)
def test_a_line_that_is_none_is_told_in_words(raw: bytes, sentence: str) -> None:
    with pytest.raises(LabelledLineError, match=sentence):
        LABELLER.read(raw, 1)


# Counting.


def finding(
    *categories: Category, staff_id: str = "", disposition: str = "review", sure: str = "likely"
) -> Finding:
    match = {"staff_id": staff_id, "field": "text", "surface": "x", "start": 0, "end": 1}
    more = {"certainty": sure, "duties": "yes", "reasons": ()}
    staff = [NameMatch.model_validate({**match, **more})] * bool(staff_id)
    concern = {"score": 1.0, "target": "staff", "field": "text", "start": 0, "end": 1}
    return Finding.model_validate(
        {
            "post_id": "1",
            "staff": staff,
            "concerns": [
                Concern.model_validate({**concern, "category": one, "reasons": ()})
                for one in categories
            ],
            "disposition": disposition,
        }
    )


def test_recall_precision_and_false_alarms_are_counted_for_each_category() -> None:
    scores = Scores()
    scores.add(LABELLER.read(line(), 1), finding(Category.INSULT))
    scores.add(LABELLER.read(line(), 1), finding())
    scores.add(LABELLER.read(line(labels=[]), 1), finding(Category.INSULT))
    scores.add(LABELLER.read(line(labels=[], near="threat"), 1), finding(Category.INSULT))
    insult = scores.categories["insult"]
    assert insult == Counts(2, 1, 2, 2, 1, 1)
    assert (insult.recall, insult.precision, insult.false_alarms) == (0.5, 1 / 3, 1.0)
    assert scores.categories["allegation"].recall is None


def test_a_threat_found_as_violence_counts_for_both_together() -> None:
    scores = Scores()
    scores.add(LABELLER.read(line(labels=["threat"]), 1), finding(Category.VIOLENCE))
    assert scores.categories["threat"].recall == 0
    assert scores.categories["threat or violence"].recall == 1


def test_slices_hold_posts_with_a_concern_against_harmless_ones() -> None:
    scores = Scores()
    scores.add(LABELLER.read(line(), 1), finding(Category.INSULT))
    scores.add(LABELLER.read(line(), 1), finding(Category.THREAT))
    scores.add(LABELLER.read(line(labels=[]), 1), finding(Category.NAMING))
    assert scores.slices["voice"]["angry"] == Counts(2, 1, 1, 0)


def test_people_are_counted_with_the_wrong_ones_and_the_namesakes() -> None:
    roster = roster_of([ALICE, StaffMember("s2", "Bob Tweedsmuir")])
    labeller = Labeller(ORGANISATION, roster)
    scores = Scores()
    for expected, found in (
        ({"s1": "certain"}, finding(staff_id="s1", sure="certain")),
        ({"s1": "certain"}, finding(staff_id="s1", sure="possible")),
        ({"s1": None}, finding(staff_id="s2")),
        ({}, finding(staff_id="s2", disposition="alert")),
        ({}, finding()),
    ):
        scores.add(labeller.read(post_line({"staff": expected}), 1), found)
    people = scores.people
    assert (people.meant, people.found, people.sure_enough) == (3, 2, 1)
    assert (people.wrong_person, people.namesakes, people.namesakes_alerted) == (2, 2, 1)


def test_what_follows_is_counted_by_what_was_expected() -> None:
    scores = Scores()
    scores.add(LABELLER.read(post_line({"disposition": "alert"}), 1), finding())
    scores.add(LABELLER.read(line(labels=["naming"]), 1), finding())
    assert scores.dispositions == {
        "expected: alert": {"alert": 0, "review": 1, "ignore": 0},
        "harmless": {"alert": 0, "review": 1, "ignore": 0},
    }


# The command.


def test_a_folder_is_measured_with_the_invented_body(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(line() + b"\n" + line(text="{body} is shut", labels=[]))
    (tmp_path / "README.md").write_text("not a post")
    done = evaluate(str(tmp_path))
    assert (done.returncode, done.stderr) == (0, "")
    for heading in ("who is meant", "category", "voice", "platform", "named how", "what follows"):
        assert heading in done.stdout
    assert "Posts: 2" in done.stdout


def test_a_bad_line_is_told_by_file_and_line_and_quotes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(line() + b"\ncanary\n")
    done = evaluate(str(file), "--json")
    assert done.returncode == 3
    assert done.stderr == f"namewatch: {file}, line 2: this is no JSON object.\n"
    scores = json.loads(done.stdout)
    assert list(scores) == ["before"]
    assert scores["before"]["categories"]["insult"]["wanted"] == 1


@pytest.mark.parametrize("content", [None, b"", b"canary\n"], ids=["missing", "empty", "no post"])
def test_nothing_to_measure_is_status_2(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "a.jsonl"
    if content is not None:
        file.write_bytes(content)
    done = evaluate(str(file))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1].startswith(f"namewatch: {file}: ")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A body where it was said four times that a name meant somebody else."""
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    write_private(folder / "organisation.toml", BODY.format(policy="spso"))
    staff = "\n".join([COLUMNS, *STAFF, reviewer(6, "David Smith")])
    write_private(folder / "roster.csv", f"{staff}\n")
    create_keys(folder / "keys")
    database = new_database(folder)
    yield folder
    database.dispose()


def teach(home: Path, times: int) -> None:
    now = datetime(2026, 11, 21, tzinfo=UTC)
    database = open_database(f"sqlite:///{home / 'namewatch.db'}")
    with transaction(database) as session:
        for number in range(times):
            key = RecordKey(recipient="age1test", wrapped=b"x", created_at=now)
            session.add(key)
            session.flush()
            assert key.id
            mention = Mention(
                key_id=key.id, source="x", post_key=str(number), severity="low",
                disposition="review", found_at=now, sealed_post=b"", sealed_record=b"",
                sealed_finding=b"",
            )  # fmt: skip
            session.add(mention)
            session.flush()
            assert mention.id
            session.add(
                Verdict(
                    mention_id=mention.id, key_id=key.id, kind=VerdictKind.SOMEONE_ELSE,
                    staff_id="s006", actor="s003", at=now,
                )
            )  # fmt: skip
    database.dispose()


def test_the_lessons_of_a_body_stand_beside_what_was_before(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    text = "David Smith, complaints reviewer, signed my decision letter"
    file.write_bytes(post_line({"staff": {"s006": "likely"}}, text))
    untaught = evaluate(str(file), "--home", str(home), models=True)
    assert "No verdict has been given yet" in untaught.stdout
    teach(home, 4)
    done = evaluate(str(file), "--home", str(home), "--json", models=True)
    assert done.returncode == 0, done.stderr
    scores = json.loads(done.stdout)
    assert scores["before"]["people"]["sure_enough"] == 1
    assert scores["after"]["people"]["sure_enough"] == 0
    shown = evaluate(str(file), "--home", str(home), models=True).stdout
    assert "before" in shown
    assert "after" in shown

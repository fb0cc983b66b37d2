"""The finding's contract, the disposition, robustness and cost of screening."""

import json
import subprocess
import sys
import threading
import time
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nlp.entities import Entity
from nlp.screening import Screener
from policies.pack_file import read_pack
from records.finding import Finding
from records.organisation import Organisation
from records.post import Context, Media, Post
from records.roster import Roster
from tests.nlp.conftest import TODAY, Screen

THREAT = "F1ona McLeod at the SEO, I'm gonnae leather ye"


def test_the_finding_has_the_form_of_the_contract(screen: Screen) -> None:
    found = json.loads(screen(THREAT).model_dump_json())
    assert list(found) == [
        "post_id", "staff", "organisation", "concerns", "severity", "disposition"
    ]  # fmt: skip
    (match,) = found["staff"]
    reasons = match.pop("reasons")
    assert match == {
        "staff_id": "s006",
        "field": "text",
        "surface": "F1ona McLeod",
        "start": 0,
        "end": 12,
        "certainty": "certain",
        "duties": "yes",
    }
    assert all(isinstance(reason, str) for reason in reasons)
    (concern,) = found["concerns"]
    assert list(concern) == ["category", "score", "target", "field", "start", "end", "reasons"]
    assert (concern["category"], concern["target"], concern["field"]) == ("threat", "staff", "text")
    assert THREAT[concern["start"] : concern["end"]] == "I'm gonnae leather ye"
    assert (found["severity"], found["disposition"]) == ("critical", "alert")
    assert found["organisation"] is True


def test_an_unmatched_post_has_the_form_of_the_contract(screen: Screen) -> None:
    assert json.loads(screen("Nice weather").model_dump_json()) == {
        "post_id": "p1",
        "staff": [],
        "organisation": False,
        "concerns": [],
        "severity": "none",
        "disposition": "ignore",
    }


@pytest.mark.parametrize(
    ("field", "context"),
    [
        ("title", {"title": "Fiona MacLeod of SEO"}),
        ("context", {"parent_text": "Fiona MacLeod of SEO"}),
        ("context", {"root_text": "Fiona MacLeod of SEO"}),
        ("context", {"quoted_text": "Fiona MacLeod of SEO"}),
        ("context", {"link_title": "Fiona MacLeod of SEO"}),
    ],
)
def test_the_field_says_where_the_name_stands(
    screen: Screen, field: str, context: dict[str, str]
) -> None:
    (match,) = screen("\U0001f621 look", **context).staff
    assert (match.field, match.start, match.end) == (field, 0, 13)
    assert match.certainty == ("possible" if field == "context" else "certain")


def test_the_description_of_a_picture_is_read_too(screener: Screener) -> None:
    pictures = (Media(kind="image", alt="Fiona MacLeod of the SEO"),)
    (match,) = screener.screen(Post(id="1", source="x", text="", media=pictures)).staff
    assert (match.field, match.start, match.certainty) == ("image", 0, "likely")


def test_a_threat_in_the_title_is_found_there(screen: Screen) -> None:
    finding = screen("see title", title="I'll stab Fiona MacLeod of the SEO")
    assert {one.field for one in finding.concerns} == {"title"}
    assert "threat" in finding.categories


def test_a_pronoun_that_answers_a_named_person_means_them(screen: Screen) -> None:
    finding = screen("I'll stab her", parent_text="Fiona MacLeod of SEO wrote")
    assert {one.target for one in finding.concerns} == {"staff"}
    assert [one.certainty for one in finding.staff] == ["possible"]
    assert (finding.severity, finding.disposition) == ("critical", "alert")


@pytest.mark.clause("SPSO 39")
def test_a_threat_to_one_of_two_with_the_surname_is_an_alert(screen: Screen) -> None:
    finding = screen("Ms MacLeod at the SEO, I'm going to stab you")
    assert {one.staff_id for one in finding.staff} == {"s006", "s007"}
    assert {one.certainty for one in finding.staff} == {"possible"}
    assert (finding.severity, finding.disposition) == ("critical", "alert")


@pytest.mark.clause("SPSO 44")
def test_an_office_holder_may_be_named(screen: Screen) -> None:
    assert screen("Rosalind Auchterlonie heads the SEO").disposition == "ignore"
    assert screen("I'll stab Rosalind Auchterlonie of the SEO").disposition == "alert"


@pytest.mark.clause("SPSO 39")
def test_a_threat_to_the_body_that_names_nobody_is_an_alert(screen: Screen) -> None:
    finding = screen("I'm going to torch the SEO office")
    assert (finding.staff, finding.severity, finding.disposition) == ((), "critical", "alert")


@pytest.mark.clause("SPSO 60")
def test_somebody_at_risk_is_looked_at_more_closely(screen: Screen) -> None:
    text = "Shona McGillivray of SEO ran a marathon"
    assert screen(text).disposition == "review"


class Silent:
    """A reader that sees nothing, and counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def read(self, text: str) -> list[Entity]:
        self.asked += 1
        return []

    def warm(self) -> None:
        pass


def test_the_entity_reader_is_asked_about_doubtful_names_only(
    organisation: Organisation, roster: Roster
) -> None:
    reader = Silent()
    screener = Screener(organisation, roster, read_pack("spso"), reader, today=TODAY)
    screener.screen(Post(id="1", source="x", text="Fiona MacLeod of SEO refused my complaint"))
    assert reader.asked == 0
    screener.screen(Post(id="1", source="x", text="Kenneth Wotherspoon waved"))
    assert reader.asked == 1


def test_screening_works_without_an_entity_reader(
    organisation: Organisation, roster: Roster
) -> None:
    screener = Screener(organisation, roster, read_pack("wics"), None, today=TODAY)
    assert screener.screen(Post(id="1", source="x", text=THREAT)).disposition == "alert"


def test_importing_and_building_reads_neither_model_nor_word_list() -> None:
    late = "{'spacy', 'wordfreq', 'onnxruntime'}"
    code = f"import sys, nlp.screening; print(sorted({late} & set(sys.modules)))"
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert told.stdout == "[]\n"


def test_warming_up_happens_in_the_background(organisation: Organisation, roster: Roster) -> None:
    screener = Screener(organisation, roster, read_pack("spso"), today=date(2026, 11, 21))
    thread = screener.warm()
    assert thread is not threading.current_thread()
    assert thread.daemon
    thread.join(120)
    assert not thread.is_alive()


ODD = [
    "",
    "\x00",
    "\x7f",
    "\ud800 Fiona MacLeod \udfff",
    "\U0001f621" * 5000,
    "\u202eFiona MacLeod\u202c",
    "\u0641\u0648\u064a\u0646\u0627 Fiona MacLeod \u05e9\u05dc\u05d5\u05dd SEO",
    "F" + "\u0335\u0336\u0337" * 2000 + "iona MacLeod",
    "\ufdfa" * 3000,
    "@fi_macleod " * 1000,
    "Fiona MacLeod " * 1000,
    "a b " * 20_000,
    "1a" * 40_000,
    "aaa" * 40_000,
    "'\"" * 100_000,
    "I'll " * 4000 + "Fiona MacLeod SEO",
    "SEO she is so so so so " * 1000,
    "\u65e5\u672cFiona MacLeod\u3055\u3093 SEO",
    " " * 1_000_000,
    "x" * 1_000_000,
    "Fiona MacLeod SEO " + "lorem ipsum dolor " * 10_000,
]


@pytest.mark.parametrize("text", ODD, ids=range(len(ODD)))
def test_odd_text_ends_in_a_finding_or_in_nothing(screener: Screener, text: str) -> None:
    context = Context(title=text[:5000], parent_text=text[:5000], community="\ud83d")
    post = Post.model_construct(id="\ud800", source="x", text=text, context=context)
    finding = screener.screen(post)
    assert Finding.model_validate_json(finding.model_dump_json()) == finding


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.one_of(
            st.text(st.characters(), max_size=12),
            st.sampled_from(["Fiona MacLeod", "SEO", "David Smith", "complaint", "@fi_macleod",
                             "I'm going to kill", "her", '"', "'", "\n", "\u200b", "1", "!"]),
        ),
        max_size=14,
    )
)  # fmt: skip
def test_any_text_ends_in_a_finding_with_offsets_into_it(
    screener: Screener, pieces: list[str]
) -> None:
    text = " ".join(pieces)
    finding = screener.screen(Post.model_construct(id="1", source="x", text=text))
    for match in finding.staff:
        readable = "".join("\ufffd" if "\ud800" <= one <= "\udfff" else one for one in text)
        assert readable[match.start : match.end] == match.surface
    for concern in finding.concerns:
        assert 0 <= concern.start < concern.end <= len(text)
    finding.model_dump_json()


@pytest.mark.parametrize(
    "piece",
    ["nothing at all to see here ", "a b ", "aaa ", "1a", "I'll she is the SEO ", "Fiona MacLeod "],
)
def test_ten_times_the_text_costs_about_ten_times_the_time(rules: Screener, piece: str) -> None:
    def seconds(text: str) -> float:
        post = Post(id="1", source="x", text=f"Fiona MacLeod SEO {text}")
        spent = []
        for _ in range(3):
            start = time.process_time()
            rules.screen(post)
            spent.append(time.process_time() - start)
        return min(spent)

    short, long = piece * (12_000 // len(piece)), piece * (120_000 // len(piece))
    assert seconds(long) < 40 * seconds(short) + 0.5

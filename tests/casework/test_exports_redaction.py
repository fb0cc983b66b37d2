"""Nobody who is taken out can be read in what is left, however they were written."""

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.exports_redaction import Redactor, code_of, hidden_author, hidden_staff
from records.post import Author
from records.roster import StaffMember

FENELLA = StaffMember(
    "s006", "Fenella Auchterbrae", known_as=("Fen McRae", "Nelly"), email="fenella.a@slo.example",
    handles=("@fenella_writes",), slack_id="U0666",
)  # fmt: skip
YOUNG = StaffMember("s007", "Rory Young", email="rory@slo.example")
AUTHOR = Author(id="did:plc:abc123", handle="angry.example", name="Dougal Ó Maoilriain")


def redactor(mark: str = "[{}]") -> Redactor:
    return Redactor(
        [
            hidden_author(AUTHOR, "author A"),
            hidden_staff(FENELLA, "staff B", near=True),
            hidden_staff(YOUNG, "staff C", near=False),
        ],
        mark,
    )


@pytest.mark.clause("SPSO 19")
@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Fenella Auchterbrae did it", "[staff B] did it"),
        ("FENELLA AUCHTERBRAE's letter", "[staff B]'s letter"),
        ("Ms Auchterbrae, who?", "Ms [staff B], who?"),
        ("fénellâ auch\u200bterbrae", "[staff B]"),
        ("nelly and Fen McRae", "[staff B] and [staff B]"),
        ("s006 told s007", "[staff B] told [staff C]"),
        ("@fenella_writes", "[staff B]"),
        ("write to fenella.a@slo.example", "write to [e-mail address]"),
        ("see https://x.example/p/1?a=2 now", "see [web address] now"),
        ("at://did:plc:abc123/post/3k", "[web address]"),
        ("says @somebody.else.example", "says [account]"),
        ("ring 0131 496 0000 today", "ring [telephone number] today"),
        ("lives at EH1 1AA", "lives at [postcode]"),
        ("Dougal said, ó maoilriain said", "[author A] said, ó [author A] said"),
        ("Rory Young is young", "[staff C] is young"),
        ("Mr Young is old", "Mr [staff C] is old"),
        ("The complaint about water", "The complaint about water"),
        ("fenellas of auchterbraeshire", "fenellas of auchterbraeshire"),
    ],
)
def test_each_person_is_replaced_and_other_words_stay(text: str, left: str) -> None:
    assert redactor().clean(text) == left


def test_a_mailbox_called_after_a_role_takes_that_word_out_of_no_sentence() -> None:
    struan = StaffMember(
        "s005", "Struan Kilbrandy", role_title="HR Officer", email="hr@slo.example"
    )
    one = Redactor(
        [hidden_staff(struan, "staff D", near=True), hidden_staff(YOUNG, "C", near=True)]
    )
    assert one.clean("told as HR officer: Struan") == "told as HR officer: [staff D]"
    assert one.clean("write to hr@slo.example, or rory") == "write to [e-mail address], or [C]"


def test_what_was_taken_out_is_counted() -> None:
    one = redactor()
    one.clean("Fenella, Fenella and a@b.example")
    assert one.taken == {"staff B": 2, "e-mail address": 1}


@pytest.mark.clause("SPSO 19")
def test_a_code_is_the_same_in_every_export_of_a_record_and_another_in_another_record() -> None:
    code = code_of(b"pepper", "NW-2026-0001", "staff", "s006")
    assert re.fullmatch(r"staff [A-Z2-7]{5}", code)
    assert code == code_of(b"pepper", "NW-2026-0001", "staff", "s006")
    others = {
        code_of(b"pepper", "NW-2026-0002", "staff", "s006"),
        code_of(b"pepper", "NW-2026-0001", "staff", "s007"),
        code_of(b"pepper", "NW-2026-0001", "author", "s006"),
        code_of(b"other", "NW-2026-0001", "staff", "s006"),
    }
    assert len({code, *others}) == 5


TERMS = (
    "Fenella Auchterbrae", "auchterbrae", "FENELLA", "Nelly", "Fen McRae", "s006",
    "fenella_writes", "fenella.a@slo.example", "Dougal", "angry.example", "did:plc:abc123",
    "Rory Young", "rory@slo.example", "U0666",
)  # fmt: skip


@pytest.mark.clause("SPSO 19")
@settings(deadline=None)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(TERMS),
            st.text(alphabet=" .,;:!?()\n\"'", min_size=1, max_size=3),
            st.sampled_from(["complaint", "water", "ﬁne", "Ünder", "ß", "İ", "e\u0301"]),
        ),
        max_size=12,
    )
)
def test_no_name_handle_or_address_is_left_whatever_stands_around_it(pieces: list[str]) -> None:
    text = " ".join(pieces)
    cleaned = redactor("[taken out: {}]").clean(text)
    folded = "".join(
        sign for sign in unicodedata.normalize("NFKD", cleaned).casefold()
        if unicodedata.category(sign) != "Mn"
    )  # fmt: skip
    for name in ("auchterbrae", "fenella", "nelly", "dougal", "rory", "u0666", "s006", "abc123"):
        assert name not in folded

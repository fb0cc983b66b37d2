"""The notices say what is set, what the tool never does, and say it plainly."""

import re

import pytest

from casework.notices import NEVER, Setup, all_of, dpia, markdown, public_notice, staff_notice
from policies.pack_file import read_pack

SENTENCES = re.compile(r"(?<=[.?!:])\s+|\n+")


def setup(pack: str = "spso", **fields: object) -> Setup:
    known: dict[str, object] = {
        "body": "Scottish Lighthouse Ombudsman",
        "pack": read_pack(pack),
        "staff": 41,
        "sources": ("Bluesky", "Reddit"),
        "channels": ("e-mail", "a private Slack message"),
        "reads_pictures": True,
        "classifier": True,
    }
    return Setup(**{**known, **fields})  # type: ignore[arg-type]


@pytest.mark.parametrize("pack", ["spso", "wics"])
def test_every_notice_says_all_that_the_tool_never_does(pack: str) -> None:
    for _, notice in all_of(setup(pack)):
        text = markdown(notice)
        for one in NEVER:
            assert f"- {one}\n" in text
        assert "never searches by author" in text
        assert "never follows an account" in text


def test_the_three_notices_are_drawn_up_from_what_is_set() -> None:
    text = markdown(dpia(setup()))
    for words in (
        "of Scottish Lighthouse Ombudsman",
        "41 members of staff",
        "Bluesky and Reddit",
        "line manager, HR officer and communications and engagement manager (SPSO 67.1)",
        "Keeps the register: the communications and engagement manager (SPSO 71).",
        "A closed record: 24 months.",
        "on the body's own machine",
        "They are told by e-mail and a private Slack message.",
        "Text in the pictures of a post is read",
        "small language model",
    ):
        assert words in text
    other = markdown(
        dpia(
            setup(
                reads_pictures=False, classifier=False, stamped=True,
                stores_elsewhere="in the store s3://evidence", channels=("e-mail",),
            )
        )
    )  # fmt: skip
    assert "Pictures are not read." in other
    assert "language model" not in other
    assert "s3://evidence" in other
    assert "stamps the time" in other


@pytest.mark.clause("WICS Limitations")
def test_the_public_notice_says_that_no_limit_on_contact_touches_information_rights() -> None:
    text = markdown(public_notice(setup("wics")))
    assert "never limits your rights under freedom of information" in text
    assert "We welcome criticism" in text


@pytest.mark.clause("SPSO 69")
@pytest.mark.parametrize(
    ("pack", "others"),
    [
        ("spso", "HR officer, communications and engagement manager, Director or Ombudsman"),
        ("wics", "Director or Chief Executive"),
    ],
)
def test_staff_are_told_who_tells_them_in_private_and_that_they_are_asked(
    pack: str, others: str
) -> None:
    text = markdown(staff_notice(setup(pack)))
    assert "Your line manager tells you in private." in text
    assert f"the {others} does" in text
    assert "You need not see any of it." in text


@pytest.mark.clause("SPSO 61")
@pytest.mark.clause("WICS Comm-Decisions")
def test_the_notices_to_staff_and_public_are_in_short_sentences() -> None:
    for notice in (staff_notice(setup()), public_notice(setup())):
        lengths = [
            len(sentence.split())
            for sentence in SENTENCES.split(markdown(notice))
            if len(sentence.split()) > 1
        ]
        assert sum(lengths) / len(lengths) < 15
        assert max(lengths) <= 36

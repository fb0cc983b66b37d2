"""A small public body with twenty invented members of staff, common names among them."""

from collections.abc import Callable
from datetime import date

import pytest

from nlp.screening import Screener
from policies.pack_file import read_pack
from records.finding import Finding
from records.organisation import Organisation
from records.post import Author, Context, Post
from records.roster import Roster, StaffMember, roster_of

TODAY = date(2026, 11, 21)

Screen = Callable[..., Finding]


@pytest.fixture(scope="session")
def organisation() -> Organisation:
    return Organisation(
        name="Scottish Example Ombudsman",
        short_names=("SEO", "the Ombudsman"),
        domains=("seo.example",),
        accounts=("@seo.example", "@SEO_Scot", "@seo@social.example"),
        context_terms=("complaint", "complaints reviewer", "case officer", "decision letter"),
        phone_numbers=("0131 496 0000",),
        policy="spso",
    )


@pytest.fixture(scope="session")
def roster() -> Roster:
    return roster_of(
        [
            StaffMember("s001", "Rosalind Auchterlonie", role_title="Ombudsman", may_be_named=True),
            StaffMember("s002", "Margaret Tweedie-Lamont", role_title="Director"),
            StaffMember("s003", "Kenneth Wotherspoon", team="Human Resources"),
            StaffMember("s004", "Priya Raghunathan", role_title="Communications Manager"),
            StaffMember("s005", "David Smith", role_title="Complaints Reviewer", team="Housing"),
            StaffMember("s006", "Fiona MacLeod", ("Fi MacLeod",), "Case Officer", "Housing",
                        handles=("@fi_macleod",)),
            StaffMember("s007", "Finlay MacLeod", team="Health"),
            StaffMember("s008", "John Brown", team="Health"),
            StaffMember("s009", "Grace Law", team="Intake"),
            StaffMember("s010", "Alasdair O'Neil", role_title="Investigator"),
            StaffMember("s011", "Shona McGillivray", watch="raised"),
            StaffMember("s012", "Agnieszka Wójcik", team="Prisons"),
            StaffMember("s013", "Robert Fairgrieve", ("Rab Fairgrieve",), team="Prisons"),
            StaffMember("s014", "Mhairi Cruickshank", team="Water"),
            StaffMember("s015", "James Wilson", team="Water"),
            StaffMember("s016", "Eilidh Drummond", ends_on=date(2026, 3, 31)),
            StaffMember("s017", "Torquil Abernethy", ends_on=date(2024, 3, 31)),
            StaffMember("s018", "Moira Kilgallon", team="Universities"),
            StaffMember("s019", "Andrew Campbell", team="Universities"),
            StaffMember("s020", "Zainab Qureshi-Haldane", team="Health"),
        ]
    )  # fmt: skip


@pytest.fixture(scope="session")
def screener(organisation: Organisation, roster: Roster) -> Screener:
    return Screener(organisation, roster, read_pack("spso"), today=TODAY)


@pytest.fixture(scope="session")
def rules(organisation: Organisation, roster: Roster) -> Screener:
    """Rules and names alone, without a model."""
    return Screener(organisation, roster, read_pack("spso"), None, None, today=TODAY)


@pytest.fixture(scope="session")
def screen(screener: Screener) -> Screen:
    return screens(screener)


@pytest.fixture(scope="session")
def screen_by_rules(organisation: Organisation, roster: Roster) -> Screen:
    return screens(Screener(organisation, roster, read_pack("spso"), classifier=None, today=TODAY))


def screens(screener: Screener) -> Screen:
    def screened(text: str, *, by: str | None = None, **context: str) -> Finding:
        post = Post(
            id="p1", source="test", text=text, author=Author(handle=by), context=Context(**context)
        )
        return screener.screen(post)

    return screened

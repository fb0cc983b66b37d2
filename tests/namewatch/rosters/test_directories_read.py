"""Staff from a directory: all pages, with patience, and with nothing sent elsewhere."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from namewatch.rosters import entra, google
from namewatch.rosters.merging import merged
from namewatch.rosters.reading import DirectoryError, Entry
from records.errors import ConfigurationError
from records.roster import StaffMember, roster_of
from tests.servers.directories import (
    ADMIN,
    CLIENT,
    SECRET,
    TENANT,
    Directory,
    EntraServer,
    GoogleServer,
    of,
    write_account,
)
from tests.servers.web import Answer


def in_entra(number: int, leader: int | None = 1, **more: Any) -> dict[str, Any]:
    return {
        "id": f"e{number}",
        "displayName": f"Person Number{number}",
        "mail": f"p{number}@seo.example",
        "jobTitle": "Reviewer",
        "department": "Investigations",
        "accountEnabled": True,
        "userType": "Member",
        **({"manager": {"id": f"e{leader}"}} if leader else {}),
        **more,
    }


def in_google(number: int, leader: int | None = 1, **more: Any) -> dict[str, Any]:
    relation = {"type": "manager", "value": f"P{leader}@seo.example"}
    return {
        "id": f"g{number}",
        "primaryEmail": f"p{number}@seo.example",
        "name": {"fullName": f"Person Number{number}"},
        "organizations": [{"title": "Old"}, {"primary": True, "title": "Reviewer"}],
        **({"relations": [{"type": "assistant"}, relation]} if leader else {}),
        **more,
    }


waited: list[float] = []


@pytest.fixture(params=["entra", "google"])
def directory(request: pytest.FixtureRequest) -> Iterator[Directory]:
    waited.clear()
    made: Directory
    if request.param == "entra":
        made = EntraServer([in_entra(one, 1 if one > 1 else None) for one in range(1, 6)])
    else:
        made = GoogleServer([in_google(one, 1 if one > 1 else None) for one in range(1, 6)])
    with made:
        yield made


@pytest.fixture
def read(directory: Directory, tmp_path: Path) -> Callable[[], list[Entry]]:
    key = write_account(tmp_path / "account.json")

    def reading() -> list[Entry]:
        here = directory.url
        if isinstance(directory, EntraServer):
            return entra.read_staff(
                entra.EntraAccess(TENANT, CLIENT, SECRET, here, here), waited.append
            )
        return google.read_staff(google.GoogleAccess(key, ADMIN, here, here), waited.append)

    return reading


def test_all_pages_are_read_with_line_managers(read: Callable[[], list[Entry]]) -> None:
    people = read()
    assert [one.full_name for one in people] == [f"Person Number{one}" for one in range(1, 6)]
    assert [one.line_manager for one in people] == ["", *[people[0].id] * 4]
    assert {one.role_title for one in people} == {"Reviewer"}


def test_it_waits_as_long_as_it_is_asked_to(
    directory: Directory, read: Callable[[], list[Entry]]
) -> None:
    directory.faults = [Answer(429, headers={"Retry-After": "7"}), Answer(503)]
    assert len(read()) == 5
    assert waited == [7.0, 5.0]


def test_it_gives_up_when_asked_to_wait_for_long(
    directory: Directory, read: Callable[[], list[Entry]]
) -> None:
    directory.faults = [Answer(429, headers={"Retry-After": "3600"})]
    with pytest.raises(DirectoryError, match="left alone for 3600 seconds"):
        read()
    assert waited == []


def test_a_token_that_runs_out_between_pages_is_renewed(
    directory: Directory, read: Callable[[], list[Entry]]
) -> None:
    directory.lasts_for = 2
    assert len(read()) == 5
    assert directory.tokens == ["token-0", "token-1"]


def test_a_token_that_is_never_good_ends_it(
    directory: Directory, read: Callable[[], list[Entry]]
) -> None:
    directory.lasts_for = 0
    with pytest.raises(DirectoryError, match="no answer that can be read \\(401\\)"):
        read()
    assert len(directory.tokens) == 2


@pytest.mark.parametrize("answer", [Answer(403), Answer(body=b"<html>"), of(["a list"])])
def test_an_answer_that_is_none_is_told_in_words(
    directory: Directory, read: Callable[[], list[Entry]], answer: Answer
) -> None:
    directory.faults = [answer]
    with pytest.raises(DirectoryError):
        read()


def test_it_asks_for_no_more_than_it_needs(
    directory: Directory, read: Callable[[], list[Entry]]
) -> None:
    read()
    first = directory.asked[0]
    if isinstance(directory, EntraServer):
        assert first["$expand"] == "manager($select=id)"
        assert "phone" not in first["$select"].casefold()
    else:
        assert first["customer"] == "my_customer"


def test_people_who_are_not_staff_are_left_out() -> None:
    people = [
        in_entra(1, None),
        in_entra(2, userType="Guest"),
        in_entra(3, accountEnabled=False),
        {"id": "e4"},
        in_entra(5),
    ]
    with EntraServer(people) as server:
        access = entra.EntraAccess(TENANT, CLIENT, SECRET, server.url, server.url)
        assert [one.id for one in entra.read_staff(access)] == ["e1", "e5"]


def test_suspended_people_are_left_out(tmp_path: Path) -> None:
    people = [in_google(1, None), in_google(2, suspended=True), in_google(3, archived=True)]
    with GoogleServer(people) as server:
        key = write_account(tmp_path / "account.json")
        access = google.GoogleAccess(key, ADMIN, server.url, server.url)
        assert [one.id for one in google.read_staff(access)] == ["g1"]


def test_the_token_is_never_taken_to_another_address() -> None:
    with EntraServer([]) as other, EntraServer([in_entra(1), in_entra(2), in_entra(3)]) as server:
        server.elsewhere = other.url
        access = entra.EntraAccess(TENANT, CLIENT, SECRET, server.url, server.url)
        with pytest.raises(DirectoryError, match="somebody else's address"):
            entra.read_staff(access)
        assert other.asked == []


@pytest.mark.parametrize(
    "url",
    [
        "https://graph.microsoft.com.evil.example",
        "http://graph.microsoft.com",
        "http://10.0.0.1",
        "https://127.0.0.1@evil.example",
        "file:///etc/passwd",
    ],
)
def test_only_the_vendor_or_this_machine_is_asked(url: str) -> None:
    with pytest.raises(ConfigurationError, match="graph_url may only be"):
        entra.EntraAccess(TENANT, CLIENT, SECRET, url)


def test_no_secret_and_no_token_is_logged_or_told(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with EntraServer([in_entra(1)]) as server:
        good = entra.EntraAccess(TENANT, CLIENT, SECRET, server.url, server.url)
        entra.read_staff(good)
        wrong = entra.EntraAccess(TENANT, CLIENT, "another-secret", server.url, server.url)
        with pytest.raises(DirectoryError) as fault:
            entra.read_staff(wrong)
    told = f"{fault.value} {good!r} {caplog.text}"
    for secret in (SECRET, "another-secret", "token-0"):
        assert secret not in told


def test_what_only_the_roster_knows_is_kept() -> None:
    fiona = StaffMember(
        "s001",
        "Fiona Munro",
        ("Fi",),
        email="P1@seo.example",
        handles=("@fi",),
        watch="raised",
        phone="0131 496 0000",
    )
    found = [
        Entry("e1", "Fiona MacLeod", "p1@seo.example", "Reviewer", line_manager="e2"),
        Entry("e2", "Gregor Baird", "p2@seo.example", teams_id="e2"),
    ]
    fiona_now, gregor = merged(roster_of([fiona]), found)
    assert (fiona_now.staff_id, fiona_now.full_name) == ("s001", "Fiona MacLeod")
    assert fiona_now.known_as == ("Fi", "Fiona Munro"), "people go on using the old name"
    assert (fiona_now.watch, fiona_now.handles) == ("raised", ("@fi",))
    assert (fiona_now.phone, fiona_now.line_manager) == ("0131 496 0000", "e2")
    assert (gregor.staff_id, gregor.teams_id) == ("e2", "e2")


def test_somebody_is_known_again_though_their_address_has_changed() -> None:
    kept = StaffMember("s001", "Fiona Munro", email="old@seo.example", teams_id="e1")
    (now,) = merged(roster_of([kept]), [Entry("e1", "Fiona Munro", "new@seo.example")])
    assert (now.staff_id, now.email) == ("s001", "new@seo.example")


def test_a_line_manager_whom_the_directory_does_not_name_stays_as_the_roster_has_it() -> None:
    kept = [
        StaffMember("s001", "Head One"),
        StaffMember("s002", "Fiona Munro", line_manager="s001"),
    ]
    found = [Entry("s001", "Head One"), Entry("s002", "Fiona Munro")]
    assert merged(roster_of(kept), found)[1].line_manager == "s001"

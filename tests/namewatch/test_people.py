"""Lists of staff before they are used: told of in full, compared, and nobody forgotten."""

from datetime import date
from pathlib import Path

from namewatch.people import NO_CSV, TEMPLATE, look_at, roster_text, with_leavers
from records.roster import Roster, StaffMember, read_roster, roster_of

DAY = date(2026, 11, 23)
HEAD = StaffMember("s001", "Rosalind Quarrier", email="rosalind@seo.example")
FIONA = StaffMember("s002", "Fiona MacLeod", ("Fi MacLeod",), "Reviewer", line_manager="s001")
BOB = StaffMember("s003", "Bob Tolquhoun", line_manager="s001", may_be_named=True)


def listed(folder: Path, *members: StaffMember) -> Path:
    file = folder / "offered.csv"
    file.write_text(roster_text(members), "utf-8")
    return file


def kept(*members: StaffMember) -> Roster:
    return roster_of(members)


def test_what_is_written_reads_back_as_it_was(tmp_path: Path) -> None:
    assert dict(read_roster(listed(tmp_path, HEAD, FIONA, BOB))) == dict(kept(HEAD, FIONA, BOB))


def test_the_template_can_be_used_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "template.csv"
    file.write_text(TEMPLATE, "utf-8")
    seen = look_at(file, None, DAY, 12)
    assert seen.usable
    assert seen.first
    assert len(seen.comes) == 2


def test_who_comes_goes_and_changes_is_told_by_name(tmp_path: Path) -> None:
    moved = StaffMember("s002", "Fiona Munro", ("Fi MacLeod",), "Team Leader", line_manager="s001")
    new = StaffMember("s004", "Gregor Baird", line_manager="s002")
    seen = look_at(listed(tmp_path, HEAD, moved, new), kept(HEAD, FIONA, BOB), DAY, 12)
    assert seen.comes == ("Gregor Baird (s004)",)
    assert seen.goes == ("Bob Tolquhoun (s003)",)
    assert [(one.who, one.what) for one in seen.changes] == [
        ("Fiona Munro (s002)", "name, job title")
    ]


def test_a_second_person_without_a_line_manager_is_a_fault_with_its_line(tmp_path: Path) -> None:
    lost = StaffMember("s009", "Isla Rennie")
    seen = look_at(listed(tmp_path, HEAD, FIONA, lost), None, DAY, 12)
    assert not seen.usable
    assert [(one.line, one.text.split(";")[0]) for one in seen.faults] == [
        (4, "s009 has no line_manager")
    ]


def test_a_file_that_is_none_is_told_of_in_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "picture.csv"
    file.write_bytes(b"\x89PNG\r\n\x1a\n\xff\xff")
    seen = look_at(file, None, DAY, 12)
    assert [one.text for one in seen.faults] == ["this file is not UTF-8; save it as UTF-8 CSV."]


def test_a_spreadsheet_that_is_no_csv_is_told_of_in_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "sheet.csv"
    file.write_bytes(b"staff_id,full_name\ns001,\x00Alice\n" + b"x" * 200_000)
    assert [one.text for one in look_at(file, None, DAY, 12).faults] == [NO_CSV]


def test_a_name_that_many_people_bear_is_remarked_on(tmp_path: Path) -> None:
    common = StaffMember("s004", "John Smith", line_manager="s001")
    seen = look_at(listed(tmp_path, HEAD, common), None, DAY, 12)
    assert any("John Smith (s004)" in one.who for one in seen.remarks)
    assert seen.week.startswith("Estimated a week")


def test_whoever_is_missing_in_a_new_list_is_watched_on_as_a_leaver() -> None:
    after = {one.staff_id: one for one in with_leavers(kept(HEAD, FIONA, BOB), kept(HEAD), DAY, 12)}
    assert after["s002"].ends_on == date(2026, 11, 22)
    assert not after["s003"].works_on(DAY)


def test_whoever_left_long_ago_and_is_missing_is_let_go() -> None:
    gone = StaffMember("s002", "Fiona MacLeod", line_manager="s001", ends_on=date(2025, 1, 31))
    assert [one.staff_id for one in with_leavers(kept(HEAD, gone), kept(HEAD), DAY, 12)] == ["s001"]

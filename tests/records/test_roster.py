"""The roster: what it accepts, and one clear sentence for every mistake."""

from datetime import date
from pathlib import Path

import pytest

from records.errors import ConfigurationError
from records.roster import COLUMNS, Absence, read_absences, read_roster

HEADER = ",".join(COLUMNS) + "\n"
HEAD = "s001,Alice Quarrier,,Ombudsman,,alice@seo.example,,,,,,yes,normal,,\n"


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "roster.csv"
    file.write_text(text, encoding="utf-8")
    return file


def test_it_reads_everything_the_contract_names(tmp_path: Path) -> None:
    row = (
        's002,Bob Tolquhoun,"Rab T;Robert ",Reviewer,Housing,bob@seo.example,U2,,,s001,'
        "@rab;@bob.example,no,raised,2020-01-01,2027-03-31\n"
    )
    roster = read_roster(written(tmp_path, HEADER + HEAD + row))
    bob = roster["s002"]
    assert bob.known_as == ("Rab T", "Robert")
    assert bob.handles == ("@rab", "@bob.example")
    assert (bob.line_manager, bob.watch, bob.may_be_named) == ("s001", "raised", False)
    assert (bob.starts_on, bob.ends_on) == (date(2020, 1, 1), date(2027, 3, 31))
    assert roster["s001"].may_be_named


def test_columns_may_be_missing_in_another_order_and_commented(tmp_path: Path) -> None:
    text = "# the staff\nfull_name,staff_id\nAlice Quarrier,s001\n\n# end\n"
    assert read_roster(written(tmp_path, text))["s001"].full_name == "Alice Quarrier"


def test_a_byte_order_mark_and_a_quoted_comma_do_no_harm(tmp_path: Path) -> None:
    text = '\ufeffstaff_id,full_name\ns001,"Quarrier, Alice"\n'
    assert read_roster(written(tmp_path, text))["s001"].full_name == "Quarrier, Alice"


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("staff_id,full_name,shoe\ns001,A,1\n", 1, 'unknown column "shoe"'),
        ("full_name\nAlice\n", 1, "column staff_id is missing"),
        ("staff_id,full_name\n,Alice\n", 2, "staff_id is empty"),
        ("staff_id,full_name\ns001,Alice,extra\n", 2, "3 cells and the header 2"),
        (HEADER + HEAD + HEAD, 3, "s001 stands twice (first on line 2)"),
        ("staff_id,full_name,may_be_named\ns001,A,perhaps\n", 2, "may_be_named must be yes or no"),
        ("staff_id,full_name,watch\ns001,A,hard\n", 2, "watch must be normal or raised"),
        ("staff_id,full_name,ends_on\ns001,A,31/3/2027\n", 2, "ends_on is no date"),
        (
            "# note\nstaff_id,full_name,line_manager\ns001,A,s009\n",
            3,
            "s009 of s001 is not in the roster",
        ),
        (
            "staff_id,full_name,line_manager\ns001,A,s003\ns002,B,s001\ns003,C,s002\n",
            2,
            "s001 → s003 → s002 → s001",
        ),
        ("staff_id,full_name,line_manager\ns001,A,s001\n", 2, "round in a circle"),
    ],
)
def test_each_mistake_is_one_sentence_with_its_line(
    tmp_path: Path, text: str, line: int, says: str
) -> None:
    file = written(tmp_path, text)
    with pytest.raises(ConfigurationError) as caught:
        read_roster(file)
    assert says in str(caught.value)
    assert str(caught.value).startswith(f"{file}, line {line}: ")


def test_a_missing_empty_or_foreign_file_is_told_plainly(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="this file is missing"):
        read_roster(tmp_path / "nowhere.csv")
    with pytest.raises(ConfigurationError, match="nobody in the roster"):
        read_roster(written(tmp_path, HEADER))
    latin = tmp_path / "latin.csv"
    latin.write_bytes("staff_id,full_name\ns001,Zoë\n".encode("latin-1"))
    with pytest.raises(ConfigurationError, match="not UTF-8"):
        read_roster(latin)


def test_somebody_away_or_gone_is_not_available(tmp_path: Path) -> None:
    roster_file = written(tmp_path, HEADER + HEAD + "s002,Bob,,,,,,,,s001,,,,,2026-11-30\n")
    away = tmp_path / "absences.csv"
    away.write_text("staff_id,away_from,until\ns001,2026-11-02,2026-11-03\n", encoding="utf-8")
    roster = read_roster(roster_file)
    absences = read_absences(away, roster)
    assert absences == (Absence("s001", date(2026, 11, 2), date(2026, 11, 3)),)
    roster = type(roster)(roster.members, absences)
    days = [date(2026, 11, day) for day in (1, 2, 3, 4)]
    assert [roster.available("s001", day) for day in days] == [True, False, False, True]
    assert roster.available("s002", date(2026, 11, 30))
    assert not roster.available("s002", date(2026, 12, 1))
    assert not roster.available("s999", date(2026, 11, 1))


def test_an_absence_of_a_stranger_or_backwards_is_refused(tmp_path: Path) -> None:
    roster = read_roster(written(tmp_path, HEADER + HEAD))
    away = tmp_path / "absences.csv"
    away.write_text("staff_id,away_from,until\ns009,2026-11-02,2026-11-03\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="line 2: staff_id s009 is not in the roster"):
        read_absences(away, roster)
    away.write_text("staff_id,away_from,until\ns001,2026-11-05,2026-11-03\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="until is before away_from"):
        read_absences(away, roster)


def test_all_faults_of_a_file_can_be_had_at_once_with_their_lines(tmp_path: Path) -> None:
    text = (
        "staff_id,full_name,line_manager,watch\n"
        "s001,Alice Quarrier,,\n"
        "s002,Bob Tolquhoun,s001,hard\n"
        "s003,,s001,\n"
        "s004,Dan Imrie,s002,\n"
        "s001,Eve Lamont,s001,\n"
        "s005,Fay Baird,s099,\n"
        "s006,Gil Toward,s007,\n"
        "s007,Hal Rennie,s006,\n"
        "s008,Ida Orr,s001,,\n"
    )
    faults: list[ConfigurationError] = []
    roster = read_roster(written(tmp_path, text), faults)
    assert [
        (one.line, one.sentence[:24]) for one in sorted(faults, key=lambda one: one.line or 0)
    ] == [
        (3, "watch must be normal or "),
        (4, "full_name is empty."),
        (6, "staff_id s001 stands twi"),
        (7, "line_manager s099 of s00"),
        (8, "line managers go round i"),
        (10, "this row has 5 cells and"),
    ], "whoever is led by somebody with a wrong row is not blamed for it"
    assert set(roster) == {"s001", "s004", "s005", "s006", "s007"}


def test_a_line_manager_may_be_given_by_e_mail_address(tmp_path: Path) -> None:
    text = (
        "staff_id,full_name,email,line_manager\n"
        "s001,Alice Quarrier,Alice@seo.example,\n"
        "s002,Bob Tolquhoun,bob@seo.example,alice@SEO.example\n"
    )
    assert read_roster(written(tmp_path, text))["s002"].line_manager == "s001"


def test_a_line_manager_whose_address_is_nobody_s_is_told_of(tmp_path: Path) -> None:
    text = "staff_id,full_name,line_manager\ns001,Alice Quarrier,eve@seo.example\n"
    with pytest.raises(ConfigurationError, match=r"eve@seo\.example of s001 is not in the roster"):
        read_roster(written(tmp_path, text))

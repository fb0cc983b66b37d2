"""No cell of a CSV is a formula, whatever a stranger wrote."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.exports_csv import csv_text, safe_cell


@pytest.mark.parametrize(
    "evil",
    [
        "=HYPERLINK(1)",
        "+1+1",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "  =1",
        "\u200b=1",
        "＝1",  # noqa: RUF001 - full-width signs are what this is about
        "＋1",  # noqa: RUF001
        "＠x",  # noqa: RUF001
        "|cmd",
        "\ufeff=1",
    ],
)
def test_what_a_spreadsheet_would_compute_gets_a_mark_before_it(evil: str) -> None:
    assert safe_cell(evil).startswith("'")


@pytest.mark.parametrize("plain", ["a = b", "NW-2026-0001", "", "Ó Briain", "2026-11-21", "1-2"])
def test_other_words_stay_as_they_are(plain: str) -> None:
    assert safe_cell(plain) == plain


@given(st.lists(st.lists(st.text(), min_size=2, max_size=2), max_size=5))
def test_a_table_reads_back_with_as_many_cells_and_none_of_them_a_formula(
    rows: list[list[str]],
) -> None:
    read = list(csv.reader(io.StringIO(csv_text(("a", "b"), rows), newline="")))
    assert [len(row) for row in read] == [2] * (len(rows) + 1)
    for row in read[1:]:
        assert all(cell.lstrip()[:1] not in set("=+-@\t\r\n") or not cell for cell in row)

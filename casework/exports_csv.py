"""CSV that no spreadsheet takes for formulas."""

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence

_STARTS = frozenset("=+-@|%\t\r\n")


def safe_cell(text: str) -> str:
    """`text` with a mark before it where a spreadsheet would compute it, and without controls.

    Spreadsheets look past blanks and read full-width signs as plain ones, so both are looked past
    here as well.
    """
    shown = "".join(" " if unicodedata.category(sign) in {"Cc", "Cf"} else sign for sign in text)
    first = unicodedata.normalize("NFKC", shown).lstrip()[:1]
    risky = first in _STARTS or text[:1] in _STARTS
    return f"'{shown}" if risky else shown


def csv_text(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table with every cell quoted and made safe."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return out.getvalue()

"""Print each policy clause with the tests that show it; fail where a wanted one has none."""

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from scripts.marked import Marked


def in_order(clause: str) -> tuple[str, float, str]:
    """Policy by policy, and numbered clauses by their number."""
    body, _, number = clause.partition(" ")
    digits = "".join(sign for sign in number if sign.isdigit() or sign == ".").strip(".")
    return body, float(digits or 0), number


def wanted() -> Iterator[list[str]]:
    """The clauses of which at least one needs a test, duty by duty."""
    text = Path(__file__).with_name("clauses_wanted.toml").read_text(encoding="utf-8")
    for body, duties in tomllib.loads(text).items():
        for clauses in duties:
            yield [f"{body.upper()} {clause}" for clause in clauses]


def main() -> int:
    """Print the table; the status is pytest's, should collecting fail."""
    found = Marked("clause")
    status = found.collect()
    for clause in sorted(found.tests, key=in_order):
        print(clause, *found.tests[clause], sep="\n    ")
    print(f"\n{len(found.tests)} clauses have tests.")
    missing = [clauses for clauses in wanted() if not any(map(found.tests.get, clauses))]
    for clauses in missing:
        print(f"No test shows {' or '.join(clauses)}.")
    return status or (1 if missing else 0)


if __name__ == "__main__":
    sys.exit(main())

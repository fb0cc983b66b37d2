"""Print each policy clause with the tests that show its behaviour."""

import sys

from scripts.marked import Marked


def in_order(clause: str) -> tuple[str, float, str]:
    """Policy by policy, and numbered clauses by their number."""
    body, _, number = clause.partition(" ")
    digits = "".join(sign for sign in number if sign.isdigit() or sign == ".").strip(".")
    return body, float(digits or 0), number


def main() -> int:
    """Print the table; the status is pytest's, should collecting fail."""
    found = Marked("clause")
    status = found.collect()
    for clause in sorted(found.tests, key=in_order):
        print(clause, *found.tests[clause], sep="\n    ")
    print(f"\n{len(found.tests)} clauses have tests.")
    return status


if __name__ == "__main__":
    sys.exit(main())

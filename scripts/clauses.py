"""Print each policy clause with the tests that show its behaviour."""

import contextlib
import io
import sys
from collections import defaultdict

import pytest


class Clauses:
    """Collects the tests of each clause and runs none."""

    def __init__(self) -> None:
        self.tests: dict[str, list[str]] = defaultdict(list)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Sort the tests by the clauses they are marked with."""
        for item in items:
            test = item.nodeid.split("[")[0]
            for mark in item.iter_markers("clause"):
                if test not in self.tests[mark.args[0]]:
                    self.tests[mark.args[0]].append(test)


def in_order(clause: str) -> tuple[str, float, str]:
    """Policy by policy, and numbered clauses by their number."""
    body, _, number = clause.partition(" ")
    digits = "".join(sign for sign in number if sign.isdigit() or sign == ".").strip(".")
    return body, float(digits or 0), number


def main() -> int:
    """Print the table; the status is pytest's, should collecting fail."""
    found = Clauses()
    with contextlib.redirect_stdout(io.StringIO()) as said:
        status = pytest.main(["--collect-only", "-m", ""], plugins=[found])
    if status:
        print(said.getvalue())
    for clause in sorted(found.tests, key=in_order):
        print(clause, *found.tests[clause], sep="\n    ")
    print(f"\n{len(found.tests)} clauses have tests.")
    return int(status)


if __name__ == "__main__":
    sys.exit(main())

"""Which tests carry a mark, by what the mark says they show."""

import contextlib
import io
from collections import defaultdict

import pytest


class Marked:
    """Collects the tests by their marks of one name and runs none."""

    def __init__(self, name: str) -> None:
        self.tests: dict[str, list[str]] = defaultdict(list)
        self._name = name

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Sort the tests by what they are marked with."""
        for item in items:
            test = item.nodeid.split("[")[0]
            for mark in item.iter_markers(self._name):
                if test not in self.tests[mark.args[0]]:
                    self.tests[mark.args[0]].append(test)

    def collect(self) -> int:
        """Look at all tests; what is returned is pytest's status, should collecting fail."""
        with contextlib.redirect_stdout(io.StringIO()) as said:
            status = pytest.main(["--collect-only", "-m", ""], plugins=[self])
        if status:
            print(said.getvalue())
        return int(status)

"""What all tests share: the cast, and the table of clauses and their tests."""

from collections import defaultdict

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--clauses", action="store_true", help="print each policy clause with its tests, run none"
    )


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--clauses"):
        return
    table: dict[str, list[str]] = defaultdict(list)
    for item in items:
        for mark in item.iter_markers("clause"):
            table[mark.args[0]].append(item.nodeid.split("[")[0])
    lines = []
    for clause in sorted(table, key=_in_order):
        lines.append(clause)
        lines.extend(f"    {test}" for test in dict.fromkeys(table[clause]))
    print("\n".join(lines))  # noqa: T201
    print(f"\n{len(table)} clauses have tests.")  # noqa: T201
    items.clear()
    pytest.exit("printed the clauses", returncode=0)


def _in_order(clause: str) -> tuple[str, float, str]:
    body, _, number = clause.partition(" ")
    digits = "".join(sign for sign in number if sign.isdigit() or sign == ".").strip(".")
    return body, float(digits or 0), number

"""What the security page promises, and that each test that it names exists."""

import ast
import re
import subprocess
import sys
import tomllib
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from nlp.screening import Screener
from policies.pack_file import read_pack
from records.post import Post
from records.roster import StaffMember, roster_of
from tests.console.everybody import BODY

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/reference/security.md").read_text(encoding="utf-8")
WANTED = """
    1.2.1 1.2.2 1.2.4 1.2.10 1.3.6 1.3.11 1.3.12 2.3.3 2.3.5 3.3.3 3.4.3 3.4.5 3.5.1 3.5.3 5.2.1
    6.3.1 6.3.3 7.2.4 7.3.1 7.4.2 7.5.3 8.2.1 8.2.2 8.2.3 8.3.1 8.3.2 10.2.1 10.5.2 11.4.2 12.3.2
    13.2.4 13.3.1 14.2.1 14.2.3 14.2.7 14.3.2 16.2.5 16.3.2 16.4.2 16.4.3 16.5.2 16.5.3
    1.2.9 1.3.7 1.5.1 2.4.1 3.3.4 3.4.1 3.4.6 3.5.8 5.3.2 5.4.2 6.2.1 6.4.3 6.8.2 6.8.4 7.3.2 10.5.1
    11.3.3 15.1.2 15.3.2 15.4.2
"""
TABLES, _, SIGN_IN = PAGE.partition("## Sign-in")
ROWS = dict(re.findall(r"^\| (V[0-9.]+) \| (.*) \|$", TABLES, re.MULTILINE))
MET = {name: row for name, row in ROWS.items() if row in TABLES.partition("## Unmet")[0]}


@cache
def named_in(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return frozenset(one.name for one in ast.walk(tree) if isinstance(one, ast.FunctionDef))


def test_every_requirement_has_a_row() -> None:
    assert sorted(ROWS) == sorted(f"V{one}" for one in WANTED.split())


@pytest.mark.parametrize("name", MET)
def test_every_promise_names_tests_that_exist(name: str) -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", MET[name])
    assert named, name
    for file, test in named:
        assert test in named_in(file), f"{name}: {file}::{test}"


def test_every_test_named_of_signing_in_exists() -> None:
    file = ""
    for found, test in re.findall(r"`(test_\w+\.py)?(?:::(\w+))?`", SIGN_IN):
        file = found or file
        (folder,) = (one for one in ("console", "casework") if _is_there(one, file))
        assert not test or test in named_in(f"tests/{folder}/{file}"), (file, test)


def _is_there(folder: str, file: str) -> bool:
    return (ROOT / "tests" / folder / file).is_file()


def test_the_linter_refuses_statements_made_of_strings(tmp_path: Path) -> None:
    bad = tmp_path / "bad.py"
    bad.write_text(
        'def ask(c, who):\n    return c.execute(f"SELECT * FROM step WHERE a = {who}")\n'
    )
    command = [sys.executable, "-m", "ruff", "check", "--config", str(ROOT / "pyproject.toml")]
    ran = subprocess.run([*command, str(bad)], capture_output=True, text=True, check=False)
    assert "S608" in ran.stdout


@pytest.mark.parametrize("name", ["Ann (.*) O'Brien", "C++ Smith", "[a-z Jones", "J.P. \\d+ Ross"])
def test_a_name_with_the_signs_of_a_pattern_is_only_a_name(name: str) -> None:
    roster = roster_of([StaffMember("s030", name, email="s030@seo.example")])
    screener = Screener(
        BODY, roster, read_pack("spso"), entities=None, classifier=None, today=date(2026, 11, 23)
    )
    other = Post(id="1", source="x", text="Ann Smithson of the Ombudsman has 12 O Brienas, Rosss.")
    assert not [one for one in screener.screen(other).staff if one.certainty == "certain"]


def test_every_package_is_pinned_with_its_hashes() -> None:
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    pinned = (ROOT / "requirements/run.txt").read_text(encoding="utf-8")
    blocks = re.findall(r"^([a-z0-9._-]+)(?:\[[^]]*\])?==.*(?:\n[ #].*)*", pinned, re.MULTILINE)
    names = {one.replace("_", "-").replace(".", "-") for one in blocks}
    for one in wanted:
        name = re.split(r"[\[<>=~! ;]", one, maxsplit=1)[0].lower()
        assert name.replace("_", "-").replace(".", "-") in names, name
    for block in re.split(r"^(?=[a-z0-9])", pinned, flags=re.MULTILINE):
        assert not block.strip() or block.startswith("#") or "--hash=sha256:" in block, block[:60]

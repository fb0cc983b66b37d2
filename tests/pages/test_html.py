"""Every page is valid HTML, as the Nu HTML checker reads it."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.pages.looking import HERE, Looked

pytestmark = [pytest.mark.servers, pytest.mark.timeout(1500)]  # hundreds of pages, looked at once

CHECKER = HERE / "node_modules/vnu-jar/build/dist/vnu.jar"


def complaints(*files: Path) -> list[str]:
    """What the checker says of these files, each with the name of its file."""
    command = ["java", "-jar", str(CHECKER), "--format", "json", "--exit-zero-always"]
    ran = subprocess.run([*command, *map(str, files)], capture_output=True, check=True, timeout=120)
    told = json.loads(ran.stderr)["messages"]
    return [
        f"{Path(one.get('url', '')).stem}: {one['message']}"
        for one in told
        if one["type"] != "info"
    ]


def test_every_page_is_valid_html(looked: list[Looked], tmp_path: Path) -> None:
    files = []
    for one in looked:
        file = tmp_path / f"{one.scene.name}.html"
        file.write_text(one.html, encoding="utf-8")
        files.append(file)
    assert complaints(*files) == []


def test_the_checker_finds_what_it_looks_for(tmp_path: Path) -> None:
    file = tmp_path / "wrong.html"
    file.write_text("<!DOCTYPE html><html lang=en><title>x</title><p><div></p></div>")
    assert complaints(file)

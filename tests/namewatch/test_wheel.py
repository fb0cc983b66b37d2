"""The wheel holds everything that an editable install finds on disk."""

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
LEFT_OUT = {".pyc"}


def test_every_file_of_every_room_is_in_the_wheel(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        held = set(packed.namelist())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    rooms = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    on_disk = {
        str(file.relative_to(ROOT))
        for room in rooms
        for file in (ROOT / room).rglob("*")
        if file.is_file() and file.suffix not in LEFT_OUT
    }
    assert on_disk - held == set()
    assert len(on_disk) > 100


def test_every_room_of_the_architecture_is_packed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    packed = set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])
    contracts = set(project["tool"]["importlinter"]["root_packages"])
    assert packed == contracts

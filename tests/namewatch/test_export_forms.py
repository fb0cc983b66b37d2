"""`namewatch export --as …`: a real PDF in a ZIP, and refusals in a plain sentence."""

import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from evidence.browser import find_browser
from namewatch.cli import app
from namewatch.init import write_private
from records.incident import Incident
from tests.servers.house import BODY, COLUMNS, STAFF, reviewer
from tests.workflows.conftest import COMMS, Office
from tests.workflows.test_erase import NAMING

NAMED = "s006"


@dataclass
class Home:
    """The folder of an office, as the command line sees it."""

    folder: Path
    incident: Incident

    def export(self, *arguments: str) -> Result:
        environment = {"NAMEWATCH_HOME": str(self.folder), "COLUMNS": "200"}
        said = ["export", self.incident.reference, "--why", "they asked", *arguments]
        return CliRunner().invoke(app, said, env=environment)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    office = Office(folder)
    office.see(NAMING)
    office.capture_all()
    (incident,) = office.incidents()
    write_private(folder / "organisation.toml", BODY.format(policy="spso"))
    staff = "\n".join([COLUMNS, *STAFF, reviewer(6, "Fenella Auchterbrae")])
    write_private(folder / "roster.csv", f"{staff}\n")
    yield Home(folder, incident)
    office.services.database.dispose()


@pytest.mark.clause("SPSO 64")
@pytest.mark.clause("SPSO 19")
@pytest.mark.skipif(find_browser() is None, reason="no browser is installed")
def test_advisers_get_a_pdf_in_a_zip_whose_names_warn_and_that_names_nobody(
    home: Home, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    whom = ("--as", "advisers", "--for", "Dr Morag Innes", "--to", str(out))
    said = home.export(*whom, "--by", COMMS)
    assert said.exit_code == 0, (said.output, said.exception)
    assert "Read it through" in said.stdout
    (file,) = out.iterdir()
    assert file.name.startswith("DISTRESSING-CONTENT_do-not-open-without-need_NW-")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with zipfile.ZipFile(file) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    (printed,) = (content for name, content in contents.items() if name.endswith(".pdf"))
    assert printed.startswith(b"%PDF-")
    for name, content in contents.items():
        assert b"Auchterbrae" not in content, name
    again = home.export(*whom, "--by", COMMS)
    assert (again.exit_code, "is there already" in again.stderr) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--as", "novel", "--for", "x", "--by", COMMS), "“novel” is none of these: sealed"),
        (("--as", "foi", "--by", COMMS), "say to whom it goes and why"),
        (("--as", "foi", "--for", "x", "--by", NAMED), "You are named in this incident yourself"),
        (("--as", "foi", "--for", "x", "--by", "s099"), "staff_id s099 is not in the roster"),
        (("--as", "subject-access", "--for", "x", "--by", COMMS), "Say whose data it is"),
    ],
)
def test_what_may_not_be_exported_is_told_plainly_and_leaves_no_file(
    home: Home, tmp_path: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    said = home.export(*arguments, "--to", str(tmp_path / "out"))
    assert (said.exit_code, sentence in said.stderr) == (2, True), (said.output, said.exception)
    assert not (tmp_path / "out").exists()

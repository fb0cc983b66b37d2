"""An incident goes on under the rules it was opened under, whatever the policy says since."""

from pathlib import Path

import pytest

from namewatch.editions import Archive, in_force
from policies.pack_file import read_pack
from tests.workflows.conftest import Office

NAMING = "My complaint was refused, the decision letter is signed Fenella Auchterbrae."


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "own.toml").write_text(
        (Path(__file__).parents[2] / "policies" / "packs" / "template.toml").read_text("utf-8")
    )
    return tmp_path


def change(home: Path, before: str, after: str) -> None:
    text = (home / "own.toml").read_text("utf-8")
    assert before in text
    (home / "own.toml").write_text(text.replace(before, after), "utf-8")


@pytest.mark.clause("SPSO 31")
def test_an_open_incident_escalates_as_the_policy_said_when_it_opened(
    home: Path, office: Office
) -> None:
    first = in_force(home, read_pack("own.toml", home), "own.toml")
    office.change(pack=first, edition=Archive(home).pack)
    office.see(NAMING)
    change(home, 'chain = ["director", "head_of_body"]\ngive', 'chain = ["head_of_body"]\ngive')
    second = in_force(home, read_pack("own.toml", home), "own.toml")
    assert second.version != first.version
    office.services.renew(office.services.organisation, office.services.roster, second)
    office.send_all()
    office.told()
    office.wait(hours=4)
    assert office.look_at_the_clock() == 1
    office.send_all()
    assert "s002" in office.told()  # the Director, as the first edition says
    assert office.incidents()[0].policy_version == first.version


@pytest.mark.clause("SPSO 31")
def test_a_worse_post_is_told_to_whom_the_first_edition_names(home: Path, office: Office) -> None:
    first = in_force(home, read_pack("own.toml", home), "own.toml")
    office.change(pack=first, edition=Archive(home).pack)
    office.see(NAMING)
    change(
        home,
        'recipients = ["line_manager", "hr_officer", "communications_manager"]',
        'recipients = ["line_manager"]',
    )
    second = in_force(home, read_pack("own.toml", home), "own.toml")
    office.services.renew(office.services.organisation, office.services.roster, second)
    office.send_all()
    office.told()
    office.see("I will kill Fenella Auchterbrae of the Lighthouse Ombudsman.")
    office.send_all()
    assert {"s003", "s004", "s005"} <= set(office.told())


def test_an_edition_that_is_not_kept_gives_way_to_todays(office: Office) -> None:
    assert office.services.pack_for("gone", "1") is office.services.pack


def test_the_same_text_is_the_same_edition(home: Path) -> None:
    pack = read_pack("own.toml", home)
    assert in_force(home, pack, "own.toml").version == "1"
    assert in_force(home, pack, "own.toml").version == "1"
    change(home, "give_up_after = 3", "give_up_after = 4")
    changed = in_force(home, read_pack("own.toml", home), "own.toml")
    assert changed.version.startswith("1+")
    kept = Archive(home).pack("own", "1")
    assert kept is not None
    assert kept.escalating.give_up_after == 3
    assert Archive(home).pack("own", "2") is None

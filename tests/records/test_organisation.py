"""The organisation file: what it accepts, and one clear sentence for every mistake."""

from pathlib import Path

import pytest

from records.errors import ConfigurationError
from records.organisation import check_roles, read_organisation
from records.roster import StaffMember, roster_of

GOOD = """[organisation]
name = "Scottish Example Ombudsman"
policy = "spso"

[roles]
hr_officer = ["s002"]
head_of_body = ["s001"]
"""
ROSTER = roster_of(
    [StaffMember("s001", "Alice Quarrier"), StaffMember("s002", "Bob Tay", line_manager="s001")]
)


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "organisation.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_what_is_left_out_has_the_contracts_defaults(tmp_path: Path) -> None:
    body = read_organisation(written(tmp_path, GOOD))
    assert body.time_zone == "Europe/London"
    assert body.leavers_watched_months == 12
    assert body.calendar.opens.hour == 9


@pytest.mark.clause("SPSO 59")
@pytest.mark.clause("SPSO 70")
def test_lines_about_support_are_read_as_they_are_written(tmp_path: Path) -> None:
    assert read_organisation(written(tmp_path, GOOD)).support == ()
    lines = '[support]\nlines = ["Employee assistance: 0800 000 0000", "Samaritans: 116 123"]\n'
    body = read_organisation(written(tmp_path, GOOD + lines))
    assert body.support == ("Employee assistance: 0800 000 0000", "Samaritans: 116 123")


@pytest.mark.parametrize(
    ("before", "after", "line", "says"),
    [
        ('policy = "spso"', 'policy = "spso', 3, "this is not valid TOML"),
        ('policy = "spso"', 'policy = "spso"\ncolour = "red"', 4, "there is no such setting"),
        (
            'name = "Scottish Example Ombudsman"\n',
            "",
            1,
            "organisation.name: this setting is missing",
        ),
        ('policy = "spso"', 'policy = "spso"\ntime_zone = "Mars/North"', 4, "no such time zone"),
        ('policy = "spso"', 'policy = "spso"\nworking_hours = "always"', 4, "Mon-Fri 09:00-17:00"),
        ('hr_officer = ["s002"]', 'hr_officer = "s002"', 6, "hr_officer"),
    ],
)
def test_each_mistake_is_one_sentence_with_its_line(
    tmp_path: Path, before: str, after: str, line: int, says: str
) -> None:
    file = written(tmp_path, GOOD.replace(before, after))
    with pytest.raises(ConfigurationError) as caught:
        read_organisation(file)
    assert says in str(caught.value)
    assert str(caught.value).startswith(f"{file}, line {line}: ")


def test_a_role_without_anybody_or_held_by_a_stranger_is_refused_with_its_line(
    tmp_path: Path,
) -> None:
    body = read_organisation(written(tmp_path, GOOD))
    with pytest.raises(
        ConfigurationError, match=r"line 5: the policy needs somebody in the role director"
    ):
        check_roles(body, ROSTER, ("hr_officer", "director"))
    stranger = read_organisation(written(tmp_path, GOOD.replace('["s002"]', '["s002", "s009"]')))
    with pytest.raises(ConfigurationError, match=r"line 6: s009 in the role hr_officer"):
        check_roles(stranger, ROSTER, ("hr_officer",))


def test_only_the_head_of_the_body_may_have_no_line_manager(tmp_path: Path) -> None:
    body = read_organisation(written(tmp_path, GOOD))
    lost = roster_of([*ROSTER.values(), StaffMember("s003", "Charlie Don")])
    with pytest.raises(ConfigurationError, match="s003 has no line_manager"):
        check_roles(body, lost, ("hr_officer",))


def test_a_role_that_the_policy_does_not_know_is_a_warning(tmp_path: Path) -> None:
    body = read_organisation(written(tmp_path, GOOD))
    warnings = check_roles(body, ROSTER, ("hr_officer",))
    assert warnings == [
        "the policy has no role head_of_body; its entry in organisation.toml is not used."
    ]

"""A policy pack that could leave somebody untold is refused when it is read."""

from pathlib import Path

import pytest

from policies.pack_file import SHIPPED, read_pack
from records.errors import ConfigurationError

SHIPPED_TEXT = (Path(__file__).parents[2] / "policies" / "packs" / "spso.toml").read_text("utf-8")


@pytest.mark.parametrize("name", SHIPPED)
def test_the_shipped_packs_are_complete(name: str) -> None:
    assert read_pack(name).name == name


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('critical = "15 minutes"', "critical is missing"),
        ('critical = "Someone may have been threatened online. Please look now."', "is missing"),
        (SHIPPED_TEXT[SHIPPED_TEXT.index("others = [") :].split("]")[0] + "]", '"others"'),
    ],
)
def test_a_pack_without_an_entry_that_an_alert_needs_is_refused(
    tmp_path: Path, line: str, words: str
) -> None:
    assert line in SHIPPED_TEXT
    (tmp_path / "own.toml").write_text(SHIPPED_TEXT.replace(line, ""), "utf-8")
    with pytest.raises(ConfigurationError, match=words) as caught:
        read_pack("own.toml", tmp_path)
    assert caught.value.line is not None

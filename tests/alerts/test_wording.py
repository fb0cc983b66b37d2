"""The words of alerts can hold three fields and nothing else."""

from pathlib import Path

import pytest

from alerts import wording as words
from records.errors import ConfigurationError

SHIPPED = (Path(words.__file__).parent / "wording.toml").read_text("utf-8")


def test_what_is_shipped_has_words_for_every_kind_of_alert() -> None:
    assert "{reference}" in words.wording().nudge.text


@pytest.mark.clause("SPSO 68")
@pytest.mark.clause("WICS Named ¶2")
@pytest.mark.parametrize("field", ["{name}", "{post}", "{}", "{reference!r}", "{reference.name}"])
def test_no_wording_can_let_a_name_or_a_quote_in(tmp_path: Path, field: str) -> None:
    own = tmp_path / "wording.toml"
    own.write_text(SHIPPED.replace("Please check your work e-mail: {reference}", field), "utf-8")
    with pytest.raises(ConfigurationError, match=r"may stand in braces") as fault:
        words.read_wording(own)
    assert fault.value.file == own


def test_a_kind_without_words_is_refused(tmp_path: Path) -> None:
    own = tmp_path / "wording.toml"
    own.write_text(SHIPPED.replace('reminder = "Nobody', 'worse2 = "Nobody'), "utf-8")
    with pytest.raises(ConfigurationError, match="worse2"):
        words.read_wording(own)
    own.write_text(
        "\n".join(one for one in SHIPPED.split("\n") if not one.startswith("reminder")), "utf-8"
    )
    with pytest.raises(ConfigurationError, match='"reminder" has no words'):
        words.read_wording(own)

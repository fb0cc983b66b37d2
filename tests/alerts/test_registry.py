"""Which channels there are."""

import pytest

from alerts.registry import build_channels
from records.errors import ConfigurationError

MAIL = {"smtp_host": "127.0.0.1", "smtp_tls": "none", "smtp_sender": "alerts@seo.example"}
SLACK = {"slack_bot_token": "bot-token"}


@pytest.mark.parametrize(
    ("values", "names"),
    [
        ({}, []),
        (MAIL, ["email"]),
        (SLACK, ["slack"]),
        (MAIL | SLACK, ["email", "slack"]),
        (MAIL | {"slack_bot_token": ""}, ["email"]),
    ],
)
def test_every_channel_whose_values_are_set_is_built_under_its_name(
    values: dict[str, str], names: list[str]
) -> None:
    channels = build_channels(values)
    assert list(channels) == names
    assert [channel.name for channel in channels.values()] == names


def test_a_mistake_in_one_channel_is_told() -> None:
    with pytest.raises(ConfigurationError, match="sender"):
        build_channels(SLACK | {"smtp_host": "mail.seo.example"})

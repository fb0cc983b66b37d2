"""The channels there are; a new one is its file and its line here."""

from collections.abc import Callable, Mapping

from alerts.channel import Channel
from alerts.channels import email, notify, slack, slack_room, teams

_CHANNELS: dict[str, Callable[[Mapping[str, str]], Channel | None]] = {
    email.NAME: email.from_settings,
    slack.NAME: slack.from_settings,
    slack_room.NAME: slack_room.from_settings,
    notify.EMAIL: notify.email_from_settings,
    notify.SMS: notify.sms_from_settings,
    teams.NAME: teams.from_settings,
}


def build_channels(values: Mapping[str, str]) -> dict[str, Channel]:
    """Build every channel whose values are set, by name; raises ConfigurationError."""
    built = {name: build(values) for name, build in _CHANNELS.items()}
    return {name: channel for name, channel in built.items() if channel is not None}

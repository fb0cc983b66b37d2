"""The channels there are; a new one is its file and its line here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from alerts.channel import Channel
from alerts.channels import email, notify, slack, slack_room, teams

Values = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Kind:
    """How one is made of its values, and which hosts it then asks."""

    build: Callable[[Values], Channel | None]
    reaches: Callable[[Values], tuple[str, ...]]


KINDS: Mapping[str, Kind] = {
    email.NAME: Kind(email.from_settings, email.reaches),
    slack.NAME: Kind(slack.from_settings, slack.reaches),
    slack_room.NAME: Kind(slack_room.from_settings, slack.reaches),
    notify.EMAIL: Kind(notify.email_from_settings, notify.reaches),
    notify.SMS: Kind(notify.sms_from_settings, notify.reaches),
    teams.NAME: Kind(teams.from_settings, teams.reaches),
}


def build_channels(values: Values) -> dict[str, Channel]:
    """Build every channel whose values are set, by name; raises ConfigurationError."""
    built = {name: kind.build(values) for name, kind in KINDS.items()}
    return {name: channel for name, channel in built.items() if channel is not None}


def reaches(values: Values) -> dict[str, tuple[str, ...]]:
    """The hosts that each channel asks whose values are set."""
    return {name: hosts for name, kind in KINDS.items() if (hosts := kind.reaches(values))}

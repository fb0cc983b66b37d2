"""Channels, severities and counts in the words that people read."""

_CHANNELS = {
    "email": "by e-mail",
    "slack": "by Slack",
    "slack_room": "in the private Slack channel",
    "notify_email": "by e-mail through GOV.UK Notify",
    "notify_sms": "by text message",
    "teams": "by Microsoft Teams",
    "apprise": "by the spare channel",
}
SEVERITIES: dict[str, tuple[str, str]] = {
    "critical": ("Critical", "govuk-tag--red"),
    "high": ("High", "govuk-tag--orange"),
    "medium": ("Medium", "govuk-tag--yellow"),
    "low": ("Low", "govuk-tag--grey"),
    "none": ("To be judged", "govuk-tag--grey"),
}
"""The words and the colour of each severity's tag."""


def channel_words(channel: str) -> str:
    """How somebody is told."""
    return _CHANNELS.get(channel, f"by {channel}")


def size_words(size: float) -> str:
    """A number of bytes, such as "1.2 GB"."""
    for unit in ("bytes", "KB", "MB", "GB"):
        if size < 1000:  # noqa: PLR2004
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"

"""Which version this is."""

from importlib.metadata import version as installed


def version() -> str:
    """The installed distribution's version."""
    return installed("namewatch")

"""Write the commented files with which a body begins, and its keys."""

from importlib import resources
from pathlib import Path

from evidence.vault import create_keys
from records.errors import ConfigurationError

FILES = ("organisation.toml", "roster.csv", "settings.toml")


def write_first_files(home: Path) -> str:
    """Write the files into `home`, overwriting none, and return the recovery key's text.

    The recovery key is kept nowhere: it is for paper, in a safe. It is "" when there are keys
    already; they stay as they are.
    """
    for name in FILES:
        if (home / name).exists():
            raise ConfigurationError(
                "this file is here already; nothing was changed.", file=home / name
            )
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name in FILES:
            content = (resources.files("namewatch") / "first_files" / name).read_text("utf-8")
            write_private(home / name, content)
        return create_keys(home / "keys")
    except OSError as error:
        _take_back(home)
        raise ConfigurationError(
            f"this folder can't be written ({error.strerror}); choose another.", file=home
        ) from None
    except ConfigurationError:
        _take_back(home)
        raise


def _take_back(home: Path) -> None:
    """Remove what was written a moment ago, so that the next try begins anew."""
    for name in FILES:
        (home / name).unlink(missing_ok=True)


def write_private(file: Path, content: str) -> None:
    """Write a file that only its owner can read."""
    file.touch(mode=0o600)
    file.write_text(content, encoding="utf-8")


def write_whole(file: Path, content: str) -> None:
    """Put a file in the place of the one before at once, so that nobody reads half of it."""
    part = file.with_name(f".{file.name}.part")
    try:
        part.unlink(missing_ok=True)
        write_private(part, content)
        part.replace(file)
    except OSError as error:
        raise ConfigurationError(
            f"this file can't be written ({error.strerror}).", file=file
        ) from None

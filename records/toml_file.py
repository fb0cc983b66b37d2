"""Read a TOML file so that every fault can be told with its line."""

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from records.errors import ConfigurationError

Model = TypeVar("Model", bound=BaseModel)


def read_toml(file: Path) -> dict[str, Any]:
    """Parse `file`; raises ConfigurationError with file and line."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigurationError(
            "this file is missing; `namewatch init` writes a commented one.", file=file
        ) from None
    except OSError as error:
        raise ConfigurationError(
            f"this file can't be read ({error.strerror}).", file=file
        ) from None
    except UnicodeDecodeError:
        raise ConfigurationError("this file is not UTF-8.", file=file) from None
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"\(at line (\d+), column \d+\)", str(error))
        what = re.sub(r" \(at .*\)$", "", str(error))
        raise ConfigurationError(
            f"this is not valid TOML ({what}).", file=file, line=int(found[1]) if found else None
        ) from None


def check_against(model: type[Model], content: dict[str, Any], file: Path) -> Model:
    """Validate `content` as `model`; the first fault is told with the line its key stands on."""
    return checked(lambda: model.model_validate(content), file)


def checked(make: Callable[[], Model], file: Path) -> Model:
    """What `make` returns; its first fault is told with the line of `file` its key stands on."""
    try:
        return make()
    except ValidationError as error:
        faults = error.errors(include_input=False, include_url=False)
        # A setting that is misspelt is missing as well: the spelling is what helps.
        first = min(faults, key=lambda fault: fault["type"] != "extra_forbidden")
        path = [str(part) for part in first["loc"]]
        sentence = _SENTENCES.get(first["type"], first["msg"].removeprefix("Value error, "))
        raise ConfigurationError(
            f"{'.'.join(path)}: {sentence}.".replace("..", "."),
            file=file,
            line=line_of(file, path),
        ) from None


_SENTENCES = {
    "missing": "this setting is missing",
    "extra_forbidden": "there is no such setting; correct the spelling or remove it",
}


def line_of(file: Path, path: list[str]) -> int | None:
    """The line on which the setting `path` stands, or else the nearest table above it.

    A number in `path` counts the tables of a list, from 0.
    """
    if not file.exists():
        return None
    found: int | None = None
    exact = [*path]
    plain = [part for part in path if not part.isdigit()]
    for number, here in _settings(file.read_text(encoding="utf-8")):
        if here in (exact, plain):
            return number
        if here and (here == exact[: len(here)] or here == plain[: len(here)]):
            found = number
    return found


def _settings(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each line that begins a table or a setting, with the setting's path."""
    table: list[str] = []
    counted: Counter[tuple[str, ...]] = Counter()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*(\[\[?)\s*([^\]]+?)\s*\]", line):
            table = [part.strip().strip('"') for part in header[2].split(".")]
            if header[1] == "[[":
                name = tuple(table)
                table = [*table, str(counted[name])]
                counted[name] += 1
            yield number, table
        elif key := re.match(r'\s*"?([\w.-]+)"?\s*=', line):
            yield number, [*table, *key[1].split(".")]

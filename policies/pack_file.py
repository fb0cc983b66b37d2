"""Read a policy pack: one that is shipped, or a body's own file."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

from policies.pack import Pack
from policies.pack_checks import first_fault
from records.errors import ConfigurationError
from records.toml_file import check_against, line_of, read_toml

SHIPPED = ("spso", "wics")


def read_pack(name: str, beside: Path | None = None) -> Pack:
    """The shipped pack `name`, or the pack in the file `name` (relative to the folder `beside`).

    Raises ConfigurationError with file and line.
    """
    with pack_file(name, beside) as file:
        return read_pack_file(file)


@contextmanager
def pack_file(name: str, beside: Path | None = None) -> Iterator[Path]:
    """The file of that pack, for as long as it is looked at; raises ConfigurationError."""
    if name in SHIPPED:
        with resources.as_file(resources.files("policies") / "packs" / f"{name}.toml") as shipped:
            yield shipped
        return
    file = (beside or Path()) / name
    if file.suffix != ".toml":
        raise ConfigurationError(
            f'there is no policy "{name}"; use {" or ".join(SHIPPED)} or the path of a .toml file.',
            file=beside / "organisation.toml" if beside else None,
        )
    if not file.exists():
        raise ConfigurationError(
            "there is no such policy file; correct policy in organisation.toml.", file=file
        )
    yield file


def read_pack_file(file: Path) -> Pack:
    """The pack in `file`, its tables held against each other; raises ConfigurationError."""
    pack = check_against(Pack, read_toml(file), file)
    if fault := first_fault(pack):
        raise ConfigurationError(fault.sentence, file=file, line=line_of(file, list(fault.path)))
    return pack

"""A real PostgreSQL server on loopback, in a folder of its own."""

import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory


class PostgresMissingError(Exception):
    """PostgreSQL's programs are not installed; on Debian: apt-get install postgresql."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


def programs() -> Path:
    """The folder of the newest installed PostgreSQL's programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        raise PostgresMissingError
    return found[-1].parent


@contextmanager
def postgres() -> Iterator[str]:
    """Start a server and yield a SQLAlchemy address; then end it, and its files are gone."""
    # Not in pytest's folder, which each session of pytest shuts again for everybody but root.
    with TemporaryDirectory(prefix="namewatch-postgres-") as folder:
        yield from _served(Path(folder))


def _served(place: Path) -> Iterator[str]:
    bin_folder, port = programs(), _free_port()
    owner = _unprivileged()
    if owner is not None:
        shutil.chown(place, owner)  # the server refuses to run as root
    as_owner = {"user": owner} if owner else {}
    files = place / "files"
    _run([bin_folder / "initdb", "-D", files, "-A", "trust", "-U", "namewatch", "-N"], **as_owner)
    options = (
        f"-c listen_addresses=127.0.0.1 -p {port} -c unix_socket_directories={place} -c fsync=off"
    )
    _run(
        [bin_folder / "pg_ctl", "-D", files, "-w", "-l", place / "log", "-o", options, "start"],
        **as_owner,
    )
    try:
        yield f"postgresql+psycopg://namewatch@127.0.0.1:{port}/postgres"
    finally:
        _run([bin_folder / "pg_ctl", "-D", files, "-w", "-m", "immediate", "stop"], **as_owner)


def _run(command: list[str | Path], **as_owner: str) -> None:
    done = subprocess.run(
        [str(part) for part in command],
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=False,
        text=True,
        **as_owner,  # type: ignore[call-overload]
    )
    assert done.returncode == 0, done.stderr


def _unprivileged() -> str | None:
    """The user to run as when we are root."""
    if os.getuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port

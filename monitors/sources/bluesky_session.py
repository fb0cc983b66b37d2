"""A session that outlives the program, in a file that only its owner can read."""

import os
from contextlib import suppress
from hashlib import sha256
from pathlib import Path


class KeptSession:
    """What proves to a server that we have signed in; in memory alone without a folder.

    It can do what the app password can, so it lies where that lies: beside the settings, and not
    in the database, of which copies are made.
    """

    def __init__(self, folder: Path | None, whose: str) -> None:
        """`whose` chooses the file and does not stand in its name."""
        name = f"bluesky-{sha256(whose.encode()).hexdigest()[:12]}.session"
        self._file = folder / name if folder else None
        self._session: str | None = None

    def read(self) -> str | None:
        """The session kept last, if there is one."""
        if self._session is None and self._file is not None:
            with suppress(OSError, ValueError):
                self._session = self._file.read_text(encoding="ascii") or None
        return self._session

    def keep(self, session: str) -> None:
        """Keep it instead of the one before; a folder that can't be written costs a sign-in."""
        if session == self._session:
            return
        self._session = session
        if self._file is not None:
            with suppress(OSError):
                self._write(self._file, session)

    def forget(self) -> None:
        """It is of no use any more."""
        self._session = None
        if self._file is not None:
            with suppress(OSError):
                self._file.unlink(missing_ok=True)

    def _write(self, file: Path, session: str) -> None:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = file.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as written:
            written.write(session)
        fresh.replace(file)

"""What was answered so far about a new body, kept so that a torn browser loses nothing."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from namewatch.init import write_whole
from records.errors import ConfigurationError

_ANSWERS = "answers.json"


class Draft:
    """A folder that only its owner can read: passwords are in it, as later in settings.toml."""

    def __init__(self, folder: Path) -> None:
        """Writes nothing yet."""
        self.folder = folder

    def file(self, name: str) -> Path:
        """A file of the draft, in a folder that is there."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.folder.chmod(0o700)
        except OSError as error:
            raise ConfigurationError(
                f"this folder can't be written ({error.strerror}).", file=self.folder
            ) from None
        return self.folder / name

    def put(self, name: str, content: bytes) -> Path:
        """Keep a file that only its owner can read."""
        file = self.file(name)
        file.unlink(missing_ok=True)
        file.touch(mode=0o600)
        file.write_bytes(content)
        return file

    def answers(self, question: str) -> dict[str, str]:
        """What was answered to this question; empty if nothing was."""
        return self._all().get(question, {})

    def answered(self) -> frozenset[str]:
        """The questions that have an answer."""
        return frozenset(self._all())

    def keep(self, question: str, answers: Mapping[str, str]) -> None:
        """Keep the answer to one question."""
        write_whole(
            self.file(_ANSWERS),
            json.dumps({**self._all(), question: dict(answers)}, ensure_ascii=False),
        )

    def forget(self) -> None:
        """Throw it away."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _all(self) -> dict[str, dict[str, str]]:
        file = self.folder / _ANSWERS
        try:
            kept: dict[str, dict[str, str]] = json.loads(file.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return kept

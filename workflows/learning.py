"""Hand what people's verdicts teach to the screening that is under way, without a restart."""

import time
from typing import Protocol

from casework import verdicts
from nlp.lessons import Lessons
from records.database import reading
from workflows.services import Services

LOOK_EVERY_SECONDS = 1.0


class Learns(Protocol):
    """Screening that can be told what has been taught."""

    def learn(self, lessons: Lessons) -> None:
        """Go by these lessons from now on."""
        ...


class Learning:
    """Looks for new verdicts, whoever gave them: this console, another one, or a command."""

    def __init__(
        self, services: Services, learner: Learns, every: float = LOOK_EVERY_SECONDS
    ) -> None:
        self._services = services
        self._learner = learner
        self._every = every
        self._looked_at = float("-inf")
        self._mark: tuple[object, ...] = ()

    def look(self) -> None:
        """Teach anew if something has changed; asks the database no more than once a second."""
        if time.monotonic() < self._looked_at + self._every:
            return
        with reading(self._services.database) as session:
            mark = verdicts.mark(session)
            if mark != self._mark:
                taught = verdicts.examples(session)
                self._learner.learn(Lessons(taught, self._services.public_keys.pepper))
                self._mark = mark
        self._looked_at = time.monotonic()

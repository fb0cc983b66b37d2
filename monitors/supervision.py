"""One source, read and handed on in two threads, whatever happens to it."""

import logging
import queue
import random
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from monitors.backoff import Backoff
from monitors.errors import SourceError
from monitors.source import Arrival, Missed, Reached, Received, Reported, Source, Unread
from monitors.status import SourceStatus, State
from records.errors import NamewatchError

log = logging.getLogger(__name__)

Cursors = Callable[[str], str | None]
Sink = Callable[[str, Sequence[Arrival]], int | None]
"""Takes a batch whole (None), or says how many from its front it took."""
Report = Callable[[SourceStatus], None]

LOOK_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is handed on at once, how much may wait, and how failures are spaced."""

    batch: int = 200
    linger_seconds: float = 0.2
    waiting: int = 5000
    looked_at: int = 5000
    """So many a sink sees at once that takes a batch in parts, so that it can choose among them."""
    first_wait_seconds: float = 1.0
    longest_wait_seconds: float = 60.0
    healthy_after_seconds: float = 60.0
    stalled_after_seconds: float = 300.0
    """A source that neither gives anything nor says that it is alive for so long hangs."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all sources share: where they report, what they hand on to, and the means of chance."""

    cursors: Cursors
    sink: Sink
    report: Report
    limits: Limits
    chance: random.Random
    now: Callable[[], datetime]


class Supervised:
    """Reads a source again after every failure, from the cursor that was kept last.

    What is read waits in a bounded queue for the sink, so a slow sink slows the source. A batch
    that the sink refuses is given again until it is taken; what it left of one is given again
    with what came meanwhile. Before the source is read again everything read so far has been
    handed on, so that `cursors` knows the place.
    """

    def __init__(self, source: Source, around: Surroundings, stop: threading.Event) -> None:
        self._source = source
        self._around = around
        self._stop = stop
        self._waiting: queue.Queue[Arrival] = queue.Queue(around.limits.waiting)
        self._reading_over = threading.Event()
        self._telling = threading.Lock()
        self._reading = (State.STARTING, "Starting.")
        self._sink_trouble: str | None = None
        self._received = 0
        self._last_received_at: datetime | None = None
        self._reached: datetime | None = None
        self._idle_at: datetime | None = None
        self._quiet_since = time.monotonic()
        self._turn = 0
        self._sign: float | None = None
        """When the source last showed that it lives; None while it is not being read."""
        self._told = SourceStatus(source.name, *self._reading, since=around.now())
        self.threads = tuple(
            threading.Thread(target=target, name=f"{source.name}: {what}", daemon=True)
            for what, target in (("read", self._read), ("hand on", self._hand_on))
        )

    @property
    def status(self) -> SourceStatus:
        """As of now; never waits."""
        return replace(
            self._told,
            received=self._received,
            last_received_at=self._last_received_at,
            skipped=getattr(self._source, "skipped", 0),
            reached=self._reached,
            idle_at=self._idle_at,
            budget=getattr(self._source, "budget", ""),
            trouble=getattr(self._source, "trouble", ""),
        )

    def _tell(self) -> None:
        """Report the status, if it is new."""
        state, sentence = self._reading
        if self._sink_trouble and state is not State.NEEDS_ATTENTION:
            state, sentence = State.TRYING_AGAIN, self._sink_trouble
        if (state, sentence) != (self._told.state, self._told.sentence):
            since = self._told.since if state is self._told.state else self._around.now()
            self._told = replace(self._told, state=state, sentence=sentence, since=since)
            self._report()

    def _report(self) -> None:
        try:
            self._around.report(self.status)
        except Exception as error:  # noqa: BLE001 - telling must never stop the watching
            log.error("The status of %s could not be shown: %s", self._source.name, _kind(error))  # noqa: TRY400

    def _now_reading(self, state: State, sentence: str) -> None:
        with self._telling:
            self._reading = (state, sentence)
            self._tell()

    def _now_handing(self, trouble: str | None) -> None:
        with self._telling:
            self._sink_trouble = trouble
            self._tell()

    # The thread that reads.

    def _read(self, turn: int = 0) -> None:
        backoff = self._backoff()
        if not turn:
            self._report()
        while not self._stop.is_set():
            began = time.monotonic()
            failure = self._read_until_failure(turn)
            if turn != self._turn:
                return  # it hung, and another thread has taken over
            self._sign = None
            if time.monotonic() - began >= self._around.limits.healthy_after_seconds:
                backoff.start_over()
            if not self._go_on_after(failure):
                break
            asked = (failure.wait_seconds if failure else None) or 0.0
            self._stop.wait(max(backoff.next_wait(), asked))
        self._reading_over.set()

    def _go_on_after(self, failure: SourceError | None) -> bool:
        """Say how the reading ended, let all be handed on; True if it is worth reading again."""
        if failure is None:
            self._wait_until_handed_on()
            if not self._stop.is_set():
                self._now_reading(State.FINISHED, "Everything in it has been read.")
        elif failure.again:
            self._now_reading(State.TRYING_AGAIN, f"{failure} Trying again.")
            self._wait_until_handed_on()
        else:
            self._now_reading(State.NEEDS_ATTENTION, str(failure))
        return failure is not None and failure.again

    def _look_for_a_stall(self) -> None:
        """Leave a reading that hangs to itself, and read anew from the place that was kept."""
        longest = self._around.limits.stalled_after_seconds
        if self._sign is None or time.monotonic() - self._sign < longest:
            return
        self._turn += 1
        self._sign = None
        self._now_reading(
            State.TRYING_AGAIN, f"It has not answered for {_span(longest)}. Trying again."
        )
        name = f"{self._source.name}: read"
        threading.Thread(target=self._read, args=(self._turn,), name=name, daemon=True).start()

    def _read_until_failure(self, turn: int) -> SourceError | None:
        """Read to the end, if there is one; a fault of the source's code is a failure too."""
        self._sign = time.monotonic()
        try:
            cursor = self._around.cursors(self._source.name)
            for received in self._source.receive(cursor, self._stop):
                if turn != self._turn:
                    return None
                self._sign = time.monotonic()
                if self._reading[0] is not State.WATCHING and self._shows_health(received):
                    self._quiet_since = time.monotonic()
                    self._now_reading(State.WATCHING, "Watching.")
                if received is not None:
                    self._keep_waiting(received)
                else:
                    self._idle_at = self._around.now()
                if received is None or isinstance(received, Reached):
                    self._look_whether_it_is_too_quiet()
                if self._stop.is_set():
                    break
        except SourceError as failure:
            return None if self._stop.is_set() else failure
        except Exception as error:  # noqa: BLE001 - one source's fault must not end the others
            log.error("Reading %s met %s", self._source.name, _kind(error))  # noqa: TRY400
            return SourceError(f"An unexpected fault came up ({_kind(error)}).")
        return None

    def _shows_health(self, received: Arrival | None) -> bool:
        """Whether it is read again: a place that was reached says so of a first look alone.

        A look that fails as a whole tells how far it came as well.
        """
        first = self._reading[0] is State.STARTING
        return first or not isinstance(received, Reached | Missed)

    def _look_whether_it_is_too_quiet(self) -> None:
        """An answer with nothing in it, again and again, is not health."""
        longest = getattr(self._source, "quiet_after_seconds", None)
        if longest is not None and time.monotonic() - self._quiet_since > longest:
            raise SourceError(
                f"Nothing has come in for {_span(longest)}, where something usually does."
            )

    def _keep_waiting(self, received: Arrival) -> None:
        if isinstance(received, Received):
            self._received += 1
            self._reached = received.post.published_at or self._reached
        elif isinstance(received, Reported):
            self._received += 1
        if not isinstance(received, Unread | Reached | Missed):
            self._quiet_since = time.monotonic()
            self._last_received_at = self._around.now()
        while not self._stop.is_set():
            self._sign = time.monotonic()  # a slow sink is not a hanging source
            with suppress(queue.Full):
                self._waiting.put(received, timeout=LOOK_SECONDS)
                return

    def _wait_until_handed_on(self) -> None:
        while self._waiting.unfinished_tasks and not self._stop.wait(LOOK_SECONDS / 10):
            pass

    # The thread that hands on.

    def _hand_on(self) -> None:
        batch: list[Arrival] = []
        while batch := self._with_newer(batch) if batch else self._next_batch():
            taken = self._hand_on_batch(batch)
            if taken is None:
                return
            del batch[:taken]
            for _ in range(taken):
                self._waiting.task_done()
            if self._stop.is_set():
                return  # the rest is received again after the next start

    def _with_newer(self, left: list[Arrival]) -> list[Arrival]:
        """What the sink left, and behind it what has come since."""
        with suppress(queue.Empty):
            while len(left) < self._around.limits.looked_at:
                left.append(self._waiting.get_nowait())
        return left

    def _next_batch(self) -> list[Arrival]:
        """What came in: up to the limit, the first of it waiting no longer than it may."""
        batch: list[Arrival] = []
        while not batch and not self._stop.is_set():
            over = self._reading_over.is_set()  # asked first: nothing comes once it is set
            try:
                batch.append(self._waiting.get(timeout=0 if over else LOOK_SECONDS))
            except queue.Empty:
                if over:
                    return []
                self._look_for_a_stall()
        until = time.monotonic() + self._around.limits.linger_seconds
        while batch and len(batch) < self._around.limits.batch:
            try:
                batch.append(self._waiting.get(timeout=max(0.0, until - time.monotonic())))
            except queue.Empty:
                break
        return batch

    def _hand_on_batch(self, batch: Sequence[Arrival]) -> int | None:
        """Give the batch until some of it is taken, and say how much; None if we were stopped."""
        backoff = self._backoff()
        while True:
            try:
                taken = self._around.sink(self._source.name, batch)
            except Exception as error:  # noqa: BLE001 - whatever it is, the batch must not be lost
                self._now_handing(self._not_taken(error))
                if self._stop.wait(backoff.next_wait()):
                    return None
            else:
                self._now_handing(None)
                return len(batch) if taken is None else taken

    def _not_taken(self, error: Exception) -> str:
        """Why the sink did not take a batch: our own faults are sentences, others stay a kind."""
        if isinstance(error, NamewatchError):
            return f"{error} What came in will be given again."
        log.error("What %s brought was not taken: %s", self._source.name, _kind(error))
        return "What came in can't be looked at and kept; it will be given again."

    def _backoff(self) -> Backoff:
        limits = self._around.limits
        return Backoff(limits.first_wait_seconds, limits.longest_wait_seconds, self._around.chance)


def _span(seconds: float) -> str:
    hours, minutes = round(seconds / 3600), round(seconds / 60)
    if hours > 1:
        return f"{hours} hours"
    return f"{minutes} minutes" if minutes > 1 else "a minute"


def _kind(error: BaseException) -> str:
    return type(error).__name__

"""The parts of a source fail one by one, and the source only when all do."""

import time

import pytest

from monitors.errors import SourceError
from monitors.parts import Parts


def fault(sentence: str = "It is down.", **more: float) -> SourceError:
    return SourceError(sentence, **more)  # type: ignore[arg-type]


def test_what_can_not_be_read_is_counted_until_it_can() -> None:
    parts = Parts("blogs", "feeds", 3)
    assert parts.trouble == ""
    parts.has_failed("a", fault())
    parts.has_failed("b", fault())
    assert parts.trouble == "2 of 3 feeds can't be read."
    parts.fail_if_all_do()
    parts.has_been_read("a")
    assert parts.trouble == "1 of 3 feeds can't be read."


def test_the_same_fault_is_logged_once_and_another_again(caplog: pytest.LogCaptureFixture) -> None:
    parts = Parts("blogs", "feeds", 3)
    for sentence in ("It is down.", "It is down.", "It is gone.", "It is down."):
        parts.has_failed("a", fault(sentence))
    assert [one.getMessage() for one in caplog.records] == [
        f"One of the feeds of blogs can't be read: {sentence}"
        for sentence in ("It is down.", "It is gone.", "It is down.")
    ]


def test_a_part_is_asked_no_sooner_than_its_platform_wants_or_than_it_is_held() -> None:
    parts = Parts("blogs", "feeds", 3)
    parts.has_failed("a", fault(wait_seconds=60))
    parts.has_failed("b", fault(), hold_seconds=60)
    parts.has_failed("c", fault())
    assert [parts.is_due(key) for key in "abcd"] == [False, False, True, True]
    parts.has_been_read("a")
    assert parts.is_due("a")


def test_when_none_can_be_read_it_is_waited_for_the_first_that_may_be_asked() -> None:
    parts = Parts("blogs", "feeds", 2)
    parts.has_failed("a", fault(wait_seconds=900))
    parts.has_failed("b", SourceError("Sign in.", again=False, wait_seconds=60))
    with pytest.raises(SourceError, match="None of the 2 feeds can be read") as failure:
        parts.fail_if_all_do()
    assert failure.value.again, "one of them is worth another try"
    assert failure.value.wait_seconds == pytest.approx(60, abs=5)


def test_one_part_alone_fails_with_its_own_words() -> None:
    parts = Parts("blogs", "feeds", 1)
    parts.has_failed("a", SourceError("Sign in.", again=False))
    time.sleep(0.001)
    with pytest.raises(SourceError, match=r"^Sign in\.$") as failure:
        parts.fail_if_all_do()
    assert not failure.value.again
    assert failure.value.wait_seconds is None

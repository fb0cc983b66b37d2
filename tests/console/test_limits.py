"""How often something may be done."""

from datetime import timedelta

from console.limits import Limiter
from tests.console.cast import MORNING


def test_each_key_may_go_on_as_often_as_allowed_within_the_span() -> None:
    limiter = Limiter(2, timedelta(minutes=1))
    assert [limiter.allow("one", MORNING) for _ in range(3)] == [True, True, False]
    assert limiter.allow("other", MORNING)


def test_the_span_slides() -> None:
    limiter = Limiter(2, timedelta(minutes=1))
    limiter.allow("one", MORNING)
    limiter.allow("one", MORNING + timedelta(seconds=50))
    assert not limiter.allow("one", MORNING + timedelta(seconds=59))
    assert limiter.allow("one", MORNING + timedelta(seconds=60))
    assert not limiter.allow("one", MORNING + timedelta(seconds=61))


def test_what_has_run_out_is_forgotten() -> None:
    limiter = Limiter(2, timedelta(minutes=1))
    for number in range(100):
        limiter.allow(f"key {number}", MORNING)
    limiter.allow("last", MORNING + timedelta(minutes=2))
    assert list(limiter._times) == ["last"]

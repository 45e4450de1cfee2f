"""The pause of the garbage collector during loads."""

import gc
import weakref
from collections.abc import Iterator

import pytest

import galtea_frames as gf
from galtea_frames.frames.gc_pause import GC_PAUSE


@pytest.fixture(autouse=True)
def _collector_on() -> Iterator[None]:
    gc.enable()
    yield
    gc.enable()


def test_the_collector_pauses_and_goes_on() -> None:
    """It is off while anyone is inside, and on again when the last one leaves."""
    with GC_PAUSE:
        with GC_PAUSE:
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_a_collector_that_was_off_stays_off() -> None:
    """A program that has turned it off has its reasons, and gets no collection in between either."""
    gc.disable()
    before = gc.get_stats()[0]["collections"]
    with GC_PAUSE:
        GC_PAUSE.collect_young(0)
    assert not gc.isenabled()
    assert before == gc.get_stats()[0]["collections"]


def test_a_long_load_collects_what_is_young_now_and_then() -> None:
    """Garbage that other threads make meanwhile does not wait for the end."""
    with GC_PAUSE:
        before = gc.get_stats()[0]["collections"]
        for number in range(1, 101):
            GC_PAUSE.collect_young(number)
        assert before + 2 == gc.get_stats()[0]["collections"]


def test_garbage_goes_while_loads_overlap() -> None:
    """Of many threads one is always at work: what has outlived its youth is found nevertheless."""
    with GC_PAUSE:
        loop: list[object] = [Garbage()]
        loop.append(loop)
        gone = weakref.ref(loop[0])
        gc.collect(0)  # in the middle of its life
        gc.collect(1)
        del loop
        for number in range(50):
            with GC_PAUSE:
                GC_PAUSE.collect_young(number)
        assert gone() is None


class Garbage:
    """What a weak reference can look at."""


def test_a_load_leaves_the_collector_on() -> None:
    """Whether it ends well or not."""
    with gf.sample.serve(50, 2) as api, gf.Client(api.api_key, api.url) as client:
        gf.load_versions(client=client)
        assert gc.isenabled()
        with pytest.raises(gf.NotFoundError):
            gf.load_versions(client=client, ids=["gone"])
        assert gc.isenabled()

"""Windows of creation time: how they are split, and how workers share them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterator
from itertools import pairwise

import pytest

from galtea_frames.api.times import instant
from galtea_frames.walk.crew import Crew
from galtea_frames.walk.window import Window

SECOND = 1_000_000

#: Seconds after which what has not happened never will, on the busiest machine.
EVER = 600


def window(reached: int | None, span: int | None, *, end: int | None = None, newest: int | None = None) -> Window:
    """A window that is being walked; times in seconds."""
    end, newest, reached, span = (None if each is None else each * SECOND for each in (end, newest, reached, span))
    return Window((), None, end, newest, reached, span)


@pytest.mark.parametrize(
    ("case", "parts", "expected"),
    [
        pytest.param(lambda: window(0, 10, end=1000), 2, [(80, 1000)], id="at most eight pages are kept"),
        pytest.param(lambda: window(0, 10, end=100), 2, [(50, 100)], id="half of ten pages"),
        pytest.param(lambda: window(0, 10, end=40), 4, [(10, 20), (20, 30), (30, 40)], id="four parts"),
        pytest.param(lambda: window(0, 10, newest=100), 2, [(50, None)], id="the last window stays open"),
        pytest.param(lambda: window(0, 10, end=19), 2, [], id="less than two pages left"),
        pytest.param(lambda: window(0, 10, end=20), 2, [(10, 20)], id="just two pages left"),
        pytest.param(lambda: window(None, None, end=100), 2, [], id="not begun"),
        pytest.param(lambda: window(0, 10), 2, [], id="nobody knows how far it goes"),
        pytest.param(
            lambda: Window((), None, 1_500, None, 0, 200), 2, [(0.001, 0.0015)], id="cuts fall on whole milliseconds"
        ),
        pytest.param(lambda: Window((), None, 900, None, 0, 1), 2, [], id="no whole millisecond to cut at"),
        pytest.param(lambda: Window((), None, 1_000, None, 0, 100), 3, [], id="no whole millisecond but the end"),
    ],
)
def test_split(case: Callable[[], Window], parts: int, expected: list[tuple[float, float | None]]) -> None:
    """The nearest part is kept, the others begin where the one before ends, and nothing is left out."""
    walked = case()
    end = walked.end
    others = walked.split(parts)
    edges = [walked.end, *(each.end for each in others)]
    assert edges[-1] == end
    starts = [each / SECOND for each in edges[:-1] if each is not None]
    assert expected == [(start, None if e is None else e / SECOND) for start, e in zip(starts, edges[1:], strict=True)]
    assert all(each.start is not None and each.pages_left() == 0 for each in others)
    # Whoever walks an open end need not ask again how far it goes.
    assert all(each.newest == walked.newest for each in others)


def test_a_window_holds_what_lies_before_its_end() -> None:
    """The end is exclusive, and a window without one holds everything."""
    assert [window(0, 1, end=5).holds(at * SECOND) for at in (4, 5, 6)] == [True, False, False]
    assert window(0, 1).holds(10**18)


def test_advancing_tells_the_end_as_it_is_now() -> None:
    """A walk learns at every page where its window ends, which may be nearer than when it began."""
    walked = window(0, 10, end=100)
    assert walked.advance(0, 20 * SECOND) == 100 * SECOND
    walked.split(2)
    assert walked.advance(20 * SECOND, 30 * SECOND) == 60 * SECOND


@pytest.mark.parametrize(
    ("first", "last", "pages"), [(10, 20, 8.0), (20, 20, 80 * SECOND), (20 - 1 / SECOND, 20, 80 * SECOND)]
)
def test_the_density_is_that_of_the_last_page(first: float, last: float, pages: float) -> None:
    """How many pages are left follows from the time that it took; a page of one creation time took a microsecond."""
    walked = window(0, 10, end=100)
    walked.advance(int(first * SECOND), int(last * SECOND))
    assert walked.pages_left() == pages


def threads_left(before: int) -> int:
    """How many threads there are more than before, once those that are at their end have come to it."""
    end = time.monotonic() + EVER
    while threading.active_count() > before and time.monotonic() < end:
        time.sleep(0.01)
    return threading.active_count() - before


def pages_of(count: int, *, seconds: float = 0.0) -> Callable[[Window], Iterator[tuple[int, int]]]:
    """A walk over a list of `count` pages of one row, a second apart, that keeps to the window's end."""

    def walk(walked: Window) -> Iterator[tuple[int, int]]:
        at = 0 if walked.start is None else -(-instant(walked.start) // SECOND)
        while at < count:
            time.sleep(seconds)
            end = walked.advance((at - 1) * SECOND, at * SECOND)
            if end is not None and at * SECOND >= end:
                return
            yield at, threading.get_ident()
            at += 1

    return walk


@pytest.mark.parametrize("workers", [1, 2, 8])
def test_a_crew_gives_every_page_once(workers: int) -> None:
    """However many workers share the windows, each page comes exactly once."""
    crew = Crew([Window(())], workers, pages_of(200, seconds=0.001), lambda _: 200 * SECOND, lambda: None)
    assert list(range(200)) == sorted(at for at, _ in crew.slices())


def test_workers_take_over_from_each_other() -> None:
    """Idle workers cut windows of busy ones: none gets further than two pages before each has one of its own."""
    together, begun = threading.Barrier(8), threading.local()

    def walk(walked: Window) -> Iterator[tuple[int, int]]:
        for number, page in enumerate(pages_of(200)(walked)):
            # The first page of a window says how dense it is; before the next one all wait for all.
            if number == 1 and not hasattr(begun, "once"):
                begun.once = together.wait(EVER)
            yield page

    crew = Crew([Window(())], 8, walk, lambda _: 200 * SECOND, lambda: None)
    pages = list(crew.slices())
    assert list(range(200)) == sorted(at for at, _ in pages)
    assert len({worker for _, worker in pages}) == 8


def test_a_list_without_a_newest_row_is_walked_by_one() -> None:
    """Where nobody knows how far a window goes it is not cut, and its newest row is asked for once."""
    asked: list[Window] = []

    def newest(walked: Window) -> None:
        asked.append(walked)

    crew = Crew([Window(())], 4, pages_of(50, seconds=0.001), newest, lambda: None)
    by_worker = [worker for _, worker in crew.slices()]
    assert (len(by_worker), len(set(by_worker)), len(asked)) == (50, 1, 1)


def test_a_failing_walk_ends_the_crew() -> None:
    """The reader gets the error of the walk that failed; the load is abandoned, and no worker stays behind."""
    abandoned: list[bool] = []
    before = threading.active_count()

    def walk(walked: Window) -> Iterator[tuple[int, int]]:
        yield from pages_of(3)(walked)
        raise LookupError("the fourth page")

    crew = Crew([Window(())], 4, walk, lambda _: None, lambda: abandoned.append(True))
    with pytest.raises(LookupError, match="the fourth page"):
        list(crew.slices())
    assert (abandoned, threads_left(before)) == ([True], 0)


def test_a_reader_that_stops_early_stops_the_workers() -> None:
    """Closing the iterator abandons the load."""
    abandoned: list[bool] = []
    before = threading.active_count()
    crew = Crew([Window(())], 4, pages_of(1000), lambda _: 1000 * SECOND, lambda: abandoned.append(True))
    slices = crew.slices()
    first = [next(slices) for _ in range(3)]
    assert isinstance(slices, Generator)
    slices.close()
    assert (len(first), abandoned, threads_left(before)) == (3, [True], 0)


def test_a_crew_that_cannot_begin_leaves_no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C may come between the start of one worker and the next."""
    before = threading.active_count()
    start, started = threading.Thread.start, []

    def interrupted(thread: threading.Thread) -> None:
        start(thread)
        started.append(thread)
        if len(started) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(threading.Thread, "start", interrupted)
    crew = Crew([Window(())], 4, pages_of(1000), lambda _: 1000 * SECOND, lambda: None)
    with pytest.raises(KeyboardInterrupt):
        next(iter(crew.slices()))
    assert (3, 0) == (len(started), threads_left(before))


def test_pages_do_not_pile_up() -> None:
    """While the reader is busy, the workers wait: no more than a few pages are ahead of it."""
    made: list[int] = []

    def walk(_: Window) -> Iterator[int]:
        for at in range(100):
            made.append(at)
            yield at

    crew = Crew([Window(())], 2, walk, lambda _: None, lambda: None)
    slices = crew.slices()
    next(slices)
    time.sleep(0.05)
    assert len(made) < 10
    assert [at for at, _ in pairwise([0, *slices])] == list(range(99))

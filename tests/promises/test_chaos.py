"""Random faults, changes, page caps, latencies and workers at once, checked against a model of what must come out."""

from __future__ import annotations

import random
import threading
from collections import Counter
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from changing_rows import ChangingRows, Record, changes_of, row, rows_with_ties
from effort import times
from fake_time import FakeTime

import galtea_frames as gf
from galtea_frames import sample
from galtea_frames.api.transport import Transport
from galtea_frames.sample import (
    Answer,
    Cut,
    Garbled,
    HtmlPage,
    RawPage,
    Redirect,
    Reply,
    Request,
    SampleApi,
    Stall,
    Truncated,
    TruncatedGzip,
)

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.uncounted

#: How often the same request fails in a row, at most; the share of runs in which something lasting happens, and of
#: stalls in what passes.
MOST_IN_A_ROW, LASTS, STALLS = 2, 0.15, 0.05

#: What passes.
PASSING: list[Answer] = [
    Cut("before"),
    Cut("headers"),
    Cut("body"),
    Truncated(),
    TruncatedGzip(),
    Garbled(),
    HtmlPage(200),
    HtmlPage(502),
    RawPage(b"null"),
    RawPage(b'[{"id": "session_1"}]'),
    Reply(429, {"message": "slow down"}, {"Retry-After": "1"}),
    Reply(503, {"error": "busy"}),
    Reply(504),
]

#: What passes and takes its time, so that it is drawn more seldom.
STALLING = [Stall(60), Stall(60, "body")]

#: What ends a load, with its error.
LASTING: list[tuple[Answer, type[gf.GalteaFramesError]]] = [
    (Reply(400, {"message": "bad"}), gf.RequestError),
    (Reply(401, {"message": "who?"}), gf.AuthenticationError),
    (HtmlPage(404), gf.NotFoundError),
    (Redirect("http://[bad"), gf.RequestError),
]


class Faults:
    """Draws an answer for each request.

    Attributes:
        ended: what the load must end with, once something lasting has begun.
    """

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self._share = dice.choice([0.0, 0.1, 0.3])
        self._last = dice.choice(LASTING) if dice.random() < LASTS else None
        self._from = dice.randrange(1, 12)
        self._lock = threading.Lock()
        self._in_a_row: Counter[str] = Counter()
        self.ended: type[gf.GalteaFramesError] | None = None

    def __call__(self, request: Request) -> Answer | None:
        """Return what goes wrong with a request, if anything does."""
        with self._lock:
            if self._last and request.number >= self._from:
                answer, self.ended = self._last
                return answer
            return self._passing(request.path + request.query_string)

    def _passing(self, asked: str) -> Answer | None:
        if self._in_a_row[asked] == MOST_IN_A_ROW or self._dice.random() >= self._share:
            self._in_a_row[asked] = 0
            return None
        self._in_a_row[asked] += 1
        return self._dice.choice(STALLING if self._dice.random() < STALLS else PASSING)


def version(number: int) -> Record:
    """A version."""
    return {"id": f"version_{number}", "name": f"1.{number}", "createdAt": "2026-01-01T00:00:00.000Z"}


def renamed(number: int) -> Record:
    """What a change of a version changes."""
    return {"name": f"renamed {number}"}


def of_a_version(record: Record, dice: random.Random) -> Record:
    """A session of some version, or of none."""
    return record | {"versionId": dice.choice([None, *(f"version_{number}" for number in range(14))])}


class Model:
    """What there was while a load ran, and what may so come out of it."""

    def __init__(self, api: SampleApi, dice: random.Random, changes: int) -> None:
        self._number = 0
        self.sessions = ChangingRows(
            api.sessions, dice, changes, lambda number: of_a_version(row(number, 0), dice), changes_of
        )
        self.versions = ChangingRows(api.versions, dice, changes // 6, version, renamed)

    def step(self) -> None:
        """Change some rows, or none."""
        self.sessions.step()
        self.versions.step()

    def check(self, frame: pd.DataFrame, changing: ChangingRows) -> None:
        """Each row that was there throughout came once, as it was at some time; none twice, none that never was."""
        ids = frame["id"].tolist()
        assert set() == changing.stayed - set(ids), "rows that existed throughout are missing"
        assert [] == [each for each, count in Counter(ids).items() if count > 1], "rows came twice"
        for came in gf.to_records(alone(frame)):
            assert told(came) in [told(each) for each in changing.ever[came["id"]]], "a row that never was so"

    def check_versions(self, frame: pd.DataFrame) -> None:
        """A session has the version it names, as that was at some time, or none where it was not there throughout."""
        for named, found, name in frame[["version_id", "version.id", "version.name"]].itertuples(index=False):
            if pd.isna(found):
                assert pd.isna(named) or named not in self.versions.stayed, (
                    "a version that existed throughout is missing"
                )
            else:
                assert named == found
                assert name in [each["name"] for each in self.versions.ever[found]], "a name that never was"


def told(record: Record) -> Record:
    """What a record says, without the fields that it has not."""
    return {name: value for name, value in record.items() if value is not None}


def alone(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame without the columns that a join has put beside its own."""
    own = frame[[name for name in frame.columns if not name.startswith("version.")]]
    about = dict(frame.attrs["galtea_frames"])
    own.attrs["galtea_frames"] = about | {"resource": "sessions" if "join" in about else about["resource"]}
    return own


LOADS: dict[str, Callable[..., pd.DataFrame]] = {
    "sessions": gf.load_sessions,
    "versions": gf.load_versions,
    "joined": gf.load_sessions_with_versions,
}


def is_foreseen(error: gf.GalteaFramesError, faults: Faults) -> bool:
    """Whether a load may end so: by what lasts, or because rows come and go faster than a group can be read."""
    if faults.ended is not None:
        return isinstance(error, faults.ended)
    return isinstance(error, gf.ResponseError) and "makes no progress" in str(error)


@pytest.mark.parametrize("seed", range(times(50)))
def test_chaos_leaves_every_row_once_or_a_named_error(seed: int) -> None:
    """Whatever goes wrong while whatever comes and goes: rows that were there throughout, once, or a named error."""
    dice = random.Random(seed)
    what = dice.choice(["sessions", "joined", "joined", "versions"])
    faults, slow = Faults(random.Random(seed)), random.Random(seed)
    latency = dice.choice([0.0, 0.0, 0.004])
    settings: dict[str, Any] = {
        "page_size": dice.choice([2, 7, 20, 1_000]),
        "max_workers": dice.choice([1, 2, 4, 8]),
        "read_timeout": 0.2,
        # A good answer that a busy machine makes late is asked for again; the waits between are not real.
        "max_attempts": 100,
        "max_elapsed": 1_000_000,
        "progress": False,
    }
    knobs: dict[str, Any] = {
        "cap": dice.choice([None, 5, 10]),
        "latency": lambda _: slow.random() * latency,
        "tie_order": dice.choice(["stable", "shuffled"]),
        "sort_default": dice.choice(["asc", "desc", "shuffled"]),
        "gzip": dice.choice([True, False]),
    }
    story = f"seed {seed}: {what} with {settings} of a server with {knobs}"
    sessions = [of_a_version(each, dice) for each in rows_with_ties(dice)[:150]]
    clock = FakeTime()
    with (
        sample.serve(sessions, [version(number) for number in range(14)], answers=faults, **knobs) as api,
        gf.Client(api.api_key, api.url, **settings) as client,
    ):
        model = Model(api, dice, changes=dice.choice([0, 20, 80]))
        api.on_request = lambda _api, _number: model.step()
        client.transport = Transport(client.settings, sleep=clock.sleep, clock=clock.clock)
        try:
            frame = LOADS[what](client=client, nested="json")
        except gf.GalteaFramesError as error:
            if is_foreseen(error, faults):
                return
            raise AssertionError(f"{story}: {error!r}") from error
    try:
        model.check(frame, model.versions if what == "versions" else model.sessions)
        if what == "joined":
            model.check_versions(frame)
    except AssertionError as error:
        raise AssertionError(f"{story}: {error}") from error

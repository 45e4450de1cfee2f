"""The benchmarks give correct results and complete tables; their times are not tested."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import requests
from effort import EFFORT

import galtea_frames as gf
from benchmarks import __main__ as command
from benchmarks import decode, growth, hard, http, latency, life, memory, mirror, scores
from benchmarks.contender import Contender, installed, problems, take_turns
from benchmarks.plan import SMALL, Plan
from benchmarks.probe import ProbeError, take
from benchmarks.rows import encode, pages, records
from benchmarks.server import ROOT, Server
from benchmarks.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.rows import Kind

pytestmark = pytest.mark.uncounted

ROWS = 2_000


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server of mixed rows in a process of its own."""
    with Server(ROWS) as server:
        yield server


@pytest.fixture(scope="module")
def api(server: Server) -> http.Api:
    """How to ask it."""
    return http.Api.of(server)


# -- rows --


@pytest.mark.parametrize("kind", ["plain", "mixed"])
def test_rows_are_the_same_in_every_run(kind: Kind) -> None:
    """Rows come from their number alone, have about 560 bytes, distinct ids and ascending times."""
    rows = list(records(ROWS, kind))
    assert rows == list(records(ROWS, kind))
    assert rows == [row for page in pages(ROWS, kind) for row in json.loads(page)]
    assert 520 < len(encode(rows)) / ROWS < 600
    assert ROWS == len({row["id"] for row in rows})
    assert sorted(row["createdAt"] for row in rows) == [row["createdAt"] for row in rows]


def test_plain_rows_have_one_type_a_key() -> None:
    """Eight metadata keys, each in every row."""
    kinds = Counter((key, type(value)) for row in records(ROWS, "plain") for key, value in row["metadata"].items())
    assert 8 == len(kinds)
    assert {ROWS} == set(kinds.values())


def test_mixed_rows_have_conflicts_and_rare_keys() -> None:
    """In a tenth of the rows a key has another type; some keys are in few rows only."""
    rows = [row["metadata"] for row in records(ROWS, "mixed")]
    conflicts = sum(not isinstance(row["retries"], int) or row["retries"] is True for row in rows)
    assert 0.08 < conflicts / ROWS < 0.12
    keys = Counter(key for row in rows for key in row)
    assert 8 == sum(count == ROWS for count in keys.values())
    assert 20 < sum(count < ROWS / 100 for count in keys.values())


def test_skewed_traffic_falls_into_a_hundredth_of_the_time() -> None:
    """Nine tenths of the rows are of the last day or so of twelve weeks."""
    times = [row["createdAt"] for row in records(ROWS, "plain", "skewed")]
    assert sorted(times) == times
    assert 0.89 < sum(time >= "2026-03-29" for time in times) / ROWS < 0.91


def test_hard_rows_are_as_large_as_they_say() -> None:
    """5 kB a row, one row of 20 kB times their number, ten keys of its own a row."""
    assert 4_500 < len(encode(list(records(10, "large_page")))) / 10 < 5_500
    assert 18_000 * 10 < max(len(encode(row)) for row in records(10, "large_row")) < 22_000 * 10
    assert 100 == len({key for row in records(10, "many_keys") for key in row["metadata"] if key.startswith("key_")})


# -- contenders --


@pytest.mark.parametrize("kind", ["plain", "mixed"])
def test_every_contender_decodes_every_row(kind: Kind) -> None:
    """Whoever is installed has all rows, and a ratio to the floor."""
    outcomes = decode.measure(kind, ROWS, rounds=1)
    able, missing = installed(decode.CONTENDERS)
    assert [each.name for each in able] == [each.name for each in outcomes]
    assert len(decode.CONTENDERS) == len(able) + len(missing)
    assert [] == problems(outcomes)
    assert {ROWS} == {each.shape[0] for each in outcomes}
    base = decode.OURS if decode.KEPT.missing else decode.KEPT
    assert all(each.ratio(base.name) for each in outcomes)


def test_ours_is_what_load_sessions_gives(api: http.Api) -> None:
    """What is timed as ours ends in the same frame."""
    given = decode.Bodies(list(pages(ROWS)), ROOT)
    with pytest.warns(gf.MixedTypesWarning):
        loaded = http.load(api)
    assert loaded.equals(decode.ours(given))
    assert loaded.dtypes.equals(decode.ours(given).dtypes)


def test_turns_tell_of_what_is_missing_and_of_what_fails() -> None:
    """A contender that is not installed, or that fails, is a line and no error."""
    fine = Contender[int]("fine", lambda rows: rows, lambda _: (1, None))
    broken = Contender[int]("broken", lambda rows: rows // 0, lambda _: (1, None))
    absent = Contender[int]("absent", lambda rows: rows, lambda _: (1, None), needs="no_such_package")
    able, missing = installed([fine, broken, absent])
    assert [fine, broken] == able
    assert ["absent: no_such_package is not installed (pip install 'galtea-frames[benchmarks]')"] == missing
    outcomes = take_turns(able, [fine], 1, rounds=3)
    assert ["broken fails: ZeroDivisionError: integer division or modulo by zero"] == problems(outcomes)
    assert [3, 0] == [len(each.seconds) for each in outcomes]
    assert outcomes[1].median_seconds() is outcomes[1].ratio("fine") is None


# -- the server --


def ask(api: http.Api, **params: object) -> list[dict[str, Any]]:
    """What the server answers."""
    headers = {"Authorization": f"Bearer {api.api_key}"}
    answer = requests.get(f"{api.url}/sessions", params=params, headers=headers, timeout=600)  # type: ignore[arg-type]
    rows: list[dict[str, Any]] = answer.json()
    return rows


def test_the_server_pages_as_the_api_does(server: Server, api: http.Api) -> None:
    """Order, limit, offset and inclusive times; and it counts the requests."""
    server.tally()
    rows = list(records(ROWS))
    ascending = {"sort[]": ["createdAt", "asc"]}
    assert rows[:3] == ask(api, **ascending, limit=3)
    assert rows[-2:] == ask(api, **ascending, limit=5, offset=ROWS - 2)
    assert [] == ask(api, **ascending, offset=ROWS)
    assert rows[:-4:-1] == ask(api, limit=3)
    time = rows[100]["createdAt"]
    expected = [row for row in rows if row["createdAt"] == time]
    assert expected == ask(api, **ascending, fromCreatedAt=time, toCreatedAt=time)
    seen = server.tally()
    assert (5, 1) == (seen.requests, seen.at_once)
    assert 0 == server.tally().requests


@pytest.mark.parametrize("contender", http.CONTENDERS, ids=lambda each: each.run.__name__)
@pytest.mark.filterwarnings("ignore")
def test_every_client_gets_every_row(api: http.Api, contender: Contender[http.Api]) -> None:
    """Ours, plain paging, and the vendor's client."""
    pytest.importorskip(contender.needs)
    assert ROWS == contender.shape(contender.run(api))[0]


# -- probes --


@pytest.mark.parametrize("case", ["export", "load"])
def test_a_probe_measures_a_fresh_process(api: http.Api, case: str) -> None:
    """All rows, and a peak above what an idle interpreter holds; a frame's size where there is a frame."""
    reading = take(case, api)
    assert ROWS == reading.rows
    assert reading.peak is None or reading.peak > 1_000_000
    assert (case == "export") is (reading.frame is None) is (reading.peak_of_frame is None)


def test_a_probe_says_why_it_failed(api: http.Api) -> None:
    """The last line of what the process said."""
    elsewhere = "http://192.0.2.1"  # refused before any request: plain http goes to this machine only
    with pytest.raises(ProbeError, match=r"^export of http://192\.0\.2\.1: .*http"):
        take("export", replace(api, url=elsewhere))


# -- tables --

TINY = Plan(rows=200, rounds=1, latency=0.001, latency_pages=4, syncs=3, hard_share=0.01)


@pytest.mark.parametrize(
    ("measure", "lengths"),
    # Those that start a process for each line are run when more is asked for than a check of a change.
    [(http, [3]), (mirror, [6, 7]), (life, [8]), (scores, [2, 2])]
    + [(latency, [4, 4]), (memory, [2, 4]), (growth, [3]), (hard, [1])] * (EFFORT > 1),
    ids=lambda each: getattr(each, "__name__", ""),
)
def test_tables_are_whole(measure: Any, lengths: list[int], monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ANN401 - a module
    """Each measurement fills all of its lines, with the rows that there are."""
    able, _ = installed(http.CONTENDERS)
    monkeypatch.setattr(hard, "CASES", hard.CASES[-1:])  # each takes four processes
    tables = list(measure.tables(TINY))
    if measure in {http, memory}:
        lengths[-1] -= len(http.CONTENDERS) - len(able)
    assert lengths == [len(table.rows) for table in tables]
    for table in tables:
        assert {len(table.header)} == {len(row) for row in table.rows}
        assert not [note for note in table.notes if "fail" in note.lower() or "Error" in note]


def test_a_table_is_text_or_markdown() -> None:
    """Names on the left, numbers on the right; notes below."""
    table = Table("Speed", ["", "of the floor"], [["ours", "1.20x"], ["theirs", "12.00x"]], ["a note"])
    assert [
        "Speed",
        "",
        "        of the floor",
        "------  ------------",
        "ours           1.20x",
        "theirs        12.00x",
        "  a note",
    ] == table.text().splitlines()
    assert [
        "### Speed",
        "",
        "|        | of the floor |",
        "|--------|-------------:|",
        "| ours   |        1.20x |",
        "| theirs |       12.00x |",
        "",
        "a note  ",
    ] == table.markdown().splitlines()


# -- the command --


def test_options_choose_what_is_measured(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """`--only`, `--rows`, `--rounds`, `--small` and `--markdown`."""
    plans: list[tuple[str, Plan]] = []

    def noted(name: str) -> Any:  # noqa: ANN401 - as a measurement
        def tables(plan: Plan) -> Iterator[Table]:
            plans.append((name, plan))
            yield Table(f"Table of {name}", ["", "ratio"], [["ours", "1.00x"]])

        return tables

    monkeypatch.setattr(command, "MEASUREMENTS", {name: noted(name) for name in command.MEASUREMENTS})
    command.main([])
    assert [(name, Plan()) for name in command.MEASUREMENTS] == plans
    assert "\nTable of hard\n" in capsys.readouterr().out
    plans.clear()
    command.main(["--only", "growth,decode", "--small", "--rows", "70", "--markdown"])
    assert [name for name, _ in plans] == ["growth", "decode"]
    assert {(70, SMALL.rounds, SMALL.latency_pages)} == {(p.rows, p.rounds, p.latency_pages) for _, p in plans}
    assert "\n### Table of decode\n" in capsys.readouterr().out


@pytest.mark.parametrize("wrong", [["--only", "speed"], ["--rows", "0"], ["--rounds", "none"]])
def test_wrong_options_are_refused(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """With a line on what is right."""
    with pytest.raises(SystemExit):
        command.main(wrong)
    assert wrong[0] in capsys.readouterr().err


def test_the_command_prints_machine_and_tables() -> None:
    """`python -m benchmarks` in a process of its own, as the README says."""
    asked = ["--only", "http", "--rows", "1000", "--rounds", "1"]
    done = subprocess.run(  # noqa: S603 - our own
        [sys.executable, "-m", "benchmarks", *asked], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (0, "") == (done.returncode, done.stderr)
    assert "CPython" in done.stdout.splitlines()[0]
    assert "End to end: 1,000 mixed rows" in done.stdout

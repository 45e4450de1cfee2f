"""A new list of the API needs one entry in the table: the example of CONTRIBUTING.md, with a made-up list."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import galtea_frames as gf
from galtea_frames.api import resource, resources
from galtea_frames.api.lists import filters
from galtea_frames.frames import loaders
from galtea_frames.mirror import readers
from galtea_frames.sample import RawPage, Request, Store
from galtea_frames.sample.queries import parse_selection
from galtea_frames.sample.resource import Resource
from galtea_frames.sample.store import encode_page
from tools.write_loaders import iterator, loader, reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CONTRIBUTING = (Path(__file__).parents[2] / "CONTRIBUTING.md").read_text(encoding="utf-8")

(ENTRY,) = re.findall(r"```python\n(.*?)```", CONTRIBUTING.partition("## How to add a resource")[2], re.DOTALL)

#: Ties larger than a page; a score in two of three; notes that no entry mentions.
RECORDS: list[dict[str, Any]] = [
    {
        "id": f"monitor_{number:04}",
        "versionId": f"version_{number % 7}",
        "score": None if number % 3 == 0 else number / 4,
        "notes": {"by": "judge", "tokens": number},
        "createdAt": f"2026-02-{1 + number // 90:02}T08:00:00.000Z",
    }
    for number in range(900)
]

CAP = 40


ENTRY_MODULE: dict[str, Any] = {**vars(resource), **vars(filters)}
exec(ENTRY, ENTRY_MODULE)  # noqa: S102 - our own document
MONITORS = ENTRY_MODULE["MONITORS"]

LOADERS_MODULE: dict[str, Any] = {**vars(loaders), "MONITORS": MONITORS}
exec(loader(MONITORS) + iterator(MONITORS), LOADERS_MODULE)  # noqa: S102 - our own program's
load_monitors: Callable[..., pd.DataFrame] = LOADERS_MODULE["load_monitors"]
iter_monitors: Callable[..., Iterator[pd.DataFrame]] = LOADERS_MODULE["iter_monitors"]

READERS_MODULE: dict[str, Any] = {**vars(readers), "MONITORS": MONITORS}
exec(reader(MONITORS), READERS_MODULE)  # noqa: S102 - as above


@contextmanager
def serving(sessions: int) -> Iterator[gf.sample.SampleApi]:
    """Serve the new list too, in capped pages."""
    store = Store(Resource("monitors", {"ids": "id", "versionIds": "versionId"}, {}, frozenset()), RECORDS)

    def answer(request: Request) -> RawPage | None:
        if request.path != "/monitors":
            return None
        selection = parse_selection(request.query, store.resource, ("createdAt",), lambda *_: ())
        return RawPage(encode_page(store.select(selection, min(CAP, selection.limit or CAP))))

    with gf.sample.serve(sessions, 3, answers=answer) as served:
        yield served


@pytest.fixture(scope="module")
def api() -> Iterator[gf.sample.SampleApi]:
    """A stand-in that has the new list."""
    with serving(sessions=30) as served:
        yield served


@pytest.fixture
def client(api: gf.sample.SampleApi) -> Iterator[gf.Client]:
    """A client of it."""
    api.requests.clear()
    with gf.Client(api.api_key, api.url, page_size=100) as opened:
        yield opened


def test_every_row_comes_once_with_its_types(api: gf.sample.SampleApi, client: gf.Client) -> None:
    """Over many pages; declared columns first, those that the entry does not mention typed as well."""
    frame = load_monitors(client=client)
    assert frame["id"].tolist() == [each["id"] for each in RECORDS]
    assert len([each for each in api.requests if each.path == "/monitors"]) > len(RECORDS) / CAP
    assert frame.dtypes.astype(str).to_dict() == {
        "id": "string",
        "version_id": "string",
        "created_at": "datetime64[us, UTC]",
        "notes.by": "string",
        "notes.tokens": "Int64",
        "score": "Float64",
    }
    assert ("monitors", 900) == tuple(frame.attrs["galtea_frames"][name] for name in ("resource", "rows"))


def test_filters_come_from_the_entry(client: gf.Client) -> None:
    """Its own, times, order and limits work; a name that it does not have is refused with the one that was meant."""
    kept = load_monitors(version_ids=["version_1", "version_2"], from_created_at="2026-02-03", client=client)
    assert kept["id"].tolist() == [
        each["id"]
        for each in RECORDS
        if each["versionId"] in ("version_1", "version_2") and each["createdAt"] >= "2026-02-03"
    ]
    assert load_monitors(sort=("created_at", "desc"), limit=2, client=client)["id"].tolist() == [
        "monitor_0810",
        "monitor_0811",
    ]
    with pytest.raises(gf.QueryError, match="unknown argument 'vesion_ids': did you mean 'version_ids'"):
        load_monitors(vesion_ids="version_1", client=client)


def test_the_iterator_yields_the_same_rows(client: gf.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """In parts that all have the columns of the whole."""
    monkeypatch.setattr("galtea_frames.frames.assembly._ROWS_A_FRAME", 256)
    parts = list(iter_monitors(client=client))
    assert [256, 256, 256, 132] == [len(part) for part in parts]
    assert all(first.dtypes.equals(second.dtypes) for first, second in pairwise(parts))
    assert_frame_equal(load_monitors(client=client), pd.concat(parts))


def test_frames_go_back_to_records(client: gf.Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Through Parquet and back to what the API sent."""
    monkeypatch.setitem(resources.RESOURCES, "monitors", MONITORS)
    gf.write_parquet(load_monitors(nested="json", client=client), tmp_path / "monitors.parquet")
    assert RECORDS == gf.to_records(gf.read_parquet(tmp_path / "monitors.parquet"))


@pytest.fixture
def listed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The table of resources names the new list, and mirrors have its reader."""
    monkeypatch.setitem(resources.RESOURCES, "monitors", MONITORS)
    monkeypatch.setattr(gf.Mirror, "load_monitors", READERS_MODULE["load_monitors"], raising=False)


@pytest.mark.usefixtures("listed")
def test_a_mirror_stores_it(api: gf.sample.SampleApi, client: gf.Client, tmp_path: Path) -> None:
    """Synced, reported and read like the other lists; compared again from `lookback` before its newest row on."""
    mirror: Any = gf.Mirror(tmp_path / "mirror")
    assert 900 == mirror.sync(client, lists="monitors").lists["monitors"].new
    assert {"monitors": 900, "sessions": 30, "versions": 3} == {
        name: each.rows for name, each in mirror.info().lists.items()
    }
    assert_frame_equal(load_monitors(client=client), mirror.load_monitors())
    chosen = {"version_ids": ["version_1", "version_2"], "from_created_at": "2026-02-03", "nested": "both"}
    assert_frame_equal(load_monitors(**chosen, client=client), mirror.load_monitors(**chosen))
    api.requests.clear()
    done = mirror.sync(client, lookback="2D")
    assert (0, 0, 0, 900) == (
        done.lists["monitors"].new,
        done.lists["monitors"].changed,
        done.lists["monitors"].removed,
        done.lists["monitors"].rows,
    )
    since = [dict(each.query)["fromCreatedAt"] for each in api.requests if each.path == "/monitors"]
    assert "2026-02-08T07:59:59.999Z" == min(since)
    mirror.compact()
    assert 900 == len(mirror.load_monitors())


def test_a_mirror_that_is_older_than_the_list(
    client: gf.Client, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """What it holds can be read and reported; a sync that names the list adds it."""
    mirror: Any = gf.Mirror(tmp_path / "mirror")
    mirror.sync(client)
    request.getfixturevalue("listed")
    assert ["versions", "sessions"] == list(mirror.info().lists)
    assert 30 == len(mirror.load_sessions())
    with pytest.raises(gf.MirrorError, match="holds no monitors yet; run `galtea-frames sync "):
        mirror.load_monitors()
    assert {"versions": 0, "sessions": 0, "monitors": 900} == {
        name: each.new for name, each in mirror.sync(client, lists="monitors").lists.items()
    }


@pytest.mark.usefixtures("listed")
def test_a_mirror_of_some_products_holds_all_of_a_list_that_has_no_such_filter(
    api: gf.sample.SampleApi, client: gf.Client, tmp_path: Path
) -> None:
    """As the entry names no `productIds`."""
    product = next(iter(api.versions))["productId"]
    done = gf.Mirror(tmp_path / "mirror").sync(client, product_ids=product, lists="monitors")
    assert 900 == done.lists["monitors"].rows
    assert done.versions == sum(each["productId"] == product for each in api.versions)


@pytest.mark.usefixtures("listed")
def test_a_list_that_takes_no_ids_does_not_tell_whose_account_it_is(tmp_path: Path) -> None:
    """If all versions were replaced and no session is stored, a product does."""
    with serving(sessions=0) as api, gf.Client(api.api_key, api.url) as client:
        mirror = gf.Mirror(tmp_path / "mirror")
        mirror.sync(client, lists="monitors")
        for each in list(api.versions):
            api.versions.delete(each["id"])
            api.versions.insert({**each, "id": f"new_{each['id']}"})
        assert 3 == mirror.sync(client).lists["versions"].removed


def test_the_command_line_exports_it(api: gf.sample.SampleApi, tmp_path: Path) -> None:
    """`galtea-frames export monitors` is there, with the filters as options."""
    program = tmp_path / "program.py"
    lines = ["from galtea_frames.api import resources", "from galtea_frames.api.resource import *"]
    lines += ["from galtea_frames.api.lists.filters import *", ENTRY, "resources.RESOURCES['monitors'] = MONITORS"]
    lines += ["from galtea_frames.cli.main import main", "main()"]
    program.write_text("\n".join(lines), encoding="utf-8")
    command: list[str | Path] = [
        sys.executable,
        program,
        "export",
        "monitors",
        "--out",
        tmp_path / "f",
        "--version-id",
        "version_3",
    ]
    further = {"GALTEA_API_KEY": api.api_key, "GALTEA_API_URL": api.url, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | further)  # noqa: S603 - our own
    assert (0, "") == (done.returncode, done.stderr)
    assert re.match(r"129 monitors, 6 columns, in ", done.stdout)
    assert {"version_3"} == set(gf.read_parquet(tmp_path / "f")["version_id"])

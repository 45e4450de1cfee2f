"""What mirrors of some products hold of each list, and how a mirror of all lists knows its account."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from direct_transport import DirectTransport

import galtea_frames as gf
from galtea_frames.mirror.lists import mirrored_lists, parent_of, product_arguments
from galtea_frames.sample.records import session_records, version_records

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from galtea_frames.api.resource import Resource

LISTS = mirrored_lists()
VERSIONS = version_records(4)
PRODUCTS = sorted({each["productId"] for each in VERSIONS})

Row = dict[str, Any]


def account(*lists: str, count: int = 16, given: Mapping[str, list[Row]] | None = None) -> DirectTransport:
    """An account with sample rows in all lists; those named are empty, those given hold these rows."""
    api = DirectTransport(session_records(count, VERSIONS), VERSIONS)
    for name in (each.name for each in LISTS):
        store = api.lists[name]
        if name in lists or name in (given or {}):
            for each in list(store):
                store.delete(each["id"])
        for each in (given or {}).get(name, ()):
            store.insert(each)
    return api


def rows(read: Any, **options: Any) -> pd.DataFrame:  # noqa: ANN401 - any loader or reader
    """The frame of a loader or reader, without warnings of mixed columns."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frame: pd.DataFrame = read(nested="json", **options)
    return frame


def renamed(each: Row) -> Row:
    """The row under another id."""
    return each | {"id": f"new_{each['id']}"}


# -- products --


@pytest.fixture(scope="module")
def api() -> DirectTransport:
    """An account with two products, that no test changes."""
    api = account(count=40)
    api.lists["tests"].update(next(iter(api.lists["tests"]))["id"], productId=None)
    of_other = next(iter(api.lists["runs"])) | {"productId": PRODUCTS[1]}
    api.lists["runs"].insert(renamed(of_other))
    return api


@pytest.fixture(scope="module")
def mirror(api: DirectTransport, tmp_path_factory: pytest.TempPathFactory) -> gf.Mirror:
    """A mirror of one of them."""
    mirror = gf.Mirror(tmp_path_factory.mktemp("one") / "mirror")
    mirror.sync(api.client(), lists="all", product_ids=PRODUCTS[0])
    return mirror


@pytest.mark.parametrize("resource", LISTS, ids=lambda each: each.name)
def test_a_mirror_of_a_product_holds_what_belongs_to_it(
    api: DirectTransport, mirror: gf.Mirror, resource: Resource
) -> None:
    """As the loader returns it for that product, with what belongs to all: metrics, models, and global tests."""
    load, read = (getattr(each, f"load_{resource.name}") for each in (gf, mirror))
    tests = [each["id"] for each in api.lists["tests"] if each["productId"] in (PRODUCTS[0], None)]
    of_product = {"metrics": {}, "models": {}, "products": {"ids": PRODUCTS[0]}}
    of_product |= {"tests": {"ids": tests}, "test_cases": {"test_ids": tests}}
    arguments = of_product.get(resource.name, {"product_ids": PRODUCTS[0]})
    expected = rows(load, client=api.client(), **arguments)
    assert len(expected)
    assert arguments == {} or len(expected) < len(api.lists[resource.name])
    pd.testing.assert_frame_equal(expected, rows(read))


def test_what_is_filtered_follows_from_the_table() -> None:
    """A list that names no product, nor a row that does, is stored whole, though the API has a filter for it."""
    filtered = {each.name: product_arguments(each, ("product_1",)) for each in LISTS}
    own = dict.fromkeys(("sessions", "versions", "evaluations", "specifications", "runs"))
    assert filtered == {
        **{name: {"product_ids": ["product_1"]} for name in own},
        "products": {"ids": ["product_1"]},
        **{name: {} for name in ("metrics", "models", "tests", "test_cases", "inference_results")},
    }
    assert {"inference_results": ("session_id", "sessions"), "test_cases": ("test_id", "tests")} == {
        each.name: parent for each in LISTS if (parent := parent_of(each))
    }


def test_later_syncs_keep_to_the_products(tmp_path: Path) -> None:
    """A new turn of another product's session stays out; one of the product's own comes in."""
    api = account()
    mirror = gf.Mirror(tmp_path / "mirror")
    mirror.sync(api.client(), lists="inference_results", product_ids=PRODUCTS[0])
    own = set(mirror.load_sessions(nested="json")["id"])
    turns = list(api.lists["inference_results"])
    for name, is_own in (("turn_own", True), ("turn_other", False)):
        like = next(each for each in turns if (each["sessionId"] in own) == is_own)
        api.lists["inference_results"].insert(like | {"id": name, "createdAt": turns[-1]["createdAt"]})
    done = mirror.sync(api.client())
    assert 1 == done.lists["inference_results"].new
    assert "turn_own" in set(rows(mirror.load_inference_results)["id"])


# -- whose account --


def test_another_account_with_the_platforms_rows_is_refused(tmp_path: Path) -> None:
    """Metrics and models of the platform are served to everybody, and so are its tests and their cases."""
    owner = {"tests": "productId", "metrics": "organizationId", "models": "organizationId"}
    shared = {name: [{**each, column: None} for each in account().lists[name]] for name, column in owner.items()}
    mirror = gf.Mirror(tmp_path / "mirror")
    mirror.sync(account(given=shared).client(), lists="all")
    before = mirror.info()
    others = {each.name: [renamed(row) for row in account().lists[each.name]] for each in LISTS}
    foreign = account(given=others | shared | {"test_cases": list(account().lists["test_cases"])})
    with pytest.raises(gf.MirrorError, match="belongs to another account"):
        mirror.sync(foreign.client())
    assert before == mirror.info()


@pytest.mark.parametrize("name", ["specifications", "metrics", "test_cases", "products"])
def test_a_list_whose_rows_were_all_replaced_goes_on(tmp_path: Path, name: str) -> None:
    """Versions and sessions say that the account is the same, even if there are none of one of them."""
    for without in ((), ("versions", "evaluations")):
        api = account(*without)
        mirror = gf.Mirror(tmp_path / "".join(without) / "mirror")
        mirror.sync(api.client(), lists="all")
        for each in list(api.lists[name]):
            api.lists[name].delete(each["id"])
            api.lists[name].insert(renamed(each))
        count = len(api.lists[name])
        done = mirror.sync(api.client()).lists[name]
        assert (count, count) == (done.new, done.removed)


def test_an_account_of_which_only_an_organization_is_known(tmp_path: Path) -> None:
    """Where all that is stored are metrics, they must at least be of the same organization."""
    metrics = [each for each in account().lists["metrics"] if each["organizationId"]]
    nothing = [each.name for each in LISTS]
    mirror = gf.Mirror(tmp_path / "mirror")
    mirror.sync(account(*nothing, given={"metrics": metrics}).client(), lists="metrics")
    mirror.sync(account(*nothing, given={"metrics": [renamed(each) for each in metrics]}).client())
    foreign = [renamed(renamed(each)) | {"organizationId": "organization_other"} for each in metrics]
    with pytest.raises(gf.MirrorError, match="belongs to another account"):
        mirror.sync(account(*nothing, given={"metrics": foreign}).client())


# -- rows that the API hides --


class Hiding(DirectTransport):
    """Finds no hidden row by its id."""

    hidden: frozenset[str] = frozenset()

    def _answered(self, path: str, params: Any, parse: Any, tally: Any) -> Any:  # noqa: ANN401
        if self.hidden.intersection(value for name, value in params if name == "ids[]"):
            path = "/evaluations"
            params = [("ids[]", "evaluation_none")]
        return super()._answered(path, params, parse, tally)


def test_a_row_that_is_hidden_is_not_removed(tmp_path: Path) -> None:
    """A pending evaluation of a metric that was taken out of analytics may be found by its session only."""
    api = Hiding(session_records(16, VERSIONS), VERSIONS)
    store = api.lists["evaluations"]
    pending, gone, *_ = [each["id"] for each in store]
    for each in (pending, gone):
        store.update(each, status="PENDING")
    mirror = gf.Mirror(tmp_path / "mirror")
    mirror.sync(api.client(), lists="evaluations")
    api.hidden = frozenset({pending})
    store.update(pending, status="SUCCESS")
    store.delete(gone)
    done = mirror.sync(api.client(), lookback="1D").lists["evaluations"]
    assert (0, 1, 1) == (done.new, done.changed, done.removed)
    assert "SUCCESS" == rows(mirror.load_evaluations, ids=pending)["status"].item()


def test_rows_that_lists_hide_are_stored(tmp_path: Path) -> None:
    """Metrics taken out of analytics, and their evaluations."""
    api = account()
    mirror = gf.Mirror(tmp_path / "mirror")
    mirror.sync(api.client(), lists=["metrics", "evaluations"])
    excluded = {each["id"] for each in api.lists["metrics"] if each["excludedFromAnalyticsAt"]}
    assert excluded
    assert excluded <= set(rows(mirror.load_metrics)["id"])
    assert len(api.lists["evaluations"]) == len(rows(mirror.load_evaluations))


# -- rows without a creation time --


@pytest.mark.parametrize("name", ["runs", "models"])
def test_rows_may_have_no_creation_time(tmp_path: Path, name: str) -> None:
    """They are added, changed, removed and read like the others, which come first."""
    api = account()
    store, mirror = api.lists[name], gf.Mirror(tmp_path / "mirror")
    load, read = (getattr(each, f"load_{name}") for each in (gf, mirror))

    def agree() -> pd.DataFrame:
        frame = rows(read)
        pd.testing.assert_frame_equal(rows(load, client=api.client()), frame)
        for limit in (1, len(store) - 1):
            pd.testing.assert_frame_equal(frame.head(limit), rows(read, limit=limit))
        return frame

    first, second, *_ = list(store)
    for each in (first, second):
        store.update(each["id"], createdAt=None)
    mirror.sync(api.client(), lists=name)
    assert {first["id"], second["id"]} == set(agree()["id"].tail(2))
    store.update(first["id"], userId="user_changed")
    store.update(second["id"], createdAt=second["createdAt"])
    assert 2 == mirror.sync(api.client()).lists[name].changed
    agree()
    store.delete(first["id"])
    assert 1 == mirror.sync(api.client()).lists[name].removed
    agree()
    mirror.compact()
    agree()
    assert len(store) + 1 == len(rows(read, include_removed=True))

"""Scores: evaluations, and the rows of other lists that they refer to, in as few requests as possible."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from galtea_frames.api.query import Members, build_query
from galtea_frames.api.resource import snake_case
from galtea_frames.api.resources import EVALUATIONS, METRICS, RESOURCES, SESSIONS, TEST_CASES, TESTS, VERSIONS
from galtea_frames.api.splitting import sendable_ids, split_ids, split_lists
from galtea_frames.frames.frame import ATTRS
from galtea_frames.frames.load import Wanted, client_context, fetch_frame, fetch_side_by_side, has_row_at
from galtea_frames.frames.options import parse_arguments
from galtea_frames.frames.score_arguments import ScoreArguments
from galtea_frames.frames.scores import LISTS, assemble_scores

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from galtea_frames.api.client import Client
    from galtea_frames.api.query import Query
    from galtea_frames.api.resource import Resource
    from galtea_frames.frames.options import LoadOptions

#: Requests that a walk makes besides those for its pages.
_WALK = 2

#: Requests by id that are cheaper than to find out how long a walk would be.
_FEW = 3

#: Test cases get deleted, and a request for ids of which one is gone is split until that one is found.
_HALVING = 10

#: The tests that exist, in a frame of their own.
_EXISTING = "existing tests"

#: The filters of evaluations that select the same sessions.
_OF_SESSIONS = ("productIds", "versionIds", "testIds", "excludeTestIds", "testCaseIds")

#: What options all lists share.
_SHARED = ("nested", "dtype_backend", "on_misfit", "client")


def fetch_scores(arguments: Mapping[str, Any]) -> pd.DataFrame:
    """Return the evaluations that a loader's arguments select, with all that explains them.

    Raises:
        GalteaFramesError: as in `load_evaluations`.
    """
    given = ScoreArguments.of(arguments)
    query, options = parse_arguments(EVALUATIONS, {**arguments, **given.lists[EVALUATIONS.name]})
    shared = {name: arguments[name] for name in _SHARED if name in arguments}
    of_lists = {
        each.name: parse_arguments(RESOURCES[each.name], {**shared, **given.lists[each.name]}, f"{each.prefix}.")[1]
        for each in LISTS
        if each.name in given.lists
    }
    with client_context(options.client) as client:
        evaluations = fetch_frame(query, options, client)
        frames = _Lists(query, of_lists, client, evaluations).fetch()
    return given.select(assemble_scores(frames))


class _Lists:
    """The lists that evaluations refer to: of each, only the rows that occur.

    Args:
        query: the query of the evaluations.
        options: how to build the frame of each list that is wanted.
        client: sends the requests.
        evaluations: the evaluations.
    """

    def __init__(
        self, query: Query, options: Mapping[str, LoadOptions], client: Client, evaluations: pd.DataFrame
    ) -> None:
        self._query = query
        self._options = options
        self._client = client
        self._frames = {EVALUATIONS.name: evaluations}
        self._keys = {each.name: (each.of, each.column) for each in LISTS}
        self._probes = 0

    def fetch(self) -> dict[str, pd.DataFrame]:
        """Return the frames of all lists by name, evaluations included.

        Large lists are loaded with all workers, and small ones side by side.
        """
        self._load({METRICS.name: self._metrics(), _EXISTING: self._existing_tests()})
        self._load({SESSIONS.name: self._sessions()})
        self._load({VERSIONS.name: self._versions(), TEST_CASES.name: self._test_cases()})
        self._load({TESTS.name: self._tests()})
        existing = self._frames.pop(_EXISTING, None)
        attrs = self._frames[EVALUATIONS.name].attrs[ATTRS]
        attrs["requests"] += self._probes + (0 if existing is None else existing.attrs[ATTRS]["requests"])
        return self._frames

    def _load(self, asked: Mapping[str, Wanted | None]) -> None:
        wanted = {name: each for name, each in asked.items() if each is not None}
        if len(wanted) == 1:
            frames = [fetch_frame(each.query, each.options, self._client, each.ids) for each in wanted.values()]
        else:
            frames = fetch_side_by_side(list(wanted.values()), self._client)
        self._frames |= dict(zip(wanted, frames, strict=True))

    # -- what to ask for --

    def _metrics(self) -> Wanted | None:
        """Ask for all metrics, and by id for those that the list hides."""
        return self._wanted(METRICS, {}, looks_up=True)

    def _existing_tests(self) -> Wanted | None:
        """Ask for the ids of all tests, by which test cases are selected."""
        if self._test_ids or not self._ids(TEST_CASES):
            return None
        options = parse_arguments(TESTS, {"columns": "id"})[1]
        return Wanted(build_query(TESTS, {}), options, None)

    def _sessions(self) -> Wanted | None:
        filters = {snake_case(api): self._query.members_of(api) for api in _OF_SESSIONS}
        return self._cheapest(SESSIONS, {name: members for name, members in filters.items() if members})

    def _versions(self) -> Wanted | None:
        products = self._query.members_of("productIds")
        return self._wanted(VERSIONS, {"product_ids": products} if products else None)

    def _test_cases(self) -> Wanted | None:
        """Ask for the cases of all tests: lists, unlike requests by id, pass over deleted cases."""
        # Of all products: a session may run cases of another product's test.
        tests = self._test_ids or (self._frames[_EXISTING]["id"].tolist() if _EXISTING in self._frames else ())
        if not tests:
            return self._wanted(TEST_CASES, None)
        return self._cheapest(TEST_CASES, {"test_ids": tests}, _HALVING)

    def _tests(self) -> Wanted | None:
        return self._wanted(TESTS, None)

    @property
    def _test_ids(self) -> Sequence[str]:
        """The tests of all evaluations, if the caller names them."""
        tests = self._query.members_of("testIds")
        return () if "" in tests else tests

    def _ids(self, resource: Resource) -> list[str]:
        """Return the ids of a list that occur, of those that a request can hold; none if the list is not wanted."""
        if resource.name not in self._options:
            return []
        of, column = self._keys[resource.name]
        return sendable_ids(self._frames[of][column].dropna().unique())

    def _cheapest(self, resource: Resource, filters: Mapping[str, Any], spare: int = 0) -> Wanted | None:
        """Ask for rows by id or by filters, whatever takes fewer requests.

        Args:
            resource: the list.
            filters: select at least the rows that occur.
            spare: how many further requests by id are worth a walk.
        """
        if not (ids := self._ids(resource)):
            return self._wanted(resource, None)
        by_id = len(split_ids(Members("ids", tuple(ids)))) + spare
        query = build_query(resource, filters)
        walks = len(split_lists(query))
        if by_id <= max(_FEW, _WALK * walks):
            return self._wanted(resource, None)
        self._probes += walks
        rows = (by_id - _WALK * walks) * self._client.settings.page_size
        is_long = has_row_at(rows, query, self._options_of(resource, query), self._client)
        return self._wanted(resource, None if is_long else filters)

    def _wanted(
        self, resource: Resource, filters: Mapping[str, Any] | None, *, looks_up: bool = False
    ) -> Wanted | None:
        """Ask for rows with these filters, or by id; None if the list is not wanted."""
        if resource.name not in self._options:
            return None
        ids = self._ids(resource)
        query = build_query(resource, filters if ids and filters is not None else {"ids": ids})
        return Wanted(query, self._options_of(resource, query), ids, looks_up=looks_up)

    def _options_of(self, resource: Resource, query: Query) -> LoadOptions:
        """Return the options of a list; filters are checked by fields that the caller may not have selected."""
        options = self._options[resource.name]
        return replace(options, contract=options.contract.with_needed(map(snake_case, query.checked_fields)))

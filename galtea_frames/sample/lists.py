"""All lists of the sample API. The further ones are made of sessions and versions when they are first needed."""

import threading
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from galtea_frames.sample.further import BUILDERS
from galtea_frames.sample.queries import Filter, any_of
from galtea_frames.sample.resource import Through, Value
from galtea_frames.sample.resources import RESOURCES
from galtea_frames.sample.spans import SpanStore
from galtea_frames.sample.store import Store

Records = Iterable[Mapping[str, Any]]


class Lists(Mapping[str, Store]):
    """The stores by the name of their list. All methods can be called from any thread.

    Args:
        given: The records of some lists; "sessions" and "versions" must be among them.

    Raises:
        ValueError: A list is unknown.
    """

    def __init__(self, given: Mapping[str, Records]) -> None:
        if unknown := sorted(set(given) - set(RESOURCES)):
            raise ValueError(f"{unknown[0]!r} is not a list of the API: use one of {', '.join(RESOURCES)}")
        self._lock = threading.RLock()
        self._stores = {name: Store(RESOURCES[name], records) for name, records in given.items()}

    def __iter__(self) -> Iterator[str]:
        return iter(RESOURCES)

    def __len__(self) -> int:
        return len(RESOURCES)

    def __getitem__(self, name: str) -> Store:
        """A list, made now if it has not been needed before."""
        if name not in self._stores:
            with self._lock:
                # Another thread may have made it meanwhile.
                self._stores[name] = self._stores[name] if name in self._stores else self._made(name)
        return self._stores[name]

    def _made(self, name: str) -> Store:
        if name == "spans":
            return SpanStore(RESOURCES[name], self["inference_results"])
        return Store(RESOURCES[name], BUILDERS[name](self))

    def elsewhere(self, through: Through, values: Collection[Value] | None) -> frozenset[Value]:
        """The values of a column in the rows of a list that one of its columns or filters selects."""
        store = self[through.list]
        return store.taken(self._filters(through, values), through.taken)

    def _filters(self, through: Through, values: Collection[Value] | None) -> list[Filter]:
        if values is None:
            return []
        resource = RESOURCES[through.list]
        if through.where not in resource.through:
            return [any_of(resource, through.where, values)]
        further = resource.through[through.where]
        return [any_of(resource, further.column, self.elsewhere(further, values))]

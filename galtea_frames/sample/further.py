"""The rows of the further lists, made of the sessions and versions."""

import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from galtea_frames.sample.catalog import (
    metric_records,
    model_records,
    product_records,
    sample_case_records,
    sample_test_records,
    specification_records,
)
from galtea_frames.sample.dice import Dice
from galtea_frames.sample.evaluations import evaluation_records
from galtea_frames.sample.runs import run_records
from galtea_frames.sample.store import Store
from galtea_frames.sample.story import Cast, Conversation, known_cases
from galtea_frames.sample.turns import turn_records

Record = dict[str, Any]
Stores = Mapping[str, Store]


def _conversations(stores: Stores) -> Iterator[Conversation]:
    return map(Cast(stores["versions"]).conversation, stores["sessions"])


def _evaluations(stores: Stores) -> Iterator[Record]:
    for each in _conversations(stores):
        yield from evaluation_records(each, _dice(each, "evaluations"))


def _turns(stores: Stores) -> Iterator[Record]:
    for each in _conversations(stores):
        yield from turn_records(each, _dice(each, "turns"))


def _dice(conversation: Conversation, of: str) -> Dice:
    """Choices that depend on the session alone, so that other sessions do not change them."""
    return Dice(zlib.crc32(f"{of} {conversation.id}".encode()))


def _cases(stores: Stores) -> Iterator[Record]:
    return sample_case_records(each for each in _texts(stores["sessions"], "testCaseId") if each not in known_cases())


def _runs(stores: Stores) -> Iterator[Record]:
    return run_records(_conversations(stores), stores["evaluations"].counted("runId"))


def _products(stores: Stores) -> list[str]:
    return _texts(stores["versions"], "productId")


def _texts(store: Store, column: str) -> list[str]:
    """The values of a column, in the order of the rows."""
    return [value for value in store.counted(column) if isinstance(value, str)]


#: What makes the rows of each list.
BUILDERS: Mapping[str, Callable[[Stores], Iterable[Record]]] = {
    "evaluations": _evaluations,
    "inference_results": _turns,
    "test_cases": _cases,
    "tests": lambda stores: sample_test_records(_products(stores)),
    "metrics": lambda stores: metric_records(_products(stores)),
    "specifications": lambda stores: specification_records(_products(stores)),
    "runs": _runs,
    "products": lambda stores: product_records(_products(stores)),
    "models": lambda stores: model_records(_texts(stores["versions"], "modelId")),
}

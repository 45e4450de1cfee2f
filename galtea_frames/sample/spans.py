"""The spans of the sample turns, which are made when they are requested."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from galtea_frames.sample.dice import Dice
from galtea_frames.sample.phrases import TOOLS
from galtea_frames.sample.queries import Filter, Selection
from galtea_frames.sample.records import Record
from galtea_frames.sample.resource import Resource, Value
from galtea_frames.sample.store import Row, Shuffle, Store
from galtea_frames.sample.story import share_of
from galtea_frames.sample.times import moment_or_none, stamp
from galtea_frames.sample.topics import TOPICS
from galtea_frames.sample.traffic import START

#: The passages of a large document, which make one answer in forty heavy.
_HEAVY = 400

#: Name, type, parent, input and output of a span.
_Step = tuple[str, str, str | None, object, object]


class SpanStore(Store):
    """The spans of the turns that have been asked for; those of a turn are made at the first request for them.

    Args:
        resource: The list of spans.
        turns: The turns.
    """

    def __init__(self, resource: Resource, turns: Store) -> None:
        super().__init__(resource)
        self._turns = turns
        self._turn_column = resource.columns.index("inferenceResultId")
        self._made: set[str] = set()

    def __len__(self) -> int:
        """The number of spans of all turns."""
        self._make_all()
        return super().__len__()

    def __iter__(self) -> Iterator[Record]:
        self._make_all()
        return super().__iter__()

    def __contains__(self, row_id: object) -> bool:
        self._make_of(row_id)
        return super().__contains__(row_id)

    def __getitem__(self, row_id: str) -> Record:
        self._make_of(row_id)
        return super().__getitem__(row_id)

    def delete(self, row_id: str) -> None:
        """Remove a span."""
        self._make_of(row_id)
        super().delete(row_id)

    def update(self, row_id: str, **changes: object) -> None:
        """Change fields of a span."""
        self._make_of(row_id)
        super().update(row_id, **changes)

    def select(self, selection: Selection, limit: int, shuffle: Shuffle | None = None) -> list[Row]:
        """The selected spans, for which those of the named turns are made; without any name, those of all turns."""
        if selection.ids is not None:
            for row_id in selection.ids:
                self._make_of(row_id)
        elif (turn_ids := self._named(selection.filters)) is not None:
            for turn_id in turn_ids:
                self._make(turn_id)
        else:
            self._make_all()
        return super().select(selection, limit, shuffle)

    def _named(self, filters: tuple[Filter, ...]) -> list[Value] | None:
        """The turns that a filter names."""
        named = [one.values for one in filters if one.column == self._turn_column and one.values is not None]
        return list(named[0]) if named else None

    def _make_all(self) -> None:
        for turn in self._turns:
            self._make(turn["id"])

    def _make_of(self, row_id: object) -> None:
        """Make the spans of the turn that a span belongs to by its id."""
        code = str(row_id).removeprefix("trace_")[:-2]
        for turn_id in (f"inferenceResult_{code}", code):
            self._make(turn_id)

    def _make(self, turn_id: Value) -> None:
        with self._lock:
            if not isinstance(turn_id, str) or turn_id in self._made or turn_id not in self._turns:
                return
            self._made.add(turn_id)
            for record in span_records(self._turns[turn_id]):
                self.insert(record)


def span_records(turn: Mapping[str, Any]) -> list[Record]:
    """The spans of a turn: an agent, what it retrieved, generated and called, and a tool inside the last of these."""
    turn_id = turn["id"]
    code = turn_id.removeprefix("inferenceResult_")
    dice = Dice(int(share_of(turn_id, "spans") * 2**32))
    created = moment_or_none(turn.get("createdAt")) or START
    ids = [f"trace_{code}{number:02}" for number in range(5)]
    asked = turn.get("input")
    steps: list[_Step] = [
        ("answer", "AGENT", None, asked, turn.get("actualOutput")),
        ("search_documents", "RETRIEVER", ids[0], {"query": asked, "k": 4}, _passages(dice)),
        (
            "generate",
            "GENERATION",
            ids[0],
            {"messages": [{"role": "user", "content": asked}]},
            turn.get("actualOutput"),
        ),
        (dice.pick(TOOLS), "TOOL", ids[0], {"booking": f"B{dice.between(1_000, 9_999)}"}, {"found": dice.chance(0.9)}),
        ("http_request", "SPAN", ids[3], "GET https://example.com/bookings", dice.pick(("200 OK", None))),
    ]
    if dice.chance(0.3):
        del steps[3:]
    elif dice.chance(0.05):
        # The tool's span was dropped, and the one inside it refers to it all the same.
        del steps[3]
        del ids[3]
    numbered = enumerate(zip(ids[: len(steps)], steps, strict=True))
    return [_span(span_id, turn_id, step, created, number, dice) for number, (span_id, step) in numbered]


def _span(  # noqa: PLR0917 - what a span consists of
    span_id: str, turn_id: str, step: _Step, created: datetime, number: int, dice: Dice
) -> Record:
    name, kind, parent, given, result = step
    begun = created - timedelta(milliseconds=1_500 - 200 * number)
    lasted = dice.between(20, 900)
    # Some products do not say when a step began.
    is_timed = kind not in {"TOOL", "SPAN"} or dice.chance(0.6)
    return {
        "id": span_id,
        "inferenceResultId": turn_id,
        "parentTraceId": parent,
        "name": name,
        "type": kind,
        "description": "Answers the user" if kind == "AGENT" else None,
        "inputData": given,
        "outputData": result,
        "error": "The tool answered after 30 s" if kind == "TOOL" and dice.chance(0.05) else None,
        "latencyMs": lasted + 0.5 if is_timed else None,
        "metadata": {"model": "model_small-2026-02", "attempt": 1}
        if kind == "GENERATION"
        else {"k": 4, "tags": [name]},
        "startTime": stamp(begun) if is_timed else None,
        "endTime": stamp(begun + timedelta(milliseconds=lasted)) if is_timed else None,
        "createdAt": stamp(created + timedelta(milliseconds=100)),
        "deletedAt": None,
    }


def _passages(dice: Dice) -> object:
    """What was retrieved: text, a list of texts, a list of objects, or an object; sometimes a lot of it."""
    topic = dice.pick(TOPICS)
    passages = [question.expected for question in topic.questions]
    if dice.chance(0.025):
        passages *= _HEAVY
    found = [
        {"text": passage, "score": round(1 - number / len(passages), 3)} for number, passage in enumerate(passages)
    ]
    return dice.pick((passages[0], passages, found, {"documents": found, "source": topic.source_file}))

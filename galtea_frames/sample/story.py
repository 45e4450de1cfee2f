"""What happened in a sample session beyond its record: which case it ran, how many turns, how well it went."""

import hashlib
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from galtea_frames.sample.dice import Dice
from galtea_frames.sample.metrics import Metric
from galtea_frames.sample.records import cases_of_test, has_inference_results, sample_tests
from galtea_frames.sample.times import moment_or_none
from galtea_frames.sample.topics import FOLLOW_UPS, REPLIES, TOPICS, VARIANTS, Question, Topic
from galtea_frames.sample.traffic import START

Record = Mapping[str, Any]

#: How well the last version and all others do: mean scores by metric. All other metrics are the same for all.
_USUAL = {
    "Refund policy": 0.56,
    "Answer relevance": 0.8,
    "Tool use": 0.72,
    "Resolved": 0.7,
    "Politeness (old prompt)": 0.6,
}
_LAST = {"Refund policy": 0.87}
_OTHERWISE = 0.84
#: The last version answers paraphrased questions, and only these, in a worse tone than the others.
_TONE_OF_PARAPHRASED = 0.5


#: The place of the case in each test that is a later revision of the case before it.
REVISION = 3


@dataclass(frozen=True, slots=True)
class Case:
    """What a session is about.

    Attributes:
        topic: The subject.
        question: The question, as a number within the topic.
        variant: One of `VARIANTS`, as a number.
        language: One of `LANGUAGES`, as a number.
    """

    topic: Topic
    question: int
    variant: int
    language: int

    @property
    def content(self) -> Question:
        """The question and its answers."""
        return self.topic.questions[self.question]

    @property
    def asked(self) -> str:
        """The question as the user writes it."""
        text = self.content.asked[self.language]
        if VARIANTS[self.variant] == "paraphrased":
            return _OPENINGS[self.language] + text
        if VARIANTS[self.variant] == "misspelled":
            return text[:4] + text[5:-4] + text[-3:]
        return text


#: What customers ask about in production.
_OF_CUSTOMERS = tuple(topic for topic in TOPICS if topic.type == "QUALITY")
_OPENINGS = ("Hi, quick question: ", "Hola, una pregunta: ", "Hallo, kurze Frage: ")


def share_of(*parts: str) -> float:
    """A number from 0 to 1 that depends on the texts alone."""
    return zlib.crc32("|".join(parts).encode()) / 2**32


def code_of(*parts: str) -> str:
    """An id's opaque part, which depends on the texts alone."""
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:24]


@cache
def known_cases() -> dict[str, Case]:
    """The cases of the sample tests by id: each test asks four questions in three variants and three languages."""
    return {
        # The fourth case is a later revision of the third, and asks the same.
        case_id: Case(topic, number % 4 if number != REVISION else REVISION - 1, number // 4 % 3, number // 12)
        for topic, head in zip(TOPICS, sample_tests(), strict=True)
        for number, case_id in enumerate(cases_of_test(head))
    }


def case_of(name: str) -> Case:
    """The case of an id, or what a conversation of this name is about."""
    known = known_cases().get(name)
    if known is not None:
        return known
    dice = Dice(zlib.crc32(name.encode()))
    return Case(dice.pick(_OF_CUSTOMERS), dice.between(0, 3), dice.between(0, 2), dice.between(0, 2))


@dataclass(frozen=True, slots=True)
class Conversation:
    """A session with what follows from its record.

    Attributes:
        record: The session.
        created: When it began.
        version: Its version's place among the versions, -1 for a version that is not listed.
        is_last: Whether that is the last one.
        product_id: Its version's product.
        model_id: Its version's model.
    """

    record: Record
    created: datetime
    version: int
    is_last: bool
    product_id: str | None
    model_id: object

    @property
    def id(self) -> str:
        """The session's id."""
        session_id: str = self.record["id"]
        return session_id

    @property
    def test_case_id(self) -> str | None:
        """The case that it ran; None in production."""
        test_case_id = self.record.get("testCaseId")
        return test_case_id if isinstance(test_case_id, str) else None

    @property
    def case(self) -> Case:
        """What it is about."""
        return case_of(self.test_case_id or self.id)

    @property
    def turns(self) -> int:
        """How many turns it has."""
        if not has_inference_results(str(self.record.get("versionId"))):
            return 0
        low, high = self.case.topic.turns if self.test_case_id else (2, 4)
        return low + int(share_of(self.id, "turns") * (high - low + 1))

    def turn_id(self, index: int) -> str:
        """The id of a turn."""
        return f"inferenceResult_{code_of(self.id)[:22]}{index:02}"

    def quality(self, metric: Metric) -> float:
        """The score that it deserves from 0 to 1: like that of the same case elsewhere, and a little by chance."""
        mean = _USUAL.get(metric.name, _OTHERWISE)
        if self.is_last:
            mean = _LAST.get(metric.name, mean)
            if metric.name == "Tone" and VARIANTS[self.case.variant] == "paraphrased":
                mean = _TONE_OF_PARAPHRASED
        by_case = share_of(metric.name, self.test_case_id or self.id) - 0.5
        by_chance = share_of(metric.name, self.id, "chance") - 0.5
        return min(max(mean + 0.2 * by_case + 0.2 * by_chance, 0.0), 1.0)

    def said(self, index: int) -> str:
        """What the user says in a turn."""
        return self.case.asked if index == 0 else FOLLOW_UPS[(zlib.crc32(self.id.encode()) + index) % len(FOLLOW_UPS)]

    def answered(self, index: int, *, is_right: bool) -> str:
        """What the product answers in a turn."""
        if index > 0:
            return REPLIES[(zlib.crc32(self.id.encode()) + index) % len(REPLIES)]
        return self.case.content.expected if is_right else self.case.content.wrong

    def at(self, delay: timedelta) -> datetime:
        """A time after its beginning."""
        return self.created + delay


class Cast:
    """The versions that conversations belong to.

    Args:
        versions: The versions in the order of their release.
    """

    def __init__(self, versions: Iterable[Record]) -> None:
        self._versions = {version["id"]: (place, version) for place, version in enumerate(versions)}

    def conversation(self, session: Record) -> Conversation:
        """What follows from a session."""
        version_id = session.get("versionId")
        place, version = self._versions.get(version_id, _UNKNOWN) if isinstance(version_id, str) else _UNKNOWN
        return Conversation(
            record=session,
            created=moment_or_none(session.get("createdAt")) or START,
            version=place,
            is_last=place == len(self._versions) - 1 > 0,
            product_id=version.get("productId"),
            model_id=version.get("modelId"),
        )


_UNKNOWN: tuple[int, Record] = -1, {}

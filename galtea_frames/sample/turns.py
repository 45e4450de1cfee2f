"""The turns of the sample sessions: what was said, how long it took and what it cost."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from galtea_frames.sample.catalog import price_of_model
from galtea_frames.sample.dice import Dice
from galtea_frames.sample.metrics import REFUND, RELEVANCE
from galtea_frames.sample.phrases import ERRORS
from galtea_frames.sample.records import LATENCIES_MS
from galtea_frames.sample.story import Conversation, code_of, share_of
from galtea_frames.sample.times import stamp

Record = dict[str, Any]

#: Inputs before this day are plain text.
_OBJECTS_SINCE = datetime(2026, 1, 19, tzinfo=UTC)
#: Answers before this day are plain text.
_ANSWERS_SINCE = datetime(2026, 2, 20, tzinfo=UTC)
_RIGHT = 0.6


def turn_records(conversation: Conversation, dice: Dice) -> Iterator[Record]:
    """The turns of a conversation, in their order.

    The first two turns of some conversations were copied, so both have the time of the session, and nothing was
    measured.
    """
    count = conversation.turns
    is_right = conversation.quality(REFUND if conversation.case.topic.is_about_refunds else RELEVANCE) >= _RIGHT
    copied = 2 if count > 2 and conversation.test_case_id and share_of(conversation.id, "seed") < 0.3 else 0  # noqa: PLR2004
    for index in range(count):
        status = _status(conversation) if index == count - 1 else "GENERATED"
        is_copied = index < copied
        delay = timedelta() if is_copied else timedelta(seconds=7 * (index + 1), milliseconds=dice.between(0, 2_999))
        yield {
            "id": conversation.turn_id(index),
            "sessionId": conversation.id,
            "userId": conversation.record.get("userId"),
            "index": index,
            "status": status,
            "error": (conversation.record.get("error") or dice.pick(ERRORS)) if status == "FAILED" else None,
            "input": _input(conversation, index, dice),
            "actualOutput": _output(conversation.created, conversation.answered(index, is_right=is_right), dice)
            if status == "GENERATED"
            else None,
            **(_measured(conversation, dice) if status == "GENERATED" and not is_copied else dict.fromkeys(_MEASURED)),
            "creditsUsed": 0 if conversation.test_case_id is None else 1,
            "conversationSimulatorVersion": "2.1" if conversation.case.topic.type == "SCENARIOS" else None,
            "traceId": code_of(conversation.id, "trace") + f"{index:08}",
            "droppedSpanCount": 1 if share_of(conversation.id, "dropped") < 0.02 else 0,  # noqa: PLR2004 - a share
            "createdAt": stamp(conversation.created + delay),
            "deletedAt": None,
        }


def _status(conversation: Conversation) -> str:
    """The status of the last turn."""
    return {"FAILED": "FAILED", "PENDING": "PENDING"}.get(str(conversation.record.get("status")), "GENERATED")


def _input(conversation: Conversation, index: int, dice: Dice) -> Record | str:
    said = conversation.said(index)
    if conversation.created < _OBJECTS_SINCE:
        return said
    if dice.chance(0.03):
        return {
            "content": [{"type": "audio", "uri": f"s3://inputs/{code_of(conversation.id)}.wav", "transcript": said}]
        }
    return {"user_message": said} | ({"locale": "es-ES", "attachments": []} if dice.chance(0.2) else {})


def _output(created: datetime, answer: str, dice: Dice) -> Record | str:
    if created < _ANSWERS_SINCE or dice.chance(0.4):
        return answer
    if dice.chance(0.05):
        return {"content": [{"type": "audio", "uri": "s3://outputs/answer.wav", "transcript": answer}]}
    if dice.chance(0.1):
        file = {"type": "file", "uri": "s3://outputs/ticket.pdf", "filename": "ticket.pdf"}
        return {"assistant_message": answer, "content": [file | {"mimeType": "application/pdf", "sizeBytes": 48_213}]}
    return {"assistant_message": answer}


def _measured(conversation: Conversation, dice: Dice) -> Record:
    """Latency, tokens and costs; the last version writes more."""
    given, cached, answered = price_of_model(conversation.model_id)
    usual = LATENCIES_MS[conversation.version % len(LATENCIES_MS)]
    tokens_in, tokens_out = dice.between(300, 1_900), int(dice.between(30, 300) * (1.5 if conversation.is_last else 1))
    measured = (
        round(usual * (0.6 + 0.25 / (1.02 - dice.roll())), 1),
        tokens_in,
        tokens_out,
        dice.between(0, 250) if dice.chance(0.3) else None,
        None if dice.chance(0.1) else tokens_in + tokens_out,
        given,
        answered,
        cached,
        round(tokens_in * given + tokens_out * answered, 8),
    )
    return dict(zip(_MEASURED, measured, strict=True))


_MEASURED = (
    "latency",
    "inputTokens",
    "outputTokens",
    "cacheReadInputTokens",
    "tokens",
    "costPerInputToken",
    "costPerOutputToken",
    "costPerCacheReadInputToken",
    "cost",
)

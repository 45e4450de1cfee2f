"""The nested fields of the sample sessions, with keys that differ from row to row."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from galtea_frames.sample.dice import Dice
from galtea_frames.sample.phrases import CHANNELS, CONTEXTS, COUNTRIES, MODELS, PAGES, TAGS, TIERS, TOOLS

#: Contexts before this day may be a bare string.
_OBJECTS_SINCE = datetime(2026, 1, 19, tzinfo=UTC)
#: Contexts from this day on may hold any keys.
_ANY_KEYS_SINCE = datetime(2026, 3, 1, tzinfo=UTC)


def context(moment: datetime, dice: Dice) -> dict[str, Any] | str | None:
    """The context of a session created at a moment."""
    if dice.chance(0.2):
        return None
    if dice.chance(0.04):
        return {}
    text = dice.pick(CONTEXTS)
    if moment < _OBJECTS_SINCE and dice.chance(0.15):
        return text
    if moment >= _ANY_KEYS_SINCE and dice.chance(0.5):
        return _free_context(text, dice)
    return {"value": text}


def _free_context(text: str, dice: Dice) -> dict[str, Any]:
    """A context with arbitrary keys, with or without the text."""
    keys = {
        "channel": dice.pick(CHANNELS),
        "page": {"url": f"https://example.com{dice.pick(PAGES)}", "visits": dice.between(1, 9)},
    }
    return keys if dice.chance(0.4) else {"value": text, **keys}


def metadata(usual_latency_ms: int, dice: Dice) -> dict[str, Any] | None:
    """The metadata of a session: mostly an object, with keys that differ from row to row."""
    if dice.chance(0.04):
        return None
    if dice.chance(0.03):
        return {}
    record: dict[str, Any] = {
        "latency_ms": _latency_ms(usual_latency_ms, dice),
        "cost_usd": round(dice.roll() * dice.roll() * 0.05, 6),
        "model": dice.pick(MODELS),
    }
    for key, share, make in _SOMETIMES:
        if dice.chance(share):
            record[key] = make(dice)
    return record


def _latency_ms(usual: int, dice: Dice) -> int:
    """A latency around the usual one, with a long tail. No logarithm: its last digit depends on the machine."""
    return int(usual * (0.6 + 0.25 / (1.02 - dice.roll())))


def _tokens(dice: Dice) -> dict[str, int]:
    return {"input": dice.between(40, 4_000), "output": dice.between(1, 900)}


def _user(dice: Dice) -> dict[str, str | None]:
    return {"tier": dice.pick(TIERS), "country": dice.pick(COUNTRIES) if dice.chance(0.9) else None}


def _tags(dice: Dice) -> list[str]:
    return [tag for tag in TAGS if dice.chance(0.3)]


def _score(dice: Dice) -> int | float:
    score = dice.between(0, 40) / 4
    return int(score) if score.is_integer() else score


def _retries(dice: Dice) -> int | str:
    return "unlimited" if dice.chance(0.15) else dice.between(0, 5)


def _tool_calls(dice: Dice) -> list[dict[str, Any]]:
    count = dice.between(0, 3)
    return [{"name": dice.pick(TOOLS), "ok": dice.chance(0.9), "ms": dice.between(5, 900)} for _ in range(count)]


def _cached(dice: Dice) -> bool | None:
    return dice.pick((True, False, None))


def _dotted(dice: Dice) -> str:
    return dice.pick(TIERS)


#: Optional keys: name, share of rows that have it, and its value. "user.tier" is a single key with a dot, and so
#: another path than "tier" inside "user".
_SOMETIMES: tuple[tuple[str, float, Callable[[Dice], Any]], ...] = (
    ("tokens", 0.9, _tokens),
    ("user", 0.7, _user),
    ("tags", 0.5, _tags),
    ("score", 0.6, _score),
    ("retries", 0.06, _retries),
    ("tool_calls", 0.2, _tool_calls),
    ("cached", 0.3, _cached),
    ("user.tier", 0.01, _dotted),
)

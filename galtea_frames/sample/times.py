"""Times as the API sends and reads them."""

import re
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DATE_TIME = re.compile(
    r"(?P<whole>\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?)([.,](?P<fraction>\d+))?(?P<offset>[Zz]|[+-]\d\d(:?\d\d)?)"
)


def stamp(moment: datetime) -> str:
    """A time in the API's format: UTC, milliseconds, ``Z``."""
    return moment.isoformat(timespec="milliseconds")[:-6] + "Z"


def instant(text: str) -> int:
    """Nanoseconds since 1970 of an ISO 8601 time with ``Z`` or an offset.

    Raises:
        ValueError: The text is not such a time.
    """
    match = _DATE_TIME.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not an ISO 8601 time with an offset")
    offset = match["offset"].upper()
    whole = datetime.fromisoformat(match["whole"] + offset)
    return (whole - _EPOCH) // timedelta(seconds=1) * 10**9 + int((match["fraction"] or "0").ljust(9, "0")[:9])


def instant_or_none(value: object) -> int | None:
    """The same of any value; None for what is not such a time."""
    try:
        return instant(value) if isinstance(value, str) else None
    except ValueError:
        return None


def moment_or_none(value: object) -> datetime | None:
    """The time of a text with an offset; None for anything else."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return None if moment is None or moment.tzinfo is None else moment.astimezone(UTC)

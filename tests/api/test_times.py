"""Times: parsing ISO 8601, and formatting for the API."""

from datetime import UTC, date, datetime, timedelta, timezone

import numpy as np
import pandas as pd
import pytest

from galtea_frames.api.times import instant, instants, render, wire_text

SECOND = 1_772_359_200_000_000  # 2026-03-01T10:00:00Z in microseconds since 1970


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("1970-01-01T00:00:00Z", 0, id="the epoch"),
        pytest.param("1969-12-31T23:59:59.999999Z", -1, id="before the epoch"),
        pytest.param("2026-03-01T10:00:00Z", SECOND, id="seconds"),
        pytest.param("2026-03-01T10:00:00.1Z", SECOND + 100_000, id="one digit"),
        pytest.param("2026-03-01T10:00:00.123Z", SECOND + 123_000, id="milliseconds"),
        pytest.param("2026-03-01T10:00:00.123456Z", SECOND + 123_456, id="microseconds"),
        pytest.param("2026-03-01T10:00:00.123456789Z", SECOND + 123_456, id="nanoseconds are cut off"),
        pytest.param("2026-03-01T11:00:00+01:00", SECOND, id="offset ahead"),
        pytest.param("2026-03-01T04:30:00-05:30", SECOND, id="offset behind"),
        pytest.param("2026-03-01T10:00:00", SECOND, id="no offset is UTC"),
        pytest.param("2026-03-01", SECOND - 36_000_000_000, id="a day is its midnight"),
        pytest.param("2026-03-01t10:00:00.5z", SECOND + 500_000, id="small letters"),
        pytest.param("2026-03-01T11:00:00+0100", SECOND, id="an offset without a colon"),
        pytest.param("2026-03-01T24:00:00-10:00", SECOND + 86_400_000_000, id="the end of a day"),
    ],
)
def test_instant_is_exact(text: str, expected: int) -> None:
    """Every form of ISO 8601 that the API may send is the same count of microseconds."""
    assert expected == instant(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2026-03-01T10:00:00Z\0x",
        "2026-13-01T00:00:00Z",
        "2026-03-01T25:00:00Z",
        "1772359200",
        "2026-03-01T10:00.5Z",
        "2026-03-01T10,5",
        "9999-12-31T24:00Z",
    ],
)
def test_instant_refuses_other_text(text: str) -> None:
    """Text that is no time is a ValueError, which makes the page count as unreadable."""
    with pytest.raises(ValueError, match=r"."):
        instant(text)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("2026-03-01", "2026-03-01T00:00:00.000Z", id="text of a day"),
        pytest.param("2026-03-01T10:00:00", "2026-03-01T10:00:00.000Z", id="naive text"),
        pytest.param(" 2026-03-01T10:00:00Z\n", "2026-03-01T10:00:00.000Z", id="text with blanks around it"),
        pytest.param("2026-03-01T10:00:00+01:00", "2026-03-01T09:00:00.000Z", id="text with an offset"),
        pytest.param("2026-03-01t10:00:00z", "2026-03-01T10:00:00.000Z", id="text in small letters"),
        pytest.param("2026-03-01T24:00", "2026-03-02T00:00:00.000Z", id="the end of a day"),
        pytest.param("2026-03-01T10:00:00.123456Z", "2026-03-01T10:00:00.123456Z", id="text in microseconds"),
        pytest.param(date(2026, 3, 1), "2026-03-01T00:00:00.000Z", id="date"),
        pytest.param(datetime(2026, 3, 1, 10, 0, 0, 7_000), "2026-03-01T10:00:00.007Z", id="naive datetime"),  # noqa: DTZ001
        pytest.param(
            datetime(2026, 3, 1, 10, tzinfo=timezone(timedelta(hours=-8))),
            "2026-03-01T18:00:00.000Z",
            id="datetime with an offset",
        ),
        pytest.param(datetime(2026, 3, 1, 10, 0, 0, 7, tzinfo=UTC), "2026-03-01T10:00:00.000007Z", id="microseconds"),
        pytest.param(pd.Timestamp("2026-03-01 10:00"), "2026-03-01T10:00:00.000Z", id="naive Timestamp"),
        pytest.param(
            pd.Timestamp("2026-07-01 10:00", tz="Europe/Madrid"), "2026-07-01T08:00:00.000Z", id="Timestamp in a zone"
        ),
        pytest.param(np.datetime64("2026-03-01T10:00"), "2026-03-01T10:00:00.000Z", id="numpy's minutes"),
        pytest.param(np.datetime64("2026-03-01T10:00:00.123456789"), "2026-03-01T10:00:00.123456Z", id="nanoseconds"),
        pytest.param(np.datetime64("2026-03-01"), "2026-03-01T00:00:00.000Z", id="numpy's day"),
        pytest.param(np.datetime64("9999-12-31T23:59:59"), "9999-12-31T23:59:59.000Z", id="the last second"),
        pytest.param(
            pd.Timestamp("2026-03-01T10:00:00.123456789Z"), "2026-03-01T10:00:00.123456Z", id="nanoseconds cut off"
        ),
    ],
)
def test_wire_text_is_utc_with_a_z(value: str | date, expected: str) -> None:
    """A caller's time in any of its forms goes out in UTC, to the millisecond unless it is finer."""
    assert expected == wire_text(value)


@pytest.mark.parametrize(
    "value",
    [
        np.datetime64(10**14, "s"),
        np.datetime64(2**62, "m"),
        np.datetime64("10000-01-01"),
        np.datetime64("0000-12-31T23"),
        np.datetime64("NaT", "s"),
        np.datetime64("2026"),
        np.datetime64(3, "W"),
    ],
    ids=str,
)
def test_wire_text_refuses_what_no_calendar_has(value: np.datetime64) -> None:
    """What numpy counts beyond the years of a calendar is no wrong time, nor is a month or a week a day."""
    with pytest.raises(ValueError, match=r"^(not between the years 1 and 9999|neither a time nor a day)"):
        wire_text(value)


def test_wire_text_refuses_nat() -> None:
    """NaT is a datetime by type, but no time."""
    with pytest.raises(ValueError, match="NaT"):
        wire_text(pd.NaT)  # type: ignore[arg-type] # that is the point


@pytest.mark.parametrize(
    ("digits", "expected"),
    [
        pytest.param(0, "2026-03-01T10:00:00Z", id="seconds"),
        pytest.param(3, "2026-03-01T10:00:00.120Z", id="milliseconds"),
        pytest.param(6, "2026-03-01T10:00:00.120034Z", id="microseconds"),
    ],
)
def test_render_has_that_many_digits(digits: int, expected: str) -> None:
    """An instant is written with as many digits as the API sent, and a Z."""
    assert expected == render(SECOND + 120_034, digits)


@pytest.mark.parametrize("text", ["1969-07-20T20:17:40.123456Z", "2026-03-01T10:00:00.000001Z"])
def test_render_undoes_instant(text: str) -> None:
    """Reading a time and writing it again gives the same text, before 1970 too."""
    assert text == render(instant(text), 6)


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        pytest.param(["2026-03-01T10:00:00.000Z"], (True, SECOND, SECOND), id="one"),
        pytest.param(
            ["2026-03-01T10:00:00.000Z", "2026-03-01T10:00:00.000Z", "2026-03-01T10:00:01.000Z"],
            (True, SECOND, SECOND + 1_000_000),
            id="one layout, ascending with a tie",
        ),
        pytest.param(
            ["2026-03-01T10:00:01.000Z", "2026-03-01T10:00:00.000Z"],
            (False, SECOND + 1_000_000, SECOND),
            id="one layout, descending",
        ),
        pytest.param(
            ["2026-03-01T10:00:00Z", "2026-03-01T10:00:00.000Z", "2026-03-01T11:00:00.5+01:00"],
            (True, SECOND, SECOND + 500_000),
            id="mixed layouts, ascending",
        ),
        pytest.param(
            ["2026-03-01T10:00:00.5Z", "2026-03-01T10:00:00Z"],
            (False, SECOND + 500_000, SECOND),
            id="mixed layouts, descending though the text ascends",
        ),
        pytest.param(
            ["2026-03-01T11:00:00+01:00", "2026-03-01T10:30:00+00:30"],
            (True, SECOND, SECOND),
            id="offsets: equal though the text descends",
        ),
    ],
)
def test_instants_tell_the_order(texts: list[str], expected: tuple[bool, int, int]) -> None:
    """Order, first and last are those of the instants, whatever their text looks like."""
    moments = instants(texts)
    assert expected == (bool((np.diff(moments) >= 0).all()), moments[0], moments[-1])


def test_instants_refuse_text_in_one_layout_that_is_no_time() -> None:
    """The quick way for texts of one layout still reads the first and the last."""
    with pytest.raises(ValueError, match=r"."):
        instants(["nonsenseZ", "rubbish.Z"])


@pytest.mark.parametrize("others", [(), ("2026-03-01",)], ids=["alone", "beside another layout"])
@pytest.mark.parametrize("text", ["0000-12-31T23:59:59-01:00", "0000-01-01T00:00:00Z", "0001-01-01T00:00:00+01:00"])
def test_instants_refuse_the_year_0_whatever_stands_beside_it(text: str, others: tuple[str, ...]) -> None:
    """A time of the year 0 is no time, also where its offset takes it into the year 1; so with any time before that."""
    with pytest.raises(ValueError, match=r"."):
        instants([text, *others])

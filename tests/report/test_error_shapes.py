"""Error messages to their shapes."""

from __future__ import annotations

import time

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from galtea_frames.error_shapes import shapes


def shape(text: str) -> str:
    """Return the shape of one message."""
    found: str = shapes(pa.array([text]))[0].as_py()
    return found


SHAPES = [
    ('HTTP 422: {"detail":"model not found"}', "HTTP <n>: {<text>:<text>}"),
    ("Timeout after 60000 ms", "Timeout after <n> ms"),
    ("don't say 'hello 5' to me, it can't hear", "don't say <text> to me, it can't hear"),
    ("no `x` nor “y” nor «z»", "no <text> nor <text> nor <text>"),
    ("no version_xea3weu5x8w1od3iwpug6mvy", "no <id>"),
    ("no 7d3f0a52-41f6-4a4b-9c3a-5f0a1b2c3d4e, 0x7f", "no <id>, <id>"),
    ("digest deadbeefcafe and k3j4h", "digest <id> and <id>"),
    ("GET https://example.com/a?b=1 failed", "GET <url> failed"),
    ("mail to ana.b+c@example.co.uk bounced", "mail to <email> bounced"),
    ("at 2026-03-01T10:00:00.123Z, on 2026-03-01", "at <time>, on <time>"),
    ("-1.5 and 1,000.25 and ٣", "<n> and <n> and <n>"),
    ("  two\n\tlines ", "two lines"),
    ("连接被对方重置", "连接被对方重置"),
    ("", ""),
]


@pytest.mark.parametrize(("message", "expected"), SHAPES)
def test_numbers_ids_and_quoted_parts_are_removed(message: str, expected: str) -> None:
    """What is left is what messages of one kind share."""
    assert expected == shape(message)


def test_long_shapes_are_cut() -> None:
    """At 160 characters, with an ellipsis."""
    assert "z" * 159 + "…" == shape("z" * 161)
    assert "z" * 160 == shape("z" * 160)


@settings(deadline=None)
@given(st.text(), st.integers(0, 10**9), st.integers(0, 10**9))
def test_messages_that_differ_in_a_number_share_a_shape(text: str, first: int, second: int) -> None:
    """Whatever stands before the number."""
    assert shape(f"{text} code {first}") == shape(f"{text} code {second}")


@pytest.mark.parametrize("unit", ['"', "'a", "1a", "@a.", "a_", "\u0000", "2026-"])
def test_hostile_messages_cost_no_more_than_others(unit: str) -> None:
    """No pattern backtracks: messages made to hurt take this process about as long as any, not years."""

    def cost(message: str) -> float:
        begin = time.process_time()
        shapes(pa.array([message] * 2_000))
        return time.process_time() - begin

    usual = cost("The model took 12 s to say “no” to ada@example.com. " * 40)
    assert cost(unit * 2_000) < 50 * usual

"""Shapes of error messages: messages without their numbers, ids and quoted parts; pure."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

#: Characters of a message to read, and of its shape to keep: the beginning of a stack trace says most.
_READ, _KEPT = 1_000, 160

#: Replacements, in order. The patterns are for RE2, which takes linear time on any text.
_REPLACEMENTS = (
    (r'"[^"]*"|“[^”]*”|«[^»]*»|`[^`]*`', "<text>"),
    # Not apostrophes within words.
    (r"\B'[^']*'\B", "<text>"),
    (r"\b[A-Za-z][A-Za-z0-9+.-]*://\S+", "<url>"),
    (r"[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", "<email>"),
    (r"\b\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?)?(Z\b|[+-]\d{2}:?\d{2}\b)?", "<time>"),
    (r"\b[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b|\b0x[0-9a-fA-F]+\b", "<id>"),
    # The API's ids (`version_` and 24 letters and digits), hexadecimal digests, and words that contain digits.
    (r"\b[A-Za-z]+[_-][A-Za-z0-9]{16,}\b|\b[0-9a-f]{12,}\b|\b\w*\d[A-Za-z]+\d\w*\b", "<id>"),
    (r"[-+]?\p{Nd}+([.,]\p{Nd}+)*", "<n>"),
    (r"\s+", " "),
)


def shapes(messages: pa.Array) -> pa.Array:
    """Return the shape of each message, which is equal for messages that differ only in numbers, ids or quoted parts.

    Shapes are one line of at most 160 characters.

    Args:
        messages: messages, without nulls.
    """
    found = pc.utf8_slice_codeunits(messages.cast(pa.string()), 0, _READ)
    for pattern, replacement in _REPLACEMENTS:
        found = pc.replace_substring_regex(found, pattern, replacement)
    found = pc.utf8_trim_whitespace(found)
    cut = pc.binary_join_element_wise(pc.utf8_slice_codeunits(found, 0, _KEPT - 1), "…", "")
    return pc.if_else(pc.greater(pc.utf8_length(found), _KEPT), cut, found)

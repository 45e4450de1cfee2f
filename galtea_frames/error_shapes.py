"""What error messages have in common: the message without its numbers, ids and quoted parts; pure."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

#: How much of a message is looked at, and how much of its shape is kept: a stack trace says most where it begins.
_READ, _KEPT = 1_000, 160

#: What is replaced, in this order. The syntax is RE2's, whose time is linear in the text, whatever the text is.
_REPLACEMENTS = (
    (r'"[^"]*"|“[^”]*”|«[^»]*»|`[^`]*`', "<text>"),
    # An apostrophe within a word quotes nothing.
    (r"\B'[^']*'\B", "<text>"),
    (r"\b[A-Za-z][A-Za-z0-9+.-]*://\S+", "<url>"),
    (r"[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", "<email>"),
    (r"\b\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?)?(Z\b|[+-]\d{2}:?\d{2}\b)?", "<time>"),
    (r"\b[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b|\b0x[0-9a-fA-F]+\b", "<id>"),
    # The API's ids (`version_` and 24 letters and digits), hexadecimal digests, and words with digits in their midst.
    (r"\b[A-Za-z]+[_-][A-Za-z0-9]{16,}\b|\b[0-9a-f]{12,}\b|\b\w*\d[A-Za-z]+\d\w*\b", "<id>"),
    (r"[-+]?\p{Nd}+([.,]\p{Nd}+)*", "<n>"),
    (r"\s+", " "),
)


def shapes(messages: pa.Array) -> pa.Array:
    """Return the shape of each message: what is alike in messages that differ in numbers, ids or quoted parts.

    Shapes are text of at most 160 characters on one line.

    Args:
        messages: text without nulls.
    """
    found = pc.utf8_slice_codeunits(messages.cast(pa.string()), 0, _READ)
    for pattern, replacement in _REPLACEMENTS:
        found = pc.replace_substring_regex(found, pattern, replacement)
    found = pc.utf8_trim_whitespace(found)
    cut = pc.binary_join_element_wise(pc.utf8_slice_codeunits(found, 0, _KEPT - 1), "…", "")
    return pc.if_else(pc.greater(pc.utf8_length(found), _KEPT), cut, found)

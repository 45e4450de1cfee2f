"""Templates of links: what they may be, and the URL of an id."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

import galtea_frames as gf
from galtea_frames.pages.links import parse_template, url

TEMPLATES = [
    "https://example.com/{id}",
    "https://example.com:8443/p/1/sessions/{id}?tab=turns&x=%20",
    "https://platform.example.com/#/sessions/{id}",
    "https://example.com?id={id}",
]


@pytest.mark.parametrize("template", TEMPLATES)
def test_templates_are_https_urls_with_an_id(template: str) -> None:
    """Spaces around them are dropped."""
    assert template == parse_template("session_url", f" {template}\n")
    assert template.replace("{id}", "session_1") == url("session_1", template)


REFUSED = [
    ("http://example.com/{id}", "must begin with https://"),
    ("javascript:alert({id})", "must begin with https://"),
    ("HTTPS://example.com/{id}", "must begin with https://"),
    (None, "must begin with https://"),
    ("https://example.com/", "must have {id} exactly once, and no other braces"),
    ("https://example.com/{id}/{id}", "must have {id} exactly once"),
    ("https://example.com/{id}/{name}", "no other braces"),
    ("https://example.com/{{id}}", "no other braces"),
    ("https://{id}.example.com/", "must name a host without a user"),
    ("https://{id}", "must name a host"),
    ("https://me:pass@example.com/{id}", "must name a host without a user"),
    ("https://example.com\\@evil.example/{id}", "must name a host"),
    ("https:///{id}", "must name a host"),
    ("https://example.com/a b/{id}", "must name a host"),
    ('https://example.com/"onclick=x/{id}', "without quotes"),
    ("https://example.com/(a)/{id}", "without quotes and parentheses"),
    ("https://example.com/é/{id}", "in ASCII"),
    (f"https://example.com/{'x' * 2_000}{{id}}", "must have at most 2,000 characters"),
]


@pytest.mark.parametrize(("template", "words"), REFUSED)
def test_other_templates_are_refused_in_one_line(template: object, words: str) -> None:
    """The message names the argument, and shows how it is written."""
    with pytest.raises(gf.QueryError) as caught:
        parse_template("session_url", template)
    message = str(caught.value)
    assert message.startswith("session_url must ")
    assert words in message
    assert "such as 'https://example.com/sessions/{id}', not " in message
    assert 1 == len(message.splitlines())


@given(st.text())
def test_any_id_is_one_part_of_the_url(id_: str) -> None:
    """The host and the rest of the path stay those of the template; the id can be read back."""
    found = url(id_, "https://example.com/s/{id}/turns")
    assert (found is None) == (id_ in ("", ".", ".."))
    if found is not None:
        parts = urlsplit(found)
        assert ("https", "example.com", "", "") == (parts.scheme, parts.netloc, parts.query, parts.fragment)
        before, inner, after = parts.path.removeprefix("/").split("/")
        assert ("s", "turns") == (before, after)
        assert unquote(inner) == id_.encode("utf-8", "replace").decode()

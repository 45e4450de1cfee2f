"""The exact parser: pages that the fast readers reject, and invalid JSON."""

from decimal import Decimal

import pytest
from slow_reference import Json

from galtea_frames.decoding.exact import exact_value, scan_page
from galtea_frames.decoding.json_text import RawJson

LONGEST = "1" * 4_000


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        pytest.param("[]", [], id="empty"),
        pytest.param(" [ ] \n", [], id="blanks"),
        pytest.param("[{}]", [{}], id="an empty object"),
        pytest.param('[{"a":1},{"b":null}]', [{"a": "1"}, {"b": "null"}], id="two rows"),
        pytest.param('[{"a" : 1.00 ,"b": [ 1 , 2 ] }]', [{"a": "1.00", "b": "[ 1 , 2 ]"}], id="text as it stands"),
        pytest.param('[{"a":{"b":[{}],"c":"]}"}}]', [{"a": '{"b":[{}],"c":"]}"}'}], id="brackets in text"),
        pytest.param('[{"a":1,"a":2}]', [{"a": "2"}], id="the last of a repeated key"),
        pytest.param(r'[{"\u0061\n":"\ud800"}]', [{"a\n": r'"\ud800"'}], id="escapes"),
        pytest.param('[{"a":1e400,"b":-0}]', [{"a": "1e400", "b": "-0"}], id="odd numbers"),
    ],
)
def test_each_field_keeps_its_text(page: str, expected: list[dict[str, str]]) -> None:
    """A row's fields come as the JSON text that stands in the page, to the letter."""
    assert expected == scan_page(page.encode())


@pytest.mark.parametrize(
    "depth", [pytest.param(1_000, id="a thousand"), pytest.param(100_000, id="a hundred thousand")]
)
def test_depth_needs_no_stack(depth: int) -> None:
    """A value nested deeper than any stack is text like any other."""
    text = '[{"a":' * depth + "1" + "}]" * depth
    assert [{"a": text}] == scan_page(f'[{{"a":{text}}}]'.encode())
    assert text == exact_value(text).text


@pytest.mark.parametrize(
    ("page", "message"),
    [
        pytest.param("", "not a JSON list", id="nothing"),
        pytest.param('{"a":1}', "not a JSON list", id="an object"),
        pytest.param("[1]", "not a list of objects", id="a list of numbers"),
        pytest.param("[{},null]", "not a list of objects", id="a null among objects"),
        pytest.param("[", "is truncated", id="an open list"),
        pytest.param('[{"a":', "is truncated", id="an open object"),
        pytest.param('[{"a":[', "is truncated", id="an open value"),
        pytest.param("[{},]", "comma before the end of the list", id="a comma at the end of the list"),
        pytest.param("[{}{}]", "without a comma", id="no comma between rows"),
        pytest.param("[]]", "text after the list", id="a bracket too many"),
        pytest.param('[{"a":1,}]', "comma before the end of an object", id="a comma at the end of an object"),
        pytest.param('[{"a":1 "b":2}]', "without a comma", id="no comma between fields"),
        pytest.param("[{1:2}]", "without a key", id="a number as key"),
        pytest.param('[{"a" 2}]', "without a key", id="no colon"),
        pytest.param('[{"a":}]', "value is missing", id="no value"),
        pytest.param('[{"a":[1,]}]', "was due", id="a comma at the end of an inner list"),
        pytest.param('[{"a":[1 2]}]', "was due", id="no comma in an inner list"),
        pytest.param('[{"a":{"b":1,}}]', "was due", id="a comma at the end of an inner object"),
        pytest.param('[{"a":{"b" 1}}]', "was due", id="no colon in an inner object"),
        pytest.param('[{"a":{"b"}}]', "was due", id="an inner key without a value"),
        pytest.param('[{"a":{1:2}}]', "was due", id="an inner number as key"),
        pytest.param('[{"a":{[]:2}}]', "was due", id="an inner list as key"),
        pytest.param('[{"a":[1}]}]', "was due", id="the wrong bracket"),
        pytest.param('[{"a":NaN}]', "not JSON", id="NaN"),
        pytest.param('[{"a":01}]', "without a comma", id="a leading zero"),
        pytest.param('[{"a":"\t"}]', "not JSON", id="a control character"),
        pytest.param(r'[{"a":"\x"}]', "not JSON", id="an unknown escape"),
        pytest.param("[] x", "not JSON", id="text after the list"),
        pytest.param("\ufeff[]", "not JSON", id="a byte order mark"),
    ],
)
def test_what_is_no_list_of_objects_is_refused(page: str, message: str) -> None:
    """A page that is not strictly JSON, or not a list of objects, is an error and never rows."""
    with pytest.raises(ValueError, match=message):
        scan_page(page.encode())


def test_bytes_that_are_no_utf_8_are_refused() -> None:
    """A page in another encoding is an error."""
    with pytest.raises(UnicodeDecodeError):
        scan_page(b'[{"a":"\xff"}]')


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("1", 1, id="integer"),
        pytest.param("-0", 0, id="minus zero"),
        pytest.param("1.00", 1.0, id="float"),
        pytest.param("18446744073709551616", 2**64, id="more than 64 bits"),
        pytest.param(LONGEST, int(LONGEST), id="4,000 digits"),
        pytest.param(r'"\ud800"', "\ud800", id="a lone surrogate"),
        pytest.param(r'["\ud800",1.5]', ["\ud800", 1.5], id="a float beside a lone surrogate"),
        pytest.param('{"a":1,"a":2}', {"a": 2}, id="a repeated key"),
        pytest.param("1e400", Decimal("1e400"), id="more than a double"),
        pytest.param('{"a":[-1e400,1]}', {"a": [Decimal("-1e400"), 1]}, id="more than a double, inside"),
        pytest.param(f"[1e400,{LONGEST}]", [Decimal("1e400"), int(LONGEST)], id="4,000 digits beside an odd number"),
        pytest.param("1" * 5_000, Decimal("1" * 5_000), id="5,000 digits"),
    ],
)
def test_exact_value_is_the_value_or_what_stands_for_it(text: str, expected: Json) -> None:
    """A JSON text gives its Python value; of a number that Python cannot hold, what the caller makes of its text."""
    actual = exact_value(text, Decimal)
    assert (expected, type(expected)) == (actual, type(actual))


def test_odd_values_stay_text_by_default() -> None:
    """Without a say of the caller, a number beyond a double is kept as its text."""
    value = exact_value("1e400")
    assert isinstance(value, RawJson)
    assert value.text == "1e400"


@pytest.mark.parametrize("inner", ["1", "1e400"], ids=["ordinary", "odd"])
@pytest.mark.parametrize(
    ("depth", "kind"), [pytest.param(500, list, id="taken apart"), pytest.param(501, RawJson, id="text as a whole")]
)
def test_deep_values_stay_text_as_a_whole(depth: int, kind: type, inner: str) -> None:
    """A value is taken apart down to 500 levels, whatever the Python."""
    assert kind is type(exact_value("[" * depth + inner + "]" * depth))

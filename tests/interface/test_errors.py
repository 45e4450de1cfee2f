"""Messages of errors and warnings: one short line, without secrets and control characters, whatever they quote."""

from __future__ import annotations

import importlib
import pickle
import warnings

import pytest

import galtea_frames as gf
from galtea_frames.errors import masked, presentable

ERRORS = [
    (gf.SettingsError, (gf.GalteaFramesError, ValueError)),
    (gf.QueryError, (gf.GalteaFramesError, ValueError)),
    (gf.SchemaError, (gf.GalteaFramesError, ValueError)),
    (gf.RequestError, (gf.GalteaFramesError,)),
    (gf.AuthenticationError, (gf.RequestError,)),
    (gf.NotFoundError, (gf.RequestError,)),
    (gf.ResponseError, (gf.GalteaFramesError,)),
    (gf.JoinError, (gf.GalteaFramesError, ValueError)),
    (gf.ParquetError, (gf.GalteaFramesError,)),
    (gf.MirrorError, (gf.GalteaFramesError,)),
    (gf.ReportError, (gf.GalteaFramesError,)),
    (gf.GalteaFramesError, (Exception,)),
    (gf.GalteaFramesWarning, (UserWarning,)),
    (gf.MixedTypesWarning, (gf.GalteaFramesWarning,)),
    (gf.ColumnBudgetWarning, (gf.GalteaFramesWarning,)),
    (gf.UnknownStatusWarning, (gf.GalteaFramesWarning,)),
    (gf.MisfitsWarning, (gf.GalteaFramesWarning,)),
    (gf.AbsentColumnsWarning, (gf.GalteaFramesWarning,)),
    (gf.DanglingKeysWarning, (gf.GalteaFramesWarning,)),
]


KINDS = [getattr(gf, name) for name in gf.__all__ if name.endswith(("Error", "Warning"))]
UNLIKE = (gf.RequestError, gf.AuthenticationError, gf.NotFoundError)  # they take more than a message


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_and_warning_is_fit_to_be_shown(kind: type[Exception]) -> None:
    """Controls, line ends and directions do not get through, nor do passwords; pickling changes nothing more."""
    further = {"status": 400, "attempts": 1, "path": "/x"} if issubclass(kind, UNLIKE) else {}
    message = "no \x1b[31m\x9b2Jcolumn\r\n\u202e'x' at https://me:pw@host/x?sig=abc\u2028gsk_0123456789abcdef"
    problem = kind(message, **further)
    assert "no \ufffd[31m\ufffd2Jcolumn \ufffd'x' at https://…@host/x?sig=… gsk_…" == str(problem)
    assert str(problem) == str(pickle.loads(pickle.dumps(problem)))  # noqa: S301 - our own


def test_a_warning_by_its_text_is_fit_too() -> None:
    """`warnings.warn` takes a text and makes the warning itself."""
    with pytest.warns(gf.MixedTypesWarning) as caught:
        warnings.warn("in \x1b]0;'a'\x07", gf.MixedTypesWarning, stacklevel=1)
    assert "in \ufffd]0;'a'\ufffd" == str(caught[0].message)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Cannot connect to http://user:pw@proxy:8080", "Cannot connect to http://…@proxy:8080"),
        ("'socks5h://u:p%40%2Fw@127.0.0.1:1'", "'socks5h://…@127.0.0.1:1'"),
        ("http://bob:p/w@host:1 and http://u:p@ss/w@host/", "http://…@host:1 and http://…@host/"),
        ("http://bob:p?w@host:1, http://bob:p#w@host:1", "http://…@host:1, http://…@host:1"),
        ("https://token@example.org/x", "https://…@example.org/x"),
        ("//u:p@host/x", "//…@host/x"),
        ("no file http:/u:p@host/x?sig=a", "no file http:/…@host/x?sig=…"),  # as a path, which has no empty parts
        ("file:///u:p@host/x", "file:///…@host/x"),
        ("Failed to parse: user:pw@proxy:3128", "Failed to parse: …@proxy:3128"),
        ("abfs://box@acc.dfs.core.windows.net/a b", "abfs://box@acc.dfs.core.windows.net/a b"),
        ("ABFSS://box@acc.net/p?sv=1&sig=a%3D is gone", "ABFSS://box@acc.net/p?sv=…&sig=… is gone"),
        ("abfss://box:secret@acc.net/p", "abfss://…@acc.net/p"),
        ("s3://b/k?X-Amz-Signature=a&X-Amz-Credential=b", "s3://b/k?X-Amz-Signature=…&X-Amz-Credential=…"),
        ("AccountKey=a==;EndpointSuffix=core", "AccountKey=…;EndpointSuffix=core"),
        ("SharedAccessSignature=sv=1&sig=x", "SharedAccessSignature=…&sig=…"),
        ("{token=\"abc\", password='x', aws_secret_key=k}", "{token=\"…\", password='…', aws_secret_key=…}"),
        ("Authorization: Basic dXNlcjpwYXNzd29yZA==", "Authorization: Basic …"),
        ("bearer 0123456789abcdef.x", "bearer …"),
        ("the key gsk-0123456789abcdef", "the key gsk-…"),
    ],
)  # fmt: skip
def test_secrets_are_masked(text: str, expected: str) -> None:
    """In addresses, connection strings and headers; what is masked once stays as it is."""
    assert [expected, expected] == [masked(text), masked(expected)]


@pytest.mark.parametrize(
    "text",
    [
        "no API key: pass api_key=, set GALTEA_API_KEY, or write ~/.galtea/api-key",
        "https://api.galtea.ai:443/@foo",
        "http://[::1]:80/sessions",
        "at 12:30 bob@example.org",
        "C:\\data@home\\x",
        "basic information is missing",
        "https://h/p?",
        "raise read_timeout= or max_elapsed=",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    """An address without a user, a time before a mail address, names of our own settings."""
    assert text == masked(text)


def test_messages_are_short() -> None:
    """Beginning and end of a long one are kept: what happened, and what to do."""
    message = presentable(f"no column {'x' * 10**7}: see the guide")
    assert 1_000 == len(message)
    assert message.startswith("no column xxx")
    assert message.endswith("xxx: see the guide")
    assert " … " in message


@pytest.mark.parametrize(
    "text", ["//a:b", "http://", "?a=", "a:b", "=token", "token", "//x?", "a", "a-", ";a", "//a:b@"]
)
def test_no_text_takes_long_to_look_through(text: str) -> None:
    """The search gives up soon in any text: no pattern goes over it again and again."""
    assert len(presentable(text * 300_000)) <= 1_000


@pytest.mark.parametrize(("error", "bases"), ERRORS, ids=lambda each: getattr(each, "__name__", ""))
def test_the_tree_of_errors(error: type[Exception], bases: tuple[type, ...]) -> None:
    """One root, a builtin beside it where one fits, and each drawn in the module's docstring."""
    assert bases == error.__bases__
    assert error.__name__ in str(importlib.import_module("galtea_frames.errors").__doc__)

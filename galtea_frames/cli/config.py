"""The settings file of commands: `galtea-frames.toml`, whose values are defaults of options."""

from __future__ import annotations

import difflib
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from galtea_frames.cli.options import tell
from galtea_frames.errors import SettingsError
from galtea_frames.printable import quoted
from galtea_frames.small_files import SmallFileError, read_small_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: The file that is read if it lies in the current folder.
NAME = "galtea-frames.toml"

#: The largest file and its longest line, in characters: the time to parse TOML grows with the square of a key's length.
_LARGEST, _LINE = 50_000, 2_500


@dataclass(frozen=True)
class _Key:
    """A key of the file.

    Attributes:
        parameter: the parameter of commands whose default it sets.
        several: whether it may be a list.
    """

    parameter: str
    several: bool = False


#: The keys of the file and of its tables.
_KEYS = {"timezone": _Key("timezone"), "product": _Key("product_ids", several=True), "metrics": _Key("metrics", True)}
_TABLES = {
    "thresholds": {"fail_if": _Key("fail_if", several=True), "warn_if": _Key("warn_if", several=True)},
    "links": {"session_url": _Key("session_url"), "version_url": _Key("version_url")},
}

#: Conditions of the command line replace all conditions of the file.
_CONDITIONS = ("fail_if", "warn_if", "thresholds")

#: Words in the names of keys that would hold a secret.
_SECRET = ("key", "token", "secret", "password")


def config_option(*keys: str) -> click.Option:
    """Return the option `--config`: options that the command line does not give are set by the settings file.

    Args:
        keys: the keys and tables that the command reads, of timezone, product, metrics, thresholds and links; the file
            may hold the others too, for other commands.
    """
    return click.Option(
        ["--config"],
        metavar="FILE",
        is_eager=True,
        expose_value=False,
        callback=lambda context, _option, path: _set_defaults(context, path, keys),
        help=f"settings file with {', '.join(keys)}  [default: {NAME} in the current folder, if there is one]",
    )


def settle_thresholds(given: dict[str, Any]) -> None:
    """Remove the file's conditions from the options of the current command if its command line has any."""
    source = click.get_current_context().get_parameter_source
    if any(source(name) is ParameterSource.COMMANDLINE for name in _CONDITIONS):
        given |= {name: () for name in ("fail_if", "warn_if") if source(name) is ParameterSource.DEFAULT_MAP}


def parse_config(text: str) -> dict[str, dict[str, Any]]:
    """Return the values of a settings file: by key or table, and in it by the name of the parameter.

    Raises:
        SettingsError: the text is not TOML, has an unknown key, or a value of another type.
    """
    if any(len(line) > _LINE for line in text.splitlines()):
        raise SettingsError(f"it has a line of more than {_LINE:,} characters; write one value per line")
    try:
        found = tomllib.loads(text)
    except (ValueError, RecursionError) as problem:
        raise SettingsError(f"it is not valid TOML: {problem}") from None
    values: dict[str, dict[str, Any]] = {}
    for name, value in found.items():
        if name in _TABLES:
            if not isinstance(value, dict):
                raise SettingsError(f"'{name}' must be a table: write [{name}] above its keys")
            values[name] = _values(value, _TABLES[name], f"{name}.")
        else:
            values[name] = _values({name: value}, _KEYS, "")
    return values


def _values(found: Mapping[str, Any], keys: Mapping[str, _Key], table: str) -> dict[str, Any]:
    """Return the values of a table by the name of their parameter."""
    for name in found:
        if name not in keys:
            raise SettingsError(f"unknown key {quoted(table + name)}{_hint(name, keys, top=not table)}")
    return {keys[name].parameter: _value(table + name, value, keys[name]) for name, value in found.items()}


def _hint(name: str, keys: Iterable[str], *, top: bool) -> str:
    """Return what to do about an unknown key."""
    plain = name.lower().replace("-", "_")
    if any(word in plain for word in _SECRET):
        return ": the API key is never in this file; set GALTEA_API_KEY, or write ~/.galtea/api-key"
    for table, inner in _TABLES.items():
        if plain in inner:
            return f": write it as {plain!r} below [{table}]"
    if plain in _KEYS and not top:
        return f": write {plain} above the first [table]"
    known = [*keys, *(_TABLES if top else ())]
    close = difflib.get_close_matches(plain, known, n=1)
    return f": did you mean {close[0]!r}?" if close else f": use {', '.join(known)}"


def _value(name: str, value: object, key: _Key) -> str | list[str]:
    """Check a value: text, or a list of texts."""
    found: list[Any] = value if key.several and isinstance(value, list) else [value]
    if not all(isinstance(each, str) and each.strip() for each in found):
        raise SettingsError(f"{name!r} must be text{' or a list of texts' if key.several else ''}, not {quoted(value)}")
    return found if key.several else str(found[0])


def _set_defaults(context: click.Context, path: str | None, keys: tuple[str, ...]) -> None:
    """Read the settings file and set the defaults of the command's options."""
    if context.resilient_parsing or (path is None and not Path(NAME).exists()):
        return
    name = NAME if path is None else path
    try:
        values = parse_config(read_small_text(name, _LARGEST))
    except (SmallFileError, SettingsError) as problem:
        raise SettingsError(f"cannot use the settings file {name}: {problem}") from None
    tell(f"settings from {name}")
    wanted = (values.get(key, {}) for key in keys)
    context.default_map = {parameter: value for each in wanted for parameter, value in each.items()}

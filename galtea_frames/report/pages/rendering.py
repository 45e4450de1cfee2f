"""Findings to HTML and Markdown; all text of the data is escaped, and nothing is computed but where things stand."""

from __future__ import annotations

import base64
import re
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from galtea_frames.errors import ReportError
from galtea_frames.printable import printable
from galtea_frames.report import wording
from galtea_frames.report.pages import sparklines
from galtea_frames.report.pages.charts import DARK, LIGHT
from galtea_frames.report.pages.lettering import matplotlib_alone

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jinja2 import Environment

    from galtea_frames.report.findings import Findings, VersionLine
    from galtea_frames.report.pages.charts import Chart

#: What Markdown would take for its own, as GitHub reads it; `&` and `<` are written as HTML does.
_MARKDOWN = re.compile(r"[\\`*\[\]|~#!@$]|(?<!\w)_|_(?!\w)|:(?=//)|(?<=www)\.", re.IGNORECASE)

#: What code hosts link after they have taken the backslashes away: people, mail, issues and merge requests, addresses.
#: A space behind the sign is all that keeps them from it, can be read, and hides nothing.
_REFERENCES = re.compile(r"@(?=\w)|[#!](?=\d)|(?<=\bGH-)(?=\d)|(?<=\w:)(?=//)", re.IGNORECASE)

#: Versions a page has room for; report.json has them all.
_VERSIONS = 60

#: The least that a drawing's scale reaches to: so that a rate of 0.2 % does not look like a disaster.
_LEAST_TOP = 0.05


def html(findings: Findings, pictures: Mapping[Chart, tuple[bytes, bytes]]) -> str:
    """Return the report as one HTML page that asks for nothing: no script, no request.

    Args:
        findings: what it says.
        pictures: each chart's PNG, for light and for dark pages.
    """
    images = {chart.name: (chart, *map(_data_address, both)) for chart, both in pictures.items()}
    template = _environment(markdown=False).get_template("report.html.j2")
    return template.render(_names(findings), charts=images, light=LIGHT, dark=DARK)


def markdown(findings: Findings) -> str:
    """Return the report as Markdown, as GitHub reads it."""
    return _environment(markdown=True).get_template("report.md.j2").render(_names(findings))


def escape_markdown(text: str) -> str:
    """Return text so that Markdown shows it as it is, on one line, in a table's cell too.

    Only what a code host would take for the name of a person, an issue or an address gets a space: `@ name`, `# 12`.
    """
    plain = _REFERENCES.sub(r"\g<0> ", printable(text)).replace("&", "&amp;").replace("<", "&lt;")
    return _MARKDOWN.sub(r"\\\g<0>", plain)


def require(*libraries: str) -> None:
    """Refuse, with what to install, if a library of the extra `[report]` is missing.

    Raises:
        ReportError: one is.
    """
    for name in libraries:
        # Not `find_spec`: what cannot be imported is missing too.
        try:
            with matplotlib_alone():
                import_module(name)
        except ImportError:
            raise ReportError(f"a report needs {name}: pip install 'galtea-frames[report]'") from None


def _names(findings: Findings) -> dict[str, Any]:
    """Return what templates may name."""
    shown = findings.versions[:_VERSIONS]
    return {
        "found": findings,
        "versions": shown,
        "more_versions": findings.versions[_VERSIONS:],
        "top": max([_LEAST_TOP, *(line.failure_rate.high or 0.0 for line in shown if not line.few)]),
        "trend_top": max([_LEAST_TOP, *(value for line in shown if not line.few for value in _trend(line))]),
        "figures": {figure.name: figure for figure in findings.figures},
        "value": wording.figure,
        "limit": wording.limit,
        "outcome": _outcome,
    }


def _outcome(level: str, outcome: str) -> str:
    """Return what came of a threshold, so that it cannot be read as its opposite beside "fail if"."""
    return {"broken": f"broken: {level}s", "held": "not broken"}.get(outcome, wording.NOTHING)


def _trend(line: VersionLine) -> list[float]:
    return [each.value for each in line.trend if each is not None and each.value is not None]


@cache
def _environment(*, markdown: bool) -> Environment:
    # Imported here: the package does without jinja2 until a report is shown.
    from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape  # noqa: PLC0415

    made = Environment(
        loader=PackageLoader("galtea_frames.report.pages"),
        autoescape=select_autoescape(["html.j2"]),
        finalize=_escaped if markdown else _printed,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    for name in ("count", "signed_count", "percent", "signed_percent", "points", "number", "cut", "plural"):
        made.filters[name] = getattr(wording, name)
    made.filters |= {"printable": printable, "lines": sparklines.lines, "across": sparklines.across}
    return made


def _escaped(value: object) -> object:
    """Escape whatever a Markdown template prints, so that no place can be forgotten."""
    return value if hasattr(value, "__html__") else escape_markdown(str(value))


def _printed(value: object) -> object:
    """Show whatever an HTML template prints on one line, without what would hide or turn the text around it."""
    return printable(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def _data_address(picture: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(picture).decode()}"

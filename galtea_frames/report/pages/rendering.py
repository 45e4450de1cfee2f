"""Findings to HTML and Markdown, with all text escaped."""

from __future__ import annotations

import base64
import re
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from galtea_frames.errors import ReportError
from galtea_frames.printable import more, printable
from galtea_frames.report import wording
from galtea_frames.report.pages import sparklines
from galtea_frames.report.pages.charts import DARK, LIGHT
from galtea_frames.report.pages.lettering import matplotlib_alone

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jinja2 import Environment

    from galtea_frames.report.findings import Findings, VersionLine
    from galtea_frames.report.pages.charts import Chart

#: Markup in GitHub Flavored Markdown; `&` and `<` become HTML entities.
_MARKDOWN = re.compile(r"[\\`*\[\]|~#!@$]|(?<!\w)_|_(?!\w)|:(?=//)|(?<=www)\.", re.IGNORECASE)

#: What code hosts link even if escaped: people, mail, issues, merge requests and URLs. Only a space after the sign
#: prevents that.
_REFERENCES = re.compile(r"@(?=\w)|[#!](?=\d)|(?<=\bGH-)(?=\d)|(?<=\w:)(?=//)", re.IGNORECASE)

#: Versions on a page; report.json has them all.
_VERSIONS = 60

#: The smallest upper end of a scale, so that a rate of 0.2 % does not look alarming.
_LEAST_TOP = 0.05


def html(findings: Findings, pictures: Mapping[Chart, tuple[bytes, bytes]]) -> str:
    """Return the report as one HTML page without scripts or requests.

    Args:
        findings: the content.
        pictures: each chart's PNG for light and for dark pages.
    """
    images = {chart.name: (chart, *map(_data_address, both)) for chart, both in pictures.items()}
    template = _environment(markdown=False).get_template("report.html.j2")
    return template.render(_names(findings), charts=images, light=LIGHT, dark=DARK)


def markdown(findings: Findings) -> str:
    """Return the report as GitHub Flavored Markdown."""
    return _environment(markdown=True).get_template("report.md.j2").render(_names(findings))


def escape_markdown(text: str) -> str:
    """Escape text so that Markdown shows it verbatim on one line, in table cells too.

    A space is added to what a code host would link to a person, an issue or a URL: `@ name`, `# 12`.
    """
    plain = _REFERENCES.sub(r"\g<0> ", printable(text)).replace("&", "&amp;").replace("<", "&lt;")
    return _MARKDOWN.sub(r"\\\g<0>", plain)


def require(*libraries: str) -> None:
    """Check that libraries of the extra `[report]` are installed.

    Raises:
        ReportError: one is not; the message says what to install.
    """
    for name in libraries:
        # Not `find_spec`: a library that cannot be imported is missing too.
        try:
            with matplotlib_alone():
                import_module(name)
        except ImportError:
            raise ReportError(f"a report needs {name}: pip install 'galtea-frames[report]'") from None


def _names(findings: Findings) -> dict[str, Any]:
    """Return the variables of the templates."""
    versions = findings.versions[:_VERSIONS]
    return {
        "found": findings,
        "versions": versions,
        "more_versions": findings.versions[_VERSIONS:],
        "top": max([_LEAST_TOP, *(line.failure_rate.high or 0.0 for line in versions if not line.few)]),
        "trend_top": max([_LEAST_TOP, *(value for line in versions if not line.few for value in _trend(line))]),
        "totals": {line.name: line for line in findings.figures},
        "value": wording.named_value,
        "limit": wording.limit,
        "outcome": _outcome,
    }


def _outcome(level: str, outcome: str) -> str:
    """Return the outcome of a threshold in words: next to "fail if", "held" could be read as its opposite."""
    broken = {"fail": "failed", "warn": "warning"}[level]
    return {"broken": broken, "held": "passed"}.get(outcome, wording.NOTHING)


def _trend(line: VersionLine) -> list[float]:
    return [each.value for each in line.trend if each is not None and each.value is not None]


@cache
def _environment(*, markdown: bool) -> Environment:
    # Imported here: only rendering needs jinja2.
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
    made.filters |= {"printable": printable, "more": more, "lines": sparklines.lines, "across": sparklines.across}
    return made


def _escaped(value: object) -> object:
    """Escape whatever a Markdown template prints."""
    return value if hasattr(value, "__html__") else escape_markdown(str(value))


def _printed(value: object) -> object:
    """Make whatever an HTML template prints printable: one line, no control or bidirectional characters."""
    return printable(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def _data_address(picture: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(picture).decode()}"

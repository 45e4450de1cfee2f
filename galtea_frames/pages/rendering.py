"""Templates to HTML and Markdown, with all text escaped."""

from __future__ import annotations

import base64
import re
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from galtea_frames.errors import ReportError
from galtea_frames.pages import wording
from galtea_frames.pages.lettering import matplotlib_alone
from galtea_frames.pages.links import url
from galtea_frames.pages.pictures import DARK, LIGHT
from galtea_frames.printable import more, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from jinja2 import Environment

    from galtea_frames.pages.pictures import Chart

    #: Each chart's PNG for light and for dark pages.
    Pictures = Mapping[Chart, tuple[bytes, bytes]]

#: Markup in GitHub Flavored Markdown; `&` and `<` become HTML entities.
_MARKDOWN = re.compile(r"[\\`*\[\]|~#!@$]|(?<!\w)_|_(?!\w)|:(?=//)|(?<=www)\.", re.IGNORECASE)

#: What code hosts link even if escaped: people, mail, issues, merge requests and URLs. Only a space after the sign
#: prevents that.
_REFERENCES = re.compile(r"@(?=\w)|[#!](?=\d)|(?<=\bGH-)(?=\d)|(?<=\w:)(?=//)", re.IGNORECASE)

#: What is left of these in text without markup: addresses, and what chats take for mentions and links.
_WWW = re.compile(r"\bwww\.(?=\w)", re.IGNORECASE)
_BRACKETS, _OPENING = re.compile(r"<([\w@!#/][^<>\s]*)>"), re.compile(r"<(?=[\w@!#/])")

#: Commands that can be copied from a code span, and of which nothing is markup.
_ORDINARY = re.compile(r"[A-Za-z0-9_ .,:;=+/'\"%>(){}-]+")


def unlinked(text: str) -> str:
    """Return text on one line in which chats and readers of email find nobody to mention and nothing to link.

    A space is added as in `escape_markdown`, and `<text>`, which some chats take for a mention, gets other brackets.
    """
    plain = _OPENING.sub("< ", _BRACKETS.sub("\u2039\\1\u203a", printable(text)))
    return _WWW.sub(r"\g<0> ", _REFERENCES.sub(r"\g<0> ", plain))


def escape_markdown(text: str) -> str:
    """Escape text so that Markdown shows it verbatim on one line, in table cells too.

    A space is added to what a code host would link to a person, an issue or a URL: `@ name`, `# 12`.
    """
    plain = _REFERENCES.sub(r"\g<0> ", printable(text)).replace("&", "&amp;").replace("<", "&lt;")
    return _MARKDOWN.sub(r"\\\g<0>", plain)


def markdown_code(text: str) -> str:
    """Return a command as a code span of Markdown if it has only ordinary characters, else escaped.

    Chats that show Markdown as it is written would mention people and link URLs in a code span too.
    """
    ordinary = _ORDINARY.fullmatch(text) and not _REFERENCES.search(text) and "www." not in text.lower()
    return f"`{text}`" if ordinary else escape_markdown(text)


def image(address: str, alt: str) -> object:
    """Return an image for Markdown, two of which fit side by side on a page of GitHub."""
    from markupsafe import Markup  # noqa: PLC0415 - comes with jinja2

    return Markup('<img src="{}" alt="{}" width="410" align="top">').format(address, unlinked(alt))


def require_extra(what: str, *libraries: str) -> None:
    """Check that libraries of the extra `[report]` are installed.

    Args:
        what: what needs them, as in "a report".
        libraries: their names.

    Raises:
        ReportError: one is not; the message says what to install.
    """
    for name in libraries:
        # Not `find_spec`: a library that cannot be imported is missing too.
        try:
            with matplotlib_alone():
                import_module(name)
        except ImportError:
            raise ReportError(f"{what} needs {name}: pip install 'galtea-frames[report]'") from None


def draw(charts: Iterable[Chart]) -> Pictures:
    """Draw charts for light and for dark pages."""
    with matplotlib_alone():
        return {chart: (chart.png(LIGHT), chart.png(DARK)) for chart in charts}


def html_page(environment: Environment, template: str, names: Mapping[str, object], pictures: Pictures) -> str:
    """Return a page that extends page.html.j2, with its pictures, without scripts or requests."""
    images = {chart.name: (chart, *map(_data_address, both)) for chart, both in pictures.items()}
    return environment.get_template(template).render(names, charts=images, light=LIGHT, dark=DARK)


@cache
def environment(package: str, *, markdown: bool) -> Environment:
    """Return what renders the templates of a package, which may extend or include those of this one."""
    # Imported here: only rendering needs jinja2.
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined, select_autoescape  # noqa: PLC0415

    made = Environment(
        loader=ChoiceLoader([PackageLoader(each) for each in (package, "galtea_frames.pages")]),
        autoescape=select_autoescape(["html.j2"]),
        finalize=_escaped if markdown else _printed,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    names = "count signed_count percent signed_percent points number score amount cut narrow plural"
    for name in names.split():
        made.filters[name] = getattr(wording, name)
    made.filters |= {"printable": printable, "more": more, "url": url, "link": _link, "code": _code}
    return made


def _escaped(value: object) -> object:
    """Escape whatever a Markdown template prints."""
    return value if hasattr(value, "__html__") else escape_markdown(str(value))


def _printed(value: object) -> object:
    """Make whatever an HTML template prints printable: one line, no control or bidirectional characters."""
    return printable(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def _link(text: str, template: str | None, id_: str) -> object:
    """Return text as a Markdown link to where an id can be looked at; as it is without a template."""
    from markupsafe import Markup  # noqa: PLC0415 - comes with jinja2

    address = None if template is None else url(id_, template)
    if address is None:
        return text
    # Markdown decodes entities in URLs. Nothing is printed twice: markup is not escaped again.
    return Markup(f"[{escape_markdown(text)}]({address.replace('&', '&amp;')})")  # noqa: S704 - all of it is escaped


def _code(text: str) -> object:
    """Return a command as Markdown."""
    from markupsafe import Markup  # noqa: PLC0415 - comes with jinja2

    return Markup(markdown_code(text))  # noqa: S704 - escaped where need be


def _data_address(picture: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(picture).decode()}"

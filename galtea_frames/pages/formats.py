"""What pages are read in besides HTML and Markdown: notebooks and JSON; pure."""

from __future__ import annotations

from html import escape
from typing import Any


def notebook_formats(title: str, page: str, markdown: str, line: str, *, links: bool = False) -> dict[str, str]:
    """Return what notebooks can display: a page in a frame, Markdown, or one line.

    A sandboxed frame keeps the styles of page and notebook apart. Where frames are removed, as on code hosts and in
    untrusted notebooks, Markdown takes its place.

    Args:
        title: what the page is.
        page: its HTML.
        markdown: its Markdown.
        line: its one line.
        links: whether the page has links, which then open in windows of their own.
    """
    rights = '="allow-popups allow-popups-to-escape-sandbox"' if links else ""
    style = "width:100%;height:46rem;border:1px solid #8884;border-radius:8px"
    frame = f'<iframe sandbox{rights} title="{title}" style="{style}" srcdoc="{escape(page)}"></iframe>'
    return {"text/html": frame, "text/markdown": markdown, "text/plain": line}


def json_values(value: Any) -> Any:  # noqa: ANN401 - any value in findings
    """Return a value that JSON can hold: tuples as lists, and members of enumerations as their text."""
    if isinstance(value, dict):
        return {name: json_values(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [json_values(each) for each in value]
    return str(value) if isinstance(value, str) else value

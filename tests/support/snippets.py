"""Runs the code blocks of a page in order, as a reader would, and collects their output."""

from __future__ import annotations

import io
import re
import shlex
import sys
import warnings
from codeop import compile_command
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import galtea_frames as gf
from galtea_frames.cli import main as cli

if TYPE_CHECKING:
    from collections.abc import Iterator

Block = tuple[str, str]


def blocks(page: str) -> list[Block]:
    """The fenced blocks of a page: each with its language and its text."""
    return re.findall(r"^```(\w+)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


def commands(shell: str) -> list[str]:
    """The calls of our own program in a block of shell."""
    lines = shell.replace("\\\n", " ").splitlines()
    return [line for line in lines if line.startswith("galtea-frames ")]


def run(page: list[Block]) -> Iterator[tuple[str, str]]:
    """Run the blocks in one namespace and one folder; yield what each one that shows its output shows and prints."""
    names: dict[str, Any] = {}
    for (kind, code), (following, shown) in zip(page, [*page[1:], ("", "")], strict=True):
        output = io.StringIO()
        with warnings.catch_warnings(), redirect_stdout(output):
            warnings.simplefilter("ignore", gf.MixedTypesWarning)
            warnings.simplefilter("ignore", gf.MisfitsWarning)
            warnings.simplefilter("ignore", gf.DanglingKeysWarning)
            if kind == "python":
                exec(code, names)  # noqa: S102 - the page's own code
            elif kind == "sh":
                for command in commands(code):
                    _call(command)
        if kind in ("python", "sh") and following == "text":
            yield shown, "".join(f"{line.rstrip()}\n" for line in output.getvalue().splitlines())


def timeless(text: str) -> str:
    """The same, without how long things took."""
    return re.sub(r"\d+\.\d s\b", "… s", text)


def _call(command: str) -> None:
    """Call the program within this process, which costs a tenth of one of its own."""
    with patch.object(sys, "argv", shlex.split(command)):
        try:
            cli.main()
        except SystemExit as ended:
            assert ended.code == 0, command  # noqa: PT017 - how a program ends


def pasted(code: str) -> list[str]:
    """The lines that Python's prompt refuses when code is pasted there, as before 3.13: it takes it line by line."""
    refused, waiting = [], list[str]()
    for line in [*code.splitlines(), ""]:
        waiting.append(line)
        try:
            complete = compile_command("\n".join(waiting), symbol="single")
        except SyntaxError:
            refused.append(line)
            waiting.clear()
        else:
            if complete is not None:
                waiting.clear()
    return refused + waiting

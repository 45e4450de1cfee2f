"""The command line: parse, call, print."""

from __future__ import annotations

import os
import re
import sys
import warnings
from typing import TYPE_CHECKING, Any

import click

from galtea_frames._version import __version__
from galtea_frames.cli.check import CHECK
from galtea_frames.cli.compare import COMPARE
from galtea_frames.cli.export import EXPORT
from galtea_frames.cli.mirror import MIRROR, SYNC
from galtea_frames.cli.options import examples, tell
from galtea_frames.cli.report import REPORT
from galtea_frames.cli.schema import SCHEMA
from galtea_frames.cli.serve import serve_sample
from galtea_frames.cli.signals import stop_code, stop_on_signals
from galtea_frames.errors import GalteaFramesError, QueryError, RequestError, ResponseError, SchemaError, SettingsError
from galtea_frames.streams import standard_streams

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Exit codes; also 4 for drift (schema.py) and 10 for a broken threshold (report.py, compare.py).
DONE, UNEXPECTED, USAGE, FAILED = 0, 1, 2, 3

#: The variable that a shell sets to request completions.
_COMPLETE = "_GALTEA_FRAMES_COMPLETE"

#: click raises this to show a group's help, from version 8.2 on; older releases just print it.
_NOTHING_ASKED: Any = getattr(click.exceptions, "NoArgsIsHelpError", ())


def main() -> None:
    """Run the command line and exit with its code."""
    if _COMPLETE in os.environ:  # click writes completions as bytes, which our streams do not take
        commands.main(complete_var=_COMPLETE)
    warnings.showwarning = _show_warning
    stop_on_signals()
    with standard_streams() as out:
        code = _run()
        if out.problem is not None:
            tell(f"galtea-frames: cannot write to standard output: {out.problem}")
            code = code or UNEXPECTED
    sys.exit(code)


def _run() -> int:
    """Run the command line and return its code."""
    try:
        code = commands.main(standalone_mode=False)
    except _NOTHING_ASKED as helpful:
        helpful.show()
        code = USAGE
    except click.ClickException as problem:
        tell(f"galtea-frames: {_one_line(problem)}")
        code = USAGE
    except (KeyboardInterrupt, click.Abort) as stop:
        tell("stopped")
        code = stop_code(stop)
    except (GalteaFramesError, ImportError, OSError) as problem:
        tell(f"galtea-frames: {_with_options(str(problem))}")
        code = _exit_code(problem)
    return code or DONE


def _with_options(message: str) -> str:
    """Return a message with the names of Python arguments replaced by options."""
    message = re.sub(r"(pass )?api_key=, |, a datetime, a date or a Timestamp", "", message)
    # Leave names alone that are also English words, such as limit and sort.
    options = {name: option for name, option in _options(commands) if "_" in name or name == "params"}
    names = "|".join(sorted(options, key=len, reverse=True))
    # Replace whole, unquoted words only: values, paths and columns are quoted.
    given = re.sub(rf"(?<![\w.'/-])({names})=(?=\w)", lambda found: f"{options[found[1]]} ", message)
    return re.sub(
        rf"(?<![\w.'/-])(?:the argument )?({names})(?:=|\b)(?!['.\w/-])", lambda found: options[found[1]], given
    )


def _options(command: click.Command) -> Iterator[tuple[str, str]]:
    """Yield each argument name with its option."""
    for each in command.commands.values() if isinstance(command, click.Group) else ():
        yield from _options(each)
    yield from ((str(each.name), each.opts[0]) for each in command.params if isinstance(each, click.Option))


def _one_line(problem: click.ClickException) -> str:
    """Return what is wrong with a command line, and where to find help."""
    words = problem.format_message().rstrip(".")
    asked = problem.ctx.command_path if isinstance(problem, click.UsageError) and problem.ctx else "galtea-frames"
    if isinstance(problem, click.NoSuchOption) and "key" in problem.option_name:
        words += "; other users can see a key on the command line: set GALTEA_API_KEY, or write ~/.galtea/api-key"
    return f"{words} (see {asked} --help)"


def _exit_code(problem: Exception) -> int:
    if isinstance(problem, SettingsError | QueryError | SchemaError | ImportError):
        return USAGE
    return FAILED if isinstance(problem, RequestError | ResponseError) else UNEXPECTED


def _show_warning(message: Warning | str, *_: object, **__: object) -> None:
    tell(f"warning: {message}")


#: How to turn on shell completion.
_COMPLETION = """\b
Tab completion, for the start-up file of your shell:
  bash  eval "$(_GALTEA_FRAMES_COMPLETE=bash_source galtea-frames)"
  zsh   eval "$(_GALTEA_FRAMES_COMPLETE=zsh_source galtea-frames)"
  fish  _GALTEA_FRAMES_COMPLETE=fish_source galtea-frames | source
"""

_START = examples(
    "demo",
    "check",
    "export joined --out sessions.parquet",
    "report --out report",
    "compare v1 v2 --out comparison",
)


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100, "show_default": True},
    epilog=f"{_START}\n\n{_COMPLETION}",
)
@click.version_option(__version__, prog_name="galtea-frames")
def commands() -> None:
    """Sessions and versions of your Galtea products as Parquet files, a local mirror, or a report.

    The API key is read from GALTEA_API_KEY or the file ~/.galtea/api-key, the address of the API from GALTEA_API_URL.
    """


@commands.command(
    short_help="Try it on sample data, without an API key.", epilog=examples("demo", "demo --out /tmp/galtea-demo")
)
@click.option("--out", default="galtea-demo", metavar="FOLDER", help="where to write the files")
def demo(out: str) -> None:
    """Try everything on sample data, without an API key.

    Loads and joins sample sessions and versions, compares the versions, and writes Parquet files, the comparison of the
    two newest versions, and a report.
    """
    from galtea_frames.cli.demo import run

    run(out)


for _each in (CHECK, EXPORT, SCHEMA, SYNC, MIRROR, REPORT, COMPARE, serve_sample):
    commands.add_command(_each)

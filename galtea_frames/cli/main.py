"""The command line: parse, call, print."""

from __future__ import annotations

import sys
import warnings
from typing import Any

import click

from galtea_frames._version import __version__
from galtea_frames.cli.check import CHECK
from galtea_frames.cli.export import EXPORT
from galtea_frames.cli.mirror import MIRROR, SYNC
from galtea_frames.cli.options import (
    tell,
)
from galtea_frames.cli.report import REPORT
from galtea_frames.cli.serve import serve_sample
from galtea_frames.cli.signals import stop_code, stop_on_signals
from galtea_frames.errors import GalteaFramesError, QueryError, RequestError, ResponseError, SettingsError
from galtea_frames.streams import standard_streams

#: What the shell gets (docs/reference: command line).
DONE, UNEXPECTED, USAGE, FAILED = 0, 1, 2, 3

#: What click raises to show a group's help, from version 8.2 on; before, it showed it without a word.
_NOTHING_ASKED: Any = getattr(click.exceptions, "NoArgsIsHelpError", ())


def main() -> None:
    """Run the command line and exit with its code."""
    warnings.showwarning = _show_warning
    stop_on_signals()
    with standard_streams() as out:
        code = _run()
        if out.problem is not None:
            tell(f"galtea-frames: not all could be written to standard output: {out.problem}")
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
        tell(f"galtea-frames: {problem}")
        code = _exit_code(problem)
    return code or DONE


def _one_line(problem: click.ClickException) -> str:
    """Return what is wrong with a command line, and where to read how it is right."""
    words = problem.format_message().rstrip(".")
    asked = problem.ctx.command_path if isinstance(problem, click.UsageError) and problem.ctx else "galtea-frames"
    if isinstance(problem, click.NoSuchOption) and "key" in problem.option_name:
        words += "; a key on the command line is seen by others: set GALTEA_API_KEY, or write ~/.galtea/api-key"
    return f"{words} (see {asked} --help)"


def _exit_code(problem: Exception) -> int:
    if isinstance(problem, SettingsError | QueryError | ImportError):
        return USAGE
    return FAILED if isinstance(problem, RequestError | ResponseError) else UNEXPECTED


def _show_warning(message: Warning | str, *_: object, **__: object) -> None:
    tell(f"warning: {message}")


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="galtea-frames")
def commands() -> None:
    """Sessions and versions of your Galtea products as Parquet files.

    The key comes from GALTEA_API_KEY or the file ~/.galtea/api-key, the address from GALTEA_API_URL.
    """


@commands.command()
@click.option("--out", default="galtea-demo", show_default=True, metavar="FOLDER", help="where the files go")
def demo(out: str) -> None:
    """Do the main job on sample data, without a key.

    Fetch, type, join, write Parquet, compare versions.
    """
    from galtea_frames.cli.demo import run

    run(out)


for _each in (CHECK, EXPORT, SYNC, MIRROR, REPORT, serve_sample):
    commands.add_command(_each)

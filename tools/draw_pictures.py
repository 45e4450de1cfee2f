"""Draw the pictures of the documents: `python -m tools.draw_pictures`. Needs Chromium and Pillow."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image, ImageChops
from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

import galtea_frames as gf

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"

_COLUMNS = ["created_at", "status", "version.name", "metadata.latency_ms", "metadata.user.tier"]
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")

#: Background, text, and the eight colors of a dark terminal.
_COLORS = TerminalTheme(
    (12, 12, 12),
    (217, 217, 217),
    [
        *((12, 12, 12), (240, 90, 100), (80, 200, 90), (235, 215, 120)),
        *((90, 150, 255), (200, 110, 200), (97, 214, 214), (204, 204, 204)),
    ],
)

_NOTEBOOK = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 16px; font: 15px "DejaVu Sans", sans-serif; color: #222; background: #fff; }}
pre {{ font: 14px "DejaVu Sans Mono", monospace; background: #f5f5f5; border: 1px solid #ddd; padding: 8px 12px; }}
table {{ border-collapse: collapse; font-size: 13px; }} table, th, td {{ border: 0; }}
th, td {{ text-align: right; padding: 5px 10px; white-space: nowrap; }}
tbody tr:nth-child(odd) {{ background: #f5f5f5; }} thead tr {{ border-bottom: 1px solid #999; }}
</style><pre>{code}</pre>{frame}"""

_TERMINAL = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; background: #0c0c0c; color: #d9d9d9; }}
pre {{ margin: 16px 20px; font: 14px/1.35 "DejaVu Sans Mono", monospace; }}
{stylesheet}
</style><pre>{code}</pre>"""


def main() -> None:
    """Draw the report, a comparison, a frame in a notebook, and the demo in a terminal."""
    warnings.simplefilter("ignore", gf.GalteaFramesWarning)
    PICTURES.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder, gf.sample.serve() as api, gf.Client(api.api_key, api.url) as client:
        joined = gf.load_sessions_with_versions(client=client)
        _draw("frame", _notebook(joined[_COLUMNS].tail(6).to_html(notebook=True)), (1010, 700))
        report = gf.build_report(
            gf.load_sessions(client=client),
            gf.load_versions(client=client),
            as_of="2026-03-30",
            metrics="metadata.latency_ms",
            thresholds={"fail_if": "failure_rate > 25% and n >= 30 per version"},
        )
        _draw("report", report.to_html(), (1000, 1180))
        comparison = gf.compare_versions("1.6.0", "1.7.0", by="test_case.language_code", client=client)
        _draw("comparison", comparison.to_html(), (1000, 1375))
        _draw("terminal", _terminal(Path(folder)), (980, 1400))


def _notebook(table: str) -> str:
    columns = repr(_COLUMNS).replace("'", '"')
    lines = ("sessions = gf.load_sessions_with_versions()", f"columns = {columns}", "sessions[columns].tail(6)")
    return _NOTEBOOK.format(code="\n".join(lines), frame=table)


def _terminal(folder: Path) -> str:
    """Return a page with what the demo prints to a terminal, in its colors."""
    environment = {
        **os.environ,
        "FORCE_COLOR": "1",
        "TERM": "xterm-256color",
        "COLUMNS": "100",
        "COLORTERM": "truecolor",
    }
    words = [sys.executable, "-m", "galtea_frames", "demo"]
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=True)  # noqa: S603
    console = Console(record=True, width=100, file=io.StringIO(), force_terminal=True)
    console.print("[bold]$ galtea-frames demo[/bold]")
    console.print(Text.from_ansi(done.stdout))
    return console.export_html(code_format=_TERMINAL, inline_styles=False, theme=_COLORS)


def _draw(name: str, page: str, size: tuple[int, int]) -> None:
    """Take a screenshot of a page, without the margin below, as a small PNG."""
    browser = next(found for each in _BROWSERS if (found := shutil.which(each)))
    with TemporaryDirectory() as folder:
        source, target = Path(folder, "page.html"), Path(folder, "page.png")
        source.write_text(page, encoding="utf-8")
        subprocess.run(  # noqa: S603
            [
                browser,
                *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"),
                f"--window-size={size[0]},{size[1]}",
                f"--screenshot={target}",
                source.as_uri(),
            ],
            capture_output=True,
            check=True,
        )
        picture = Image.open(target).convert("RGB")
    plain = Image.new("RGB", picture.size, picture.getpixel((picture.width - 1, picture.height - 1)))
    box = ImageChops.difference(picture, plain).getbbox()
    if box is not None:
        picture = picture.crop((0, 0, min(picture.width, box[2] + 16), min(picture.height, box[3] + 16)))
    # Flat colors need no dithering.
    picture.quantize(256, dither=Image.Dither.NONE).save(PICTURES / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()

"""The notebooks run without a key and print what was committed."""

from __future__ import annotations

import base64
import tempfile
from pathlib import Path
from typing import Any

import nbformat
import pytest

from notebooks import NOTEBOOKS, executed, outputs

pytestmark = pytest.mark.uncounted


def texts(output: Any) -> dict[str, str]:  # noqa: ANN401 - nbformat has no types
    """Return what an output says, by kind."""
    data: dict[str, str] = output.get("data", {output["output_type"]: output.get("text", "")})
    return data


def said(notebook: Any) -> list[tuple[list[str], str]]:  # noqa: ANN401
    """Return what each output can be shown as, and its text, but for the addresses of objects in memory."""
    plain = [
        (sorted(data := texts(each)), data.get("text/plain", data.get("stream", ""))) for each in outputs(notebook)
    ]
    return [(kinds, text if " at 0x" not in text else "") for kinds, text in plain]


def image_sizes(notebook: Any) -> list[int]:  # noqa: ANN401
    """Return how many bytes each picture has."""
    return [len(base64.b64decode(data["image/png"])) for data in map(texts, outputs(notebook)) if "image/png" in data]


@pytest.mark.printed
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
@pytest.mark.filterwarnings("default")  # jupyter's own
def test_notebooks_run_and_say_the_same(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader who runs a notebook sees what the code host shows; pictures may differ in how they are drawn."""
    monkeypatch.delenv("GALTEA_API_KEY", raising=False)
    committed, run = nbformat.read(path, as_version=4), executed(path)
    assert said(committed) == said(run)
    for before, now in zip(image_sizes(committed), image_sizes(run), strict=True):
        assert before / 2 < now < before * 2


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_are_fit_to_be_committed(path: Path) -> None:
    """Small, run in order, without warnings, frames, or a place on the machine that ran them."""
    notebook = nbformat.read(path, as_version=4)
    assert path.stat().st_size < 500_000
    counts = [cell.execution_count for cell in notebook.cells if cell.cell_type == "code"]
    assert list(range(1, len(counts) + 1)) == counts
    assert [] == [each.text for each in outputs(notebook) if each.get("name") == "stderr"]
    shown = "\n".join(text for each in outputs(notebook) for kind, text in texts(each).items() if "image" not in kind)
    assert [] == [place for place in (tempfile.gettempdir(), str(Path.home()), "<iframe") if place in shown]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_one_cell_switches_to_the_real_api(path: Path) -> None:
    """Whoever has a key runs the other line, which stands beside the stand-in's."""
    cells = [cell.source for cell in nbformat.read(path, as_version=4).cells if "gf.Client(" in cell.source]
    assert 1 == len(cells)
    assert "client = gf.Client(api.api_key, api.url" in cells[0]
    assert "# client = gf.Client()  # the real API" in cells[0]

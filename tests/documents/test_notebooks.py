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
    """Return the texts of an output, by kind."""
    data: dict[str, str] = output.get("data", {output["output_type"]: output.get("text", "")})
    return data


def said(notebook: Any) -> list[tuple[list[str], str]]:  # noqa: ANN401
    """Return the kinds and the text of each output, without texts that hold memory addresses."""
    plain = [
        (sorted(data := texts(each)), data.get("text/plain", data.get("stream", ""))) for each in outputs(notebook)
    ]
    return [(kinds, text if " at 0x" not in text else "") for kinds, text in plain]


def image_sizes(notebook: Any) -> list[int]:  # noqa: ANN401
    """Return the size of each picture in bytes."""
    return [len(base64.b64decode(data["image/png"])) for data in map(texts, outputs(notebook)) if "image/png" in data]


@pytest.mark.printed
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
@pytest.mark.filterwarnings("default")  # jupyter's own
def test_notebooks_run_and_say_the_same(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Running a notebook reproduces its stored output; pictures may be drawn slightly differently."""
    monkeypatch.delenv("GALTEA_API_KEY", raising=False)
    committed, run = nbformat.read(path, as_version=4), executed(path)
    assert said(committed) == said(run)
    for before, now in zip(image_sizes(committed), image_sizes(run), strict=True):
        assert before / 2 < now < before * 2


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_are_fit_to_be_committed(path: Path) -> None:
    """At most fifteen code cells, small, run in order, without warnings, iframes and paths of the machine."""
    notebook = nbformat.read(path, as_version=4)
    assert path.stat().st_size < 500_000
    counts = [cell.execution_count for cell in notebook.cells if cell.cell_type == "code"]
    assert list(range(1, len(counts) + 1)) == counts
    assert len(counts) <= 15
    assert [] == [each.text for each in outputs(notebook) if each.get("name") == "stderr"]
    shown = "\n".join(text for each in outputs(notebook) for kind, text in texts(each).items() if "image" not in kind)
    assert [] == [place for place in (tempfile.gettempdir(), str(Path.home()), "<iframe") if place in shown]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_one_cell_switches_to_the_real_api(path: Path) -> None:
    """The line for your own key is next to the one for the sample API."""
    cells = [cell.source for cell in nbformat.read(path, as_version=4).cells if "gf.Client(" in cell.source]
    assert 1 == len(cells)
    assert "client = gf.Client(api.api_key, api.url" in cells[0]
    assert "# client = gf.Client()  # the real API" in cells[0]

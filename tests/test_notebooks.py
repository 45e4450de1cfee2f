"""The notebooks run from top to bottom without a key, and say what they said when they were committed."""

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))


def said(notebook: Any) -> list[str]:  # noqa: ANN401 - nbformat has no types
    """What the cells print and show as text, but for what changes from run to run."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    texts = [output.get("text", output.get("data", {}).get("text/plain", "")) for output in outputs]
    return [text for text in texts if " at 0x" not in text]


@pytest.mark.printed
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
@pytest.mark.filterwarnings("default")  # jupyter's own
def test_notebooks_run_and_say_the_same(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader who runs a notebook sees what the code host shows."""
    monkeypatch.delenv("GALTEA_API_KEY", raising=False)
    committed = nbformat.read(path, as_version=4)
    executed = nbformat.read(path, as_version=4)
    NotebookClient(executed, timeout=120, kernel_name="python3").execute()
    assert said(committed) == said(executed)
    assert path.stat().st_size < 500_000

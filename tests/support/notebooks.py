"""Runs the notebooks; `python tests/support/notebooks.py` stores their output."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))

#: The stand-in's port is another one in each run.
_ADDRESS = re.compile(r"(?<=http://127\.0\.0\.1:)\d+")


def executed(path: Path) -> Any:  # noqa: ANN401 - nbformat has no types
    """Return a notebook with the outputs of a run in an empty folder, and nothing that changes from run to run."""
    notebook = nbformat.read(path, as_version=4)
    with TemporaryDirectory() as folder:
        NotebookClient(
            notebook,
            timeout=1200,
            kernel_name="python3",
            record_timing=False,
            coalesce_streams=True,
            resources={"metadata": {"path": folder}},
        ).execute()
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for output in outputs(notebook):
        _settle(output)
    return notebook


def outputs(notebook: Any) -> list[Any]:  # noqa: ANN401
    """Return all outputs of a notebook, in their order."""
    return [output for cell in notebook.cells for output in cell.get("outputs", [])]


def _settle(output: Any) -> None:  # noqa: ANN401
    """Take out of an output what is another one in each run, and frames, which code hosts do not show."""
    data = output.get("data", {})
    if "<iframe" in data.get("text/html", ""):
        # What is left is its Markdown.
        del data["text/html"]
    for kind in data:
        if kind.startswith("text/"):
            data[kind] = _ADDRESS.sub("8000", data[kind])


if __name__ == "__main__":
    for each in NOTEBOOKS:
        nbformat.write(executed(each), each)

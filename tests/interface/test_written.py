"""The generated modules match the table of resources."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tools.write_loaders import ROOT, main, written

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("path", written())
def test_the_files_are_what_the_table_says(path: str) -> None:
    """If not, `python -m tools.write_loaders` has not been run since the table was changed, or it was changed here."""
    assert written()[path] == (ROOT / path).read_text(encoding="utf-8")


def test_both_files_are_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where they lie in the project."""
    for path in written():
        (tmp_path / path).parent.mkdir(parents=True)
    monkeypatch.setattr("tools.write_loaders.ROOT", tmp_path)
    main()
    assert written() == {path: (tmp_path / path).read_text(encoding="utf-8") for path in written()}

"""The decoder against random bytes: a short run of `fuzz_decode.py`, and its seed pages."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import decoder_check
import pytest
from effort import times

pytestmark = pytest.mark.uncounted

HERE = Path(__file__).parent
FUZZER = HERE.parent / "support" / "fuzz_decode.py"
CORPUS = sorted((HERE / "corpus").iterdir())


@pytest.mark.parametrize("path", [pytest.param(path, id=path.stem) for path in CORPUS])
def test_pages_of_the_corpus_are_what_the_reference_says(path: Path) -> None:
    """Each page that the fuzzer starts from, findings of earlier runs among them, is read right or refused."""
    assert decoder_check.check(path.read_bytes()) is (path.stem not in {"cut_off", "html", "no_list", "no_object"})


def test_a_run_of_the_fuzzer_finds_nothing(tmp_path: Path) -> None:
    """Some seconds of pages made to reach every branch of the decoder: none is read wrong, none fails by surprise."""
    pytest.importorskip("atheris", reason="atheris has no release for this Python")
    found = tmp_path / "found"
    found.mkdir()
    # Coverage would trace what is instrumented already.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    options = [f"-max_total_time={times(5)}", "-timeout=600", f"-artifact_prefix={tmp_path}/", str(found)]
    run = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, str(FUZZER), *options, str(HERE / "corpus")],
        capture_output=True,
        text=True,
        errors="replace",
        env=environment | {"PYTHONPATH": str(HERE.parents[1])},
        check=False,
    )
    assert run.returncode == 0, run.stderr[-4_000:]
    assert "DONE" in run.stderr
    assert list(found.iterdir()), "no page reached anything new"

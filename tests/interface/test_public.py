import ast
import subprocess
import sys

from sources import PACKAGE, tree_of

import galtea_frames as gf
from galtea_frames.api.resources import RESOURCES


def test_all_is_sorted_and_complete() -> None:
    """`__all__` names what the package imports for its users, in the order in which they would look for it."""
    imported = [
        each.asname or each.name
        for node in tree_of("galtea_frames").body
        if isinstance(node, ast.ImportFrom)
        for each in node.names
    ]
    assert sorted(imported) == gf.__all__
    assert len(set(gf.__all__)) == len(gf.__all__)
    assert all(hasattr(gf, name) for name in gf.__all__)


def test_the_design_is_public() -> None:
    """What the guarantees are given for can be reached from the top."""
    wanted = "Client load_sessions load_versions iter_sessions iter_versions join_sessions_versions"
    wanted += " load_sessions_with_versions to_records write_parquet read_parquet sample Mirror"
    assert set(wanted.split()) <= set(gf.__all__)


def test_what_importing_the_package_costs() -> None:
    """Importing it loads no terminal, server, plotting or templating library, and opens no connection."""
    code = "import sys, galtea_frames; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PACKAGE.parent)  # noqa: S603 - our own code
    loaded = set(done.stdout.split())
    heavy = {
        "rich",
        "typer",
        "click",
        "werkzeug",
        "deltalake",
        "filelock",
        "jinja2",
        "matplotlib",
        "s3fs",
        "gcsfs",
        "adlfs",
        "IPython",
    }
    assert loaded & heavy == set()
    assert "pandas" in loaded


def test_resources_are_found_by_name() -> None:
    """There are two of them, each under its own name and path."""
    assert {"sessions": "/sessions", "versions": "/versions"} == {name: each.path for name, each in RESOURCES.items()}

"""The public names of the package."""

import ast
import subprocess
import sys

import pytest
from package_source import PACKAGE, tree_of

import galtea_frames as gf
from galtea_frames._names import NAMES
from galtea_frames.api.resources import RESOURCES


def test_all_is_sorted_and_complete() -> None:
    """`__all__` names what the package imports for its users, in the order in which they would look for it."""
    imported = [
        each.asname or each.name
        for node in ast.walk(tree_of("galtea_frames"))
        if isinstance(node, ast.ImportFrom) and node.module not in ("typing", "galtea_frames._names")
        for each in node.names
    ]
    assert sorted(imported) == gf.__all__
    assert len(set(gf.__all__)) == len(gf.__all__)
    assert all(hasattr(gf, name) for name in gf.__all__)


def test_names_are_imported_from_where_type_checkers_are_told() -> None:
    """What is imported when it is first asked for is what editors and type checkers see."""
    told = {
        (str(node.module).removeprefix("galtea_frames.").removeprefix("galtea_frames"), each.name)
        for node in ast.walk(tree_of("galtea_frames"))
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("galtea_frames")
        for each in node.names
    }
    named = {(module, name) for module, names in NAMES.items() for name in names}
    own = {("", "sample"), ("_version", "__version__"), ("_names", "__dir__"), ("_names", "__getattr__")}
    assert named | own == told


def test_the_package_shows_its_public_names_alone() -> None:
    """Whatever was imported: rooms and their modules are not among them."""
    assert sorted({*gf.__all__, "errors", "error_shapes", "rates"}) == dir(gf)
    assert all(getattr(gf, name) is not None for name in dir(gf))
    assert {"errors", "rates", "error_shapes", "sample"} == {
        name for name in dir(gf) if getattr(gf, name).__class__ is type(gf)
    }
    with pytest.raises(AttributeError, match=r"^module 'galtea_frames' has no attribute 'lode_sessions'$"):
        gf.lode_sessions  # type: ignore[attr-defined] # noqa: B018 - it is the name that fails


def test_a_name_is_imported_by_asking_for_it() -> None:
    """The package begins with none of them; each comes when it is first asked for, and is then at hand."""
    code = "import sys, galtea_frames as gf; first = 'pandas' in sys.modules; gf.load_sessions"
    code += "; print(first, 'pandas' in sys.modules, 'load_sessions' in vars(gf), gf.rates.ENOUGH)"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=PACKAGE.parent)  # noqa: S603 - our own code
    assert "False True True 30\n" == done.stdout


@pytest.mark.parametrize("option", ["--version", "-h", "export sessions -h"])
def test_help_needs_little(option: str) -> None:
    """Neither pandas nor Arrow nor the network is imported for what the command line says of itself."""
    code = "import sys\nfrom galtea_frames.cli.main import main\n"
    code += "try: main()\nfinally: print(*sys.modules, file=sys.stderr)"
    command = [sys.executable, "-c", code, *option.split()]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=PACKAGE.parent)  # noqa: S603 - our own code
    heavy = {"pandas", "numpy", "pyarrow", "requests", "msgspec", "fsspec", "rich", "werkzeug", "galtea_frames.sample"}
    assert set(done.stderr.split()) & heavy == set()


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


def test_resources_are_found_by_name() -> None:
    """Each under its own name and path; those of turns and spans are the API's older words."""
    assert {
        "sessions": "/sessions",
        "versions": "/versions",
        "evaluations": "/evaluations",
        "inference_results": "/inferenceResults",
        "spans": "/traces",
        "test_cases": "/testCases",
        "tests": "/tests",
        "metrics": "/metrics",
        "specifications": "/specifications",
        "runs": "/runs",
        "products": "/products",
        "models": "/models",
    } == {name: each.path for name, each in RESOURCES.items()}

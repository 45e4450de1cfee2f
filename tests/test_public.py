import ast
import importlib
import inspect
import pkgutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, get_type_hints

import pytest

import galtea_frames as gf
from galtea_frames import arguments
from galtea_frames.resources import RESOURCES, SESSIONS, VERSIONS, Resource

PACKAGE = Path(gf.__file__).parent

MODULES = sorted(
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
    for path in PACKAGE.rglob("*.py")
)

#: The modules in their order: each may import from those above it, and from no other.
LAYERS = """
    _version errors settings resources times query scan transport shapes decode windows pages fetch client
    kinds names nested gather table dtypes frames spool joins records arguments progress collector loaders
    stored changes delta place sync mirrored daskframe mirror
    targets partitions parquet
    wording periods rates findings thresholds judging completeness headline
    observations counts roster error_shapes novelties totals version_lines quantiles quality analysis
    drawing charts rendering report
    options mirror_commands report_command demo cli __main__
""".split()  # noqa: SIM905 - an order is read in lines

#: What no one but these may import: the network, retries, terminals, files.
ONLY = {
    "requests": {"transport"},
    "tenacity": {"transport"},
    "rich": {"progress", "cli", "demo"},
    "click": {"cli", "mirror_commands", "options", "report_command"},
    "fsspec": {"targets", "parquet", "partitions"},
    "werkzeug": {"sample"},
    "deltalake": {"delta"},
    "jinja2": {"rendering"},
    "matplotlib": {"charts"},
}


def tree_of(module: str) -> ast.Module:
    """A module's source, parsed."""
    path = PACKAGE.joinpath(*module.split(".")[1:])
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return ast.parse(file.read_text(encoding="utf-8"))


def imports_of(module: str) -> Iterator[str]:
    """The names of the modules that a module imports, anywhere in it."""
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports relatively"
            names = [f"{node.module}.{each.name}" for each in node.names]
            yield from (name if name in MODULES else str(node.module) for name in names)


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


@pytest.mark.parametrize("package", ["galtea_frames", "galtea_frames.sample"])
def test_a_package_is_its_imports(package: str) -> None:
    """`__init__` holds a docstring, imports, and `__all__`."""
    first, *rest = tree_of(package).body
    assert isinstance(first, ast.Expr)
    for node in rest:
        is_all = isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
        assert isinstance(node, ast.ImportFrom) or is_all, ast.unparse(node)


def test_the_design_is_public() -> None:
    """What the guarantees are given for can be reached from the top."""
    wanted = "Client load_sessions load_versions iter_sessions iter_versions join_sessions_versions"
    wanted += " load_sessions_with_versions to_records write_parquet read_parquet sample Mirror"
    assert set(wanted.split()) <= set(gf.__all__)


@pytest.mark.parametrize("module", MODULES)
def test_every_module_says_what_it_is(module: str) -> None:
    """Each begins with a docstring whose first line is a sentence."""
    words = ast.get_docstring(tree_of(module))
    assert words, module
    assert words.splitlines()[0].endswith((".", ":"))


@pytest.mark.parametrize("module", [each for each in MODULES if each.count(".") == 1 and "sample" not in each])
def test_layers(module: str) -> None:
    """Each module imports only from those above it; `sample` is the only package, and open to the last ones."""
    layer = module.split(".")[1]
    assert layer in LAYERS, f"{layer} has no place in the order yet"
    allowed = set(LAYERS[: LAYERS.index(layer)])
    own = {name.split(".")[1] for name in imports_of(module) if name.startswith("galtea_frames.")}
    bare = [name for name in imports_of(module) if name == "galtea_frames"]
    if layer in ("cli", "demo", "__main__"):
        allowed |= {"sample"}
    else:
        assert bare == [], "the package itself is for its users"
    assert own - allowed == set()


def test_the_order_has_no_dead_names() -> None:
    """A module that is gone leaves the order too."""
    assert [name for name in LAYERS if f"galtea_frames.{name}" not in MODULES] == []


@pytest.mark.parametrize("module", [each for each in MODULES if each.startswith("galtea_frames.sample")])
def test_the_sample_api_knows_nothing_of_the_client(module: str) -> None:
    """The stand-in is written from the API's reference alone, so that the two can disagree."""
    own = [name for name in imports_of(module) if name.startswith("galtea_frames")]
    assert [name for name in own if not name.startswith("galtea_frames.sample")] == []


@pytest.mark.parametrize("library", ONLY)
def test_libraries_stay_in_their_modules(library: str) -> None:
    """What reaches out of the process is imported where the design says, and nowhere else."""
    users = {
        module.split(".")[1]
        for module in MODULES
        if module.count(".") and any(name.split(".")[0] == library for name in imports_of(module))
    }
    assert users <= ONLY[library]


@pytest.mark.parametrize("library", ["pandas"])
def test_the_wire_side_is_free_of_frames(library: str) -> None:
    """From settings to pages no module needs pandas."""
    early = LAYERS[: LAYERS.index("client") + 1]
    users = [
        name for name in early if any(each.split(".")[0] == library for each in imports_of(f"galtea_frames.{name}"))
    ]
    assert users == []


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


def test_modules_import_alone() -> None:
    """Each module can be the first to be imported, and does nothing by that: tools that read docstrings import all."""
    names = [each.name for each in pkgutil.iter_modules(gf.__path__, "galtea_frames.")]
    for name in names:
        assert importlib.import_module(name).__name__ == name


LOADERS = [
    pytest.param(gf.load_sessions, SESSIONS, id="load_sessions"),
    pytest.param(gf.iter_sessions, SESSIONS, id="iter_sessions"),
    pytest.param(gf.load_sessions_with_versions, SESSIONS, id="load_sessions_with_versions"),
    pytest.param(gf.load_versions, VERSIONS, id="load_versions"),
    pytest.param(gf.iter_versions, VERSIONS, id="iter_versions"),
]

PAGING = ["sort", "limit", "offset", "params"]
OPTIONS = ["nested", "parse_dates", "dtype_backend", "client"]


@pytest.mark.parametrize(("loader", "resource"), LOADERS)
def test_signatures_show_the_filters(loader: Any, resource: Resource) -> None:  # noqa: ANN401 - any loader
    """`help()` and editors see every filter by name, keyword-only, with the default that is in force."""
    parameters = inspect.signature(loader).parameters
    assert [each.name for each in resource.filters] + PAGING + OPTIONS == list(parameters)
    assert {each.kind for each in parameters.values()} == {inspect.Parameter.KEYWORD_ONLY}
    defaults = {name: each.default for name, each in parameters.items() if each.default is not None}
    assert defaults == {"nested": "columns", "dtype_backend": "numpy_nullable"}


@pytest.mark.parametrize(("loader", "resource"), LOADERS)
def test_docstrings_explain_every_argument(loader: Any, resource: Resource) -> None:  # noqa: ANN401 - any loader
    """Each filter and option has its line under Args, and what may be raised follows."""
    words = inspect.getdoc(loader)
    assert words is not None
    listed = words.partition("Args:\n")[2].partition("\n\nRaises:")[0].splitlines()
    assert [each.name for each in resource.filters] + PAGING + OPTIONS == [
        line.split(":")[0].strip() for line in listed
    ]
    assert all(line.endswith(".") and "  :" not in line for line in listed)
    assert words.count("Raises:") == 1


@pytest.mark.parametrize(
    ("typed", "resource"),
    [(arguments.SessionFilters, SESSIONS), (arguments.VersionFilters, VERSIONS)],
    ids=["sessions", "versions"],
)
def test_typed_filters_agree_with_the_table(typed: Any, resource: Resource) -> None:  # noqa: ANN401 - a TypedDict
    """What type checkers allow is what the table of resources knows, each with the type of its kind."""
    kinds = {"texts": arguments.Texts | None, "text": str | None, "flag": bool | None, "time": arguments.Time | None}
    # The names that only type checkers import.
    hints = get_type_hints(typed, localns={"Sequence": Sequence, "Client": gf.Client})
    assert {each.name: kinds[each.kind] for each in resource.filters} == {
        name: hint for name, hint in hints.items() if name not in PAGING
    }
    assert set(PAGING) <= set(hints)
    assert typed.__required_keys__ == frozenset()


def test_typed_options_agree_with_the_signature() -> None:
    """The options of the loaders are those of their type, and both types of arguments have them."""
    options = list(arguments.Options.__annotations__)
    assert options == OPTIONS
    for typed in (arguments.SessionArguments, arguments.VersionArguments):
        assert set(options) <= set(typed.__optional_keys__)


def test_resources_are_found_by_name() -> None:
    """There are two of them, each under its own name and path."""
    assert {"sessions": "/sessions", "versions": "/versions"} == {name: each.path for name, each in RESOURCES.items()}


ERRORS = [
    (gf.SettingsError, (gf.GalteaFramesError, ValueError)),
    (gf.QueryError, (gf.GalteaFramesError, ValueError)),
    (gf.RequestError, (gf.GalteaFramesError,)),
    (gf.AuthenticationError, (gf.RequestError,)),
    (gf.NotFoundError, (gf.RequestError,)),
    (gf.ResponseError, (gf.GalteaFramesError,)),
    (gf.JoinError, (gf.GalteaFramesError, ValueError)),
    (gf.ParquetError, (gf.GalteaFramesError,)),
    (gf.MirrorError, (gf.GalteaFramesError,)),
    (gf.ReportError, (gf.GalteaFramesError,)),
    (gf.GalteaFramesError, (Exception,)),
    (gf.GalteaFramesWarning, (UserWarning,)),
    (gf.MixedTypesWarning, (gf.GalteaFramesWarning,)),
    (gf.ColumnBudgetWarning, (gf.GalteaFramesWarning,)),
    (gf.UnknownStatusWarning, (gf.GalteaFramesWarning,)),
]


@pytest.mark.parametrize(("error", "bases"), ERRORS, ids=lambda each: getattr(each, "__name__", ""))
def test_the_tree_of_errors(error: type[Exception], bases: tuple[type, ...]) -> None:
    """One root, a builtin beside it where one fits, and each drawn in the module's docstring."""
    assert bases == error.__bases__
    assert error.__name__ in str(importlib.import_module("galtea_frames.errors").__doc__)

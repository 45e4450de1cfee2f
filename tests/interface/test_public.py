import ast
import importlib
import inspect
import pkgutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import galtea_frames as gf
from galtea_frames.api.resource import Resource
from galtea_frames.api.resources import RESOURCES, SESSIONS, VERSIONS

PACKAGE = Path(gf.__file__).parent

MODULES = sorted(
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
    for path in PACKAGE.rglob("*.py")
)

#: The modules in their order: each may import from those above it, and from no other.
LAYERS = """
    _version per_process printable errors paths small_files streams api.settings api.times api.values api.refusals
    api.bodies api.proxies api.connections api.failures api.answers api.transport decoding.shapes walk.seen
    walk.ties api.client files.dtypes frames.fingerprint frames.cells frames.progress frames.garbage mirror.damage
    mirror.ground mirror.table_files mirror.account files.partitions files.seals files.rights files.hive
    report.wording report.periods rates report.findings report.thresholds report.analysis.verdict
    report.analysis.headline report.analysis.fields report.labels error_shapes report.pages.sparklines
    report.pages.lettering report.pages.charts report.pages.rendering cli.signals api.page api.resource
    api.resources decoding.column_names api.arguments api.query walk.window frames.coverage cli.options
    api.splitting mirror.arguments walk.crew walk.slices walk.source walk.walk walk.lookup walk.fetch
    decoding.json_text decoding.exact decoding.raw_rows decoding.kinds decoding.survey decoding.reader
    decoding.gatherer decoding.schema frames.frame frames.spool frames.origin frames.joins frames.records
    frames.chosen frames.dates frames.regather mirror.rows mirror.changes mirror.description mirror.delta
    mirror.location files.descriptions files.ours files.workplaces files.targets files.restoring files.parquet
    report.analysis.sessions report.analysis.completeness report.analysis.counts report.analysis.known_versions
    report.analysis.changes report.analysis.totals report.analysis.metrics report.analysis.quality mirror.sync
    mirror.info decoding.contract mirror.lazy frames.framing frames.load frames.load_joined frames.loaders
    frames.concat cli.demo mirror.reading mirror.mirror cli.mirror report.analysis.stacks
    report.analysis.version_lines report.terms report.analysis.analyse report.report cli.report cli.check cli.export
    cli.serve cli.main __main__
""".split()  # noqa: SIM905 - an order is read in lines

#: What no one but these may import: the network, retries, terminals, files.
ONLY = {
    "requests": {"api.answers", "api.connections", "api.failures", "api.proxies"},
    "tenacity": {"api.transport"},
    "rich": {"frames.progress", "cli.main", "cli.demo"},
    "click": {"cli.main", "cli.mirror", "cli.options", "cli.report"},
    "fsspec": {"files.targets", "files.parquet", "files.partitions"},
    "werkzeug": {"sample"},
    "deltalake": {"mirror.delta"},
    "jinja2": {"report.pages.rendering"},
    "matplotlib": {"report.pages.charts", "report.pages.lettering"},
}


def is_module(name: str) -> bool:
    """Whether a name is that of a module, and not of a package."""
    return not PACKAGE.joinpath(*name.split(".")[1:]).is_dir()


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


@pytest.mark.parametrize("package", [each for each in MODULES if not is_module(each)])
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


@pytest.mark.parametrize("module", [each for each in MODULES if is_module(each) and "sample" not in each])
def test_layers(module: str) -> None:
    """Each module imports only from those above it; `sample` is the only package, and open to the last ones."""
    layer = module.removeprefix("galtea_frames.")
    assert layer in LAYERS, f"{layer} has no place in the order yet"
    allowed = set(LAYERS[: LAYERS.index(layer)])
    own = {name.removeprefix("galtea_frames.") for name in imports_of(module) if name.startswith("galtea_frames.")}
    bare = [name for name in imports_of(module) if name == "galtea_frames"]
    if layer.startswith("cli.") or layer == "__main__":
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
        "sample" if "sample" in module else module.removeprefix("galtea_frames.")
        for module in MODULES
        if module.count(".") and any(name.split(".")[0] == library for name in imports_of(module))
    }
    assert users <= ONLY[library]


@pytest.mark.parametrize("library", ["pandas"])
def test_the_wire_side_is_free_of_frames(library: str) -> None:
    """From settings to pages no module needs pandas."""
    early = LAYERS[: LAYERS.index("api.client") + 1]
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
    names = [each.name for each in pkgutil.walk_packages(gf.__path__, "galtea_frames.")]
    for name in names:
        assert importlib.import_module(name).__name__ == name


LOADERS = [
    pytest.param(gf.load_sessions, SESSIONS, id="load_sessions"),
    pytest.param(gf.iter_sessions, SESSIONS, id="iter_sessions"),
    pytest.param(gf.load_sessions_with_versions, SESSIONS, id="load_sessions_with_versions"),
    pytest.param(gf.load_versions, VERSIONS, id="load_versions"),
    pytest.param(gf.iter_versions, VERSIONS, id="iter_versions"),
]

STORED = [
    pytest.param(gf.Mirror.load_sessions, SESSIONS, id="Mirror.load_sessions"),
    pytest.param(gf.Mirror.load_versions, VERSIONS, id="Mirror.load_versions"),
    pytest.param(gf.Mirror.join, SESSIONS, id="Mirror.join"),
    pytest.param(gf.Mirror.to_dask, SESSIONS, id="Mirror.to_dask"),
]

PAGING = ["sort", "limit", "offset", "params"]
OPTIONS = ["nested", "parse_dates", "dtype_backend", "client"]
SELECTION = ["include_removed", "as_of", "allow_incomplete"]

#: The type of an argument for each kind of filter.
KINDS = {
    "texts": str | Iterable[str] | None,
    "text": str | None,
    "flag": bool | None,
    "time": str | date | np.datetime64 | None,
}


def documented(loader: Any) -> dict[str, str]:  # noqa: ANN401 - any loader
    """The arguments that a docstring explains, each with what it says, in its source: that is what editors read."""
    name = loader.__qualname__.rpartition(".")[2]
    module = tree_of(loader.__module__)
    sources = [each for each in ast.walk(module) if isinstance(each, ast.FunctionDef) and each.name == name]
    (words,) = [ast.get_docstring(each) or "" for each in sources]
    listed = words.partition("Args:\n")[2].partition("\n\nRaises:")[0]
    return dict(line.strip().split(": ", 1) for line in listed.splitlines())


@pytest.mark.parametrize(("loader", "resource"), LOADERS)
def test_signatures_name_the_filters(loader: Any, resource: Resource) -> None:  # noqa: ANN401 - any loader
    """Editors and `help()` see every filter of the table by name with its type, keyword-only, and no other."""
    parameters = inspect.signature(loader).parameters
    assert [each.name for each in resource.filters] + PAGING + OPTIONS == list(parameters)
    assert {each.kind for each in parameters.values()} == {inspect.Parameter.KEYWORD_ONLY}
    defaults = {name: each.default for name, each in parameters.items() if each.default is not None}
    assert defaults == {"nested": "columns", "dtype_backend": "numpy_nullable"}
    assert [KINDS[each.kind] for each in resource.filters] == [
        parameters[each.name].annotation for each in resource.filters
    ]


@pytest.mark.parametrize(("loader", "resource"), STORED)
def test_mirrors_signatures_agree_with_the_table(loader: Any, resource: Resource) -> None:  # noqa: ANN401 - any reader
    """What a mirror can be asked has the names, order and types that the API's filters have."""
    parameters = inspect.signature(loader).parameters
    own = ["self", "statuses", *PAGING, *OPTIONS, *SELECTION]
    shared = [name for name in parameters if name not in own]
    assert [each.name for each in resource.filters if each.name in shared] == shared
    assert [KINDS[each.kind] for each in resource.filters if each.name in shared] == [
        parameters[name].annotation for name in shared
    ]


@pytest.mark.parametrize(("loader", "resource"), [*LOADERS, *STORED])
def test_docstrings_explain_every_argument(loader: Any, resource: Resource) -> None:  # noqa: ANN401 - any loader
    """Each has one line in the source, as editors show no second one; a filter's is what the table says it means."""
    said = documented(loader)
    assert [name for name in inspect.signature(loader).parameters if name != "self"] == list(said)
    meanings = {each.name: f"{each.meaning}." for each in resource.filters}
    if "Mirror" in loader.__qualname__:  # asked of other rows, `ids` mean another error
        del meanings["ids"]
    assert {name: meanings[name] for name in said if name in meanings} == {
        name: words for name, words in said.items() if name in meanings
    }
    assert all(words.endswith(".") for words in said.values())


def test_options_are_explained_in_the_same_words() -> None:
    """What all loaders take is explained alike by all of them."""
    every = [documented(each.values[0]) for each in [*LOADERS, *STORED]]
    for name in [*PAGING, "parse_dates", "dtype_backend", "client", *SELECTION]:
        assert len({said[name] for said in every if name in said}) == 1, name


def test_an_argument_that_a_loader_does_not_have_is_named() -> None:
    """The one that was meant is suggested, an option too; nothing is asked for."""
    with pytest.raises(gf.QueryError, match=r"^unknown argument 'nestd': did you mean 'nested'\?$"):
        gf.load_sessions(nestd="json")  # type: ignore[call-arg]
    with pytest.raises(gf.QueryError, match=r"'zzz': there are ids, .*, client; a filter .* goes into params="):
        gf.load_sessions(zzz="FAILED")  # type: ignore[call-arg]
    with pytest.raises(gf.QueryError, match=r"^a mirror of sessions takes no test_ids; it takes .*, custom_ids, "):
        gf.Mirror("nowhere").load_sessions(test_ids="x")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="takes 0 positional arguments but 1 was given"):
        gf.load_sessions("version_1")  # type: ignore[call-arg]


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
    (gf.AbsentColumnsWarning, (gf.GalteaFramesWarning,)),
]


@pytest.mark.parametrize(("error", "bases"), ERRORS, ids=lambda each: getattr(each, "__name__", ""))
def test_the_tree_of_errors(error: type[Exception], bases: tuple[type, ...]) -> None:
    """One root, a builtin beside it where one fits, and each drawn in the module's docstring."""
    assert bases == error.__bases__
    assert error.__name__ in str(importlib.import_module("galtea_frames.errors").__doc__)

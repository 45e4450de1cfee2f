"""The order of the packages and of the modules in each, and which libraries are used where."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from collections import Counter

import pytest
from package_source import MODULES, imports_of, is_module, tree_of

import galtea_frames as gf

#: The rooms in their order, and the modules of each in theirs; the first are the ground. A module may import from those
#: above it in its own room, and from the rooms above.
ROOMS = {
    "": "_version _names printable errors rates error_shapes paths permissions small_files per_process streams",
    "api": """
        resource lists.filters lists.evaluations lists.products lists.sessions lists.test_runs lists.turns resources
        times arguments settings refusals page bodies connections proxies answers failures
        transport client values query splitting
    """,
    "walk": "slices ties source lookup window crew seen walk through fetch",
    "decoding": """
        json_text exact kinds pins wanted shapes column_names inferred survey column_batch derived contract raw_rows
        reader misfits gatherer notes schema
    """,
    "frames": """
        fingerprint unchanged load_attrs production frame column_warnings gc_pause progress spool cells limit_offset
        coverage column_arguments origin scoring join_keys joins plain describe schema_columns schema_text schema_drift
        schema options assembly load joined_arguments load_joined scores score_arguments load_scores loaders records
        reparse concat
    """,
    "files": """
        settings dtypes partitions descriptions hive restoring seals ownership staging targets parquet
        csv json_lines excel exports
    """,
    "mirror": """
        rows arguments lists stored_rows changes same_account damage description local_folder table_files time_spans
        delta location sync_result sync info reading reading_scores readers lazy_columns lazy mirror
    """,
    "pages": "selection wording labels links lettering pictures rendering formats",
    "report": """
        conditions scored groups checks findings periods thresholds terms analysis.headline pages.sparklines
        analysis.fields analysis.load_attrs analysis.sessions analysis.counts analysis.totals analysis.completeness
        analysis.known_versions analysis.evaluations analysis.scores analysis.subjects analysis.verdict
        analysis.stacks analysis.metadata inputs analysis.changes analysis.version_lines
        analysis.sums analysis.breakdowns
        analysis.metrics analysis.quality analysis.next_steps analysis.rows analysis.analyse
        pages.score_charts pages.charts pages.rendering pages.text pages.email index report
    """,
    "compare": """
        statistics columns scores metrics cases versions terms completeness coverage sessions summary findings
        loading pages.views pages.rendering comparison
    """,
    "cli": """
        options config signals check export schema mirror report_scores report_frames report demo compare serve main
    """,
}

#: Rooms that do not import from each other, though one of them comes first.
SIDE_BY_SIDE = [("walk", "decoding"), ("files", "mirror"), ("report", "compare")]

#: What no one but these may import: the network, retries, terminals, files.
ONLY = {
    "requests": {"api.answers", "api.connections", "api.failures", "api.proxies"},
    "tenacity": {"api.transport"},
    "rich": {"frames.progress", "cli.main", "cli.demo"},
    "click": {
        "cli.check",
        "cli.compare",
        "cli.config",
        "cli.export",
        "cli.main",
        "cli.mirror",
        "cli.options",
        "cli.report",
        "cli.schema",
        "cli.serve",
    },
    "fsspec": {"files.targets", "files.parquet", "files.partitions"},
    "werkzeug": {"sample"},
    "deltalake": {"mirror.delta"},
    "jinja2": {"compare.pages.rendering", "pages.rendering", "report.pages.rendering"},
    "scipy": {"compare.statistics", "rates"},
    "matplotlib": {"pages.lettering", "pages.pictures", "report.pages.charts", "report.pages.score_charts"},
}

ORDER = [f"{room}.{name}".strip(".") for room, names in ROOMS.items() for name in names.split()]
OWN = [name.removeprefix("galtea_frames.") for name in MODULES if is_module(name) and "sample" not in name]
#: The last module, which is none of a room's.
PROGRAM = "__main__"


def room_of(module: str) -> str:
    """The room of a module; the ground has no name."""
    return module.partition(".")[0] if "." in module else ""


def own_imports(module: str) -> set[str]:
    """The modules of the package that one of them imports."""
    names = imports_of(f"galtea_frames.{module}")
    return {name.removeprefix("galtea_frames.") for name in names if name.startswith("galtea_frames.")}


def test_every_module_has_a_place() -> None:
    """Each is in the order once, and the order names no other."""
    assert sorted({*OWN} - {PROGRAM}) == sorted(ORDER)
    assert {1} == set(Counter(ORDER).values())


@pytest.mark.parametrize("module", OWN)
def test_a_module_imports_from_those_above_it(module: str) -> None:
    """In its own room and in the rooms above; only the command line knows the stand-in and the package as a whole."""
    last = module == PROGRAM
    allowed = set(ORDER if last else ORDER[: ORDER.index(module)])
    if room_of(module) == "cli" or last:
        allowed |= {"sample"}
    else:
        assert "galtea_frames" not in imports_of(f"galtea_frames.{module}"), "the package itself is for its users"
    assert own_imports(module) <= allowed


@pytest.mark.parametrize("rooms", SIDE_BY_SIDE, ids=" ".join)
def test_rooms_that_lie_side_by_side(rooms: tuple[str, str]) -> None:
    """Neither imports from the other."""
    for own, other in (rooms, rooms[::-1]):
        modules = [each for each in OWN if room_of(each) == own]
        assert [] == [each for each in modules if other in map(room_of, own_imports(each))]


@pytest.mark.parametrize("package", [each for each in MODULES if not is_module(each)])
def test_a_package_is_its_imports(package: str) -> None:
    """`__init__` holds a docstring, imports, and `__all__`; that of a room is its docstring alone."""
    first, *rest = tree_of(package).body
    assert isinstance(first, ast.Expr)
    for node in rest:
        is_all = isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
        checking = isinstance(node, ast.If) and all(
            isinstance(each, ast.ImportFrom) for each in node.body + node.orelse
        )
        assert isinstance(node, ast.ImportFrom) or is_all or checking, ast.unparse(node)


@pytest.mark.parametrize("module", MODULES)
def test_every_module_says_what_it_is(module: str) -> None:
    """Each begins with a docstring whose first line is a sentence."""
    words = ast.get_docstring(tree_of(module))
    assert words, module
    assert words.splitlines()[0].endswith((".", ":"))


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
    early = [each for each in ORDER if room_of(each) in ("", "api", "walk")]
    users = [
        name for name in early if any(each.split(".")[0] == library for each in imports_of(f"galtea_frames.{name}"))
    ]
    assert users == []


def test_modules_import_alone() -> None:
    """Each module can be the first to be imported, and does nothing by that: tools that read docstrings import all."""
    names = [each.name for each in pkgutil.walk_packages(gf.__path__, "galtea_frames.")]
    for name in names:
        assert importlib.import_module(name).__name__ == name

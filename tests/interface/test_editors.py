"""What editors show while a call is typed: VS Code, through pyright, and Jupyter."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import pytest
from editor import Editor
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell

import galtea_frames as gf
from galtea_frames.api.resources import EVALUATIONS, SESSIONS, TEST_CASES, VERSIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from galtea_frames.api.resource import Filter, Resource

LOADERS = [
    pytest.param("gf.load_sessions", SESSIONS, id="load_sessions"),
    pytest.param("gf.load_sessions_with_versions", SESSIONS, id="load_sessions_with_versions"),
    pytest.param("gf.iter_versions", VERSIONS, id="iter_versions"),
    pytest.param("gf.load_evaluations", EVALUATIONS, id="load_evaluations"),
    pytest.param("gf.iter_test_cases", TEST_CASES, id="iter_test_cases"),
    pytest.param("mirror.load_sessions", SESSIONS, id="Mirror.load_sessions"),
    pytest.param("mirror.load_evaluations", EVALUATIONS, id="Mirror.load_evaluations"),
    pytest.param("mirror.iter_versions", VERSIONS, id="Mirror.iter_versions"),
    pytest.param("mirror.join", SESSIONS, id="Mirror.join"),
]

#: How the type of each kind of filter is written where editors show it.
WRITTEN = {
    "texts": "str | Iterable[str] | None",
    "text": "str | None",
    "flag": "bool | None",
    "number": "float | None",
    "integer": "int | None",
    "time": "str | date | datetime64[Any] | None",
}


def filters_of(call: str, resource: Resource) -> list[Filter]:
    """The filters that a loader has: a mirror's readers have fewer."""
    loader: Any = {"gf": gf, "mirror": gf.Mirror}[call.partition(".")[0]]
    names = inspect.signature(getattr(loader, call.partition(".")[2])).parameters
    return [each for each in resource.filters if each.name in names]


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    """A file in which every loader is called, with each of its filters."""
    lines = ["import galtea_frames as gf", 'mirror = gf.Mirror("mirror")']
    for loader in LOADERS:
        call, resource = loader.values
        lines += [f"{call}({each.name}=None)" for each in filters_of(str(call), resource)]  # type: ignore[arg-type]
    with Editor(
        tmp_path_factory.mktemp("notes") / "notes.py", "\n".join([*lines, "further = gf.load_sessions("])
    ) as opened:
        yield opened


@pytest.mark.parametrize(("call", "resource"), LOADERS)
def test_a_call_shows_its_filters(editor: Editor, call: str, resource: Resource) -> None:
    """Within its parentheses stand all names with their types and defaults, and what each means."""
    filters = filters_of(call, resource)
    shown = editor.signature(f"{call}({filters[0].name}=")
    for each in filters:
        assert f"{each.name}: {WRITTEN[each.kind]} = None" in shown["label"]
    said = shown["documentation"]["value"].replace("\\_", "_")
    assert [
        each.meaning for each in filters if each.name != "ids" and f"{each.name}: {each.meaning}." not in said
    ] == []


@pytest.mark.parametrize(("call", "resource"), LOADERS)
def test_a_filters_name_shows_its_type_and_meaning(editor: Editor, call: str, resource: Resource) -> None:
    """Pointing at an argument's name shows the whole of it, without a look at the documentation."""
    for each in filters_of(call, resource):
        shown = editor.hover(f"{call}({each.name}=")
        assert f"(parameter) {each.name}: {WRITTEN[each.kind]}" in shown
        assert each.name == "ids" or f"{each.name}: {each.meaning}." in shown


def test_names_are_offered(editor: Editor) -> None:
    """After the opening parenthesis the names of all arguments can be picked."""
    offered = editor.completions("further = gf.load_sessions(")
    wanted = [*(each.name for each in SESSIONS.filters), "sort", "limit", "offset", "params", "nested", "client"]
    assert [name for name in wanted if f"{name}=" not in offered] == []


@pytest.fixture(scope="module")
def notebook() -> InteractiveShell:
    """What runs behind a notebook, with the package imported."""
    shell = InteractiveShell()
    shell.user_ns |= {"gf": gf, "mirror": gf.Mirror("mirror")}
    return shell


@pytest.mark.parametrize(("call", "resource"), LOADERS)
def test_a_notebooks_help_lists_the_filters(notebook: InteractiveShell, call: str, resource: Resource) -> None:
    """`gf.load_sessions?` and Shift-Tab print each with its type, default and meaning, as it would be written."""
    notebook.colors = "nocolor"
    shown = notebook.object_inspect_text(call)
    for each in filters_of(call, resource):
        written = WRITTEN[each.kind].replace("Iterable", "collections.abc.Iterable")
        written = written.replace("date | datetime64[Any]", "datetime.date | numpy.datetime64")
        assert f"    {each.name}: {written} = None,\n" in shown
        assert each.name == "ids" or f"    {each.name}: {each.meaning}." in shown
    assert "ForwardRef" not in shown


@pytest.mark.parametrize("jedi", [True, False])
def test_a_notebook_offers_names(notebook: InteractiveShell, jedi: bool) -> None:
    """The Tab key completes the names of arguments, with Jedi and without."""
    notebook.Completer.use_jedi = jedi
    with provisionalcompleter():
        offered = {each.text for each in notebook.Completer.completions("gf.load_sessions(version_", 25)}
    assert "version_ids=" in offered

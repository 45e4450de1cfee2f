"""The modules of the package, their syntax trees and imports."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import galtea_frames as gf

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(gf.__file__).parent

MODULES = sorted(
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
    for path in PACKAGE.rglob("*.py")
)


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

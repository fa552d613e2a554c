"""The files of this repository, for tests that hold them to a promise."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("jinqiao", "gateway", "services", "kernel", "migrations", "bench")
SERVICES = tuple(sorted(path.parent.name for path in ROOT.glob("services/*/app.py")))


def modules(*folders: str) -> list[Path]:
    """Every Python file below these folders."""
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def name(path: Path) -> str:
    """A file as a message should call it."""
    return str(path.relative_to(ROOT))


@cache
def tree_of(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"))


def names_in(path: Path) -> Iterator[str]:
    """Every name and attribute that a file mentions."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr


def numbers_in(path: Path) -> Iterator[object]:
    """Every number that a file writes down, True and False left out."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Constant) and type(node.value) in (int, float, complex):
            yield node.value


def texts_in(path: Path) -> str:
    """Everything that a file says in text, SQL above all, its docstrings left out."""
    told = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    nodes = list(ast.walk(tree_of(path)))
    docs = {ast.get_docstring(node, clean=False) for node in nodes if isinstance(node, told)}
    texts = (n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str))
    return "\n".join(text for text in texts if text not in docs)


def imports_of(path: Path) -> set[str]:
    """Every module that a file imports from."""
    found = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found

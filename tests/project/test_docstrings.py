"""Docstrings say what a name cannot."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.project.tree import parsed, place, python_files

FOLDERS = ("server", "mcp_tools", "bench", "docs", "examples", "tests")
EMPTY = frozenset(
    {"a", "all", "an", "and", "any", "as", "at", "be", "by", "do", "does", "for", "from"}
    | {"function", "get", "gets", "given", "has", "have", "if", "in", "into", "is", "it", "its"}
    | {"method", "of", "on", "or", "return", "returns", "set", "sets", "that", "the", "their"}
    | {"this", "to", "value", "was", "which", "will", "with"}
)
CODE = re.compile(r"`[^`]*[^\w`][^`]*`")

Named = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def test_every_product_module_says_what_it_is_for() -> None:
    silent = [
        place(path)
        for path in python_files("server", "mcp_tools", "bench", "docs", "examples")
        if not ast.get_docstring(parsed(path))
    ]
    assert silent == []


def test_no_docstring_only_restates_the_name() -> None:
    idle = [
        f"{place(path, node)} {name}: {text}"
        for path in python_files(*FOLDERS)
        for name, node in named(parsed(path))
        if (text := ast.get_docstring(node)) is not None and restates(name, text)
    ]
    assert idle == []


@pytest.mark.parametrize(
    ("name", "docstring", "idle"),
    [
        ("open_document", "Opens the document.", True),
        ("Board.claim", "Claim on the board.", True),
        ("getTaskById", "Return the task by its id", True),
        ("parse", "", True),
        ("span", "This is the span.", True),
        ("Index", "`of[at]`.", False),
        ("task", "The `task`.", True),
        ("claim", "Assign and start a task; exactly one of several claimants wins.", False),
        ("content", "The line without its end.", False),
        ("hover", "Describe the name under the cursor.", False),
    ],
)
def test_restating_is_recognised(name: str, docstring: str, idle: bool) -> None:
    assert restates(name, docstring) is idle


def named(tree: ast.AST, outer: str = "") -> Iterator[tuple[str, Named]]:
    """Each class and function with its dotted name."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, Named):
            yield outer + node.name, node
            yield from named(node, f"{outer}{node.name}.")
        else:
            yield from named(node, outer)


def restates(name: str, docstring: str) -> bool:
    """Whether each telling word of the docstring is a word of the name; a piece of code tells."""
    return not CODE.search(docstring) and stems(words(docstring) - EMPTY) <= stems(words(name))


def words(text: str) -> set[str]:
    """The words of a sentence, or of a dotted, snake or camel case name."""
    return {it.lower() for it in re.findall(r"[A-Z]?[a-z]+|[A-Z]+|\d+", text)}


def stems(found: set[str]) -> set[str]:
    """The words without the endings of plurals and verbs."""
    return {re.sub(r"(?<=\w\w\w)(ies|es|ed|ing|e|s|y)$", "", it) for it in found}

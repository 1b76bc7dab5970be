"""Files and functions stay small enough to read in one go."""

import ast

from tests.project.tree import functions, place, python_files

FOLDERS = ("server", "mcp_tools", "bench", "docs", "examples", "tests")
MAX_FILE_LINES = 500
MAX_FUNCTION_LINES = 60
MAX_PARAMETERS = 6


def test_no_file_is_longer_than_500_lines() -> None:
    lengths = {
        place(path): len(path.read_text(encoding="utf-8").splitlines())
        for path in python_files(*FOLDERS)
    }
    assert {where: n for where, n in lengths.items() if n > MAX_FILE_LINES} == {}


def test_no_function_is_longer_than_60_lines() -> None:
    lengths = {
        f"{place(path, it)} {it.name}": (it.end_lineno or it.lineno) - it.lineno + 1
        for path in python_files(*FOLDERS)
        for it in functions(path)
    }
    assert {where: n for where, n in lengths.items() if n > MAX_FUNCTION_LINES} == {}


def test_no_function_takes_more_than_6_parameters() -> None:
    # Tests are left out, for their parameters are fixtures and cases; and so are MCP tools, for
    # theirs are the arguments that a model may give.
    counts = {
        f"{place(path, it)} {it.name}": parameters(it)
        for path in python_files("server", "mcp_tools", "bench", "docs", "examples")
        for it in functions(path)
        if not any(ast.unparse(mark).startswith("tool(") for mark in it.decorator_list)
    }
    assert {where: n for where, n in counts.items() if n > MAX_PARAMETERS} == {}


def parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """How many values a caller may pass, the object itself not counted."""
    given = function.args
    named = [it.arg for it in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    return len([it for it in named if it not in ("self", "cls")])

"""Modules are named after what they hold, never after being needed."""

from tests.project.tree import ROOT, python_files

VAGUE = frozenset({"utils", "util", "helpers", "manager", "core", "base", "common", "v2", "legacy"})


def test_no_module_or_folder_has_a_name_that_says_nothing() -> None:
    vague = [
        path.relative_to(ROOT).as_posix()
        for path in python_files("server", "mcp_tools", "bench", "docs", "examples", "tests")
        if VAGUE & {path.stem.strip("_"), *path.relative_to(ROOT).parts[:-1]}
    ]
    assert vague == []

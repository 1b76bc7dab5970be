"""ARCHITECTURE.md names every package folder, and no folder that is not there."""

import re

from tests.project.tree import ROOT, python_files

PAGE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
PRESENT, _, PLANNED = PAGE.partition("\n## Planned\n")


def test_every_package_folder_is_named() -> None:
    folders = {
        f"{path.parent.relative_to(ROOT).as_posix()}/"
        for path in python_files("server", "mcp_tools")
    }
    assert folders - named(PRESENT) == set()


def test_every_folder_it_names_exists() -> None:
    assert {it for it in named(PRESENT) if not there(it)} == set()


def test_what_is_planned_is_not_there_yet() -> None:
    assert PLANNED
    assert {it for it in named(PLANNED) if there(it)} == set()


def named(text: str) -> set[str]:
    """The folders written as `path/`; those made at run time begin with a dot and do not count."""
    return set(re.findall(r"`([\w][\w./-]*/)`", text))


def there(folder: str) -> bool:
    """Whether the folder exists; `lang/rules/` is short for one of the product's package."""
    return (ROOT / folder).is_dir() or (ROOT / "server" / "vesper" / folder).is_dir()

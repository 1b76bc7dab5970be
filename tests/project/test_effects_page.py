"""The page about effects tells the codes that providers give, all of them and no others."""

import ast
import re
from collections.abc import Iterator

from tests.project.tree import ROOT, parsed, python_files
from vesper.config import DatabaseSource, Service, read
from vesper.errors import FailureKind

PAGE = (ROOT / "docs" / "language" / "effects.md").read_text(encoding="utf-8")

PROVIDERS = [it for it in python_files("server") if it.parent.name == "providers"]


def told() -> set[str]:
    table = PAGE.partition("## Codes")[2]
    rows = re.findall(r"^\| (`[^|]*) \|", table, re.MULTILINE)
    return {code for row in rows for code in re.findall(r"`(\w+)`", row)}


def given() -> Iterator[str]:
    """What is written as a code: behind the message of a failure."""
    for path in PROVIDERS:
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                skipped = {"failed": 1, "timed_out": 1}.get(node.func.id)
                for it in node.args[skipped:] if skipped else []:
                    if isinstance(it, ast.Constant) and isinstance(it.value, str):
                        yield it.value


def test_every_code_is_told() -> None:
    assert len(set(given())) > 40
    assert sorted(set(given()) - told()) == []


def test_every_code_that_is_told_is_given() -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in PROVIDERS)
    kinds = set(FailureKind.__args__)  # pyright: ignore
    made = {"column_missing", "table_missing", "agent_cancelled"} | kinds
    assert sorted(it for it in told() if f'"{it}"' not in sources and it not in made) == []


def test_the_settings_on_the_page_are_settings() -> None:
    text = "\n".join(re.findall(r"^```toml\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE))
    found = read(text, {})
    assert found.problems == ()
    assert found.settings.databases == {
        "main": DatabaseSource(schema="schema.sql"),
        "archive": DatabaseSource("env:ARCHIVE_URL"),
    }
    assert found.settings.providers == {
        "cards": Service(
            "https://api.cards.example/v1", "cards_key", idempotency_header="Idempotency-Key"
        )
    }

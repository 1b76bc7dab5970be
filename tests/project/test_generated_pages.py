"""The reference pages and the schemas say what the code says, about all of it."""

import re
from functools import cache
from pathlib import Path

import pytest

from docs.generate import NOTE, ROOT, generated, subcommands
from vesper.cli.main import build_parser
from vesper.lang import ops, rules
from vesper.lang.document import NODE
from vesper.lang.functions import FUNCTIONS
from vesper.lang.operation import operations
from vesper.lang.roles import CAPABILITIES, RESTRICTIONS, ROLE, TOOL_GROUPS
from vesper_mcp.server import declared_tools

fresh = cache(generated)
REFERENCE = ROOT / "docs" / "reference"
SAID = ROOT / "examples" / "broken" / "expected.txt"
FILES = sorted([*REFERENCE.iterdir(), *(ROOT / "schemas").iterdir(), SAID])


def page(name: str) -> str:
    return (REFERENCE / f"{name}.md").read_text(encoding="utf-8")


def headings(name: str) -> set[str]:
    return set(re.findall(r"^## (.+)$", page(name), re.MULTILINE))


@pytest.mark.parametrize("path", FILES, ids=lambda it: it.name)
def test_a_generated_file_is_fresh(path: Path):
    expected = fresh()[path.relative_to(ROOT).as_posix()]
    assert path.read_text(encoding="utf-8") == expected, "run `make docs`"


def test_every_generated_file_is_there():
    assert {it.relative_to(ROOT).as_posix() for it in FILES} == set(fresh())


@pytest.mark.parametrize("path", sorted(REFERENCE.glob("*.md")), ids=lambda it: it.name)
def test_a_page_says_at_its_top_how_to_make_it_anew(path: Path):
    assert path.read_text(encoding="utf-8").startswith(NOTE)
    assert "make docs" in NOTE


def test_every_rule_is_described_with_its_reason_and_both_examples():
    text = page("diagnostics")
    sections = dict(
        re.findall(r"^## (\S+) [^\n]+\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE)
    )
    assert sections.keys() == rules.load().keys()
    for rule in rules.load().values():
        section = sections[rule.code]
        assert rule.severity.capitalize() in section
        assert rule.doc in section
        assert rule.bad.rstrip("\n") in section
        assert rule.good.rstrip("\n") in section


def test_every_operation_is_described_with_its_fields_and_its_example():
    ops.load()
    assert operations().keys() <= headings("operations")
    text = page("operations")
    for operation in operations().values():
        section = text.partition(f"\n## {operation.name}\n")[2].partition("\n## ")[0]
        assert [it.name for it in operation.fields if f"| `{it.name}`" not in section] == []
        assert f"operation: {operation.name}" in section


def test_every_section_of_a_document_and_every_key_of_a_role_is_described():
    for name, record in (("fields", NODE), ("roles", ROLE), ("roles", RESTRICTIONS)):
        assert [it.name for it in record.fields if f"| `{it.name}`" not in page(name)] == []
    words = [*CAPABILITIES, *TOOL_GROUPS]
    assert [it for it in words if f"| `{it}`" not in page("roles")] == []


def test_every_function_is_described_as_it_is_called():
    assert [
        it.name for it in FUNCTIONS.values() if f"| `{it.signature}`" not in page("functions")
    ] == []


def test_every_tool_is_described():
    assert headings("tools") == {it.function.__name__ for it in declared_tools()}


def test_every_command_is_described():
    assert headings("commands") == {name for name, _ in subcommands(build_parser(), "vesper")}
    assert {"vesper check", "vesper lsp", "vesper task claim"} <= headings("commands")


def test_every_link_between_and_inside_the_pages_leads_somewhere():
    lost = []
    for path in sorted(REFERENCE.glob("*.md")):
        text = re.sub(r"(?s)````yaml.*?````", "", path.read_text(encoding="utf-8"))
        for file, anchor in re.findall(r"\]\(([\w.]*)#([^)]+)\)", text):
            target = page((file or path.name).removesuffix(".md"))
            if anchor not in {slug(it) for it in re.findall(r"^## (.+)$", target, re.MULTILINE)}:
                lost.append(f"{path.name}: {file}#{anchor}")
    assert lost == []


def slug(heading: str) -> str:
    """What GitHub makes of a heading."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")

"""The page about running shows what is so: the documents on it are tested as they say."""

import re
from pathlib import Path

import pytest

from tests.project.tree import ROOT
from vesper.execution.engines import ENGINES, engine
from vesper.execution.testing import run_file
from vesper.project import Project

PAGE = (ROOT / "docs" / "language" / "running.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```yaml (passes|fails)([^\n]*)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
SCHEMA = "CREATE TABLE shelves (sku TEXT PRIMARY KEY, count INTEGER NOT NULL);"


@pytest.mark.parametrize(("kind", "told", "text"), BLOCKS, ids=[f"{it[0]}{it[1]}" for it in BLOCKS])
def test_a_document_on_the_page_is_tested_as_it_says(
    tmp_path: Path, kind: str, told: str, text: str
):
    (tmp_path / "vesper.toml").write_text('[databases.main]\nschema = "s.sql"\n', encoding="utf-8")
    (tmp_path / "s.sql").write_text(SCHEMA, encoding="utf-8")
    (tmp_path / "it.vsp").write_text(text, encoding="utf-8")
    engines = [engine(it) for it in ENGINES]
    (tested,) = run_file(Project(tmp_path).nodes, "it.vsp", engines)
    messages = [trouble.message for it in tested.verdicts for trouble in it.troubles]
    assert tested.problem == ""
    assert tested.verdicts
    if kind == "passes":
        assert messages == []
    else:
        (message,) = messages
        assert told.strip() in message


def test_the_page_has_documents_of_both_kinds():
    assert {kind for kind, *_ in BLOCKS} == {"passes", "fails"}

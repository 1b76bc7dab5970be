"""Documents become programs: all examples do, every operation does, and broken ones are refused."""

from pathlib import Path
from textwrap import indent

import pytest

from tests.compile.documents import DONE, document, program
from vesper.compile.lower import lower, node_ids
from vesper.errors import VesperError
from vesper.lang import ops
from vesper.lang.check import Analysis
from vesper.lang.operation import operations
from vesper.lang.program import Step

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.vsp"))
ops.load()


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda it: it.stem)
def test_every_example_becomes_a_program_in_which_all_clauses_can_be_checked(path: Path):
    found = lower(path.read_text(encoding="utf-8"))
    clauses = (*found.constraints, *found.preconditions, *found.postconditions, *found.invariants)
    assert found.body
    assert [it.text for it in clauses if it.condition is None] == []


@pytest.mark.parametrize("name", operations())
def test_every_operation_says_what_its_step_does(name: str):
    done = DONE.replace("done", "the_end")
    example = indent(operations()[name].example, "  ").replace("  ", "- ", 1)
    outputs = "result: any?\norder_id: any?\ntotal: any?"
    text = document(example + done, outputs)
    unknown = [it for it in Analysis(text).diagnostics() if it.code == "VSP306"]
    lines = text.splitlines()
    names = {lines[it.span.line][it.span.column : it.span.end_column] for it in unknown}
    inputs = "\n".join(f"{it}: any" for it in sorted(names)) or "a: any"
    found = program(example + done, outputs, inputs=inputs)
    assert isinstance(found.body[0], Step)
    assert found.body[0].operation == name
    assert found.body[0].body or found.body[0].guards


def test_a_text_with_several_documents_gives_the_one_that_is_asked_for():
    other = document(DONE).replace("it_v1", "other_v2")
    text = f"{document(DONE)}---\n{other}"
    assert node_ids(Analysis(text)) == ("it_v1", "other_v2")
    assert lower(text).node_id == "it_v1"
    assert lower(text, "other_v2").node_id == "other_v2"
    with pytest.raises(VesperError, match="no node `third_v1`") as error:
        lower(text, "third_v1")
    assert error.value.kind == "not_found"


def test_a_document_with_errors_is_refused_with_the_first_of_them():
    with pytest.raises(VesperError, match=r"line \d+: .*\[VSP") as error:
        program("- step: a\n  operation: compute\n  expression: '1 +'\n  output: result")
    assert error.value.kind == "invalid"


def test_errors_of_another_document_of_the_text_are_of_no_account():
    broken = document("- step: a\n  operation: nonsense\n").replace("it_v1", "broken_v1")
    assert lower(f"{document(DONE)}---\n{broken}", "it_v1").node_id == "it_v1"


def test_comments_and_layout_do_not_change_the_digest_but_meaning_does():
    plain = document("- step: a\n  operation: compute\n  expression: 'a + 1'\n  output: result")
    spaced = "# first\n" + plain.replace(
        "  operation: compute", "  # why\n\n    operation:   compute"
    )
    quoted = plain.replace("'a + 1'", '"a + 1"')
    other = plain.replace("a + 1", "a + 2")
    assert lower(plain).digest == lower(spaced).digest == lower(quoted).digest
    assert lower(plain).digest != lower(other).digest


@pytest.mark.parametrize(
    "file", sorted((EXAMPLES[0].parent / "broken").glob("*.vsp")), ids=lambda it: it.stem
)
def test_a_broken_document_is_refused_or_run_and_never_a_crash(file: Path):
    text = file.read_text(encoding="utf-8")
    errors = [it.code for it in Analysis(text).diagnostics() if it.severity == "error"]
    forgiven = all(it.startswith(("VSP6", "VSP7", "VSP41")) for it in errors)
    if forgiven:
        assert lower(text).body
    else:
        with pytest.raises(VesperError):
            lower(text)

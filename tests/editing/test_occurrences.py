"""Which places of a document mean the same thing: from each of them all others must be found."""

import re

import pytest

from tests.editing.occurrence_cases import CASES
from tests.lang.marks import marked
from vesper.editing.occurrences import occurrences, read_ahead, thing_at
from vesper.lang.check import Analysis
from vesper.lang.piece import DocumentKind

NODE = "node_id: pay_v1\ntype: function\nintent: Pay\n"


def assert_found(text: str, kind: DocumentKind = "vsp") -> None:
    plain, expected = marked(text)
    analysis = Analysis(plain, kind)
    for at in expected:
        for column in (at.span.column, at.span.end_column):
            found = thing_at(analysis, at.span.line, column)
            assert found is not None, at
            assert found.here.span == at.span
            places = [(it.span, it.kind) for it in occurrences(analysis, found.thing)]
            assert places == [(it.span, it.kind) for it in expected], found.thing


@pytest.mark.parametrize("text", CASES.values(), ids=CASES.keys())
def test_all_places_of_a_thing_are_found_from_each_of_them(text: str):
    assert_found(NODE + re.sub(r"^        ", "", text[1:], flags=re.MULTILINE))


def test_the_same_holds_in_long_documents_that_are_read_in_parts():
    filler = "".join(f"  - {{step: s{it}, operation: log, message: m}}\n" for it in range(40))
    text = (
        "inputs:\n  «d:total»: decimal\n"
        + "".join(f"  i{it}:\n    type: string\n" for it in range(20))
        + "outputs:\n"
        + "".join(f"  o{it}:\n    type: string\n" for it in range(20))
        + f"flow:\n{filler}"
        + '  - step: a\n    operation: compute\n    expression: "«total»"\n    output: «w:total»\n'
        + f'{filler.replace("s", "t")}  - {{step: b, operation: log, message: "{{«total»}}"}}\n'
    )
    assert_found(NODE + text)


def test_outputs_of_the_short_form_are_found_in_long_documents():
    outputs = "".join(f"  o{it}:\n    type: string\n" for it in range(20))
    text = (
        f"outputs:\n  «d:total»: decimal\n{outputs}contracts:\n  postconditions: ['«total» > 0']\n"
    )
    assert_found(NODE + text)


def test_a_role_is_found_where_others_extend_it():
    text = (
        "«d:writer»:\n  tags: [writer]\n"
        + "editor:\n  extends: «writer»\n"
        + 'third:\n  extends: [editor, "«writer»"]\n'
        + "".join(f"  # {it}\n" for it in range(30))
        + "  description: writer\n"
    )
    assert_found(text, "role")


@pytest.mark.parametrize("needle", ["function", "intent", "log\n", "'m'", "1.00", "# c"])
def test_words_of_the_language_and_plain_values_are_no_names(needle: str):
    text = f"{NODE}inputs: {{x: {{type: decimal, default: 1.00}}}} # c\nflow:\n"
    text += "  - step: a\n    operation: log\n    message: 'm'\n"
    before = text[: text.index(needle)]
    place = before.count("\n"), len(before) - before.rfind("\n")
    assert thing_at(Analysis(text), *place) is None


def test_an_edit_moves_what_was_found():
    plain, (first, *_) = marked(
        NODE + "inputs: {«d:a»: string}\ncontracts: {preconditions: ['«a»']}\n"
    )
    analysis = Analysis(plain)
    found = thing_at(analysis, *first.span[:2])
    assert found is not None
    before = occurrences(analysis, found.thing)
    analysis.edit(first.span._replace(column=0, end_column=0), "# above\n")
    after = occurrences(analysis, found.thing)
    assert [it.span for it in after] == [it.span.moved(1) for it in before]


def test_an_output_with_many_fields_is_found_where_its_key_stands():
    fields = "".join(f"      f{it}: string\n" for it in range(30))
    text = f"outputs:\n  «d:big»:\n    type: object\n    fields:\n{fields}  other: string\n"
    assert_found(f"{NODE}{text}contracts:\n  postconditions: ['«big» != null']\n")


def test_reading_ahead_is_done_in_steps_and_changes_no_answer():
    step = "  - step: s{0}\n    operation: log\n    message: '{{a}}'\n"
    steps = "".join(step.format(it) for it in range(60))
    text = f"{NODE}inputs: {{a: string}}\nflow:\n{steps}"
    ahead, fresh = Analysis(text.replace("Pay", "Ahead")), Analysis(text)
    turns = 1
    while not read_ahead(ahead, 10):
        turns += 1
    assert turns > 5
    assert read_ahead(ahead, 0)
    answers = []
    for analysis in (ahead, fresh):
        found = thing_at(analysis, 3, 9)
        assert found is not None
        answers.append(occurrences(analysis, found.thing))
    assert answers[0] == answers[1]
    assert len(answers[0]) == 61

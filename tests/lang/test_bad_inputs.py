"""Bad input gets a clear answer and never a crash, a hang or a cascade."""

from pathlib import Path

import pytest

from vesper.errors import VesperError
from vesper.lang.check import check
from vesper.workspace.files import MAX_BYTES, read_text

CONTRACT = "inputs:\n  name: string\ncontracts:\n  preconditions:\n    - {0}\n"
INPUT = "inputs:\n  a: {{type: {0}, default: {1}}}\n"

ANSWERS: dict[str, tuple[str, str, str]] = {
    "nothing at all": ("", "VSP110", "the file is empty"),
    "comments only": ("# one\n# two\n", "VSP110", "the file is empty"),
    "a list as root": ("- a\n- b\n", "VSP111", "this is a list"),
    "a text as root": ("just words\n", "VSP111", "this is text"),
    "a key without its space": ("node_id:greet_v1\n", "VSP100", "needs a space"),
    "NUL": ("intent: a\0b\n", "VSP105", "U+0000"),
    "U+2028": ("intent: a\u2028b\n", "VSP105", "U+2028"),
    "a turn of direction": ("intent: a\u202eb\n", "VSP105", "U+202E"),
    "a tab": ("inputs:\n\tname: string\n", "VSP101", "tabs cannot indent"),
    "a file cut inside quotes": ('intent: "cut', "VSP102", "not closed"),
    "a key twice": ("inputs:\n  a: string\n  a: integer\n", "VSP103", "written twice"),
    "a section twice": ("intent: a\nintent: b\n", "VSP118", "written twice"),
    "an alias to itself": ("metadata: &a [*a]\n", "VSP109", "refers to itself"),
    "an alias of nobody": ("metadata:\n  author: *nobody\n", "VSP109", "not defined"),
    "a tag that would run code": ("intent: !!python/object:os.x y\n", "VSP108", "not allowed"),
    "a tag that does not fit": ("intent: !!int zz\nx-a: !!timestamp 9\n", "VSP108", "not allowed"),
    "a merge key": ("metadata:\n  <<: *x\n", "VSP107", "write the fields out"),
    "a complex key": ("metadata:\n  ? [a, b]\n  : c\n", "VSP100", "a key must be plain text"),
    "YAML 1.1": ("%YAML 1.1\n---\nintent: a\n", "VSP100", "YAML 1.2"),
    "100,000 brackets": ("intent: " + "[" * 100_000, "VSP100", "nested deeper"),
    "100,000 dashes": ("flow:\n  " + "- " * 100_000, "VSP100", "nested deeper"),
    "300 levels of keys": (
        "".join(" " * it + "k:\n" for it in range(300)), "VSP100", "nested deeper"),
    "100,000 parentheses": (
        CONTRACT.format('"' + "(" * 100_000 + '"'), "VSP301", "an expression of more than"),
    "a sum of 2,000 names": (
        CONTRACT.format('"' + " + ".join(["name"] * 2_000) + '"'), "VSP301", "operators in a row"),
    "a path of 3,000 fields": (
        CONTRACT.format('"name' + ".name" * 3_000 + '"'), "VSP301", "operators in a row"),
    "code in a contract": (
        CONTRACT.format("\"__import__('os') == 1\""), "VSP304", "there is no function"),
    "a fault behind an escape": (CONTRACT.format(r'"name == \"x\" AND"'), "VSP301", "too early"),
    "an unknown name": (CONTRACT.format('"nmae == name"'), "VSP306", "did you mean `name`?"),
    "types that clash": (CONTRACT.format('"name > 5"'), "VSP308", "have no order"),
    "a brace opened in a template": (
        'flow:\n  - operation: log\n    message: "a {b"\n', "VSP301", "is not closed"),
    "an exponent without bound": (INPUT.format("decimal", "1e999999999"), "VSP203", "no decimal"),
    "not a number": (INPUT.format("decimal", ".nan"), "VSP203", "no decimal"),
    "a node id with a path": ("node_id: ../../etc_v1\n", "VSP119", "snake_case"),
    "a node id of 300 characters": (f"node_id: {'a' * 300}_v1\n", "VSP119", "at most 200"),
    "every capability": (
        "security:\n  capabilities_required: ['*.*.*']\n", "VSP604", "is no capability"),
}  # fmt: skip


@pytest.mark.parametrize("name", ANSWERS)
def test_bad_input_gets_its_answer(name: str):
    text, code, says = ANSWERS[name]
    found = [it for it in check(text) if it.code == code]
    assert found, check(text)
    assert says in found[0].message
    lines = text.count("\n") + 1
    assert all(it.span.line < lines and len(it.message) <= 400 for it in check(text))


def test_aliases_are_never_written_out():
    laughs = "x-a: &a [ha, ha, ha, ha, ha, ha, ha, ha, ha]\n" + "".join(
        f"x-{chr(98 + it)}: &{chr(98 + it)} [{', '.join([f'*{chr(97 + it)}'] * 9)}]\n"
        for it in range(12)
    )
    assert [it.code for it in check(laughs) if it.code == "VSP109"] == []


@pytest.mark.parametrize(
    "text", ["no", "on", "190:20:30", "12:30", "=", "<<", "0o17", "2001-02-30"]
)
def test_words_that_other_readers_turn_into_something_else_stay_text(text: str):
    document = f"inputs:\n  a: {{type: string, default: {text}}}\n"
    assert [it for it in check(document) if it.code != "VSP114"] == []


def test_a_line_of_a_megabyte_is_read_and_never_quoted():
    found = check(f"type: {'x' * 1_000_000}\n")
    assert [it.code for it in found if it.code == "VSP116"] == ["VSP116"]
    assert all(len(it.message) <= 400 for it in found)


@pytest.mark.parametrize("ending", ["\r\n", "\r"])
def test_line_ends_do_not_move_a_problem(ending: str):
    text = 'inputs:\n  name: string\ncontracts:\n  preconditions:\n    - "nmae > 1"\n'
    assert check(text.replace("\n", ending)) == check(text)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ("intent: ü".encode("latin-1"), "1:9: byte 0xFC at offset 8 is not UTF-8"),
        ("intent: a".encode("utf-16"), "is UTF-16; documents are UTF-8"),
        (b"x" * (MAX_BYTES + 1), "is larger than 4 MiB"),
    ],
)
def test_bytes_that_are_no_document_are_refused_with_a_reason(
    tmp_path: Path, data: bytes, says: str
):
    path = tmp_path / "a.vsp"
    path.write_bytes(data)
    with pytest.raises(VesperError) as refusal:
        read_text(path)
    assert says in str(refusal.value)

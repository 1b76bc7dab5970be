"""Bad input gets a clear answer and never a crash, a hang or a cascade."""

from pathlib import Path

import pytest

from vesper.errors import VesperError
from vesper.lang.check import check
from vesper.workspace.files import MAX_BYTES, read_text

CONTRACT = "inputs:\n  name: string\ncontracts:\n  preconditions:\n    - {0}\n"
LIMITS = "a: {{restrictions: {{{0}}}}}\n"
INPUT = "inputs:\n  a: {{type: {0}, default: {1}}}\n"

STEP = "flow:\n  - step: s\n    operation: return\n"
LIMIT = "flow:\n  - {{step: s, operation: wait, event: e, timeout: {0}}}\n"
RETRY = "flow:\n  - {{step: s, operation: database_query, table: t, retry_policy: {{{0}}}}}\n"
MACHINE = "state_machines:\n  m: {{states: [a, b, c], initial: {0}, transitions: [{1}]}}\n"
CASE = (
    "inputs:\n  a: integer\noutputs:\n  success: {{b: integer}}\n  error: {{error_code: 'enum[bad]'}}\n"
    "contracts:\n  preconditions: ['a > 0']\ntesting:\n  test_cases:\n    - {{name: n, {0}}}\n"
)

ROLE_ANSWERS: dict[str, tuple[str, str, str]] = {
    "roles in a circle": (
        "a: {extends: b}\nb: {extends: c}\nc: {extends: a}\n", "ROL102", "a -> b -> c -> a"),
    "a role that extends itself": ("a: {extends: a}\n", "ROL102", "a -> a"),
    "a parent that is misspelt": (
        "base: {tags: [x]}\ncoder: {extends: bsae}\n", "ROL101", "did you mean `base`?"),
    "the word of another tool for extends": (
        "base: {tags: [x]}\ncoder: {inherits: base}\n", "VSP112", "did you mean `extends`?"),
    "roles under a key": ("roles:\n  a: {tags: [x]}\n", "ROL117", "column 0"),
    "a capability that is misspelt": ("a: {capabilities: [flie_write]}\n", "ROL103", "`file_write`"),
    "a word for a number": (LIMITS.format("max_file_changes: five"), "VSP117", "a whole number"),
    "a number in quotes": (LIMITS.format("max_file_changes: '5'"), "VSP117", "a whole number"),
    "a number below nothing": (LIMITS.format("max_file_changes: -1"), "VSP117", "a whole number"),
    "a number beyond all bounds": (LIMITS.format("max_file_changes: 1e99"), "VSP117", "from 0 to"),
    "a limit of null": (LIMITS.format("max_file_changes: null"), "ROL111", "there is no limit"),
    "a limit misspelt, as a key": (LIMITS.format("max_file_chnages: 5"), "VSP112", "did you mean"),
    "a limit misspelt, as a text": (
        "a: {restrictions: ['max_file_chnages: 5']}\n", "ROL104", "did you mean"),
    "a provider that is misspelt": (
        "a: {preferred_llm: 'locl:olama'}\n", "ROL107", "did you mean `local`?"),
    "a provider nobody knows": ("a: {preferred_llm: 'zzz:m'}\n", "ROL107", "known are `local`"),
    "no fallback": ("a: {fallback_llms: []}\n", "ROL108", "an empty list"),
    "a fallback to itself": (
        "a: {preferred_llm: 'ollama:x', fallback_llms: ['ollama:x']}\n", "ROL108", "asked already"),
    "a key for a model": (
        f"a: {{preferred_llm: sk-{'x' * 40}}}\n", "ROL107", "keys belong into the environment"),
    "a glob for a pattern": (
        "a: {tool_groups: [[edit, {file_regex: '*.md'}]]}\n", "ROL116", r"write `\.md$`"),
}  # fmt: skip

ANSWERS: dict[str, tuple[str, str, str]] = {
    "nothing at all": ("", "VSP110", "the file is empty"),
    "a marker and nothing else": ("---\n", "VSP110", "the file is empty"),
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
    "yes for true": ("inputs:\n  a: {type: string, required: yes}\n", "VSP122", "write true"),
    "no for false, in a default": (INPUT.format("boolean", "no"), "VSP203", "`no` is no boolean"),
    "a day that does not exist": (INPUT.format("timestamp", "2001-02-30"), "VSP203", "no date"),
    "a document from a day that does not exist": (
        "metadata:\n  created: 2026-13-01\n", "VSP123", "no date"),
    "a template without quotes": (STEP + "    return_success: {a: {a}}\n", "VSP128", "write \"{a}\""),
    "a letter that only looks Latin": ("inputs:\n  \u0430mount: decimal\n", "VSP124", "U+0430"),
    "an empty flow": ("flow: []\n", "VSP510", "no steps"),
    "a flow that is keys": ("flow: {}\n", "VSP115", "expected a list"),
    "an operation nobody knows": ("flow:\n  - operation: summon\n", "VSP501", "begin with `custom.`"),
    "a type nobody knows": ("type: fucntion\n", "VSP116", "did you mean `function`?"),
    "a pattern cut short": (
        "inputs:\n  a: {type: string, constraints: [{pattern: '([a-z'}]}\n", "VSP206", "is not closed"),
    "bounds the wrong way round": (
        "inputs:\n  a: {type: integer, constraints: [{min: 10}, {max: 3}]}\n", "VSP204", "no value"),
    "a default that breaks its constraint": (
        "inputs:\n  a: {type: integer, default: -1, constraints: [positive]}\n", "VSP213", "`> 0`"),
    "demands that exclude each other": (
        'inputs:\n  a: integer\ncontracts:\n  preconditions: ["a > 5", "a < 3"]\n', "VSP405",
        "can never hold together: `a > 5` and `a < 3`"),
    "old() before there is a before": (CONTRACT.format('"old(name) == name"'), "VSP307", "belongs in"),
    "types in a circle": (
        "types:\n  A: {fields: {b: B}}\n  B: {fields: {a: A}}\n", "VSP210", "A -> B -> A"),
    "a type made of itself": ("types:\n  A: {fields: {a: A}}\n", "VSP210", "A -> A"),
    "a name undefined in a template": (
        'inputs:\n  name: string\nflow:\n  - {step: a, operation: log, message: "{nmae}"}\n', "VSP306",
        "did you mean `name`?"),
    "an input called like a word of the language": ("inputs:\n  not: string\n", "VSP125", "`not`"),
    "an input with a dash": ("inputs:\n  a-b: string\n", "VSP126", "write `a_b`"),
    "a duration in parsecs": (LIMIT.format("30 parsecs"), "VSP121", "ms, s, m, h or d"),
    "a negative duration": (LIMIT.format("-5"), "VSP121", "ms, s, m, h or d"),
    "a timeout of nothing": (LIMIT.format("0s"), "VSP121", "longer than 0"),
    "a timeout of a bare number": (LIMIT.format("0"), "VSP121", "ms, s, m, h or d"),
    "a timeout of centuries": (LIMIT.format("999999d"), "VSP121", "more than ten years"),
    "an exponent for a timeout": (LIMIT.format("1e99"), "VSP121", "ms, s, m, h or d"),
    "a billion tries": (RETRY.format("max_attempts: 1000000000"), "VSP117", "from 1 to 100"),
    "many tries at once": (RETRY.format("max_attempts: 50, initial_delay: 0s"), "VSP541", "at once"),
    "a capability required and denied": (
        "security:\n  capabilities_required: [database.write.a]\n"
        "  denied_capabilities: [database.write]\n", "VSP603", "a denial always wins"),
    "every database": (
        "security:\n  capabilities_required: ['database.*']\n", "VSP605", "name the ones"),
    "a test of an output that is none": (
        CASE.format("inputs: {a: 1}, expected_output: {success: true, c: 2}"), "VSP413", "no `c`"),
    "a test of an input that is none": (
        CASE.format("inputs: {a: 1, z: 2}, expected_output: {success: true}"), "VSP410", "no input `z`"),
    "a test that breaks a precondition": (
        CASE.format("inputs: {a: 0}, expected_output: {success: true}"), "VSP416", "`a > 0`"),
    "a test with a word for a number": (
        CASE.format("inputs: {a: one}, expected_output: {success: true}"), "VSP412", "no integer"),
    "a test of a code that is none": (
        CASE.format("inputs: {a: 1}, expected_output: {error_code: odd}"), "VSP414", "`odd`"),
    "a test without an input": (CASE.format("expected_output: {success: true}"), "VSP411", "`a`"),
    "a state that nothing leads to": (MACHINE.format("a", "{from: a, to: b}"), "VSP512", "to `c`"),
    "a state that is none": (MACHINE.format("a", "{from: a, to: d}"), "VSP507", "no state `d`"),
    "a way out of a final state": (
        MACHINE.format("a, final: [b]", "{from: b, to: c}"), "VSP513", "nothing leaves it"),
    "a cron expression of six fields": ("schedule: '0 0 * * * *'\n", "VSP133", "has 6"),
    "the 30th of February": ("schedule: '0 0 30 2 *'\n", "VSP133", "has no day 30"),
    "a value in a shell's command": (
        'flow:\n  - {step: a, operation: shell, command: [bash, -lc, "rm {x}"]}\n', "VSP543", "as code"),
    "a file outside": (
        "flow:\n  - {step: a, operation: file_read, path: /etc/passwd}\n", "VSP544", "out of the"),
    "a value in quotes in SQL": (
        "flow:\n  - step: a\n    operation: database_query\n"
        "    query: \"SELECT 1 FROM t WHERE a = '{a}'\"\n", "VSP533", "in quotes"),
    "two statements in a query": (
        'flow:\n  - {step: a, operation: database_query, query: "SELECT 1; DROP TABLE t"}\n',
        "VSP535", "DROP"),
    "a host made of a value": (
        'flow:\n  - {step: a, operation: external_api_call, endpoint: "http://{h}/"}\n', "VSP538",
        "anywhere"),
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


@pytest.mark.parametrize("name", ROLE_ANSWERS)
def test_a_bad_role_gets_its_answer(name: str):
    text, code, says = ROLE_ANSWERS[name]
    found = [it for it in check(text, "role") if it.code == code]
    assert found, check(text, "role")
    assert says in found[0].message
    assert "sk-" not in "".join(it.message for it in check(text, "role"))


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


def test_keys_that_are_no_text_are_told_one_by_one_and_never_as_twice_the_same():
    found = check('metadata:\n  "": a\n  ? [b]\n  : c\n  ? [d]\n  : e\n')
    assert [it.span.line for it in found if it.message == "a key must be plain text"] == [2, 4]
    assert [it for it in found if it.code == "VSP103"] == []

"""What completion offers where: each case is a line typed into a document, `^` the cursor."""

import pytest

from vesper.editing import description, glossary
from vesper.editing.completion import complete
from vesper.editing.suggestion import MAX_NAMES, Suggestion, filled
from vesper.lang.around import Around, NodeSummary, Parameter, RoleSummary
from vesper.lang.check import Analysis
from vesper.lang.document import NODE
from vesper.lang.piece import DocumentKind
from vesper.lang.source import Span
from vesper.lang.types import STRING

TEXT = """\
node_id: pay_v1
type: function
intent: Pay for an order

types:
  Item:
    fields:
      sku: string
      price: decimal
      maker: Maker
  Maker:
    fields:
      country: string

inputs:
  order_id: string
  currency: enum[EUR, USD]
  is_gift: boolean
  items: array<Item>
  #inputs
outputs:
  success:
    total: decimal
    paid: boolean
  error:
    error_code: enum[too_much, declined]
    message: string

contracts:
  preconditions:
    - "len(items) > 0"
  #contracts

state_machines:
  order:
    states: [open, paid, closed]
    initial: open
    transitions:
      - {from: open, to: paid}
  lamp:
    states: [lit, dark]
    initial: lit

flow:
  - step: first
    operation: compute
    expression: "items.price"
    output: prices
  #flow
  - step: later
    operation: compute
    expression: "1"
    output: afterwards
    #later

security:
  capabilities_required:
    - clock.read
    #security

testing:
  test_cases:
    - name: base
      inputs: &base {order_id: o1, currency: EUR}
      expected_output: {success: true}
    #testing
#end
"""
AROUND = Around(
    {"mail_v1": (NodeSummary("mail_v1", "mail.vsp", Span(0, 0, 0, 0), "function", "Send a mail",
                             (Parameter("to", STRING), Parameter("cc", STRING, False))),)},
    {"reviewer": (RoleSummary("reviewer", "roles.yaml", Span(0, 0, 0, 0), "Reviewer"),)},
    True,
)  # fmt: skip


def offered_at(marked: str, kind: DocumentKind = "vsp") -> list[Suggestion]:
    at = marked.index("^")
    before = marked[:at]
    line = before.count("\n")
    column = len(before) - before.rfind("\n") - 1
    return complete(Analysis(marked.replace("^", "", 1), kind, AROUND), line, column)


def typed(where: str, lines: str) -> list[Suggestion]:
    """What is offered when some lines are typed in place of a marker of the document."""
    return offered_at(TEXT.replace(where, lines, 1))


def labels(found: list[Suggestion]) -> list[str]:
    return [it.label for it in found]


CASES = [
    # where, typed lines (^ is the cursor), some that are offered, some that are not
    ("#end", "^", "performance observability", "flow inputs security"),
    ("#contracts", "^", "postconditions invariants facts", "preconditions"),
    ("#flow", "- ^", "step operation when", "total"),
    ("#flow", "- step: x\n    ^", "operation guards timeout", "step"),
    ("#flow", "- step: x\n    operation: database_query\n    ^", "table where output", "operation"),
    ("#flow", "- step: x\n    operation: ^", "compute call_node switch", "clock.read"),
    ("#flow", "- {step: x, ^", "operation when", "step"),
    ("#flow", "- {step: x, operation: comp^", "compute", "step"),
    ("#flow", "- {step: x, operation: compute, ^", "expression output", "operation table"),
    ("#flow", "-\n    ^", "step operation", "flow"),
    ("#flow", "-\n    step: x\n    ^", "operation", "step"),
    ("#flow", "- step: x\n    retry_policy: {^", "max_attempts backoff", "step"),
    ("#flow", "- step: x\n    retry_policy: {backoff: ^", "linear constant", "max_attempts"),
    ("#flow", "- step: x\n    retry_policy: {backoff: linear, ^}", "max_delay", "backoff"),
    ("#flow", "- step: x\n    retry_policy:\n      backoff: none\n      ^", "max_delay", "backoff"),
    ("#flow", "- step: x\n    retry_policy: {\n      backoff: none,\n      ^", "max_delay", "backoff"),
    ("#flow", "- step: x\n    on_error: ^", "too_much declined", "order"),
    ("#flow", "- step: x\n    on_error:\n      ^", "too_much declined", "first"),
    ("#flow", "- step: x\n    retry_policy: {retry_on: [^", "too_much declined", "first"),
    ("#flow", "- step: x\n    retry_policy: {retry_on: [too_much, ^]}", "declined", "first"),
    ("#flow", "- step: x\n    timeout: ^", "10s 5m", "first"),
    ("#flow", "- step: x\n    operation: return\n    return_error: d^", "declined", "order_id"),
    ("#flow", "- step: x\n    operation: return\n    return_error:\n      ^", "error_code message", ""),
    ("#flow", "- step: x\n    operation: return\n    return_error: {error_code: ^", "declined", "paid"),
    ("#flow", "- step: x\n    operation: return\n    return_success:\n      total: 1\n      ^", "paid",
     "total order_id"),
    ("#flow", "- step: x\n    operation: return\n    return_success: {paid: ^", "true false", "paid"),
    ("#flow", '- step: x\n    operation: return\n    return_success: {total: "{^', "prices order_id",
     "afterwards"),
    # states, of the right machine
    ("#flow", "- step: x\n    operation: state_machine_transition\n    state_machine: ^", "order lamp", ""),
    ("#flow", "- step: x\n    operation: state_machine_transition\n    state_machine: lamp\n    to: ^",
     "lit dark", "open paid"),
    ("#flow", "- step: x\n    operation: state_machine_transition\n    state_machine: order\n"
     "    from: [open, ^]", "paid closed", "lit"),
    ("#flow", "- step: x\n    operation: state_machine_transition\n    from: ^\n    state_machine: lamp",
     "lit dark", "open"),
    # other files
    ("#flow", "- step: x\n    operation: call_node\n    node_id: ^", "mail_v1", "pay_v1"),
    ("#flow", "- step: x\n    operation: call_node\n    node_id: mail_v1\n    parameters:\n      ^", "to cc",
     "step"),
    ("#flow", "- step: x\n    operation: call_node\n    node_id: mail_v1\n    parameters: {to: a, ^", "cc",
     "to"),
    ("#flow", "- step: x\n    operation: agent_run\n    role: ^", "reviewer", "mail_v1"),
    # names
    ("#flow", '- step: x\n    when: "^', "order_id prices len AND", "total afterwards first"),
    ("#flow", "- step: x\n    when: ord^", "order_id", ""),
    ("#flow", '- step: x\n    guards: ["^', "order_id prices", "afterwards"),
    ("#flow", '- step: x\n    guards: ["is_gift", "^', "order_id prices", "afterwards"),
    ("#flow", '- step: x\n    operation: compute\n    expression: "items[0].^', "sku price", "order_id"),
    ("#flow", '- step: x\n    operation: compute\n    expression: "items.^', "sku price", "order_id"),
    ("#flow", '- step: x\n    operation: compute\n    expression: "len(items.maker.^', "country", "sku"),
    ("#flow", '- step: x\n    operation: compute\n    expression: "sort(items)[0].^', "sku", "len"),
    ("#flow", '- step: x\n    operation: compute\n    expression: "prices.^', "", "sku len"),
    ("#flow", '- step: x\n    operation: compute\n    expression: "FORALL it IN items: it.^', "sku", "len"),
    ("#flow", '- step: x\n    operation: compute\n    expression: "FORALL it IN items: ^', "it", ""),
    ("#flow", '- step: x\n    operation: compute\n    expression: "order_id == \'^', "", "order_id len"),
    ("#flow", '- step: x\n    operation: string_template\n    template: "Dear {^', "order_id", "total"),
    ("#flow", '- step: x\n    operation: string_template\n    template: "Dear {{^', "", "order_id"),
    ("#flow", '- step: x\n    operation: string_template\n    template: "{order_id} for {it^}"', "items", ""),
    ("#flow", "- step: x\n    operation: string_template\n    template: |\n      Dear {^",
     "order_id", "step"),
    ("#flow", "- step: x\n    operation: string_template\n    template: |\n      Dear ^",
     "", "order_id step"),
    ("#flow", '- step: x\n    operation: for_each\n    items: "items"\n    steps:\n      - step: y\n'
     '        operation: compute\n        expression: "^', "item index order_id", "afterwards"),
    ("#flow", '- step: x\n    operation: for_each\n    items: "items"\n    as: one\n    steps:\n'
     '      - step: y\n        operation: compute\n        expression: "one.^', "sku maker", "order_id"),
    ("#flow", '- step: x\n    operation: data_transform\n    input: items\n    function: "item.^',
     "price", ""),
    ("#flow", '- step: x\n    operation: data_transform\n    input: items\n    transform: reduce\n'
     '    function: "^', "item accumulator", ""),
    ("#flow", '- step: x\n    operation: data_transform\n    input: items\n    transform: aggregate\n'
     '    aggregations:\n      sum: "SUM(^', "price sku", "item"),
    ("#flow", "- step: x\n    operation: external_api_call\n    on_success:\n      extract:\n"
     '        id: "{^', "response order_id", ""),
    ("#later", 'when: "^', "prices order_id", "afterwards"),
    ("#contracts", 'postconditions:\n    - "^', "total success old order_id error_code", "prices"),
    ("    - \"len(items) > 0\"", '    - "^', "items len", "total old prices"),
    ("#inputs", "size:\n    type: integer\n    constraints:\n      - ^",
     "non_empty max_length value", "step"),
    # types and values
    ("#inputs", "size: ^", "Item string array", "step"),
    ("#inputs", "size: array<^", "Item string", ""),
    ("#inputs", "size: map<string, It^", "Item", ""),
    ("#inputs", "size: enum[^", "", "string Item"),
    ("#inputs", "size: {type: ^", "Item string", ""),
    ("#inputs", "size: {type: string, ^", "required default", "type"),
    ("#inputs", "size:\n    type: string\n    required: ^", "true false", ""),
    ("type: function", "type: ^", "function workflow", ""),
    ("type: function", 'type: "fun^', "function workflow", ""),
    # tests
    ("#testing", "- name: x\n      inputs:\n        ^", "order_id items", "total"),
    ("#testing", "- name: x\n      inputs: {order_id: 1, ^", "currency items", "order_id total"),
    ("#testing", "- name: x\n      inputs: {currency: ^", "EUR USD", ""),
    ("#testing", "- name: x\n      inputs:\n        is_gift: ^", "true false", ""),
    ("#testing", "- name: x\n      inputs: *^", "*base", ""),
    ("#testing", "- name: x\n      expected_output:\n        ^", "success error_code total", "order_id"),
    ("#testing", "- name: x\n      expected_output: {error_code: ^", "too_much declined", ""),
    ("#testing", "- name: x\n      mocks:\n        ^", "first later", ""),
    # capabilities
    ("#security", "- ^", "database.read. network.http_client.", "first"),
    # nothing where prose stands
    ("#end", "# ^", "", "performance"),
    ("#flow", "- step: x  # ^", "", "operation"),
    ("intent: Pay for an order", "intent: Pay ^", "", "flow"),
    ("intent: Pay for an order", "intent: |\n  Pay for\n  ^", "", "metadata inputs"),
    ("#flow", '- step: x\n    when: "is_gift"^', "", "order_id"),
]  # fmt: skip


@pytest.mark.parametrize(("where", "lines", "fits", "other"), CASES)
def test_completion_offers_what_fits_and_nothing_else(
    where: str, lines: str, fits: str, other: str
):
    found = labels(typed(where, lines))
    assert set(fits.split()) <= set(found)
    assert not set(other.split()) & set(found)
    if not fits and not other.strip():
        assert found == []


def lengthened(text: str) -> str:
    """The same with so much in each section that it is cut into many pieces."""
    numbers = range(40)
    more = {
        "  #inputs": [f"  more_{it}: string" for it in numbers],
        "  #contracts": [f'    - "len(items) != {100 + it}"' for it in numbers],
        "  #flow": [f"  - step: s{it}\n    operation: log\n    message: hi" for it in numbers],
        "    #security": [f"    - database.read.t{it}" for it in numbers],
        "    #testing": [f"    - name: t{it}\n      inputs: {{order_id: o{it}}}" for it in numbers],
    }
    for marker, lines in more.items():
        text = text.replace(marker, "\n".join([*lines, marker]))
    return text


@pytest.mark.parametrize(("where", "lines", "fits", "other"), CASES)
def test_the_same_holds_in_sections_of_any_length(where: str, lines: str, fits: str, other: str):
    marked = lengthened(TEXT).replace(where, lines, 1)
    found = labels(offered_at(marked))
    assert set(fits.split()) <= set(found)
    assert not set(other.split()) & set(found)


ROLE_CASES = [
    ("worker:\n  ^", "extends capabilities restrictions", "step"),
    ("worker:\n  extends: ^", "reviewer worker", ""),
    ("worker:\n  extends: [reviewer, ^]", "worker", ""),
    ("worker:\n  capabilities: [file_read, ^]", "file_write", "read"),
    ("worker:\n  restrictions: {^", "max_file_changes timeout", "extends"),
    ("worker:\n  restrictions:\n    - ^", "max_file_changes", "extends"),
    ("worker:\n  tool_groups:\n    - read\n    - [edit, {^", "file_regex", "read"),
    ("^", "new role", "node_id"),
]


@pytest.mark.parametrize(("marked", "fits", "other"), ROLE_CASES)
def test_role_files_have_their_own_words(marked: str, fits: str, other: str):
    found = labels(offered_at(marked, "role"))
    wanted = [fits] if "new" in fits else fits.split()
    assert set(wanted) <= set(found)
    assert not set(other.split()) & set(found)


def suggestion(where: str, lines: str, label: str) -> Suggestion:
    return next(it for it in typed(where, lines) if it.label == label)


@pytest.mark.parametrize(
    ("where", "lines", "label", "line"),
    [
        ("#flow", "- step: x\n    oper^", "operation", "    operation: "),
        ("#flow", "- step: x\n    oper^: compute", "operation", "    operation: compute"),
        ("#flow", "- step: x\n    oper^tion: compute", "operation", "    operationtion: compute"),
        ("#flow", "- {step: x, operation: comp^, when: true}", "compute",
         "  - {step: x, operation: compute, when: true}"),
        ("#flow", "- {step: x, ret^}", "retry_policy", "  - {step: x, retry_policy: }"),
        ("#flow", '- step: x\n    when: "order_id == ord^ AND is_gift"', "order_id",
         '    when: "order_id == order_id AND is_gift"'),
        ("#inputs", "size: array<It^>", "Item", "  size: array<Item>"),
        ("#security", "- clock.re^", "clock.read.", "    - clock.read."),
    ],
)  # fmt: skip
def test_an_insertion_changes_the_word_that_is_typed_and_nothing_else(
    where: str, lines: str, label: str, line: str
):
    found = suggestion(where, lines, label)
    text = TEXT.replace(where, lines, 1)
    row = next(it for it in text.split("\n") if "^" in it)
    column = row.index("^")
    row = row.replace("^", "")
    assert row[: found.start] + found.insert + row[column:] == line


def test_a_client_that_replaces_whole_words_is_told_where_the_word_ends():
    found = suggestion("#flow", "- step: x\n    oper^tion: compute", "operation")
    assert (found.start, found.end) == (4, 12)


def test_missing_keys_come_first_where_they_must_be_there():
    found = labels(offered_at("^"))
    assert found[:6] == ["node_id", "type", "intent", "inputs", "outputs", "flow"]


def test_needed_capabilities_come_first():
    text = TEXT.replace("#later", "when: current_year() > 2000").replace("    - clock.read\n", "")
    at = text.replace("#security", "- ^", 1)
    assert labels(offered_at(at))[0] == "clock.read"


def test_the_names_set_last_come_first():
    found = labels(typed("#later", 'when: "^'))
    assert found[0] == "prices"


@pytest.mark.parametrize("label", ["new node", "new role"])
def test_a_ready_made_document_is_valid(label: str):
    kind: DocumentKind = "vsp" if label == "new node" else "role"
    found = next(it for it in offered_at("^", kind) if it.label == label)
    assert filled(found.snippet) == found.insert
    assert Analysis(found.insert + "\n", kind).diagnostics() == []


def test_every_operation_comes_as_a_step_that_has_what_it_must_have():
    found = [it for it in typed("#flow", "- ^") if it.label.endswith(" step")]
    assert len(found) >= 20
    for it in found:
        text = TEXT.replace("#flow", f"- {it.insert}", 1)
        codes = {problem.code for problem in Analysis(text, "vsp", AROUND).diagnostics()}
        assert not codes & {"VSP113", "VSP111", "VSP115", "VSP101"}, (it.label, it.insert)


def test_a_ready_made_test_case_gives_every_input_a_value_of_its_type():
    found = next(it for it in typed("#testing", "- ^") if it.label == "new test case")
    assert found.insert == (
        "name: what_it_shows\n      inputs:\n        order_id: text\n        currency: EUR\n"
        "        is_gift: true\n        items: []\n      expected_output:\n        success: true"
    )


def test_every_key_of_the_language_is_found_again_by_its_record_and_name():
    found = (
        offered_at("^") + typed("#flow", "- ^") + typed("#flow", "- step: x\n    retry_policy: {^")
    )
    keys = [it for it in found if it.subject.topic == "field"]
    assert len(keys) > 30
    for it in keys:
        field = glossary.field_of(it.subject.of, it.subject.name)
        assert field is not None
        assert field.doc in description.explain(it.subject, None)
    assert all(glossary.field_of("node", it.name) is it for it in NODE.fields)


def test_of_very_many_names_those_that_go_with_what_is_typed_are_offered():
    inputs = "\n".join(f"  amount_{number}: decimal" for number in range(3 * MAX_NAMES))
    text = f'inputs:\n{inputs}\nflow:\n  - step: x\n    when: "amt_7^"\n'
    found = offered_at(text)
    assert len(found) < 2 * MAX_NAMES
    assert {"amount_7", "amount_77", "amount_447"} <= set(labels(found))
    assert "amount_6" not in labels(found)

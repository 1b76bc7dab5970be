"""Documents and inputs that nobody should send, and what each must be answered."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class Bad(NamedTuple):
    """A node, what it is given as JSON, and what the envelope must tell."""

    name: str
    document: str
    given: str
    code: str
    step: str = ""
    told: Mapping[str, Any] = {}
    """What the error's details must hold."""


def node(inputs: str, flow: str, more: str = "", name: str = "bad_v1") -> str:
    """A document with these parts; `result` is what it gives."""
    return f"""\
node_id: {name}
type: function
intent: Show what becomes of something bad
inputs: {inputs}
outputs:
  success: {{result: any}}
  error: {{error_code: string, message: string}}
{more}
flow:
{flow}
"""


def computed(expression: str, output: str = "result") -> str:
    """A flow of one computation."""
    return f"""\
  - step: work_out
    operation: compute
    expression: {expression!r}
    output: {output}
"""


_INTEGER = node("{a: integer, b: integer}", computed("a + b"))
_QUOTIENT = node("{a: decimal, b: decimal}", computed("a / b"))
_ANY = node("{value: any}", computed("value.name"))
_OVER = '{"a": 9223372036854775807, "b": 1}'
_SLOW_PATTERN = node(
    "{text: {type: string, constraints: [{pattern: '^(a+)+$'}]}}", computed("text")
)
_ENDLESS = node(
    "{count: integer}",
    """\
  - step: rows
    operation: for_each
    items: "split(replace(substring('0123456789', 0, 10), '0', 'x'), '')"
    steps:
      - {step: one, operation: compute, expression: "1", output: one}
    output: result
""",
)
_GREEDY = node(
    "{items: array<integer>}",
    """\
  - step: pairs
    operation: for_each
    items: items
    as: one
    steps:
      - step: inner
        operation: data_transform
        input: items
        transform: map
        function: item * 2
        output: doubled
    output: result
""",
    "performance: {max_operations: 1000}",
)

BAD = (
    Bad("too_large_an_exponent", _QUOTIENT, '{"a": "1e999999999", "b": 1}', "input_invalid"),
    Bad("not_a_number", _QUOTIENT, '{"a": "NaN", "b": 1}', "input_invalid"),
    Bad("infinity", _QUOTIENT, '{"a": "Infinity", "b": 1}', "input_invalid"),
    Bad("foreign_digits", _QUOTIENT, '{"a": "١٢", "b": 1}', "input_invalid"),
    Bad("a_truth_for_a_number", _INTEGER, '{"a": true, "b": 1}', "input_invalid"),
    Bad("part_of_an_integer", _INTEGER, '{"a": 1.5, "b": 1}', "input_invalid"),
    Bad("more_than_64_bits", _INTEGER, '{"a": 9223372036854775808, "b": 1}', "input_invalid"),
    Bad("nothing_at_all", _INTEGER, "{}", "input_invalid"),
    Bad("an_input_nobody_declared", _INTEGER, '{"a": 1, "b": 2, "c": 3}', "input_invalid"),
    Bad("null_for_a_number", _INTEGER, '{"a": null, "b": 1}', "input_invalid"),
    Bad("half_a_surrogate", node("{text: string}", computed("text")), '{"text": "\\ud800"}', "input_invalid"),
    Bad("overflow", _INTEGER, _OVER, "evaluation_failed", "work_out",
        {"fault": "integer_overflow", "values": {"a": 9223372036854775807, "b": 1}}),
    Bad("division_by_zero", _QUOTIENT, '{"a": 1, "b": 0}', "evaluation_failed", "work_out",
        {"fault": "division_by_zero", "values": {"a": 1, "b": 0}}),
    Bad("remainder_of_zero", node("{a: integer, b: integer}", computed("a % b")), '{"a": 1, "b": 0}',
        "evaluation_failed", "work_out", {"fault": "division_by_zero"}),
    Bad("zero_written_into_the_document", node("{a: integer}", computed("a % 0")), '{"a": 1}',
        "document_invalid"),
    Bad("a_thousand_digits_and_one", node("{a: decimal}", computed("a * a")),
        '{"a": 1' + "1" * 600 + "}", "evaluation_failed", "work_out", {"fault": "number_too_long"}),
    Bad("a_field_of_null", _ANY, '{"value": null}', "evaluation_failed", "work_out",
        {"fault": "null_value"}),
    Bad("a_field_that_is_not_there", _ANY, '{"value": {"title": 1}}', "evaluation_failed", "work_out",
        {"fault": "missing_field"}),
    Bad("a_field_of_a_number", _ANY, '{"value": 3}', "evaluation_failed", "work_out",
        {"fault": "type_mismatch"}),
    Bad("no_such_item", node("{items: array<integer>}", computed("items[3]")), '{"items": [1]}',
        "evaluation_failed", "work_out", {"fault": "index_out_of_range"}),
    Bad("a_pattern_that_would_run_for_ever", _SLOW_PATTERN, '{"text": "' + "a" * 50_000 + 'b"}',
        "precondition_violated"),
    Bad("an_empty_separator", _ENDLESS, '{"count": 1}', "evaluation_failed", "rows",
        {"fault": "invalid_value"}),
    Bad("work_without_end", _GREEDY, '{"items": [' + ",".join(["1"] * 100) + "]}", "budget_exceeded"),
    Bad("a_list_longer_than_a_loop_accepts", node("{items: array<integer>}", """\
  - step: each
    operation: for_each
    items: items
    as: one
    max_items: 3
    steps:
      - {step: twice, operation: compute, expression: one * 2, output: doubled}
    output: result
"""), '{"items": [1, 2, 3, 4]}', "too_many_items", "each"),
    Bad("a_node_that_calls_itself", node("{n: integer}", """\
  - step: again
    operation: call_node
    node_id: bad_v1
    parameters: {n: "{n}"}
    output: result
""", "security: {capabilities_required: [node.call.bad_v1]}"), '{"n": 1}', "too_deep"),
    Bad("a_call_of_a_node_that_is_not_there", node("{n: integer}", """\
  - step: call
    operation: call_node
    node_id: other_v3
    parameters: {n: "{n}"}
    output: result
""", "security: {capabilities_required: [node.call.other_v3]}"), '{"n": 1}', "node_not_found"),
    Bad("a_provider_that_nobody_named", node("{n: integer}", """\
  - step: ask
    operation: external_api_call
    provider: nowhere
    endpoint: /
    output: result
""", "security: {capabilities_required: [network.http_client.nowhere]}"), '{"n": 1}', "effect_failed",
        "ask"),
    Bad("the_address_of_the_cloud", node("{n: integer}", """\
  - step: ask
    operation: external_api_call
    endpoint: http://169.254.169.254/latest/meta-data
    output: result
""", "security: {capabilities_required: [network.http_client.169.254.169.254]}"), '{"n": 1}',
        "effect_failed", "ask"),
    Bad("a_step_without_its_capability", node("{n: integer}", """\
  - step: read
    operation: file_read
    path: notes.txt
    output: result
""", "security: {capabilities_required: []}"), '{"n": 1}', "capability_denied", "read"),
    Bad("a_way_out_of_the_workspace", node("{path: string}", """\
  - step: read
    operation: file_read
    path: "{path}"
    output: result
""", 'security: {capabilities_required: ["filesystem.read.*"]}'),
        '{"path": "../../../../etc/passwd"}', "effect_failed", "read"),
    Bad("the_leash_itself", node("{path: string}", """\
  - step: write
    operation: file_write
    path: "{path}"
    content: x
  - {step: done, operation: compute, expression: "1", output: result}
""", 'security: {capabilities_required: ["filesystem.write.*"]}'),
        '{"path": ".git/hooks/pre-commit"}', "waiting"),
    Bad("a_second_statement_in_sql", node("{name: string}", """\
  - step: find
    operation: database_query
    table: users
    query: "SELECT 1; DROP TABLE users"
    output: result
""", "security: {capabilities_required: [database.read.users]}"), '{"name": "x"}',
        "document_invalid"),
    Bad("a_document_with_errors", node("{n: integer}", computed("n + unknown")), '{"n": 1}',
        "document_invalid"),
    Bad("code_in_a_contract", node("{n: integer}", computed("n"),
        "contracts: {preconditions: [\"__import__('os').system('touch PWNED')\"]}"), '{"n": 1}',
        "document_invalid"),
)  # fmt: skip

"""Document symbols over the protocol."""

from pathlib import Path
from typing import Any

import pytest

from tests.lsp.client import Client, running
from vesper.lang.source import split_lines

NESTING = {"textDocument": {"documentSymbol": {"hierarchicalDocumentSymbolSupport": True}}}
TEXT = """\
node_id: pay_v1
types:
  Order: {fields: {total: decimal}}
inputs:
  order: Order
  count: {type: integer, required: false, constraints: [positive]}
outputs:
  success: {paid: decimal}
  error: {error_code: "enum[bad]"}
contracts:
  preconditions: ["count > 0", idempotency: same key]
  facts: {large: "count > 9"}
state_machines:
  order: {states: [new, done]}
flow:
  - step: choose
    operation: conditional
    condition: "count > 1"
    then:
      - {step: many, operation: log, message: m}
    elif:
      - condition: "count > 0"
        then:
          - {step: one, operation: log, message: m}
    else: {return_error: bad}
  - operation: wait
security:
  capabilities_required: [log.write]
testing:
  test_cases:
    - {name: works, inputs: {count: 1}}
"""
EXPECTED = """\
node_id
types
  Order
    total: decimal
inputs
  order: Order
  count: integer?
outputs
  success
    paid: decimal
  error
    error_code: enum[bad]
contracts
  preconditions
    count > 0
    idempotency: same key
  facts
    large: count > 9
state_machines
  order
    new
    done
flow
  choose: conditional
    then
      many: log
    elif
      then
        one: log
  wait: wait
security
  capabilities_required
    log.write
testing
  test_cases
    works
"""


def symbols(client: Client, text: str = TEXT, name: str = "a.vsp") -> list[Any]:
    uri = client.open(name, text)
    return client.request("textDocument/documentSymbol", {"textDocument": {"uri": uri}})


def shown(found: list[Any], indent: str = "") -> str:
    lines = ""
    for it in found:
        detail = it.get("detail") if indent else None
        lines += f"{indent}{it['name']}{f': {detail}' if detail else ''}\n"
        lines += shown(it["children"], f"{indent}  ")
    return lines


@pytest.fixture
def nesting(tmp_path: Path) -> Any:
    with running(tmp_path, NESTING) as client:
        yield client


def test_the_outline_shows_what_people_look_for(nesting: Client):
    assert shown(symbols(nesting)) == EXPECTED


def test_the_outline_of_a_long_document_is_the_same(nesting: Client):
    long = TEXT.replace(
        "flow:\n", "flow:\n" + "  - {step: s, operation: log, message: m}\n" * 30
    ).replace("  test_cases:\n", "  test_cases:\n" + "    - {name: t}\n" * 30)
    expected = EXPECTED.replace("flow\n", "flow\n" + "  s: log\n" * 30)
    expected = expected.replace("  test_cases\n", "  test_cases\n" + "    t\n" * 30)
    assert shown(symbols(nesting, long)) == expected


def test_names_lie_inside_of_what_they_name(nesting: Client):
    lines = split_lines(TEXT)

    def look(found: list[Any]) -> None:
        for it in found:
            outer, inner = it["range"], it["selectionRange"]
            for low, high in ((outer["start"], inner["start"]), (inner["end"], outer["end"])):
                assert (low["line"], low["character"]) <= (high["line"], high["character"])
            assert outer["end"]["line"] < len(lines)
            look(it["children"])

    look(symbols(nesting))


def test_several_documents_of_a_file_each_have_their_node(nesting: Client):
    found = symbols(nesting, f"{TEXT}---\n{TEXT.replace('pay_v1', 'sell_v1')}")
    assert [it["name"] for it in found] == ["pay_v1", "sell_v1"]


def test_roles_show_their_title(nesting: Client):
    found = symbols(nesting, "clerk:\n  display_name: The clerk\n  tags: [a]\n", "roles.yaml")
    assert [(it["name"], it["detail"]) for it in found] == [("clerk", "The clerk")]


def test_an_editor_that_cannot_nest_gets_a_list_with_containers(client: Client):
    found = symbols(client)
    assert all("location" in it for it in found)
    within = {it["name"]: it.get("containerName") for it in found}
    assert (within["flow"], within["choose"], within["many"]) == (None, "flow", "then")

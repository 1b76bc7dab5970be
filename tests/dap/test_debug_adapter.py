from collections.abc import Iterator
from typing import Any

import pytest

from tests.dap.client import Client
from tests.execution.debugged import starting
from tests.runtime.programs import World, c, clause, n, op, perform, program, step
from vesper.errors import VesperError
from vesper.execution.debugging import Prepared, Wanted
from vesper.lang import ir
from vesper.lang.program import Answer, Assign, Invoke, Loop, Program, steps_of
from vesper.runtime.interp import Interpreter

INNER = program(
    step("price", Assign("total", op(n("amount"), "*", c(2))), line=3),
    step("done", Answer("success", (("total", n("total")),)), line=8),
    inputs="amount", success="total",
)  # fmt: skip
SAMPLE = program(
    step("begin", Assign("order", c({"id": "o1", "lines": [{"size": 1}, {"size": 2}]})), line=10),
    step("each", Loop(c([1, 2]), "x", "", (step("each/add", Assign("y", n("x")), line=15),)), line=12),
    step("call", Invoke("inner_v1", (("amount", n("amount")),), "found"), line=20),
    step("charge", perform("charge", "paid", "write", amount=n("amount")), line=25),
    step("done", Answer("success", (("total", ir.GetField(n("found"), "total")),)), line=30),
    inputs="amount", success="total",
    preconditions=(clause("amount > 0", op(n("amount"), ">", c(0)), "amount", line=5),),
    postconditions=(
        clause("total < 50", op(ir.Result("total", "success"), "<", c(50)), "amount", line=6),
    ),
)  # fmt: skip
FILES: dict[str, Program] = {"/nodes/sample.vsp": SAMPLE, "/nodes/inner.vsp": INNER}


def prepare(wanted: Wanted) -> Prepared:
    if wanted.node not in FILES:
        raise VesperError("not_found", f"there is no node `{wanted.node}`", "name one by its file")
    program = FILES[wanted.node]
    inputs: Any = wanted.inputs
    start = starting(program, inputs, World({}, lambda _: 1), {"inner_v1": INNER})
    return Prepared(
        program, inputs, Interpreter(), start,
        lambda it: next((path for path, one in FILES.items() if one is it), ""),
        lambda path: list(steps_of(FILES[path])) if path in FILES else [],
        Interpreter() if wanted.peer else None,
    )  # fmt: skip


@pytest.fixture
def client() -> Iterator[Client]:
    found = Client(prepare)
    yield found
    found.close()


def launched(client: Client, amount: int = 6, **given: Any) -> Client:
    client.launch(program="/nodes/sample.vsp", inputs={"amount": amount}, **given)
    return client


def test_a_run_goes_to_its_end_and_tells_its_result(client: Client):
    launched(client).get("configurationDone")
    assert client.event("output")["output"] == "charge: charge -> 1\n"
    assert '"total": 12' in client.event("output")["output"]
    assert client.event("exited") == {"exitCode": 0}
    client.event("terminated")
    assert client.numbers == sorted(set(client.numbers))
    client.get("disconnect")
    assert client.close() == 0


def test_an_error_is_an_exit_code(client: Client):
    launched(client, 100).get("configurationDone")
    assert client.event("exited") == {"exitCode": 1}


def test_breakpoints_by_line_stop_at_the_step_that_the_line_is_in(client: Client):
    launched(client)
    found = client.get(
        "setBreakpoints",
        source={"path": "/nodes/sample.vsp"},
        breakpoints=[{"line": 18}, {"line": 26}, {"line": 1}],
    )["breakpoints"]
    assert [it["line"] for it in found] == [16, 26, 11]
    elsewhere = client.get(
        "setBreakpoints", source={"path": "/nodes/other.vsp"}, breakpoints=[{"line": 3}]
    )
    assert elsewhere["breakpoints"][0]["verified"] is False
    client.get("configurationDone")
    assert client.where() == ["begin", "sample_v1"]
    client.get("continue", threadId=1)
    assert client.where() == ["each[0]/add", "each", "sample_v1"]
    client.get("setBreakpoints", source={"path": "/nodes/sample.vsp"}, breakpoints=[{"line": 26}])
    client.get("continue", threadId=1)
    assert client.where() == ["charge", "sample_v1"]


def test_a_breakpoint_of_a_called_node_shows_the_calls(client: Client):
    launched(client)
    client.get("setBreakpoints", source={"path": "/nodes/inner.vsp"}, breakpoints=[{"line": 4}])
    client.get("configurationDone")
    stopped = client.event("stopped")
    assert stopped["reason"] == "breakpoint"
    trace = client.get("stackTrace", threadId=stopped["threadId"])
    rows = [(it["name"], it["line"], it["source"]["path"]) for it in trace["stackFrames"]]
    assert rows == [
        ("call>price", 4, "/nodes/inner.vsp"),
        ("sample_v1", 4, "/nodes/inner.vsp"),
        ("call", 21, "/nodes/sample.vsp"),
        ("sample_v1", 21, "/nodes/sample.vsp"),
    ]
    paged = client.get("stackTrace", threadId=1, startFrame=1, levels=2)
    assert (len(paged["stackFrames"]), paged["totalFrames"]) == (2, 4)


@pytest.mark.parametrize(
    ("condition", "places"),
    [("x == 2", ["each[1]/add"]), ("amount > 100", []), ("", ["each[0]/add"])],
)
def test_a_breakpoint_may_have_a_condition(client: Client, condition: str, places: list[str]):
    launched(client)
    client.get(
        "setBreakpoints",
        source={"path": "/nodes/sample.vsp"},
        breakpoints=[{"line": 16, "condition": condition}],
    )
    client.get("configurationDone")
    if places:
        assert client.where()[:1] == places
    else:
        client.event("terminated")


def test_stepping_goes_in_over_and_out(client: Client):
    launched(client, stopOnEntry=True).get("configurationDone")
    assert client.event("stopped")["reason"] == "entry"
    client.get("next", threadId=1)
    assert client.where()[0] == "each"
    client.get("stepIn", threadId=1)
    assert client.where()[0] == "each[0]/add"
    client.get("stepOut", threadId=1)
    assert client.where()[0] == "call"
    client.get("stepIn", threadId=1)
    assert client.where()[0] == "call>price"
    client.get("stepOut", threadId=1)
    assert client.where()[0] == "charge"
    client.get("next", threadId=1)
    output = client.event("output")
    assert output["output"] == "charge: charge -> 1\n"


def test_scopes_show_variables_inputs_and_clauses_and_values_open(client: Client):
    launched(client)
    client.get("setFunctionBreakpoints", breakpoints=[{"name": "charge"}])
    client.get("configurationDone")
    client.event("stopped")
    variables = client.scope("Variables")
    assert set(variables) == {"order", "found"}
    assert variables["order"]["type"] == "record"
    order = client.get("variables", variablesReference=variables["order"]["variablesReference"])
    lines = order["variables"][1]
    assert (lines["name"], lines["value"], lines["indexedVariables"]) == (
        "lines", '[{"size":1},{"size":2}]', 2,
    )  # fmt: skip
    second = client.get(
        "variables", variablesReference=lines["variablesReference"], start=1, count=1
    )["variables"]
    assert [(it["name"], it["value"]) for it in second] == [("1", '{"size":2}')]
    assert client.scope("Inputs")["amount"]["value"] == "6"
    assert client.scope("Contracts")["amount > 0"]["value"] == "true"


def test_expressions_are_evaluated_in_a_frame(client: Client):
    launched(client, stopOnEntry=True)
    client.get("setFunctionBreakpoints", breakpoints=[{"name": "call>price"}])
    client.get("configurationDone")
    client.event("stopped")
    client.get("continue", threadId=1)
    client.event("stopped")
    client.get("stackTrace", threadId=1)
    assert client.get("evaluate", expression="amount * 1.50", frameId=1)["result"] == "9.00"
    found = client.get("evaluate", expression="order.lines", frameId=3, context="hover")
    assert found["indexedVariables"] == 2
    refused = client.ask("evaluate", expression="order.lines", frameId=1)
    assert refused["success"] is False
    assert "unknown_name" in refused["message"]
    assert client.ask("evaluate", expression="1 +", frameId=1)["success"] is False


def test_a_violated_clause_stops_as_an_exception_when_asked_for(client: Client):
    launched(client, 30)
    client.get("setExceptionBreakpoints", filters=["contract_violation"])
    client.get("configurationDone")
    stopped = client.event("stopped")
    assert (stopped["reason"], stopped["text"]) == ("exception", "`total < 50` is violated")
    trace = client.get("stackTrace", threadId=1)["stackFrames"]
    assert (trace[0]["name"], trace[0]["line"]) == ("sample_v1", 7)
    assert client.get("exceptionInfo", threadId=1)["exceptionId"] == "violation"
    assert client.scope("Contracts")["total < 50"]["value"] == "false"


def test_breakpoints_by_meaning_tell_what_they_could_be(client: Client):
    launched(client)
    wanted = ["input.amount > 5", "chrage", "state_transition:a->b"]
    found = client.get("setFunctionBreakpoints", breakpoints=[{"name": it} for it in wanted])
    told = found["breakpoints"]
    assert [it["verified"] for it in told] == [True, False, True]
    assert "did you mean `charge`?" in told[1]["message"]
    client.get("configurationDone")
    assert client.event("stopped")["reason"] == "function breakpoint"


def test_two_engines_are_compared_on_request(client: Client):
    launched(client, peer="other").get("configurationDone")
    assert client.event("exited") == {"exitCode": 0}


def test_terminating_cancels_the_run(client: Client):
    launched(client, stopOnEntry=True).get("configurationDone")
    client.event("stopped")
    client.get("terminate")
    assert '"cancelled"' in client.event("output")["output"]
    client.event("terminated")


def test_lines_are_counted_as_the_client_counts(client: Client):
    client.get("initialize", adapterID="vesper", linesStartAt1=False, columnsStartAt1=False)
    client.get("launch", program="/nodes/sample.vsp", inputs={"amount": 6}, stopOnEntry=True)
    client.get("configurationDone")
    client.event("stopped")
    top = client.get("stackTrace", threadId=1)["stackFrames"][0]
    assert (top["line"], top["column"]) == (10, 0)


@pytest.mark.parametrize(
    ("command", "arguments", "message"),
    [
        ("threads", {}, "nothing was launched yet"),
        ("gotoTargets", {}, "`gotoTargets` is not supported"),
        ("launch", {}, "launch needs to know which node to run"),
        ("launch", {"program": "/nodes/none.vsp"}, "there is no node `/nodes/none.vsp`"),
        ("launch", {"program": "/nodes/sample.vsp", "inputs": [1]}, "`inputs` is a map"),
    ],
)
def test_what_cannot_be_done_is_refused_in_words(
    client: Client, command: str, arguments: Any, message: str
):
    answer = client.ask(command, **arguments)
    assert answer["success"] is False
    assert answer["message"].startswith(message)
    assert answer["body"]["error"]["showUser"] is True


@pytest.mark.parametrize("arguments", [{}, {"frameId": "one"}])
def test_wrong_arguments_are_refused_and_the_adapter_goes_on(client: Client, arguments: Any):
    launched(client, stopOnEntry=True).get("configurationDone")
    client.event("stopped")
    assert client.ask("scopes", **arguments)["success"] is False
    assert client.get("scopes", frameId=1)["scopes"]


@pytest.mark.parametrize(
    "data",
    [
        b"Content-Length: nine\r\n\r\n",
        b"Content-Length: 99999999999\r\n\r\n",
        b"Content-Length: 3\r\n\r\n[1]",
        b"Content-Length: 2\r\n\r\n{x",
        b"\r\n",
    ],
)
def test_bytes_that_are_no_message_end_the_adapter_with_a_word(client: Client, data: bytes):
    client.raw(data)
    assert client.event("output")["output"].startswith("vesper dap: a ")
    assert client.close() == 1


def test_a_client_that_vanishes_ends_the_run(client: Client):
    launched(client, stopOnEntry=True).get("configurationDone")
    client.event("stopped")
    assert client.close() == 1

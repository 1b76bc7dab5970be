"""What the server answers to bytes and messages, whatever they are."""

import io
from pathlib import Path
from typing import Any

import pytest

from tests.lsp.client import Client, Failed, running
from tests.lsp.headers import BODY, BROKEN_HEADERS, SOUND_HEADERS
from tests.lsp.malformed import ALL, Malformed
from tests.lsp.odd_handlers import add_odd_handlers
from tests.lsp.process import (
    WITH_ODD_HANDLERS,
    Server,
    frame,
    frames,
    initialize,
    notification,
    request,
)
from vesper.lsp.feature import Command
from vesper.lsp.server import VesperServer, create_server

HELLO = frame(initialize())
GOODBYE = frame(request("bye", "shutdown")) + frame(notification("exit"))


def serve(data: bytes, body_limit: int = 1 << 20) -> tuple[int | None, list[Any]]:
    """What a server makes of a whole input: its exit code and its messages."""
    server, output = create_server(), io.BytesIO()
    server.start_io(io.BytesIO(data), output, body_limit)
    return server.exit_code, frames(output.getvalue())


def odd_server() -> VesperServer:
    """A server with handlers that misbehave."""
    server = create_server()
    add_odd_handlers(server)
    server.add(Command("test.add", _add))
    return server


def _add(_: VesperServer, left: int, right: int) -> int:
    return left + right


@pytest.fixture
def client(tmp_path: Path):
    with running(tmp_path, server=odd_server()) as client:
        yield client


@pytest.mark.parametrize("header", SOUND_HEADERS.values(), ids=SOUND_HEADERS)
def test_every_sound_header_is_understood(header: bytes):
    code, messages = serve(HELLO + header + BODY + GOODBYE)

    assert code == 0
    assert [it["id"] for it in messages] == [0, 1, "bye"]


@pytest.mark.parametrize(("data", "reason"), BROKEN_HEADERS.values(), ids=BROKEN_HEADERS)
def test_a_stream_out_of_step_is_closed_with_a_log_line(
    data: bytes, reason: str, capsys: pytest.CaptureFixture[str]
):
    code, messages = serve(HELLO + data)

    assert code == 1
    assert 0 in [it["id"] for it in messages], "what came before is answered"
    assert reason in capsys.readouterr().err


def test_a_message_above_the_limit_is_skipped_and_the_user_told():
    large = request(1, "textDocument/hover", {"x": "y" * 5000})
    code, messages = serve(HELLO + frame(large) + frame(request(2, "a")) + GOODBYE, body_limit=4096)

    assert code == 0
    assert [it.get("id", it.get("method")) for it in messages] == [
        0,
        "window/showMessage",
        2,
        "bye",
    ]
    assert "too large" in messages[1]["params"]["message"]

    class Dripping(io.BytesIO):
        def readline(self, size: int | None = -1) -> bytes:
            return super().readline(size)

        def read(self, size: int | None = -1) -> bytes:
            return (
                b"".join(iter(lambda: super(Dripping, self).read(1), b""))
                if size is None
                else (b"".join(super(Dripping, self).read(1) for _ in range(size)))
            )

    server, output = create_server(), io.BytesIO()
    server.start_io(Dripping(HELLO + GOODBYE), output)

    assert server.exit_code == 0
    assert [it["id"] for it in frames(output.getvalue())] == [0, "bye"]


@pytest.mark.parametrize("bad", ALL, ids=[it.name for it in ALL])
def test_a_malformed_message_gets_its_one_answer_and_the_next_one_is_served(
    client: Client, bad: Malformed
):
    before = len(client.heard)
    client.post(bad.message)
    client.settle()
    answers = [(it["id"], it["error"]["code"]) for it in client.heard[before:]]

    assert answers == ([] if bad.code is None else [(bad.id, bad.code)])
    assert client.request("test/echo", {"well": True}) == {"well": True}


def test_bad_params_are_named_by_their_place(client: Client):
    with pytest.raises(Failed, match=r"textDocument\.uri: expected a text"):
        client.request("textDocument/hover", {"textDocument": {"uri": 5}, "position": {}})


def test_a_message_inside_a_message_is_only_data(client: Client):
    inner = {"jsonrpc": "2.0", "id": 1, "method": "shutdown", "result": 5, "error": {}}

    assert client.request("test/echo", {"deep": [{"deeper": inner}]}) == {
        "deep": [{"deeper": inner}]
    }


def test_requests_with_one_id_are_each_answered(client: Client):
    for method in ("test/echo", "test/echo", "nobody/knows"):
        client.post(request("same", method, {"a": 1}))
    client.settle()

    assert len(client.answers("same")) == 3


def test_a_number_and_a_text_are_different_ids(client: Client):
    client.post(request(5, "test/echo", {"a": "number"}))
    client.post(request("5", "test/echo", {"a": "text"}))
    client.post(notification("$/cancelRequest", {"id": "5"}))
    client.settle()

    assert client.answers(5)[0]["result"] == {"a": "number"}
    assert client.answers("5")[0]["error"]["code"] == -32800


def test_a_cancelled_request_is_answered_before_those_that_wait(client: Client):
    client.post(request("first", "test/echo"))
    client.post(request("second", "test/echo"))
    client.post(notification("$/cancelRequest", {"id": "second"}))
    client.settle()

    first, second = client.heard[-1], client.heard[-2]
    assert (first["id"], first["result"]) == ("first", None)
    assert (second["id"], second["error"]["code"]) == ("second", -32800)
    assert len(client.answers("second")) == 1


def test_cancelling_what_was_answered_changes_nothing(client: Client):
    client.post(request("done", "test/echo"))
    client.settle()
    client.post(notification("$/cancelRequest", {"id": "done"}))
    client.settle()

    assert len(client.answers("done")) == 1


def test_the_handshake_cannot_be_cancelled(tmp_path: Path):
    client = Client(tmp_path)
    client.post(initialize("hello"))
    client.post(notification("$/cancelRequest", {"id": "hello"}))
    client.settle()

    assert "result" in client.answers("hello")[0]


def test_an_action_that_cannot_be_done_says_why_and_what_to_do(client: Client):
    with pytest.raises(Failed) as failed:
        client.request("test/deny")

    assert failed.value.code == -32803
    assert failed.value.message == "this may not be done (ask somebody who may)"
    assert failed.value.data == {"kind": "denied", "hint": "ask somebody who may"}


def test_an_unexpected_failure_is_short_for_the_client_and_whole_on_stderr(
    client: Client, capsys: pytest.CaptureFixture[str]
):
    with pytest.raises(Failed) as failed:
        client.request("test/crash", {"divisor": 0})

    assert failed.value.code == -32603
    assert "ZeroDivisionError" in failed.value.message
    assert "Traceback" not in failed.value.message
    assert "Traceback" in capsys.readouterr().err
    assert client.request("test/crash", {"divisor": 2}) == 0.5


def test_an_answer_that_cannot_be_written_is_an_error(client: Client):
    with pytest.raises(Failed) as failed:
        client.request("test/unwritable")

    assert failed.value.code == -32603


def test_a_failing_notification_leaves_the_server_alone(
    client: Client, capsys: pytest.CaptureFixture[str]
):
    client.notify("test/crash", {"divisor": 0})

    assert "ZeroDivisionError" in capsys.readouterr().err
    assert client.request("test/echo", {"a": 1}) == {"a": 1}


def test_one_failure_many_times_is_one_trace_on_stderr(
    client: Client, capsys: pytest.CaptureFixture[str]
):
    for _ in range(50):
        client.notify("test/crash", {"divisor": 0})

    assert capsys.readouterr().err.count("Traceback") == 1


def test_a_client_that_never_reads_stderr_cannot_be_blocked_by_it(
    client: Client, capsys: pytest.CaptureFixture[str]
):
    for number in range(2_000):
        client.notify("test/deny", {"what": f"thing number {number}"})

    assert 40_000 < len(capsys.readouterr().err) < 65_536


def test_commands_get_their_arguments(client: Client):
    params = {"command": "test.add", "arguments": [2, 3]}

    assert client.request("workspace/executeCommand", params) == 5


def test_the_client_answers_our_requests(client: Client):
    answers: list[Any] = []
    client.server.request("workspace/workspaceFolders", then=answers.append)
    asked = client.heard[-1]
    folder = {"uri": "file:///w", "name": "w"}
    client.post({"jsonrpc": "2.0", "id": asked["id"], "result": [folder]})
    client.settle()

    assert [it.uri for it in answers[0]] == ["file:///w"]


@pytest.mark.parametrize(
    "reply", [{"error": {"code": -32601, "message": "no"}}, {"error": 5}, {"result": "nonsense"}]
)
def test_a_bad_answer_to_our_request_is_dropped(client: Client, reply: dict[str, Any]):
    answers: list[Any] = []
    client.server.request("workspace/workspaceFolders", then=answers.append)
    client.post({"jsonrpc": "2.0", "id": client.heard[-1]["id"], **reply})
    client.settle()

    assert answers == []
    assert client.request("test/echo", {"a": 1}) == {"a": 1}


@pytest.mark.e2e
def test_ten_thousand_hovers_in_one_write_are_each_answered_once(tmp_path: Path):
    uri = (tmp_path / "a.vsp").as_uri()
    document = {"uri": uri, "languageId": "vsp", "version": 1, "text": "node_id: pay_v1\n"}
    params = {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 3}}
    with Server() as server:
        server.send(
            initialize(),
            notification("textDocument/didOpen", {"textDocument": document}),
            *(request(it, "textDocument/hover", params) for it in range(1, 10_001)),
        )
        server.wait_for_count(10_002)
        answered = [it["id"] for it in server.heard if "id" in it]

    assert answered == list(range(10_001))


@pytest.mark.e2e
def test_a_message_may_arrive_byte_by_byte():
    with Server() as server:
        for byte in frame(initialize()) + frame(request("last", "no/such")):
            server.write(bytes([byte]))

        assert server.answer("last")["error"]["code"] == -32601


@pytest.mark.e2e
def test_busy_handlers_do_not_keep_the_server_from_reading():
    with Server(WITH_ODD_HANDLERS) as server:
        server.send(
            initialize(), *(request(it, "test/busy", {"seconds": 0.2}) for it in range(1, 7))
        )
        server.answer(1)
        server.send(request("late", "test/echo"), notification("$/cancelRequest", {"id": "late"}))
        cancelled = server.answer("late")
        answered_by_then = [it["id"] for it in server.heard]
        server.answer(6)

        assert cancelled["error"]["code"] == -32800
        assert 6 not in answered_by_then, "the cancellation did not wait for its turn"
        assert server.ask("after", "test/echo", {"a": 1})["result"] == {"a": 1}


@pytest.mark.e2e
def test_a_cancelled_request_is_answered_while_its_handler_is_at_work():
    with Server(WITH_ODD_HANDLERS) as server:
        server.send(initialize(), request("stuck", "test/hang"), request("late", "test/echo"))
        server.wait_for(lambda it: it.get("method") == "test/hanging")
        server.send(*(notification("$/cancelRequest", {"id": it}) for it in ("late", "stuck")))

        assert server.answer("late")["error"]["code"] == -32800
        assert server.answer("stuck")["error"]["code"] == -32800


@pytest.mark.e2e
def test_the_late_result_of_a_cancelled_request_is_dropped():
    with Server(WITH_ODD_HANDLERS) as server:
        server.send(initialize(), request("slow", "test/gate"))
        server.wait_for(lambda it: it.get("method") == "test/waiting")
        server.send(notification("$/cancelRequest", {"id": "slow"}))
        server.answer("slow")
        gate = server.wait_for(lambda it: it.get("method") == "test/waiting")["params"]["gate"]
        Path(gate).touch()

        assert server.ask("after", "test/echo", {"a": 1})["result"] == {"a": 1}
        assert [it["error"]["code"] for it in server.heard if it.get("id") == "slow"] == [-32800]


@pytest.mark.e2e
def test_cancelling_thousands_before_reading_any_answer_blocks_nobody():
    with Server(WITH_ODD_HANDLERS, listening=False) as server:
        server.send(initialize(), *(request(it, "test/echo", "x" * 100) for it in range(1, 3001)))
        server.send(*(notification("$/cancelRequest", {"id": it}) for it in range(1, 3001)))
        server.listen()
        server.wait_for_count(3001)

        assert sorted(it["id"] for it in server.heard) == list(range(3001))


@pytest.mark.e2e
def test_a_client_that_does_not_read_yet_loses_nothing():
    text = "x" * 1000
    with Server(WITH_ODD_HANDLERS, listening=False) as server:
        server.send(initialize(), *(request(it, "test/echo", text) for it in range(1, 3001)))
        server.listen()
        server.wait_for_count(3001)

        assert [it["id"] for it in server.heard] == list(range(3001))


@pytest.mark.e2e
def test_what_a_handler_prints_does_not_reach_the_client():
    with Server(WITH_ODD_HANDLERS) as server:
        server.send(initialize(), request(1, "test/print", {"text": "Content-Length: 5"}))

        assert server.answer(1)["result"] is None
        assert server.ask(2, "test/echo", {"a": 1})["result"] == {"a": 1}
        assert "Content-Length: 5" in server.stderr()


@pytest.mark.e2e
def test_other_threads_speak_through_the_serving_thread():
    with Server(WITH_ODD_HANDLERS) as server:
        server.send(initialize(), request(1, "test/later", {"a": 1}))

        assert server.wait_for(lambda it: it.get("method") == "test/late")["params"] == {"a": 1}

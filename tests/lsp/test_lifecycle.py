"""How a connection begins, what it agrees on, and every way in which it ends."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.lsp.client import Client, Failed, running
from tests.lsp.process import (
    WITH_ODD_HANDLERS,
    Server,
    cpu_seconds,
    frame,
    initialize,
    notification,
    request,
)
from vesper.errors import VesperError
from vesper.lsp.convert import to_uri
from vesper.lsp.feature import Feature
from vesper.lsp.server import create_server

ENDING = (request("bye", "shutdown"), notification("exit"))


def codes(client: Client, *numbers: int | str) -> list[int | None]:
    """The error codes with which requests were answered; None for a result."""
    answers = [it for number in numbers for it in client.answers(number)]
    return [it.get("error", {}).get("code") for it in answers]


def test_a_request_before_initialize_is_refused(tmp_path: Path):
    client = Client(tmp_path)
    for number, method in enumerate(("textDocument/hover", "shutdown", "no/such"), 1):
        client.post(request(number, method))
    client.settle()

    assert codes(client, 1, 2, 3) == [-32002, -32002, -32002]
    assert client.initialize()["serverInfo"]["name"] == "vesper"


def test_a_document_opened_before_initialize_is_not_open(tmp_path: Path):
    client = Client(tmp_path)
    uri = client.open("a.vsp", "node_id: a_v1\n")
    client.initialize()

    with pytest.raises(VesperError, match="not open"):
        client.server.document(uri)
    assert client.told("textDocument/publishDiagnostics") == []


def test_a_second_initialize_is_refused_and_changes_nothing(tmp_path: Path):
    with running(tmp_path) as client:
        client.post(initialize(1, rootUri=to_uri(tmp_path / "other")))
        client.settle()

        assert codes(client, 1) == [-32600]
        assert client.server.project.root == tmp_path.resolve()


def test_after_shutdown_only_exit_is_left(tmp_path: Path):
    with running(tmp_path) as client:
        assert client.request("shutdown") is None
        for number, method in enumerate(("textDocument/hover", "shutdown", "initialize"), 50):
            client.post(request(number, method))
        client.open("a.vsp", "node_id: a_v1\n")

        assert codes(client, 50, 51, 52) == [-32600, -32600, -32600]
        assert client.told("textDocument/publishDiagnostics") == []
        client.notify("exit")
        assert client.server.exit_code == 0


def test_exit_without_shutdown_is_an_error(tmp_path: Path):
    with running(tmp_path) as client:
        client.notify("exit")

        assert client.server.exit_code == 1


def test_a_failed_initialize_can_be_tried_again(tmp_path: Path):
    client = Client(tmp_path)
    client.post(request("bad", "initialize", {"capabilities": 5}))
    client.settle()

    assert codes(client, "bad") == [-32602]
    assert client.initialize()["capabilities"]["hoverProvider"] is True


def test_capabilities_that_are_newer_than_we_are_do_not_matter(tmp_path: Path):
    offered = {
        "general": {"positionEncodings": ["utf-64", "utf-8"]},
        "textDocument": {
            "publishDiagnostics": {"relatedInformation": True},
            "documentSymbol": {"symbolKind": {"valueSet": [1, 2, 99]}},
            "telepathy": {"range": "far"},
        },
        "workspace": {"codeLens": "soon"},
        "experimental": {"anything": [1]},
        "holodeck": True,
    }
    client = Client(tmp_path)
    answer = client.initialize(offered)

    assert answer["capabilities"]["positionEncoding"] == "utf-8"


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        (None, "utf-16"),
        ([], "utf-16"),
        (["utf-16"], "utf-16"),
        (["utf-8"], "utf-8"),
        (["utf-8", "utf-16"], "utf-8"),
        (["utf-16", "utf-8"], "utf-16"),
        (["utf-8", "utf-16", "utf-32"], "utf-32"),
        (["utf-7"], "utf-16"),
    ],
)
def test_the_cheapest_encoding_that_the_client_offers_is_agreed(
    tmp_path: Path, offered: list[str] | None, chosen: str
):
    client = Client(tmp_path)
    general = {} if offered is None else {"positionEncodings": offered}

    assert client.initialize({"general": general})["capabilities"]["positionEncoding"] == chosen


def test_texts_are_synchronised_by_edits(tmp_path: Path):
    capabilities = Client(tmp_path).initialize()["capabilities"]

    assert capabilities["textDocumentSync"] == {"openClose": True, "change": 2, "save": True}


@pytest.mark.parametrize("provider", ["completionProvider", "codeActionProvider"])
def test_an_answer_that_is_completed_later_is_announced(tmp_path: Path, provider: str):
    capabilities = Client(tmp_path).initialize()["capabilities"]

    assert capabilities[provider]["resolveProvider"] is True


def test_two_answers_to_one_method_are_a_mistake():
    server = create_server()

    with pytest.raises(ValueError, match="declared twice"):
        server.add(Feature("textDocument/hover", None, lambda _, params: params))


@pytest.mark.parametrize("given", ["folder", "rootUri", "rootPath"])
def test_the_project_is_where_the_client_says(tmp_path: Path, given: str):
    client = Client(None)
    uri = to_uri(tmp_path)
    where: dict[str, Any] = {
        "folder": {"workspaceFolders": [{"uri": uri, "name": "w"}], "rootUri": "file:///else"},
        "rootUri": {"workspaceFolders": None, "rootUri": uri, "rootPath": "/else"},
        "rootPath": {"rootUri": None, "rootPath": str(tmp_path)},
    }[given]
    client.post(initialize(0, **where))
    client.settle()

    assert client.server.project.root == tmp_path.resolve()
    client.server.close()


def test_without_a_folder_the_first_file_says_where_the_project_is(tmp_path: Path):
    client = Client(None)
    client.initialize()
    with pytest.raises(VesperError, match="no workspace is open"):
        _ = client.server.project
    client.workspace = tmp_path
    client.notify("textDocument/didOpen", {"textDocument": {"uri": "untitled:1", "text": "a"}})
    client.open("a.vsp", "node_id: a_v1\n")

    assert client.server.project.root == tmp_path.resolve()
    client.server.close()


def test_a_task_made_by_another_process_is_told_to_the_editor(tmp_path: Path):
    from vesper.project import Project

    with running(tmp_path) as client:
        client.open("a.vsp", "node_id: a_v1\n")
        _wait(client, lambda: client.server.project.board.last_event() == 0)
        other = Project.open(tmp_path)
        other.board.create("look at a.vsp", actor="agent")
        newest = other.board.last_event()
        other.close()
        _wait(client, lambda: client.told("vesper/tasksChanged"))

        assert client.told("vesper/tasksChanged") == [{"lastEvent": newest}]


def test_only_a_client_that_can_is_asked_to_refresh_its_lenses(tmp_path: Path):
    offered = {"workspace": {"codeLens": {"refreshSupport": True}}}
    with running(tmp_path) as plain, running(tmp_path, offered) as able:
        for client in (plain, able):
            client.server.tasks_changed(client.server.project)

        assert plain.told("workspace/codeLens/refresh") == []
        assert len(able.told("workspace/codeLens/refresh")) == 1


def _wait(client: Client, done: Callable[[], object]) -> None:
    """Let the server go about its chores until something has come about."""
    end = time.monotonic() + 10
    while not done():
        assert time.monotonic() < end
        client.server.wait()
        client.settle()


@pytest.mark.e2e
def test_an_orderly_end_is_quick_though_the_client_keeps_the_pipe_open():
    with Server() as server:
        server.send(initialize())
        server.answer(0)
        server.send(*ENDING)

        assert server.exit_code() == 0
        assert server.answer("bye")["result"] is None
        assert server.stderr() == ""


@pytest.mark.e2e
def test_the_end_of_the_input_ends_the_process_after_the_last_answer():
    with Server() as server:
        server.send(initialize(), *(request(it, "no/such") for it in range(1, 500)))
        server.close_stdin()

        assert server.exit_code() == 1, "nobody said shutdown"
        server.wait_for_count(500)


@pytest.mark.e2e
def test_the_end_of_the_input_after_shutdown_is_in_order():
    with Server() as server:
        server.send(initialize(), request("bye", "shutdown"))
        server.close_stdin()

        assert server.exit_code() == 0


@pytest.mark.e2e
def test_a_client_that_reads_no_more_ends_the_process():
    with Server(listening=False) as server:
        assert server.process.stdout is not None
        server.process.stdout.close()
        server.send(initialize())

        assert server.exit_code() == 1


@pytest.mark.e2e
def test_a_client_that_died_ends_the_server_though_its_pipes_stay_open():
    client = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    assert client.stdin is not None
    with Server() as server:
        server.send(initialize(processId=client.pid))
        server.answer(0)
        client.stdin.close()
        client.wait()

        assert server.exit_code() == 1
        assert "has ended" in server.stderr()


@pytest.mark.e2e
def test_a_client_that_died_ends_even_a_server_that_is_stuck():
    client = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    assert client.stdin is not None
    with Server(WITH_ODD_HANDLERS) as server:
        server.send(initialize(processId=client.pid), request(1, "test/hang"))
        server.wait_for(lambda it: it.get("method") == "test/hanging")
        client.stdin.close()
        client.wait()

        assert server.exit_code() == 1


@pytest.mark.e2e
def test_a_server_that_waits_uses_no_processor_time():
    with Server() as server:
        server.send(initialize())
        server.answer(0)
        server.ask(1, "no/such")
        before = cpu_seconds(server.process.pid)
        with pytest.raises(subprocess.TimeoutExpired):
            server.exit_code(1.5)

        assert cpu_seconds(server.process.pid) - before < 0.3


@pytest.mark.e2e
def test_exit_while_requests_wait_ends_at_once():
    with Server(WITH_ODD_HANDLERS) as server:
        server.send(initialize(), request(1, "test/busy", {"seconds": 0.3}), *ENDING)

        assert server.exit_code() == 0
        assert server.answer(1)["result"] == 0.3


@pytest.mark.e2e
def test_the_limit_of_a_message_is_the_command_line_s():
    with Server((sys.executable, "-m", "vesper", "lsp", "--max-message", "1")) as server:
        server.write(frame(initialize()) + frame(request(1, "x" * (2 << 20))))
        server.wait_for(lambda it: it.get("method") == "window/showMessage")

        assert server.ask(2, "no/such")["error"]["code"] == -32601


@pytest.mark.e2e
def test_nothing_heavy_is_loaded_before_the_first_answer():
    program = """
import sys
from vesper.lsp.server import create_server
server = create_server()
server.protocol.receive(b'{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{}}}')
answers = []
server.protocol.send = answers.append
server.turn()
assert answers
heavy = {"sqlite3", "pysqlite3", "sqlite_utils", "mcp", "pydantic", "numpy", "chromadb", "litellm"}
print(sorted(heavy & set(sys.modules)))
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(Path(__file__).parents[2] / "server")},
        check=False,
    )

    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_a_failed_request_is_an_error_with_what_to_do(tmp_path: Path):
    with (
        running(tmp_path) as client,
        pytest.raises(Failed, match="open it in the editor") as failed,
    ):
        client.request(
            "textDocument/hover",
            {
                "textDocument": {"uri": client.uri("a.vsp")},
                "position": {"line": 0, "character": 0},
            },
        )

    assert failed.value.code == -32803

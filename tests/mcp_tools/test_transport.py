"""Lines that are no messages: each is answered, and the next one is served."""

import json

import pytest
from mcp.types import INVALID_REQUEST, PARSE_ERROR, JSONRPCError, JSONRPCRequest

from tests.mcp_tools.session import converse, request
from vesper_mcp.transport import read_message
from vesper_mcp.wire import LINE_LIMIT


def asking(arguments: str) -> bytes:
    params = f'{{"name":"task_get","arguments":{arguments}}}'
    return f'{{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{params}}}'.encode()


MALFORMED = [
    (b"garbage", PARSE_ERROR, "not JSON", None),
    (b'{"jsonrpc":"2.0","id":5,', PARSE_ERROR, "not JSON", None),
    (b"\xff\xfe{}", PARSE_ERROR, "utf-8", None),
    (b"[" * 100_000, PARSE_ERROR, "nested too deeply", None),
    (asking("[" * 100_000 + "]" * 100_000), PARSE_ERROR, "nested too deeply", None),
    (asking('{"id":' + "9" * 5000 + "}"), PARSE_ERROR, "digits", None),
    (asking('{"id":NaN}'), PARSE_ERROR, "NaN is not a JSON number", None),
    (asking('{"id":-Infinity}'), PARSE_ERROR, "-Infinity is not a JSON number", None),
    (asking('{"id":1,"id":2}'), PARSE_ERROR, "the name 'id' is given twice", None),
    (asking('{"id":"\\ud800"}'), PARSE_ERROR, "surrogates", None),
    (b"[]", INVALID_REQUEST, "not a JSON-RPC 2.0", None),
    (b"5", INVALID_REQUEST, "not a JSON-RPC 2.0", None),
    (b'{"jsonrpc":"2.0","id":5,"method":7}', INVALID_REQUEST, "not a JSON-RPC 2.0", 5),
    (b'{"jsonrpc":"1.0","id":"a","method":"ping"}', INVALID_REQUEST, "not a JSON-RPC 2.0", "a"),
    (b'{"jsonrpc":"2.0","id":true,"method":7}', INVALID_REQUEST, "not a JSON-RPC 2.0", None),
]


@pytest.mark.parametrize(("line", "code", "told", "request_id"), MALFORMED)
def test_a_malformed_line_is_an_error_reply(line, code, told, request_id):
    reply = read_message(line)
    assert isinstance(reply, JSONRPCError)
    assert (reply.error.code, reply.id) == (code, request_id)
    assert told in reply.error.message
    assert len(reply.error.message) < 300


def test_a_surrogate_pair_is_one_character():
    message = read_message(asking('{"id":"\\ud83d\\ude00"}'))
    assert isinstance(message, JSONRPCRequest)
    assert message.params == {"name": "task_get", "arguments": {"id": "\U0001f600"}}


@pytest.mark.e2e
def test_the_server_answers_every_malformed_line_and_serves_the_next_request(tmp_path):
    said = [line for line, *_ in MALFORMED if b"[" * 1000 not in line]
    too_long = b'{"jsonrpc":"2.0","id":6,"method":"' + b"x" * LINE_LIMIT + b'"}'
    last = request(99, "tools/call", name="workspace_status", arguments={})
    replies, code, err = converse(tmp_path, [*said, b"", too_long, last])
    assert replies[99]["result"]["structuredContent"]["root"] == str(tmp_path)
    assert replies[5]["error"]["code"] == INVALID_REQUEST
    assert "longer than 4,194,304 bytes" in replies[None]["error"]["message"]
    assert (code, err) == (0, "")


@pytest.mark.e2e
def test_a_message_of_a_megabyte_is_served(tmp_path):
    arguments = {"text": "# " + "x" * 1_000_000, "path": "also.vsp"}
    replies, _, _ = converse(
        tmp_path, [request(2, "tools/call", name="node_check", arguments=arguments)]
    )
    assert "not both" in json.dumps(replies[2]["result"])

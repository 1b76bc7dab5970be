"""Messages that no client should send, and what each is answered with."""

from typing import Any, NamedTuple

PARSE, INVALID, UNKNOWN, PARAMS = -32700, -32600, -32601, -32602
PLACE = {"textDocument": {"uri": "file:///w/a.vsp"}, "position": {"line": 0, "character": 0}}


class Malformed(NamedTuple):
    """One bad message. Without a code it is one that may not be answered at all."""

    name: str
    message: Any
    """As JSON, or the very bytes."""
    code: int | None
    id: int | str | None = 7


def call(**members: Any) -> dict[str, Any]:
    """A hover request with some members other than they should be."""
    whole = {"jsonrpc": "2.0", "id": 7, "method": "textDocument/hover", "params": PLACE} | members
    return {name: value for name, value in whole.items() if value is not ...}


def hover(**params: Any) -> dict[str, Any]:
    """A hover request with some parameters other than they should be."""
    return call(params={name: it for name, it in (PLACE | params).items() if it is not ...})


def at(**position: Any) -> dict[str, Any]:
    """A hover request with some of its position other than it should be."""
    return hover(position={"line": 0, "character": 0} | position)


def asks(method: str, params: Any) -> dict[str, Any]:
    """Another request."""
    return call(method=method, params=params)


DOCUMENT = {"textDocument": {"uri": "file:///w/a.vsp"}}
RANGE = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 1}}

NOT_JSON = [
    Malformed("empty body", b"", PARSE, None),
    Malformed("blanks", b"   \r\n", PARSE, None),
    Malformed("a word", b"hello", PARSE, None),
    Malformed("an open brace", b"{", PARSE, None),
    Malformed("cut in the middle", b'{"jsonrpc":"2.0","id":7,"meth', PARSE, None),
    Malformed("two objects", b'{"jsonrpc":"2.0"}{"jsonrpc":"2.0"}', PARSE, None),
    Malformed("a comma too many", b'{"jsonrpc":"2.0","id":7,}', PARSE, None),
    Malformed("single quotes", b"{'jsonrpc':'2.0','id':7}", PARSE, None),
    Malformed("a comment", b'{"id":7} // seven', PARSE, None),
    Malformed("NaN", b'{"jsonrpc":"2.0","id":7,"method":"a","params":{"x":NaN}}', PARSE, None),
    Malformed("Infinity", b'{"jsonrpc":"2.0","id":7,"params":{"x":-Infinity}}', PARSE, None),
    Malformed("not UTF-8", b'{"jsonrpc":"2.0","id":7,"method":"\xff\xfe"}', PARSE, None),
    Malformed("Latin-1", '{"method":"é"}'.encode("latin-1"), PARSE, None),
    Malformed("UTF-16", '{"jsonrpc":"2.0","id":7}'.encode("utf-16"), PARSE, None),
    Malformed("byte order mark", b'\xef\xbb\xbf{"jsonrpc":"2.0","id":7}', PARSE, None),
    Malformed("a number beyond all bounds", b"9" * 4000, PARSE, None),
    Malformed("NUL bytes", b"\0" * 64, PARSE, None),
    Malformed("a raw control character", b'{"method":"a\x01b"}', PARSE, None),
    Malformed("a bad escape", rb'{"method":"\x41"}', PARSE, None),
    Malformed("nested 100,000 deep", b"[" * 100_000, PARSE, None),
    Malformed("nested objects 50,000 deep", b'{"a":' * 50_000 + b"1" + b"}" * 50_000, PARSE, None),
]

NO_MESSAGE = [
    Malformed("null", b"null", INVALID, None),
    Malformed("true", b"true", INVALID, None),
    Malformed("a number", b"42", INVALID, None),
    Malformed("a fraction", b"0.5", INVALID, None),
    Malformed("a text", b'"initialize"', INVALID, None),
    Malformed("an empty batch", [], INVALID, None),
    Malformed("a batch of one", [call()], INVALID, None),
    Malformed("a batch of a hundred", [call(id=it) for it in range(100)], INVALID, None),
    Malformed("a batch of nonsense", [1, 2, 3], INVALID, None),
    Malformed("an empty object", {}, INVALID, None),
    Malformed("no jsonrpc", call(jsonrpc=...), INVALID),
    Malformed("jsonrpc 1.0", call(jsonrpc="1.0"), INVALID),
    Malformed("jsonrpc as a number", call(jsonrpc=2.0), INVALID),
    Malformed("jsonrpc null", call(jsonrpc=None), INVALID),
    Malformed("no method", call(method=...), INVALID),
    Malformed("method null", call(method=None), INVALID),
    Malformed("method a number", call(method=1), INVALID),
    Malformed("method a list", call(method=["textDocument/hover"]), INVALID),
    Malformed("method an object", call(method={"name": "hover"}), INVALID),
    Malformed("method a number, no id", call(method=1, id=...), INVALID, None),
    Malformed("id null", call(id=None), INVALID, None),
    Malformed("id true", call(id=True), INVALID, None),
    Malformed("id a fraction", call(id=1.5), INVALID, None),
    Malformed("id a list", call(id=[7]), INVALID, None),
    Malformed("id an object", call(id={"id": 7}), INVALID, None),
    Malformed(
        "id beyond 64 bits", b'{"jsonrpc":"2.0","id":%d,"method":"a"}' % (2**64), INVALID, None
    ),
]

UNKNOWN_METHODS = [
    Malformed("unknown", call(method="textDocument/hoover"), UNKNOWN),
    Malformed("unknown without params", call(method="foo/bar", params=...), UNKNOWN),
    Malformed("unknown with odd params", call(method="foo/bar", params=5), UNKNOWN),
    Malformed("empty", call(method=""), UNKNOWN),
    Malformed("another case", call(method="TextDocument/Hover"), UNKNOWN),
    Malformed("blanks around", call(method=" textDocument/hover "), UNKNOWN),
    Malformed("an optional one", call(method="$/unknown"), UNKNOWN),
    Malformed("a megabyte long", call(method="x" * 1_000_000), UNKNOWN),
    Malformed("an attribute of the server", call(method="__init__"), UNKNOWN),
    Malformed("a notification with an id", asks("textDocument/didOpen", DOCUMENT), UNKNOWN),
    Malformed("cancelling with an id", asks("$/cancelRequest", {"id": 1}), UNKNOWN),
    Malformed("a request to the client", asks("workspace/applyEdit", {"edit": {}}), UNKNOWN),
    Malformed("a control character", call(method="text\u0000Document/hover"), UNKNOWN),
    Malformed("a text id", call(id="seven", method="foo"), UNKNOWN, "seven"),
    Malformed("an empty id", call(id="", method="foo"), UNKNOWN, ""),
    Malformed("a negative id", call(id=-1, method="foo"), UNKNOWN, -1),
    Malformed("a large id", call(id=2**63 - 1, method="foo"), UNKNOWN, 2**63 - 1),
]

BAD_PARAMS = [
    Malformed("none", call(params=...), PARAMS),
    Malformed("null", call(params=None), PARAMS),
    Malformed("empty", call(params={}), PARAMS),
    Malformed("a text", call(params="here"), PARAMS),
    Malformed("a number", call(params=3), PARAMS),
    Malformed("false", call(params=False), PARAMS),
    Malformed("by position", call(params=[PLACE]), PARAMS),
    Malformed("an empty list", call(params=[]), PARAMS),
    Malformed("no document", hover(textDocument=...), PARAMS),
    Malformed("document null", hover(textDocument=None), PARAMS),
    Malformed("document a text", hover(textDocument="file:///w/a.vsp"), PARAMS),
    Malformed("document a list", hover(textDocument=["file:///w/a.vsp"]), PARAMS),
    Malformed("no uri", hover(textDocument={}), PARAMS),
    Malformed("uri null", hover(textDocument={"uri": None}), PARAMS),
    Malformed("uri a number", hover(textDocument={"uri": 5}), PARAMS),
    Malformed("uri an object", hover(textDocument={"uri": {}}), PARAMS),
    Malformed("no position", hover(position=...), PARAMS),
    Malformed("position null", hover(position=None), PARAMS),
    Malformed("position a number", hover(position=12), PARAMS),
    Malformed("position a list", hover(position=[0, 0]), PARAMS),
    Malformed("position empty", hover(position={}), PARAMS),
    Malformed("line a text", at(line="0"), PARAMS),
    Malformed("line a fraction", at(line=0.5), PARAMS),
    Malformed("line true", at(line=True), PARAMS),
    Malformed("line negative", at(line=-1), PARAMS),
    Malformed("line beyond 31 bits", at(line=2**31), PARAMS),
    Malformed("line null", at(line=None), PARAMS),
    Malformed("character a text", at(character="end"), PARAMS),
    Malformed("character negative", at(character=-5), PARAMS),
    Malformed(
        "range reversed in type", asks("textDocument/codeAction", DOCUMENT | {"range": []}), PARAMS
    ),
    Malformed("no context", asks("textDocument/codeAction", DOCUMENT | {"range": RANGE}), PARAMS),
    Malformed("no command", asks("workspace/executeCommand", {}), PARAMS),
    Malformed("command a number", asks("workspace/executeCommand", {"command": 1}), PARAMS),
    Malformed("unknown command", asks("workspace/executeCommand", {"command": "rm"}), PARAMS),
    Malformed(
        "too few arguments", asks("workspace/executeCommand", {"command": "test.add"}), PARAMS
    ),
    Malformed(
        "too many arguments",
        asks("workspace/executeCommand", {"command": "test.add", "arguments": [1, 2, 3]}),
        PARAMS,
    ),
    Malformed(
        "an argument of another type",
        asks("workspace/executeCommand", {"command": "test.add", "arguments": [1, "2"]}),
        PARAMS,
    ),
]

UNANSWERED = [
    Malformed("unknown notification", call(id=..., method="foo/bar"), None),
    Malformed("optional notification", call(id=..., method="$/foo"), None),
    Malformed("a request without an id", call(id=...), None),
    Malformed("cancelling nothing", call(id=..., method="$/cancelRequest", params={}), None),
    Malformed(
        "cancelling the unknown", call(id=..., method="$/cancelRequest", params={"id": 99}), None
    ),
    Malformed(
        "cancelling with odd params", call(id=..., method="$/cancelRequest", params=[7]), None
    ),
    Malformed(
        "cancelling an odd id", call(id=..., method="$/cancelRequest", params={"id": []}), None
    ),
    Malformed(
        "didOpen without params", call(id=..., method="textDocument/didOpen", params=...), None
    ),
    Malformed(
        "didChange with a list", call(id=..., method="textDocument/didChange", params=[]), None
    ),
    Malformed(
        "didClose of nothing", call(id=..., method="textDocument/didClose", params=DOCUMENT), None
    ),
    Malformed("an answer nobody asked for", {"jsonrpc": "2.0", "id": 7, "result": 1}, None),
    Malformed("an error nobody asked for", {"jsonrpc": "2.0", "id": 7, "error": {"code": 1}}, None),
    Malformed("an answer with an odd id", {"jsonrpc": "2.0", "id": {}, "result": None}, None),
    Malformed("an error without an id", {"jsonrpc": "2.0", "id": None, "error": 3}, None),
]

ALL = [*NOT_JSON, *NO_MESSAGE, *UNKNOWN_METHODS, *BAD_PARAMS, *UNANSWERED]

"""Headers of messages: those that every server should understand, and those that none can."""

BODY = b'{"jsonrpc":"2.0","id":1,"method":"a"}'
SIZE = b"%d" % len(BODY)

SOUND_HEADERS = {
    "as usual": b"Content-Length: " + SIZE + b"\r\n\r\n",
    "lower case": b"content-length: " + SIZE + b"\r\n\r\n",
    "upper case": b"CONTENT-LENGTH: " + SIZE + b"\r\n\r\n",
    "no space": b"Content-Length:" + SIZE + b"\r\n\r\n",
    "many spaces": b"Content-Length:    " + SIZE + b"\r\n\r\n",
    "a tab": b"Content-Length:\t" + SIZE + b"\r\n\r\n",
    "trailing blanks": b"Content-Length: " + SIZE + b"  \r\n\r\n",
    "blanks before the colon": b"Content-Length : " + SIZE + b"\r\n\r\n",
    "leading zeros": b"Content-Length: 000" + SIZE + b"\r\n\r\n",
    "line feeds alone": b"Content-Length: " + SIZE + b"\n\n",
    "the type before": b"Content-Type: application/vscode-jsonrpc; charset=utf-8\r\n"
    b"Content-Length: " + SIZE + b"\r\n\r\n",
    "the type after": b"Content-Length: " + SIZE + b"\r\nContent-Type: a/b\r\n\r\n",
    "an unknown header": b"X-Trace: 1:2:3\r\nContent-Length: " + SIZE + b"\r\n\r\n",
    "the length twice, alike": (b"Content-Length: " + SIZE + b"\r\n") * 2 + b"\r\n",
    "empty lines between messages": b"\r\n\r\n\n" + b"Content-Length: " + SIZE + b"\r\n\r\n",
    "nearly 8 KiB": b"X: " + b"y" * 8000 + b"\r\nContent-Length: " + SIZE + b"\r\n\r\n",
}

BROKEN_HEADERS = {
    "length 10^12": (b"Content-Length: 1000000000000\r\n\r\n", "1000000000000 bytes"),
    "length 2^63": (b"Content-Length: 9223372036854775808\r\n\r\n", "9223372036854775808"),
    "length 2^64": (b"Content-Length: 18446744073709551616\r\n\r\n", "not a sensible number"),
    "length of 5,000 digits": (b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n", "not a sensible"),
    "length negative": (b"Content-Length: -1\r\n\r\n", "not a sensible number"),
    "length with a sign": (b"Content-Length: +5\r\n\r\n", "not a sensible number"),
    "length a fraction": (b"Content-Length: 5.0\r\n\r\n", "not a sensible number"),
    "length a word": (b"Content-Length: five\r\n\r\n", "not a sensible number"),
    "length hexadecimal": (b"Content-Length: 0x25\r\n\r\n", "not a sensible number"),
    "length in other digits": ("Content-Length: \u0665\r\n\r\n".encode(), "not a sensible number"),
    "length with an underscore": (b"Content-Length: 3_7\r\n\r\n", "not a sensible number"),
    "length empty": (b"Content-Length:\r\n\r\n", "not a sensible number"),
    "two lengths": (b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n", "two different"),
    "two lengths in one": (b"Content-Length: 5, 5\r\n\r\n", "not a sensible number"),
    "no length": (b"Content-Type: a/b\r\n\r\n" + BODY, "no Content-Length"),
    "no colon": (b"Content-Length 37\r\n\r\n", "is not a header"),
    "no header at all": (BODY + b"\n", "is not a header"),
    "another protocol": (b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "is not a header"),
    "binary": (bytes(range(256)), "header"),
    "a length longer than the stream": (b"Content-Length: 500\r\n\r\n" + BODY, "in the middle"),
    "a length shorter than the body": (b"Content-Length: 5\r\n\r\n" + BODY, "a header"),
    "a header that never ends": (b"X" * 100_000, "longer than 8192 bytes"),
    "a header of many lines": (b"X: y\r\n" * 5000, "longer than 8192 bytes"),
    "a header cut off": (b"Content-Len", "in the middle of a header"),
    "a header without its empty line": (b"Content-Length: 5\r\n", "in the middle of a header"),
}

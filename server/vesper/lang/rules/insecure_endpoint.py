"""VSP539: a request that anybody on the way can read."""

import re
from collections.abc import Iterator

from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, replace, rule
from vesper.lang.scope import Scope
from vesper.lang.source import RelativeSource

_PLAIN = re.compile(r"http://(?!localhost\b|127\.|\[::1\]|[^/]*\.(?:local|internal|test)\b)", re.I)


@rule(
    "VSP539",
    "insecure-endpoint",
    severity="warning",
    bad="""
        flow:
          - step: ask
            operation: external_api_call
            endpoint: http://api.example.com/status
        #             ^^^^ `http` sends everything in plain sight: use `https`
        """,
    good="""
        flow:
          - step: ask
            operation: external_api_call
            endpoint: https://api.example.com/status
        """,
)
def insecure_endpoint(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """Without TLS the request, its secret and the answer travel in plain sight."""
    for step in piece.steps:
        endpoint = step.text("endpoint")
        if endpoint is not None and _PLAIN.match(endpoint.text):
            source = RelativeSource(
                piece.reading.lines, endpoint.span, endpoint.style, endpoint.text
            )
            span = source.span(0, 4)
            message = "`http` sends everything in plain sight: use `https`"
            yield Finding(span, message, replace("Use `https`", span, "https"))

"""VSP538: a request of which nobody can say where it goes."""

import re
from collections.abc import Iterator

from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, Related, rule
from vesper.lang.scope import Scope

_WHOLE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://([^/?#]*)")


@rule(
    "VSP538",
    "endpoint-host",
    bad="""
        inputs:
          host: string
        flow:
          - step: ask
            operation: external_api_call
            endpoint: "https://{host}/status"
        #             ^^^^^^^^^^^^^^^^^^^^^^^ a value in the host could lead the request anywhere: name a `provider`
          - step: ask_again
            operation: external_api_call
            endpoint: /status
        #             ^^^^^^^ this path has no host: name a `provider`, or write a whole address
        """,  # noqa: E501
    good="""
        flow:
          - step: ask
            operation: external_api_call
            endpoint: https://api.example.com/status
          - step: ask_again
            operation: external_api_call
            provider: monitor
            endpoint: /status
        """,
)
def endpoint_host(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """The host decides which capability is needed; a value in it could lead anywhere."""
    if piece.is_broken:
        return
    for step in piece.steps:
        endpoint = step.text("endpoint")
        if step.operation != "external_api_call" or endpoint is None:
            continue
        whole = _WHOLE.match(endpoint.text)
        provider = step.node.entry("provider")
        if whole and "{" in whole[1]:
            message = "a value in the host could lead the request anywhere: name a `provider`"
            yield Finding(endpoint.span, message)
        elif whole and provider is not None:
            related = (Related(provider.key.span, "the provider has its own address"),)
            message = "this whole address leaves the provider's host: write the path alone"
            yield Finding(endpoint.span, message, related=related, severity="warning")
        elif whole is None and provider is None and not endpoint.text.startswith("{"):
            message = "this path has no host: name a `provider`, or write a whole address"
            yield Finding(endpoint.span, message)

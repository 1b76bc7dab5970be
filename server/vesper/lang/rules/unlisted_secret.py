"""VSP610: an input that sounds secret and is not listed as sensitive."""

import re
from collections.abc import Iterator

from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule, shortened
from vesper.lang.scope import Scope

_SECRET = re.compile(
    r"(?:\A|_)(?:password|passwd|passphrase|secret|api_key|private_key|access_token|card_number|cvv|"
    r"cvc|ssn|iban|pin_code)(?:\Z|_)"
)
_HARMLESS = re.compile(r"_(?:id|name|hash|length|count|set|valid|expires_at)\Z")


@rule(
    "VSP610",
    "unlisted-secret",
    severity="hint",
    bad="""
        inputs:
          password: string
        # ^^^^^^^^ `password` sounds secret: list it under `security.sensitive_data`
        """,
    good="""
        inputs:
          password: string
        security:
          sensitive_data: [password]
        """,
)
def unlisted_secret(piece: Piece, scope: Scope) -> Iterator[Finding]:
    """What is not listed shows in logs and traces."""
    for export in piece.exports:
        name = export.name
        if export.kind != "input" or not _SECRET.search(name) or _HARMLESS.search(name):
            continue
        if scope.find("sensitive", name) is None and not scope.is_broken():
            message = f"`{shortened(name)}` sounds secret: list it under `security.sensitive_data`"
            yield Finding(export.span, message)

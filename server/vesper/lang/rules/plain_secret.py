"""VSP134: a password or key written in plain text."""

import re
from collections.abc import Iterator

from vesper.lang.piece import Piece, line_text
from vesper.lang.rule import Finding, rule
from vesper.lang.scope import Scope
from vesper.lang.source import Span

_SECRET = re.compile(
    r"""\bsk-[A-Za-z0-9_-]{20,}|\b(?:sk|rk|pk)_live_[A-Za-z0-9]{16,}|\bgh[pousr]_[A-Za-z0-9]{30,}
    |\bgithub_pat_\w{30,}|\bglpat-[\w-]{20,}|\bxox[abprs]-[\w-]{10,}|\bAKIA[0-9A-Z]{16}\b
    |\bAIza[\w-]{35}|\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}
    |-----BEGIN\ (?:[A-Z]+\ )?PRIVATE\ KEY-----
    |\b[a-z][a-z0-9+]{1,20}://[^\s:/@{}"']{1,60}:(?P<password>[^\s:/@{}"']{3,60})@""",
    re.VERBOSE,
)
_HINTS = (
    "sk-", "_live_", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "xox", "AKIA",
    "AIza", "eyJ", "-----BEGIN", "://",
)  # fmt: skip
"""One of these is in every text that the pattern finds; looking for them is much quicker."""


@rule(
    "VSP134",
    "plain-secret",
    severity="warning",
    bad="""
        flow:
          - step: charge
            operation: external_api_call
            provider: payments
            endpoint: /v1/charges
            headers:
              Authorization: "Bearer ghp_0123456789abcdefghijABCDEFGHIJ012345"
        #                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ this looks like a key: keep it as a secret, name it with `secret:`, and replace it, for it is known now
        """,  # noqa: E501
    good="""
        flow:
          - step: charge
            operation: external_api_call
            provider: payments
            endpoint: /v1/charges
            secret: payments_key
        """,
)
def plain_secret(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """A document is shared and kept in version control, and so is whatever is written in it."""
    if not any(it in piece.chunk.text for it in _HINTS):
        return
    for number in range(len(piece.reading.lines)):
        text = line_text(piece, number)
        for found in _SECRET.finditer(text, len(text) - len(text.lstrip())):
            group = "password" if found["password"] else 0
            span = Span(number, found.start(group), number, found.end(group))
            what = "password" if group else "key"
            yield Finding(
                span,
                f"this looks like a {what}: keep it as a secret, name it with `secret:`, "
                "and replace it, for it is known now",
            )

"""VSP529: a step whose name is not in snake_case."""

import re
from collections.abc import Iterator

from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, replace, rule, shortened
from vesper.lang.scope import Scope

_FORM = re.compile(r"[a-z][a-z0-9_]*\Z")
_SENTENCE = 60


@rule(
    "VSP529",
    "step-name-form",
    severity="hint",
    bad="""
        flow:
          - step: "Check Amount"
        #         ^^^^^^^^^^^^^^ `Check Amount` is no easy name for a step: write `check_amount`
            operation: validation
        """,
    good="""
        flow:
          - step: check_amount
            operation: validation
        """,
)
def step_name_form(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """Traces, breakpoints and mocks name steps, on the command line too: `check_amount` is easy."""
    for export in piece.exports:
        name = export.name
        if export.kind != "step" or _FORM.match(name):
            continue
        words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
        plain = re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")
        plain = plain if _FORM.match(plain) and len(plain) <= _SENTENCE else ""
        hint = f"write `{plain}`" if plain else "use small letters, digits and `_`"
        fix = replace(f"Rename it to `{plain}`", export.span, plain) if plain else None
        yield Finding(export.span, f"`{shortened(name)}` is no easy name for a step: {hint}", fix)

"""VSP126: a name that no expression can use."""

import re
import unicodedata
from collections.abc import Iterator

from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, replace, rule, shortened
from vesper.lang.rules.lookalike import MIXED
from vesper.lang.scope import Scope

_FORM = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_NAMED = ("input", "output", "variable", "fact", "error-field", "type")


@rule(
    "VSP126",
    "name-form",
    kind="vsp",
    severity="warning",
    bad="""
        inputs:
          order-id: string
        # ^^^^^^^^ no expression can use the name `order-id`: write `order_id`
        """,
    good="""
        inputs:
          order_id: string
        """,
)
def name_form(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """`order-id` in an expression is `order` minus `id`; a name is letters, digits and `_`."""
    for export in piece.exports:
        name = export.name
        if export.kind not in _NAMED or not name or _FORM.match(name) or MIXED.search(name):
            continue
        latin = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
        plain = re.sub(r"\W+", "_", latin).strip("_")
        plain = plain if _FORM.match(plain) else ""
        hint = f": write `{shortened(plain)}`" if plain else ": use letters, digits and `_`"
        message = f"no expression can use the name `{shortened(name)}`{hint}"
        fix = replace(f"Rename it to `{plain[:60]}`", export.span, plain) if plain else None
        yield Finding(export.span, message, fix)

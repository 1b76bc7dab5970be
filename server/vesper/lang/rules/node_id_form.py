"""VSP119: a node id without its form."""

import re
from collections.abc import Iterator

from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, replace, rule
from vesper.lang.scope import Scope

FORM = re.compile(r"[a-z][a-z0-9_]*_v\d{1,9}(?:\.\d{1,9}\.\d{1,9})?\Z")

_TWO_NUMBERS = re.compile(r"[a-z][a-z0-9_]{0,60}_v\d{1,9}\.\d{1,9}\Z")


@rule(
    "VSP119",
    "node-id-form",
    kind="vsp",
    bad="""
        node_id: Greet
        #        ^^^^^ a node id is a name in snake_case with a version, such as `greet_v1`
        """,
    good="""
        node_id: greet_v1
        """,
)
def node_id_form(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """Callers name the version they were written for: `{name}_v{major}[.{minor}.{patch}]`."""
    for export in piece.exports:
        if export.kind == "node" and export.name and len(export.name) > 200:
            yield Finding(export.span, "a node id has at most 200 characters")
        elif export.kind == "node" and not FORM.match(export.name):
            meant = _meant(export.name)
            yield Finding(
                export.span,
                f"a node id is a name in snake_case with a version, such as `{meant}`",
                replace(f"Change it to `{meant}`", export.span, meant),
            )


def _meant(text: str) -> str:
    """The nearest node id: a version of two numbers gets its third, anything else version 1."""
    short = _TWO_NUMBERS.match(text)
    if short is not None:
        return f"{text}.0"
    name = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_") or "node"
    name = re.sub(r"_v?\d*\Z", "", name) or "node"
    return f"{(name if name[0].isalpha() else f'node_{name}')[:50]}_v1"

"""VSP119: a node id without its form."""

import re
from collections.abc import Iterator

from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, replace, rule, shortened
from vesper.lang.scope import Scope

FORM = re.compile(r"[a-z][a-z0-9_]*_v\d{1,9}(?:\.\d{1,9}\.\d{1,9})?\Z")


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
            name = re.sub(r"[^a-z0-9]+", "_", export.name.lower()).strip("_") or "node"
            name = re.sub(r"_v?\d*\Z", "", name) or "node"
            name = name if name[0].isalpha() else f"node_{name}"
            yield Finding(
                export.span,
                "a node id is a name in snake_case with a version, "
                f"such as `{shortened(name)[:50]}_v1`",
                replace(f"Change it to `{name[:50]}_v1`", export.span, f"{name}_v1"),
            )

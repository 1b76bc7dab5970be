"""VSP519: an error with a field that is not declared, or without its code."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, nearest, replace, rule, shortened, suggestion
from vesper.lang.scope import Scope

_USUAL = ("error_code", "message")


@rule(
    "VSP519",
    "unknown-error-field",
    bad="""
        outputs:
          success:
            total: decimal
          error:
            error_code: enum[too_large]
            message: string
        flow:
          - step: check
            operation: validation
            guards: ["1 < 2"]
            on_failure:
              return_error:
                error_code: too_large
                mesage: "Too large"
        #       ^^^^^^ `outputs.error` declares no `mesage`; did you mean `message`?
        """,
    good="""
        outputs:
          success:
            total: decimal
          error:
            error_code: enum[too_large]
            message: string
        flow:
          - step: check
            operation: validation
            guards: ["1 < 2"]
            on_failure:
              return_error:
                error_code: too_large
                message: "Too large"
        """,
)
def unknown_error_field(piece: Piece, scope: Scope) -> Iterator[Finding]:
    """What an error carries is what `outputs.error` declares; without a code nobody can handle it."""
    for slot in piece.walked.slots:
        node = slot.node
        if slot.path[-1:] != ("return_error",) or not isinstance(node, tree.Mapping):
            continue
        if not node.entries or slot.path[0] not in ("flow", "error_handling"):
            continue
        declared = tuple(dict.fromkeys((*_USUAL, *scope.names("error-field"))))
        if node.entry("error_code") is None and not piece.is_broken:
            yield Finding(node.entries[0].key.span, "this error lacks its `error_code`")
        for entry in node.entries:
            name = entry.key.text
            if name in declared or scope.is_broken():
                continue
            near = nearest(name, declared)
            fix = replace(f"Change it to `{near}`", entry.key.span, near) if near else None
            hint = suggestion(name, declared)
            message = f"`outputs.error` declares no `{shortened(name)}`{hint}"
            yield Finding(entry.key.span, message, fix)

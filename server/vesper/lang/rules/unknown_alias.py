"""VSP109: an alias without its anchor."""

from collections.abc import Iterator

from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, nearest, replace, rule, suggestion
from vesper.lang.scope import Scope
from vesper.lang.source import Span


@rule(
    "VSP109",
    "unknown-alias",
    bad="""
        metadata:
          author: &name ada
          description: *nmae
        #              ^^^^^ `*nmae` is not defined; did you mean `name`?
        """,
    good="""
        metadata:
          author: &name ada
          description: *name
        """,
)
def unknown_alias(piece: Piece, scope: Scope) -> Iterator[Finding]:
    """`*name` stands for the value written elsewhere as `&name`."""
    for problem in piece.reading.problems:
        if problem.kind in ("alias", "alias-cycle"):
            yield Finding(problem.span, problem.message)
    for alias in piece.reading.aliases:
        if any(it.kind == "alias-cycle" and it.span == alias.span for it in piece.reading.problems):
            continue
        if scope.find("anchor", alias.name) is None:
            known = scope.names("anchor")
            near = nearest(alias.name, known)
            name = Span(alias.span.line, alias.span.column + 1, *alias.span[2:])
            yield Finding(
                alias.span,
                f"`*{alias.name[:60]}` is not defined{suggestion(alias.name, known)}",
                replace(f"Change it to `*{near}`", name, near) if near else None,
            )

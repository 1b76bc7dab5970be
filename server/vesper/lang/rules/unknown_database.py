"""VSP707: a step that names a database which `vesper.toml` does not list."""

from collections.abc import Iterator

from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, nearest, replace, rule, shortened, suggestion
from vesper.lang.scope import Scope


@rule(
    "VSP707",
    "unknown-database",
    severity="warning",
    bad="""
        # vesper.toml: databases = ["main", "archive"]
        flow:
          - step: find
            operation: database_query
            database: archvie
        #             ^^^^^^^ vesper.toml lists no database `archvie`; did you mean `archive`?
        """,
    good="""
        # vesper.toml: databases = ["main", "archive"]
        flow:
          - step: find
            operation: database_query
            database: archive
        """,
)
def unknown_database(piece: Piece, scope: Scope) -> Iterator[Finding]:
    """Once a workspace lists its databases, any other name is most likely misspelt."""
    for step in piece.steps:
        written = step.text("database")
        if written is None or not step.operation.startswith("database_") or "{" in written.text:
            continue
        known = scope.databases()
        if known and written.text not in known:
            name, near = written.text, nearest(written.text, known)
            fix = replace(f"Change it to `{near}`", written.span, near) if near else None
            hint = suggestion(name, known)
            yield Finding(
                written.span, f"vesper.toml lists no database `{shortened(name)}`{hint}", fix
            )

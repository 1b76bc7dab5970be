"""VSP108: a YAML tag."""

from collections.abc import Iterator

from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule
from vesper.lang.scope import Scope


@rule(
    "VSP108",
    "yaml-tag",
    bad="""
        intent: !!python/name:os.system greet
        #       ^ tags are not allowed (`tag:yaml.org,2002:python/name:os.system`)
        """,
    good="""
        intent: greet
        """,
)
def yaml_tag(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """Types come from the language; a tag could only contradict them or name code to run."""
    for problem in piece.reading.problems:
        if problem.kind == "tag":
            yield Finding(problem.span, problem.message)

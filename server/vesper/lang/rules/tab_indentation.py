"""VSP101: a tab where YAML wants spaces."""

from collections.abc import Iterator

from vesper.lang.piece import Piece, line_text
from vesper.lang.rule import Finding, replace, rule
from vesper.lang.scope import Scope
from vesper.lang.source import Span


@rule(
    "VSP101",
    "tab-indentation",
    bad="inputs:\n\tamount: decimal\n# <- tabs cannot indent YAML: use spaces\n",
    good="""
        inputs:
          amount: decimal
        """,
)
def tab_indentation(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """Editors show tabs at different widths, so YAML refuses them in front of a line."""
    for problem in piece.reading.problems:
        if problem.kind == "tab":
            line = line_text(piece, problem.span.line)
            blank = len(line) - len(line.lstrip())
            span = Span(problem.span.line, 0, problem.span.line, max(blank, 1))
            spaces = line[:blank].replace("\t", "  ")
            yield Finding(span, problem.message, replace("Use spaces", span, spaces))

"""ROL106: a child role with looser limits than its parent."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.rule import Document, Finding, Related, replace, rule
from vesper.lang.scope import Placed
from vesper.lang.source import Span


@rule(
    "ROL106",
    "widened-restriction",
    bad="""
        worker:
          restrictions:
            max_file_changes: 5
        helper:
          extends: worker
          restrictions:
            max_file_changes: 50
        #                     ^^ `worker` allows at most 5: a child only narrows its parent's limits
        """,
    good="""
        worker:
          restrictions:
            max_file_changes: 5
        helper:
          extends: worker
          restrictions:
            max_file_changes: 2
        """,
)
def widened_restriction(document: Document) -> Iterator[Finding]:
    """The strictest limit of the chain counts, so a looser one only misleads."""
    limits: dict[str, dict[str, tuple[str, Placed]]] = {}
    for role, place in document.places("restriction"):
        name, _, value = str(place.export.detail).partition(":")
        limits.setdefault(role, {})[name] = (value, place)
    for role, place in document.places("parent"):
        parent = str(place.export.detail)
        for name, (value, where) in limits.get(role, {}).items():
            above = limits.get(parent, {}).get(name)
            if above is not None and _is_looser(value, above[0]):
                yield _finding(parent, (value, where), above)


def _finding(parent: str, mine: tuple[str, Placed], above: tuple[str, Placed]) -> Finding:
    span = mine[1].export.span.moved(mine[1].line)
    other = Related(above[1].export.span.moved(above[1].line), "the parent's limit")
    limit = "sets this" if above[0] == "true" else f"allows at most {above[0]}"
    is_plain = mine[1].export.span.end_column - mine[1].export.span.column == len(mine[0])
    fix = replace(f"Set it to {above[0]}", span, above[0]) if is_plain else None
    message = f"`{parent}` {limit}: a child only narrows its parent's limits"
    return Finding(span, message, fix, (other,))


def _is_looser(mine: str, above: str) -> bool:
    nowhere = Span(0, 0, 0, 0)
    first, second = (tree.Scalar(nowhere, it, "") for it in (mine, above))
    if isinstance(first.value, bool) or isinstance(second.value, bool):
        return second.value is True and first.value is False
    return tree.exceeds(first, second)

"""VSP104: a version-control conflict that nobody resolved."""

from collections.abc import Iterator

from vesper.lang.rule import Document, Finding, rule


@rule(
    "VSP104",
    "merge-conflict",
    bad="""
        inputs:
          amount: decimal
        <<<<<<< HEAD
        # <- a merge conflict is not resolved: keep one side and delete the markers
        intent: ours
        =======
        intent: theirs
        >>>>>>> theirs
        """,
    good="""
        inputs:
          amount: decimal
        intent: ours
        """,
)
def merge_conflict(document: Document) -> Iterator[Finding]:
    """One finding a conflict. Until it is resolved our side is read and theirs is left out."""
    message = "a merge conflict is not resolved: keep one side and delete the markers"
    markers = [(it.export.span.moved(it.line), kind) for kind, it in document.places("conflict")]
    is_open = False
    for span, kind in sorted(markers):
        if kind == "<" or not is_open:
            yield Finding(span, message)
        is_open = kind != ">"

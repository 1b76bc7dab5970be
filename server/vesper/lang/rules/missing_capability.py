"""VSP601: a step that may not do what it does."""

from collections.abc import Iterator

from vesper.lang.capabilities import covers, is_known
from vesper.lang.rule import Document, Edit, Finding, Fix, nearest, rule
from vesper.lang.scope import Placed
from vesper.lang.source import Span


@rule(
    "VSP601",
    "missing-capability",
    bad="""
        flow:
          - step: find
            operation: database_query
        #              ^^^^^^^^^^^^^^ this step needs `database.read.orders`, which the node does not list
            table: orders
        security:
          capabilities_required:
            - clock.read
        """,
    good="""
        flow:
          - step: find
            operation: database_query
            table: orders
        security:
          capabilities_required:
            - database.read.orders
        """,
)
def missing_capability(document: Document) -> Iterator[Finding]:
    """A step may do only what `security.capabilities_required` lists. The quick fix adds it."""
    if document.facts.is_broken:
        return
    grants = document.facts.of("grant")
    for need, places in document.facts.of("need").items():
        if any(covers(grant, need) for grant in grants):
            continue
        # A misspelt grant is reported where it stands; the steps are not to blame for it.
        if any(nearest(grant, [need]) for grant in grants if not is_known(grant)):
            continue
        fix = _add(document, need)
        for place in places:
            message = f"this step needs `{need[:100]}`, which the node does not list"
            yield Finding(place.export.span.moved(place.line), message, fix)


def _add(document: Document, need: str) -> Fix | None:
    grants = [place for _, place in document.places("grant")]
    title = f"Add the capability `{need[:100]}`"
    if grants:
        last: Placed = max(grants, key=lambda it: (it.line, it.export.span))
        span = last.export.span.moved(last.line)
        dash = max(span.column - 2, 0)
        _, piece = document.facts.pieces[last.order]
        line = piece.reading.lines[last.export.span.line]
        if line.lstrip().startswith("-"):
            at = Span(span.line, dash, span.line, dash)
            return Fix(title, (Edit(at, f"- {need}\n{' ' * dash}"),))
        at = Span(*span[2:], *span[2:])
        return Fix(title, (Edit(at, f", {need}"),))
    if document.facts.first("section", "security") is None:
        flow = document.facts.first("section", "flow")
        if flow is not None:
            at = flow.export.span.moved(flow.line)
            at = Span(at.line, 0, at.line, 0)
            text = f"security:\n  capabilities_required:\n    - {need}\n\n"
            return Fix(title, (Edit(at, text),))
    return None

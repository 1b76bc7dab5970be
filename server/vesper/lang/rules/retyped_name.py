"""VSP503: a name set twice with different types."""

from collections.abc import Iterator

from vesper.lang.rule import Document, Finding, Related, rule
from vesper.lang.types import ANY, is_type, shown


@rule(
    "VSP503",
    "retyped-name",
    bad="""
        flow:
          - step: greet
            operation: string_template
            template: "hello"
            output: answer
          - step: find
            operation: database_query
            table: orders
            output: answer
        #           ^^^^^^ `answer` was a string, here it becomes array<map<string, any>>
        """,
    good="""
        flow:
          - step: greet
            operation: string_template
            template: "hello"
            output: answer
          - step: part
            operation: string_template
            template: "goodbye"
            output: answer
        """,
)
def retyped_name(document: Document) -> Iterator[Finding]:
    """Whoever reads the name later could not know what it holds."""
    for name, places in document.facts.of("variable").items():
        first = places[0]
        kind = first.export.detail
        for again in places[1:]:
            now = again.export.detail
            if not (is_type(kind) and is_type(now)) or kind == now:
                continue
            if ANY not in (kind, now):
                message = f"`{name[:60]}` was a {shown(kind)}, here it becomes {shown(now)}"
                where = Related(first.export.span.moved(first.line), "set here first")
                span = again.export.span.moved(again.line)
                yield Finding(span, message, related=(where,))

"""VSP503: a name set twice with different types."""

from collections.abc import Iterator

from vesper.lang.operators import a
from vesper.lang.rule import Document, Finding, Related, rule
from vesper.lang.types import assignable, shown


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
        first, facts = places[0], document.facts
        for again in places[1:]:
            kind, now = facts.type_of(first), facts.type_of(again)
            if not (assignable(kind, now, facts.types) or assignable(now, kind, facts.types)):
                message = f"`{name[:60]}` was {a(kind)}, here it becomes {shown(now)}"
                where = Related(first.export.span.moved(first.line), "set here first")
                span = again.export.span.moved(again.line)
                yield Finding(span, message, related=(where,))

"""VSP517: a result that nothing reads."""

from collections.abc import Iterator

from vesper.lang.rule import Document, Finding, rule, shortened
from vesper.lang.unread import unread


@rule(
    "VSP517",
    "unused-result",
    severity="hint",
    bad="""
        outputs:
          greeting: string
        flow:
          - step: count
            operation: arithmetic
            expression: "1 + 2"
            output: number
        #           ^^^^^^ nothing reads `number`
          - step: greet
            operation: string_template
            template: "Hello"
            output: greeting
        """,
    good="""
        outputs:
          greeting: string
        flow:
          - step: count
            operation: arithmetic
            expression: "1 + 2"
            output: number
          - step: greet
            operation: string_template
            template: "Hello, {number} times"
            output: greeting
        """,
)
def unused_result(document: Document) -> Iterator[Finding]:
    """Either a later step was meant to use it, or the `output` can go."""
    facts = document.facts
    if facts.is_broken or not facts.names("output"):
        return
    for place in unread(facts, "variable"):
        name = place.export.name
        if facts.first("output", name) is None and not name.startswith("_"):
            message = f"nothing reads `{shortened(name)}`"
            yield Finding(place.export.span.moved(place.line), message, unused=True)

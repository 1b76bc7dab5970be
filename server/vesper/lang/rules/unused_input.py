"""VSP516: an input that nothing reads."""

from collections.abc import Iterator

from vesper.lang.rule import Document, Finding, rule, shortened
from vesper.lang.types import Named
from vesper.lang.unread import unread


@rule(
    "VSP516",
    "unused-input",
    severity="hint",
    bad="""
        inputs:
          name: string
          title: string
        # ^^^^^ nothing reads the input `title`
        flow:
          - step: greet
            operation: string_template
            template: "Hello, {name}!"
            output: greeting
        """,
    good="""
        inputs:
          name: string
          title: string
        flow:
          - step: greet
            operation: string_template
            template: "Hello, {title} {name}!"
            output: greeting
        """,
)
def unused_input(document: Document) -> Iterator[Finding]:
    """Every caller would have to give a value that changes nothing."""
    facts = document.facts
    if facts.is_broken or not facts.names("end"):
        return
    for place in unread(facts, "input"):
        name, kind = place.export.name, place.export.detail
        # While its type does not exist yet, the input is just being written.
        is_new = isinstance(kind, Named) and kind.name not in facts.types
        if not is_new and facts.first("output", name) is None:
            message = f"nothing reads the input `{shortened(name)}`"
            yield Finding(place.export.span.moved(place.line), message, unused=True)

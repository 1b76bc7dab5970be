"""VSP502: two steps of one flow share a name."""

from collections.abc import Iterator

from vesper.lang.rule import Document, Finding, Related, replace, rule


@rule(
    "VSP502",
    "duplicate-step",
    bad="""
        flow:
          - step: load
            operation: validation
          - step: load
        #         ^^^^ another step is called `load`
            operation: validation
        """,
    good="""
        flow:
          - step: load
            operation: validation
          - step: store
            operation: validation
        """,
)
def duplicate_step(document: Document) -> Iterator[Finding]:
    """Traces, breakpoints and tests refer to a step by its name, so a name must mean one step."""
    steps = document.facts.of("step")
    for name, places in steps.items():
        first = places[0]
        number = 2
        for again in places[1:]:
            while f"{name}_{number}" in steps:
                number += 1
            span = again.export.span.moved(again.line)
            yield Finding(
                span,
                f"another step is called `{name[:60]}`",
                replace(f"Rename it to `{name}_{number}`", span, f"{name}_{number}"),
                (Related(first.export.span.moved(first.line), "the other step"),),
            )
            number += 1

"""VSP415: two test cases with one name."""

from collections.abc import Iterator

from vesper.lang.rule import Document, Finding, Related, rule, shortened


@rule(
    "VSP415",
    "repeated-case-name",
    severity="warning",
    bad="""
        testing:
          test_cases:
            - name: small
              expected_output: {success: true}
            - name: small
        #           ^^^^^ another case is called `small`
              expected_output: {success: false}
        """,
    good="""
        testing:
          test_cases:
            - name: small
              expected_output: {success: true}
            - name: large
              expected_output: {success: false}
        """,
)
def repeated_case_name(document: Document) -> Iterator[Finding]:
    """When one of them fails, nobody can tell which."""
    for name, places in document.facts.of("case").items():
        first = places[0]
        for again in places[1:]:
            yield Finding(
                again.export.span.moved(again.line),
                f"another case is called `{shortened(name)}`",
                related=(Related(first.export.span.moved(first.line), "the other case"),),
            )

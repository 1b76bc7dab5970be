"""ROL151: two role files of one workspace define the same role."""

from collections.abc import Iterator

from vesper.lang.rule import Document, Finding, Related, beside, rule, shortened


@beside("""
    writer:
      description: Writes
    """)
@rule(
    "ROL151",
    "duplicate-role",
    bad="""
        writer:
        # <- beside.role.yaml:1 defines a role `writer` too
          description: Also writes
        """,
    good="""
        editor:
          description: Also writes
        """,
)
def duplicate_role(document: Document) -> Iterator[Finding]:
    """Which of the two an agent would get is chance. Both files are told."""
    roles = document.around.roles
    for name, places in document.facts.of("role").items():
        others = roles.get(name, ())
        if others:
            first = others[0]
            message = f"{first.file}:{first.span.line + 1} defines a role `{shortened(name)}` too"
            related = tuple(Related(it.span, "the other role", it.file) for it in others[:5])
            yield Finding(places[0].export.span.moved(places[0].line), message, related=related)

"""VSP708: a step that gives work to a role nobody defines."""

from collections.abc import Iterator

from vesper.lang.rule import Document, Finding, nearest, replace, rule, shortened


@rule(
    "VSP708",
    "unknown-role",
    bad="""
        # roles.yaml: writer: {description: Writes}
        flow:
          - step: draft
            operation: agent_run
            role: wirter
        #         ^^^^^^ there is no role `wirter`; did you mean `writer`?
            goal: Write
        """,
    good="""
        # roles.yaml: writer: {description: Writes}
        flow:
          - step: draft
            operation: agent_run
            role: writer
            goal: Write
        """,
)
def unknown_role(document: Document) -> Iterator[Finding]:
    """The step would find nobody to do the work. A workspace without any role files is left alone."""
    roles = document.around.roles
    if not document.around.is_complete or not roles:
        return
    for name, places in document.facts.of("role-ref").items():
        if name in roles or "{" in name:
            continue
        near = nearest(name, roles)
        hint = f"; did you mean `{near}`?" if near else ""
        for place in places:
            span = place.export.span.moved(place.line)
            fix = replace(f"Change it to `{near}`", span, near) if near else None
            yield Finding(span, f"there is no role `{shortened(name)}`{hint}", fix)

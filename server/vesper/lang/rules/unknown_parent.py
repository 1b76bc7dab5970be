"""ROL101: a role that extends a role nobody defines."""

from collections.abc import Iterator

from vesper.lang.rule import Document, Finding, nearest, replace, rule, shortened, suggestion


@rule(
    "ROL101",
    "unknown-parent",
    bad="""
        worker:
          description: Works
        helper:
          extends: wroker
        #          ^^^^^^ there is no role `wroker`; did you mean `worker`?
        """,
    good="""
        worker:
          description: Works
        helper:
          extends: worker
        """,
)
def unknown_parent(document: Document) -> Iterator[Finding]:
    """Without its parent's limits a role cannot be used at all."""
    around = document.around
    if around.is_growing:
        return
    roles = {**document.facts.of("role"), **around.roles}
    for _, place in document.places("parent"):
        name = str(place.export.detail)
        if name not in roles:
            span = place.export.span.moved(place.line)
            near = nearest(name, roles)
            fix = replace(f"Change it to `{near}`", span, near) if near else None
            hint = suggestion(name, roles)
            yield Finding(span, f"there is no role `{shortened(name)}`{hint}", fix)

"""VSP710: `metadata.dependencies` and the calls of the flow differ."""

from collections.abc import Iterator

from vesper.lang import versions
from vesper.lang.rule import Document, Finding, rule, shortened


@rule(
    "VSP710",
    "dependencies-differ",
    severity="hint",
    bad="""
        metadata:
          dependencies:
            - send_mail_v1
            - charge_v1
        #     ^^^^^^^^^ no step calls `charge_v1`
        flow:
          - step: confirm
            operation: call_node
            node_id: send_mail_v1
          - step: remind
            operation: call_node
            node_id: remind_v1
        #            ^^^^^^^^^ `metadata.dependencies` does not list `remind_v1`
        """,
    good="""
        metadata:
          dependencies:
            - send_mail_v1
        flow:
          - step: confirm
            operation: call_node
            node_id: send_mail_v1
        """,
)
def dependencies_differ(document: Document) -> Iterator[Finding]:
    """A list that is kept at all should say what is true: people read it instead of the flow."""
    references = document.facts.of("node-ref")
    listed = [
        name for name, found in references.items() if any(not it.export.detail for it in found)
    ]
    if not listed or document.facts.is_broken:
        return
    places = [
        (name, bool(it.export.detail), it.export.span.moved(it.line))
        for name, found in references.items()
        for it in found
    ]
    called = [name for name, is_call, _ in places if is_call]
    # Two versions of one node are a conflict, which has a rule of its own.
    apart = versions.conflicts(called, listed)
    for name, is_call, span in places:
        if name in (apart if is_call else apart.values()):
            continue
        if is_call and not any(versions.alike(name, it) for it in listed):
            message = f"`metadata.dependencies` does not list `{shortened(name)}`"
            yield Finding(span, message)
        elif not is_call and not any(versions.alike(name, it) for it in called):
            yield Finding(span, f"no step calls `{shortened(name)}`", unused=True)

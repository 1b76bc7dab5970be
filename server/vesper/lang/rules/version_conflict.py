"""VSP711: a call to another version of a node than `metadata.dependencies` lists."""

from collections.abc import Iterator

from vesper.lang import versions
from vesper.lang.rule import Document, Finding, Related, replace, rule, shortened
from vesper.lang.source import Span


@rule(
    "VSP711",
    "version-conflict",
    severity="warning",
    bad="""
        metadata:
          dependencies:
            - send_mail_v1
        flow:
          - step: confirm
            operation: call_node
            node_id: send_mail_v2
        #            ^^^^^^^^^^^^ `metadata.dependencies` lists `send_mail_v1`, not `send_mail_v2`
        """,
    good="""
        metadata:
          dependencies:
            - send_mail_v2
        flow:
          - step: confirm
            operation: call_node
            node_id: send_mail_v2
        """,
)
def version_conflict(document: Document) -> Iterator[Finding]:
    """Two versions of a node are two nodes: one of the two places is out of date."""
    references = document.facts.of("node-ref")
    calls: dict[str, list[Span]] = {}
    lists: dict[str, Span] = {}
    for name, found in references.items():
        for it in found:
            span = it.export.span.moved(it.line)
            if it.export.detail:
                calls.setdefault(name, []).append(span)
            else:
                lists.setdefault(name, span)
    if not lists or document.facts.is_broken:
        return
    for called, listed in versions.conflicts(calls, lists).items():
        message = f"`metadata.dependencies` lists `{shortened(listed)}`, not `{shortened(called)}`"
        related = (Related(lists[listed], "the version that is listed"),)
        fix = replace(f"List `{shortened(called)}` instead", lists[listed], called)
        for span in calls[called]:
            yield Finding(span, message, fix, related)

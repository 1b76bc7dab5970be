"""VSP703: nodes that call one another in a circle."""

from collections.abc import Iterator
from typing import Any

from vesper.lang import versions
from vesper.lang.around import Around, Call, NodeSummary
from vesper.lang.rule import Document, Finding, Related, beside, rule

Way = tuple[tuple[NodeSummary, Call], ...]
"""From a node on, each node with the call that leads to the next."""


@beside("""
    node_id: second_v1
    flow:
      - step: back
        operation: call_node
        node_id: first_v1
    """)
@rule(
    "VSP703",
    "call-circle",
    severity="warning",
    bad="""
        node_id: first_v1
        flow:
          - step: on
            operation: call_node
            node_id: second_v1
        #            ^^^^^^^^^ a circle of calls: first_v1 -> second_v1 (line 5) -> first_v1 (beside.vsp:5)
        """,
    good="""
        node_id: first_v1
        flow:
          - step: on
            operation: call_node
            node_id: third_v1
        """,
)
def call_circle(document: Document) -> Iterator[Finding]:
    """Nothing but a condition ends such a circle, and the limit of operations if that is missing."""
    facts, around = document.facts, document.around
    own = next(iter(facts.of("node")), "")
    if not own:
        return
    for name, places in facts.of("node-ref").items():
        calls = [it for it in places if it.export.detail == "call"]
        way = _way_back(around, name, own) if calls else None
        if way is None:
            continue
        for place in calls:
            span = place.export.span.moved(place.line)
            path = [own]
            here = f"line {span.line + 1}"
            for node, call in way:
                path.append(f"{node.node_id} ({here})")
                where = f"{node.file}:" if node.file else "line "
                here = f"{where}{call.span.line + 1}"
            path.append(f"{own} ({here})")
            related = tuple(Related(call.span, "it goes on here", node.file) for node, call in way)
            yield Finding(span, f"a circle of calls: {' -> '.join(path)}", related=related)


def _way_back(around: Around, reference: str, own: str) -> Way | None:
    """The shortest way from a call back to the node it is in; empty when the node calls itself."""
    if versions.means(reference, own):
        return ()
    known: dict[Any, Way | None] = around.derived.setdefault("ways", {})
    key = (reference, own)
    if key not in known:
        known[key] = _search(around, reference, own)
    return known[key]


def _search(around: Around, reference: str, own: str) -> Way | None:
    pending: list[tuple[NodeSummary, Way]] = [(it, ()) for it in around.called(reference)]
    seen = {it.node_id for it, _ in pending}
    for node, way in pending:
        for call in node.calls:
            here = (*way, (node, call))
            if versions.means(call.node_id, own):
                return here
            for it in around.called(call.node_id):
                if it.node_id not in seen:
                    seen.add(it.node_id)
                    pending.append((it, here))
    return None

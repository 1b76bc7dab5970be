"""VSP704: a call whose parameters are not the inputs of the node that is called."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.around import NodeSummary
from vesper.lang.piece import Piece, Step
from vesper.lang.rule import Finding, Related, beside, nearest, replace, rule, shortened
from vesper.lang.scope import Scope


@beside("""
    node_id: send_mail_v1
    inputs:
      to: string
      subject: {type: string, default: none}
    """)
@rule(
    "VSP704",
    "call-parameters",
    bad="""
        flow:
          - step: confirm
            operation: call_node
            node_id: send_mail_v1
            parameters:
              to: "ada@example.org"
              subjetc: Hello
        #     ^^^^^^^ `send_mail_v1` has no input `subjetc`; did you mean `subject`?
          - step: remind
            operation: call_node
            node_id: send_mail_v1
        #            ^^^^^^^^^^^^ `send_mail_v1` needs `to`
        """,
    good="""
        flow:
          - step: confirm
            operation: call_node
            node_id: send_mail_v1
            parameters:
              to: "ada@example.org"
        """,
)
def call_parameters(piece: Piece, scope: Scope) -> Iterator[Finding]:
    """A call gives what the node needs and nothing it does not know; of a range, the newest counts."""
    for step in piece.steps:
        target = step.text("node_id")
        if step.operation != "call_node" or target is None:
            continue
        found = scope.called(target.text)
        given = step.node.get("parameters")
        if found and (given is None or isinstance(given, tree.Mapping) or _is_empty(given)):
            entries = given.entries if isinstance(given, tree.Mapping) else []
            yield from _unknown(found[0], entries)
            yield from _missing(found[0], step, target, {it.key.text for it in entries})


def _is_empty(node: tree.Node) -> bool:
    return isinstance(node, tree.Scalar) and node.is_null


def _unknown(node: NodeSummary, entries: list[tree.Entry]) -> Iterator[Finding]:
    known = [it.name for it in node.inputs]
    for entry in entries:
        name, span = entry.key.text, entry.key.span
        if name in known or name.startswith("x-"):
            continue
        near = nearest(name, known)
        hint = f"; did you mean `{near}`?" if near else ""
        fix = replace(f"Change it to `{near}`", span, near) if near else None
        message = f"`{shortened(node.node_id)}` has no input `{shortened(name)}`{hint}"
        yield Finding(span, message, fix, (Related(node.span, "the node", node.file),))


def _missing(
    node: NodeSummary, step: Step, target: tree.Scalar, given: set[str]
) -> Iterator[Finding]:
    missing = [it.name for it in node.inputs if it.required and it.name not in given]
    if missing:
        names = ", ".join(f"`{shortened(it)}`" for it in missing)
        message = f"`{shortened(node.node_id)}` needs {names}"
        yield Finding(target.span, message, related=(Related(node.span, "the node", node.file),))

"""VSP128: a template that YAML reads as a mapping."""

from collections.abc import Iterator

from vesper.lang import fields, tree
from vesper.lang.piece import Piece, line_text
from vesper.lang.rule import Edit, Finding, Fix, rule, shortened
from vesper.lang.scope import Scope
from vesper.lang.source import Span


@rule(
    "VSP128",
    "unquoted-template",
    bad="""
        inputs:
          amount: decimal
        flow:
          - step: done
            operation: return
            return_success:
              total: {amount}
        #            ^^^^^^^^ without quotes this is a mapping: write "{amount}"
        """,
    good="""
        inputs:
          amount: decimal
        flow:
          - step: done
            operation: return
            return_success:
              total: "{amount}"
        """,
)
def unquoted_template(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """Without quotes `{amount}` is a mapping with the one key `amount` and nothing behind it."""
    for slot in piece.walked.slots:
        node = slot.node
        if not (isinstance(node, tree.Mapping) and node.flow and len(node.entries) == 1):
            continue
        if not isinstance(slot.shape, fields.Text | fields.Anything | fields.MapOf):
            continue
        if isinstance(slot.shape, fields.Anything) and slot.shape.scope == "none":
            continue
        entry = node.entries[0]
        if (
            isinstance(entry.value, tree.Scalar)
            and entry.value.text == ""
            and not entry.value.style
        ):
            text = line_text(piece, node.span.line)[node.span.column : node.span.end_column]
            if node.span.line == node.span.end_line and ":" not in text and '"' not in text:
                yield Finding(node.span, *_quoted(node.span, text))


def _quoted(span: Span, text: str) -> tuple[str, Fix]:
    start, end = Span(*span[:2], *span[:2]), Span(*span[2:], *span[2:])
    fix = Fix("Put it in quotes", (Edit(start, '"'), Edit(end, '"')))
    return f'without quotes this is a mapping: write "{shortened(text)}"', fix

"""ROL104: a restriction that is not understood."""

from collections.abc import Iterator

from vesper.lang import fields, tree
from vesper.lang.piece import Piece
from vesper.lang.roles import RESTRICTIONS
from vesper.lang.rule import Finding, nearest, replace, rule, shortened, suggestion
from vesper.lang.scope import Scope
from vesper.lang.source import RelativeSource, Span


@rule(
    "ROL104",
    "unknown-restriction",
    bad="""
        worker:
          restrictions:
            - "max_file_chnages: 5"
        #      ^^^^^^^^^^^^^^^^ there is no restriction `max_file_chnages`; did you mean `max_file_changes`?
            - "max_task_depth: deep"
        #                      ^^^^ `max_task_depth` takes a whole number from 0 to 100
        """,
    good="""
        worker:
          restrictions:
            - "max_file_changes: 5"
            - single_codeblock_only
            - max_task_depth: 3
        """,
)
def unknown_restriction(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """A misspelt limit would be no limit, so it is an error in either form."""
    for slot in piece.walked.slots:
        node = slot.node
        if not (isinstance(slot.shape, fields.Text) and slot.shape.kind == "restriction"):
            continue
        if isinstance(node, tree.Scalar) and not node.is_null:
            source = RelativeSource(piece.reading.lines, node.span, node.style, node.text)
            yield from _check(node, source)


def _check(node: tree.Scalar, source: RelativeSource) -> Iterator[Finding]:
    name, colon, value = node.text.partition(":")
    name = name.strip()
    field = RESTRICTIONS.field(name)
    start = node.text.index(name)
    span = source.span(start, start + len(name))
    if field is None:
        names = [it.name for it in RESTRICTIONS.fields]
        near = nearest(name, names)
        yield Finding(
            span,
            f"there is no restriction `{shortened(name)}`{suggestion(name, names)}",
            replace(f"Change it to `{near}`", span, near) if near else None,
        )
    elif not _fits(field, colon, value.strip()):
        given = source.span(len(node.text) - len(value.strip()), len(node.text)) if value else span
        wanted = fields.describe(field.shape)
        yield Finding(given, f"`{name}` takes {wanted}")


def _fits(field: fields.Field, colon: str, value: str) -> bool:
    if isinstance(field.shape, fields.Flag):
        return not colon or value in ("true", "false")
    span = Span(0, 0, 0, 0)
    return bool(value) and not fields.walk(tree.Scalar(span, value, ""), field.shape).faults

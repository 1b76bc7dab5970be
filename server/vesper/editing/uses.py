"""The names that an expression uses, each with what the steps and quantifiers around say of it."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from vesper.editing.bindings import Bindings, dotted, quantified_name
from vesper.editing.mention import Member, Mention, Space
from vesper.lang import expr
from vesper.lang.piece import Expression


def uses_in(expression: Expression, bindings: Bindings) -> Iterator[Mention]:
    """The names, fields and error codes that an expression uses."""
    if expression.parsed.tree is None or expression.scope == "none":
        return
    path = expression.slot.path
    pending = [(expression.parsed.tree, _Bound({}, bindings.lists(path)))]
    while pending:
        node, bound = pending.pop()
        match node:
            case expr.Name():
                yield from _name(expression, node, bound, bindings)
            case expr.Quantified(name=name, over=over, body=body):
                owner = f"{dotted(path)}@{expression.shift}:{node.start}"
                yield from _quantified(expression, node, owner)
                pending.append((body, bound.more(name, owner, over)))
                if over is not None:
                    pending.append((over, bound))
            case _:
                yield from _within(expression, node, bound)
                pending.extend((it, bound) for it in expr.parts(node))


class _Bound(NamedTuple):
    """The names that quantifiers around a place bring: their owners, and what they go through."""

    owners: Mapping[str, str]
    lists: Mapping[str, expr.Expr]

    def more(self, name: str, owner: str, over: expr.Expr | None) -> "_Bound":
        lists = {it: through for it, through in self.lists.items() if it != name}
        if over is not None:
            lists[name] = over
        return _Bound({**self.owners, name: owner}, lists)


def _within(expression: Expression, node: expr.Expr, bound: _Bound) -> Iterator[Mention]:
    match node:
        case expr.Field(name=name, name_start=start, end=end):
            it = _mention(expression, start, end, "member", name)
            yield it._replace(member=Member(expression, node, bound.lists))
        case expr.Binary("==" | "!=" | "IN" | "NOT IN", left, right):
            for one, other in ((left, right), (right, left)):
                if isinstance(one, expr.Name) and one.name == "error_code":
                    yield from _codes(expression, other)
        case expr.Record(entries=entries):
            for name, value in entries:
                start = expression.text.rfind(name, node.start, value.start)
                if start > 0:
                    yield _mention(expression, start, start + len(name), "member", name)
        case _:
            return


def _codes(expression: Expression, compared: expr.Expr) -> Iterator[Mention]:
    """The error codes that `error_code` is compared with."""
    for it in compared.items if isinstance(compared, expr.ListOf) else (compared,):
        match it:
            case expr.Constant(str() as word, start, end):
                # A text with escapes is nobody's idea of a code.
                if expression.text[start + 1 : end - 1] == word:
                    yield _mention(expression, start + 1, end - 1, "error-code", word)
            case _:
                continue


def _mention(expression: Expression, start: int, end: int, space: Space, name: str) -> Mention:
    around, shift = expression.slot.node.span, expression.shift
    return Mention(
        space, name, "read", around, expression.source, start + shift, end + shift,
        scope=expression.scope, path=expression.slot.path,
    )  # fmt: skip


def _name(
    expression: Expression, node: expr.Name, bound: _Bound, bindings: Bindings
) -> Iterator[Mention]:
    name, path = node.name, expression.slot.path
    # The `value` that a bare comparison lacks is written nowhere.
    if node.start + expression.shift < 0:
        return
    it = _mention(expression, node.start, node.end, "name", name)
    it = it._replace(member=Member(expression, node, bound.lists))
    if name in bound.owners:
        yield it._replace(strong=bound.owners[name])
        if name not in bound.lists:
            yield it._replace(space="element")
        return
    if expression.scope == "columns":
        over = bindings.over(path)
        if over is not None:
            column = expr.Field(over, name, node.start, node.end, node.start)
            it = it._replace(member=Member(expression, column, bound.lists))
        yield it._replace(space="member")
        return
    if expression.scope == "value":
        owner = dotted(path[: path.index("constraints")] if "constraints" in path else path)
        it = it._replace(owner=owner, weak=owner if name == "value" else None)
    meaning = bindings.meaning(name, path)
    if meaning.strong and meaning.list_at is not None:
        yield it._replace(space="element", list_at=meaning.list_at)
    if meaning.strong or meaning.weak:
        it = it._replace(strong=meaning.strong, weak=meaning.weak)
    yield it


def _quantified(expression: Expression, node: expr.Quantified, owner: str) -> Iterator[Mention]:
    start = quantified_name(expression.text, node)
    it = _mention(expression, start, start + len(node.name), "local", node.name)
    yield it._replace(kind="definition", owner=owner)
    if node.over is None:
        # `FORALL order: ...` goes through `orders`, whatever that is.
        yield it._replace(space="element")

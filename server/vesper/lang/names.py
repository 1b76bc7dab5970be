"""Which names an expression may use where it stands, and of what type each is."""

import re
from collections.abc import Iterator

from vesper.lang import expr
from vesper.lang.operators import plural
from vesper.lang.outcome import View, item_type
from vesper.lang.piece import Expression
from vesper.lang.rule import nearest
from vesper.lang.scope import Scope
from vesper.lang.types import ANY, BOOLEAN, STRING, Nullable, RecordType, Type, is_type, unwrapped

CONTRACTS = ("inputs", "post")
_CLOSE = 0.72
OPEN = ("columns",)
"""Scopes in which any name may be a column of a row."""

RESULTS: dict[str, Type] = {
    "success": BOOLEAN,
    "error": ANY,
    "error_code": Nullable(STRING),
}
"""Names that every contract about results knows."""


def type_of_name(expression: Expression, scope: Scope, name: str) -> Type | None:
    """The type of a name where the expression stands; None where nobody defines it."""
    if name in expression.names or expression.loops:
        element = element_type(expression, scope, name)
        if element is not None:
            return element
        if name in expression.names:
            return ANY
    found = scope.find("input", name)
    if found is None and expression.scope == "post":
        found = scope.find("output", name) or scope.find("error-field", name)
        if found is None and name in RESULTS:
            return RESULTS[name]
    if found is not None:
        kind = found[0]
        return kind if is_type(kind) else ANY
    if scope.find("fact", name) is not None:
        return ANY
    if is_fact(expression) and scope.find("variable", name) is not None:
        return ANY
    if expression.scope in CONTRACTS:
        return None
    return scope.variable(name, expression.slot.node.span.line)


def element_type(expression: Expression, scope: Scope, name: str) -> Type | None:
    """The type of the item that a loop around the expression calls so."""
    for depth in reversed(range(len(expression.loops))):
        loop = expression.loops[depth]
        if name in loop.names:
            return item_type(loop.over, view_at(expression, scope, depth))
    return None


def row_type(expression: Expression, scope: Scope) -> RecordType | None:
    """The record whose fields stand alone in an aggregation, where it is known."""
    if not expression.loops:
        return None
    depth = len(expression.loops) - 1
    found = item_type(expression.loops[-1].over, view_at(expression, scope, depth))
    row = unwrapped(found, scope.types())
    return row if isinstance(row, RecordType) else None


def view_at(expression: Expression, scope: Scope, depth: int) -> View:
    """What names mean in the list of a loop: the loops around that one count, it does not."""
    outer = expression._replace(loops=expression.loops[:depth])

    def lookup(name: str) -> Type | None:
        return type_of_name(outer, scope, name)

    def known(fact: str) -> bool:
        return is_given(outer, scope, fact)

    return View(lookup, scope.types(), known)


def is_given(expression: Expression, scope: Scope, fact: str) -> bool:
    """Whether a fact of `narrow` holds where the expression stands: the node runs only if its
    preconditions and constraints do."""
    if fact in expression.given or scope.find("given", fact) is not None:
        return True
    if expression.scope == "post":
        return scope.find("held", fact) is not None
    return expression.scope != "inputs" and scope.held(fact, expression.slot.node.span.line)


def known_names(expression: Expression, scope: Scope) -> tuple[str, ...]:
    """Every name the expression could use, for suggestions and completion."""
    names = [*scope.names("input"), *scope.names("fact"), *sorted(expression.names)]
    if expression.scope == "post":
        names += [*scope.names("output"), *scope.names("error-field"), *RESULTS]
    if expression.scope not in CONTRACTS or is_fact(expression):
        names += scope.names("variable")
    return tuple(dict.fromkeys(names))


def is_fact(expression: Expression) -> bool:
    """Whether it defines a name for contracts; it may use what the whole flow has set."""
    return expression.slot.path[:2] == ("contracts", "facts")


def is_clause(expression: Expression) -> bool:
    """Whether an unknown name in it means "not checkable" rather than a mistake."""
    return expression.scope in CONTRACTS or "guards" in expression.slot.path


def is_prose(expression: Expression) -> bool:
    """Whether a contract clause is a sentence behind a label, such as `idempotency: ...`."""
    labelled = re.match(r"[A-Za-z_]\w*:\s", expression.text) is not None
    return labelled and expression.scope in CONTRACTS and bool(expression.parsed.faults)


def meant(name: str, expression: Expression, scope: Scope) -> str | None:
    """The known name that was probably meant; in a clause only one that is very close."""
    known = known_names(expression, scope)
    if not is_clause(expression):
        return nearest(name, known)
    if name not in expression.text:
        # The list of `FORALL order: ...` is not written: there is no slip in it.
        return None
    near = nearest(name, known, _CLOSE)
    # `order` beside an input `order_id` is another thing, not a slip.
    longer = near is not None and (near.startswith(f"{name}_") or name.startswith(f"{near}_"))
    return None if longer else near


def free_names(tree: expr.Expr) -> Iterator[expr.Name]:
    """The names an expression takes from its surroundings, those of quantifiers left out."""
    pending: list[tuple[expr.Expr, frozenset[str]]] = [(tree, frozenset())]
    while pending:
        node, bound = pending.pop()
        match node:
            case expr.Name(name):
                if name not in bound:
                    yield node
            case expr.Quantified(name=name, over=over, body=body):
                pending.append((body, bound | {name}))
                if over is not None:
                    pending.append((over, bound))
            case _:
                pending.extend((it, bound) for it in reversed(expr.parts(node)))


def unknown_names(expression: Expression, scope: Scope) -> Iterator[expr.Name]:
    """The names in an expression that nobody defines."""
    tree = expression.parsed.tree
    if tree is None or expression.scope in OPEN:
        return
    for name in free_names(tree):
        if type_of_name(expression, scope, name.name) is None:
            yield name
    for node in expr.walk(tree):
        if isinstance(node, expr.Quantified) and node.over is None:
            yield from _unknown_list(node, expression, scope)


def _unknown_list(
    node: expr.Quantified, expression: Expression, scope: Scope
) -> Iterator[expr.Name]:
    """The list that `FORALL order: ...` goes over, told at the `order`."""
    name = plural(node.name, lambda it: type_of_name(expression, scope, it) is not None)
    if type_of_name(expression, scope, name) is None:
        start = expression.text.find(node.name, node.start + len(node.quantifier))
        yield expr.Name(name, start, start + len(node.name))

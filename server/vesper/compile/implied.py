"""What is sure because of other conditions: the same words again, or a looser bound on the same thing."""

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field, fields
from typing import Final, NamedTuple, cast, get_args

from vesper.lang import ir
from vesper.lang.parts import names
from vesper.values.compare import less
from vesper.values.value import Fault, Value

_KINDS: Final = get_args(ir.Expr)
_MIRRORED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "=="}


class Source(NamedTuple):
    """The condition that says something."""

    text: str
    line: int


class _Bound(NamedTuple):
    operator: str
    limit: Value
    source: Source


@dataclass(slots=True)
class Known:
    """Conditions that hold, in parts joined by AND."""

    _said: dict[Hashable, Source] = field(default_factory=dict[Hashable, Source])
    _bounds: dict[Hashable, list[_Bound]] = field(default_factory=dict[Hashable, list[_Bound]])

    def learn(self, condition: ir.Expr, source: Source, changing: Iterable[str] = ()) -> None:
        """Take it that a condition holds. What is said of names that change is not kept."""
        for it in _parts(condition):
            found = names(it)
            if not set(found).isdisjoint(changing) or any(name.startswith("$") for name in found):
                continue
            self._said.setdefault(key(it), source)
            for subject, operator, limit in _compared(it):
                self._bounds.setdefault(subject, []).append(_Bound(operator, limit, source))

    def why(self, condition: ir.Expr) -> Source | None:
        """What makes it sure that a condition holds; None where nothing does."""
        found: Source | None = None
        for it in _parts(condition):
            found = self._part(it)
            if found is None:
                return None
        return found

    def _part(self, node: ir.Expr) -> Source | None:
        said = self._said.get(key(node))
        if said is not None:
            return said
        if isinstance(node, ir.Logic):
            # One side that holds decides, whatever the other is.
            return self.why(node.left) or self.why(node.right)
        for subject, operator, limit in _compared(node):
            for bound in self._bounds.get(subject, ()):
                if _covers(bound, operator, limit):
                    return bound.source
        return None


def key(node: ir.Expr) -> Hashable:
    """Equal for expressions that mean the same, whatever is known of their types."""
    return type(node).__name__, *(
        _key(getattr(node, it.name)) for it in fields(node) if it.name != "type"
    )


def _key(value: object) -> Hashable:
    if isinstance(value, _KINDS):
        return key(cast("ir.Expr", value))
    if isinstance(value, tuple):
        return tuple(_key(it) for it in cast("tuple[object, ...]", value))
    return type(value).__name__, repr(value)


def _parts(node: ir.Expr) -> Iterator[ir.Expr]:
    if isinstance(node, ir.Logic) and node.operator == "and":
        yield from _parts(node.left)
        yield from _parts(node.right)
    else:
        yield node


def _compared(node: ir.Expr) -> Iterator[tuple[Hashable, str, Value]]:
    match node:
        case ir.Compare(operator, subject, ir.Const(limit)) if operator in _MIRRORED:
            yield key(subject), operator, limit
        case ir.Compare(operator, ir.Const(limit), subject) if operator in _MIRRORED:
            yield key(subject), _MIRRORED[operator], limit
        case _:
            pass


def _covers(bound: _Bound, operator: str, limit: Value) -> bool:
    """Whether what keeps to the bound keeps to the other as well, without a fault."""
    if type(bound.limit) is bool or bound.limit is None or isinstance(bound.limit, list | dict):
        return False
    try:
        is_below, is_above = less(bound.limit, limit), less(limit, bound.limit)
    except Fault:
        return False
    is_equal = not is_below and not is_above
    match operator, bound.operator:
        case (">=", ">=" | ">" | "==") | (">", ">"):
            return is_above or is_equal
        case (">", ">=" | "=="):
            return is_above
        case ("<=", "<=" | "<" | "==") | ("<", "<"):
            return is_below or is_equal
        case ("<", "<=" | "=="):
            return is_below
        case _:
            return False

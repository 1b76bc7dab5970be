"""What operators do with types: arithmetic, order, what is a collection, and the words for messages."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from vesper.lang import expr
from vesper.lang.types import (
    ANY,
    BOOLEAN,
    DECIMAL,
    DURATION,
    INTEGER,
    NULL,
    STRING,
    TIMESTAMP,
    Array,
    Enum,
    MapType,
    Nullable,
    Primitive,
    Type,
    joined,
    shown,
)

ARITHMETIC = frozenset({"+", "-", "*", "/", "%"})
COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">="})
NUMBERS = (ANY, INTEGER, DECIMAL)
SUMMARIES = frozenset({"AVG", "MIN", "MAX", "min", "max"})
"""Functions whose result over an empty list is null."""


def constant(value: object) -> Type:
    """The type of a literal."""
    match value:
        case None:
            return NULL
        case bool():
            return BOOLEAN
        case int():
            return INTEGER
        case Decimal():
            return DECIMAL
        case _:
            return STRING


def arithmetic(left: Type, operator: str, right: Type, named: Mapping[str, Type]) -> Type | None:
    """The type of the result; None where the operator does not go with the two."""
    if ANY in (left, right):
        return _with_any(left if right == ANY else right, operator)
    if left in NUMBERS and right in NUMBERS:
        whole = left == right == INTEGER and operator != "/"
        return INTEGER if whole else DECIMAL
    if operator == "+":
        if _is_text(left) and _is_text(right):
            return STRING
        if isinstance(left, Array) and isinstance(right, Array):
            return Array(joined(left.item, right.item, named), left.name)
    return _TIMES.get((left, operator, right))


def _with_any(known: Type, operator: str) -> Type:
    if operator == "/":
        return ANY if known == DURATION else DECIMAL
    # Nothing but a number goes with a decimal there, and the result is one.
    return DECIMAL if known == DECIMAL and operator != "*" else ANY


_TIMES: dict[tuple[Type, str, Type], Type] = {
    (TIMESTAMP, "+", DURATION): TIMESTAMP,
    (DURATION, "+", TIMESTAMP): TIMESTAMP,
    (TIMESTAMP, "-", DURATION): TIMESTAMP,
    (TIMESTAMP, "-", TIMESTAMP): DURATION,
    (DURATION, "+", DURATION): DURATION,
    (DURATION, "-", DURATION): DURATION,
    (DURATION, "/", DURATION): DECIMAL,
    **{(DURATION, it, kind): DURATION for it in "*/" for kind in NUMBERS[1:]},
    **{(kind, "*", DURATION): DURATION for kind in NUMBERS[1:]},
}


def advice(left: Type, operator: str, right: Type) -> str:
    """What to write where a text meets something else in `+`."""
    if operator == "+" and STRING in (left, right) and Array not in (type(left), type(right)):
        return ": `to_string` makes a text of the other"
    return ""


def is_ordered(left: Type, right: Type) -> bool:
    """Whether `<` makes sense between the two."""
    if ANY in (left, right) or (left in NUMBERS and right in NUMBERS):
        return True
    texts = (STRING, TIMESTAMP)
    alike = left == right and left in (STRING, TIMESTAMP, DURATION)
    return alike or (left in texts and right in texts)


def is_collection(kind: Type) -> bool:
    """Whether FORALL, `for_each` and the like can go over it."""
    return kind == ANY or isinstance(kind, Array | MapType)


def item_of(kind: Type) -> Type:
    """The type of what a collection holds."""
    match kind:
        case Array(item):
            return item
        case MapType(value=value):
            return value
        case _:
            return ANY


def words_of(kind: Type) -> tuple[str, ...]:
    """The words of an enum, none for any other type."""
    return kind.words if isinstance(kind, Enum) else ()


def is_foreign_word(node: expr.Expr, kind: Type) -> bool:
    """Whether a literal text is compared with an enum that does not have it; `''` asks for none at all."""
    words = words_of(kind)
    if not words or not isinstance(node, expr.Constant) or not isinstance(node.value, str):
        return False
    return bool(node.value) and node.value not in words


def plural(name: str, is_known: Callable[[str], bool]) -> str:
    """The name of the list that `FORALL name: ...` goes over: the plural that is in scope."""
    forms = [f"{name}s", f"{name}es", f"{name[:-1]}ies"]
    return next((it for it in forms if is_known(it)), forms[0])


def a(kind: Type) -> str:
    """The type with its article, for messages."""
    match kind:
        case Enum():
            return "an enum"
        case Nullable(of):
            return f"{a(of)} or null"
        case Array(Primitive("any")):
            return "a list"
        case _:
            name = shown(kind)
            return name if name == "null" else f"{'an' if name[0] in 'aeio' else 'a'} {name}"


def _is_text(kind: Type) -> bool:
    return kind == STRING or isinstance(kind, Enum)

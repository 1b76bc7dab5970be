"""Parts of values."""

from vesper.values.numbers import kind
from vesper.values.value import DEEPEST, Fault, Value, nested_too_deep


def field(of: Value, name: str, depth: int = 0) -> Value:
    """`of.name`: of a record, or of each item of a list."""
    if isinstance(of, dict):
        if name in of:
            return of[name]
        raise Fault("missing_field", f"there is no `{name}`")
    if isinstance(of, list):
        if depth >= DEEPEST:
            raise nested_too_deep()
        return [field(it, name, depth + 1) for it in of]
    if of is None:
        raise Fault("null_value", f"null has no `{name}`")
    raise Fault("type_mismatch", f"{kind(of)} has no fields: `{name}`")


def item(of: Value, at: Value) -> Value:
    """`of[at]`: of a list by place from 0, of a record by key."""
    if isinstance(of, list):
        if type(at) is not int:
            raise Fault("type_mismatch", f"a list is indexed by an integer, this is {kind(at)}")
        if 0 <= at < len(of):
            return of[at]
        raise Fault("index_out_of_range", f"there is no item {at}: the list has {len(of)}")
    if isinstance(of, dict):
        if not isinstance(at, str):
            raise Fault("type_mismatch", f"a record is indexed by a string, this is {kind(at)}")
        if at in of:
            return of[at]
        raise Fault("missing_field", f"there is no `{at[:60]}`")
    if of is None:
        raise Fault("null_value", "null has no items")
    raise Fault("type_mismatch", f"{kind(of)} has no items")


def items(of: Value) -> list[Value]:
    """What a loop goes through: the items of a list, or the values of a record by the order of its keys."""
    if isinstance(of, list):
        return of
    if isinstance(of, dict):
        return [of[key] for key in sorted(of)]
    if of is None:
        raise Fault("null_value", "null is no list")
    raise Fault("type_mismatch", f"{kind(of)} is no list")


def truth(value: Value) -> bool:
    """The value of a condition; anything but a boolean is a fault."""
    if value is True or value is False:
        return value
    if value is None:
        raise Fault("null_value", "null is neither true nor false")
    raise Fault("type_mismatch", f"{kind(value)} is neither true nor false")

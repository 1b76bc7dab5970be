"""What is wrong with the arguments of a call, in one line that names each argument at fault."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

_MENTIONED: Final = 3
_SHOWN: Final = 40

_WANTED: Final = {
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "finite_number": "must be a whole number",
    "string_type": "must be text",
    "string_unicode": "must be text that can be written as UTF-8",
    "list_type": "must be a list",
    "bool_type": "must be true or false",
}


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """`; did you mean x?` when one of `names` is near to `name`, else which names there are."""
    known = list(names)
    near = get_close_matches(name, known, n=2)
    if near:
        return f"; did you mean {' or '.join(near)}?"
    return f"; there is {', '.join(known)}" if known else ""


def explain(error: ValidationError, names: Sequence[str]) -> str:
    """One line for a call whose arguments do not fit; `names` are those of the tool.

    At most three faults are told: the rest are told when those are repaired.
    """
    faults = error.errors(include_url=False)
    told = [_fault(it, names) for it in faults[:_MENTIONED]]
    if len(faults) > len(told):
        told.append(f"and {len(faults) - len(told)} more")
    return "; ".join(told)


def _fault(fault: ErrorDetails, names: Sequence[str]) -> str:
    where = ".".join(str(part) for part in fault["loc"])
    match fault["type"]:
        case "missing":
            return f"{where} is required"
        case "extra_forbidden":
            return f"there is no argument {shown(where)}{did_you_mean(where, names)}"
        case "value_error":
            # Raised by our own validators; pydantic prefixes the text they gave.
            return f"{where} {fault['msg'].removeprefix('Value error, ')}"
        case kind:
            message = fault["msg"].removeprefix("Input ")
            return f"{where} {_WANTED.get(kind, message)}, not {shown(fault['input'])}"


def shown(value: object) -> str:
    """`value` as a short literal on one line."""
    literal = repr(value)
    return literal if len(literal) <= _SHOWN else f"{literal[: _SHOWN - 3]}..."

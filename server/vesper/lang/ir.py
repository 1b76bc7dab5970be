"""The intermediate representation of expressions: notation settled, a static type on each.

Names of the flow's scope are those of the document. Names that begin with `$` are made by the compiler.
"""

from dataclasses import dataclass
from typing import Literal

from vesper.lang.types import ANY, BOOLEAN, STRING, Type
from vesper.values.value import Value


@dataclass(frozen=True, slots=True)
class Const:
    """A value known when the document is read."""

    value: Value
    type: Type = ANY


@dataclass(frozen=True, slots=True)
class Load:
    """What a name holds. A name that no step has set yet is the fault `unknown_name`."""

    name: str
    type: Type = ANY


@dataclass(frozen=True, slots=True)
class Result:
    """A field of the node's answer, in postconditions: `side` is the branch that has it.

    `either` is a field both branches have. Where the branch is not the one that was taken, or it
    gave no such field: the fault `missing_field`.
    """

    name: str
    side: Literal["success", "error", "either"]
    type: Type = ANY


@dataclass(frozen=True, slots=True)
class Succeeded:
    """Whether the answer is a success."""

    type: Type = BOOLEAN


@dataclass(frozen=True, slots=True)
class GetField:
    """`of.name`: a field of a record or map, or of each item of a list.

    null is the fault `null_value`, an absent key `missing_field`, anything else `type_mismatch`.
    """

    of: "Expr"
    name: str
    type: Type = ANY


@dataclass(frozen=True, slots=True)
class GetItem:
    """`of[at]`: an item of a list by place from 0, or the value of a map's key."""

    of: "Expr"
    at: "Expr"
    type: Type = ANY


@dataclass(frozen=True, slots=True)
class Negate:
    """`-operand`."""

    operand: "Expr"
    type: Type = ANY


@dataclass(frozen=True, slots=True)
class Not:
    """`NOT operand`; anything but a boolean is the fault `type_mismatch`."""

    operand: "Expr"
    type: Type = BOOLEAN


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`+ - * / %` over numbers, moments, texts and lists; see `vesper.values.numbers`."""

    operator: Literal["+", "-", "*", "/", "%"]
    left: "Expr"
    right: "Expr"
    type: Type = ANY


@dataclass(frozen=True, slots=True)
class Compare:
    """`== != < <= > >=`; equality is total, order needs two values of one kind."""

    operator: Literal["==", "!=", "<", "<=", ">", ">="]
    left: "Expr"
    right: "Expr"
    type: Type = BOOLEAN


@dataclass(frozen=True, slots=True)
class Contains:
    """Whether the list, map (by key) or text holds the item. `IN` and `CONTAINS` alike."""

    item: "Expr"
    of: "Expr"
    type: Type = BOOLEAN


@dataclass(frozen=True, slots=True)
class Matches:
    """Whether the pattern is found in the text."""

    text: "Expr"
    pattern: "Expr"
    type: Type = BOOLEAN


@dataclass(frozen=True, slots=True)
class Logic:
    """`AND`, `OR` and `=>` (written as OR with a negated left side).

    A side that decides alone decides, whether the other is a fault or not; left is evaluated first.
    """

    operator: Literal["and", "or"]
    left: "Expr"
    right: "Expr"
    type: Type = BOOLEAN


@dataclass(frozen=True, slots=True)
class IsNull:
    """Whether the operand is null."""

    operand: "Expr"
    type: Type = BOOLEAN


@dataclass(frozen=True, slots=True)
class Call:
    """A function of `vesper.lang.functions`, never one that reads the clock."""

    function: str
    arguments: tuple["Expr", ...]
    type: Type = ANY


@dataclass(frozen=True, slots=True)
class ListOf:
    """`[a, b]`."""

    items: tuple["Expr", ...]
    type: Type = ANY


@dataclass(frozen=True, slots=True)
class RecordOf:
    """`{key: value}`."""

    entries: tuple[tuple[str, "Expr"], ...]
    type: Type = ANY


@dataclass(frozen=True, slots=True)
class Quantified:
    """`FORALL`/`EXISTS name IN over: body`; absorbs faults as `Logic` does. A map goes by its keys' order
    and gives its values."""

    quantifier: Literal["all", "exists"]
    name: str
    over: "Expr"
    body: "Expr"
    type: Type = BOOLEAN


@dataclass(frozen=True, slots=True)
class Text:
    """A template: the parts as printed by `vesper.values.text`, put together; null prints as nothing."""

    parts: tuple["Expr", ...]
    type: Type = STRING


@dataclass(frozen=True, slots=True)
class Each:
    """A list with what `body` gives for each item; `index` is the item's place where it is used."""

    over: "Expr"
    name: str
    body: "Expr"
    index: str = ""
    type: Type = ANY


@dataclass(frozen=True, slots=True)
class Keep:
    """The items for which `body` is true."""

    over: "Expr"
    name: str
    body: "Expr"
    index: str = ""
    type: Type = ANY


@dataclass(frozen=True, slots=True)
class Fold:
    """The items folded into one value: `accumulator` begins as `initial` and becomes `body` each time."""

    over: "Expr"
    name: str
    accumulator: str
    initial: "Expr"
    body: "Expr"
    index: str = ""
    type: Type = ANY


@dataclass(frozen=True, slots=True)
class Sort:
    """In the order of `key`, stable; equal keys keep their place even when descending."""

    over: "Expr"
    name: str
    key: "Expr"
    descending: bool = False
    type: Type = ANY


@dataclass(frozen=True, slots=True)
class Unique:
    """The first item for each value of `key`."""

    over: "Expr"
    name: str
    key: "Expr"
    type: Type = ANY


@dataclass(frozen=True, slots=True)
class Flatten:
    """The items of the lists in a list."""

    over: "Expr"
    type: Type = ANY


@dataclass(frozen=True, slots=True)
class Take:
    """The first `count` items."""

    over: "Expr"
    count: "Expr"
    type: Type = ANY


@dataclass(frozen=True, slots=True)
class Pair:
    """Each item of `left` merged with each of `right` whose key is equal; left's fields count.

    With `keep_all`, an item of `left` without a partner stays, its partner's fields null: those of
    the first record of `right`.
    """

    left: "Expr"
    right: "Expr"
    left_key: str
    right_key: str
    keep_all: bool = False
    type: Type = ANY


@dataclass(frozen=True, slots=True)
class Group:
    """The rows in groups of equal `keys`, in order of first appearance: records of keys and `columns`.

    A column is an expression over the name `rows`, the group's list. Without `keys` the whole list
    is the one group, and the value is that one record.
    """

    over: "Expr"
    keys: tuple[str, ...]
    rows: str
    columns: tuple[tuple[str, "Expr"], ...]
    type: Type = ANY


Expr = (
    Const | Load | Result | Succeeded | GetField | GetItem | Negate | Not | Arithmetic | Compare | Contains
    | Matches | Logic | IsNull | Call | ListOf | RecordOf | Quantified | Text | Each | Keep | Fold | Sort
    | Unique | Flatten | Take | Pair | Group
)  # fmt: skip

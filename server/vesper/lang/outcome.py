"""What the output of a step is made of: a recipe that a chunk exports, typed where the names are known."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, assert_never

from vesper.lang import expr, grammar, narrow, tree
from vesper.lang.infer import Inference
from vesper.lang.operators import is_collection, item_of
from vesper.lang.types import (
    ANY,
    INTEGER,
    Array,
    RecordType,
    Type,
    unwrapped,
)


@dataclass(frozen=True, slots=True)
class Value:
    """What an expression gives."""

    text: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A list of what an expression gives each time."""

    text: str


@dataclass(frozen=True, slots=True)
class Mapped:
    """A list of what an expression gives for each item of a list."""

    over: str
    names: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Kept:
    """Some items of a list, or all in another order; `text` is what holds for those that are kept."""

    over: str
    names: tuple[str, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Flattened:
    """The items of the lists in a list."""

    over: str


@dataclass(frozen=True, slots=True)
class Summed:
    """A record with a column for each aggregation; a list of them where there are groups."""

    over: str
    groups: tuple[str, ...]
    columns: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Fixed:
    """A type that needs no names."""

    type: Type


Recipe = Value | Listed | Mapped | Kept | Flattened | Summed | Fixed


class Loop(NamedTuple):
    """A list that a step goes through, as written, and what its item is called."""

    names: tuple[str, ...]
    over: str


class Around(NamedTuple):
    """What stands around a place: what is known there, and the lists gone through, outermost first."""

    facts: narrow.Facts
    loops: tuple[Loop, ...]


class Computed(NamedTuple):
    """The recipe of an output, what stands around the step, and the line it is worked out at."""

    recipe: Recipe
    around: Around
    line: float


class View(NamedTuple):
    """What the names of a recipe mean, and what is known about them."""

    lookup: Callable[[str], Type | None]
    named: Mapping[str, Type]
    known: Callable[[str], bool]


def type_of(recipe: Recipe, view: View) -> Type:
    """The type of what the recipe makes; `any` as far as it cannot be told."""
    match recipe:
        case Fixed(kind):
            return kind
        case Value(text):
            return _typed(text, view)
        case Listed(text):
            return Array(_typed(text, view))
        case Mapped(over, names, text):
            item = _item(over, view)
            return Array(_typed(text, view, dict.fromkeys(names, item)))
        case Kept(over, names, text):
            return _kept(_typed(over, view), names, text, view)
        case Flattened(over):
            item = unwrapped(_item(over, view), view.named)
            return Array(item.item) if isinstance(item, Array) else Array(ANY)
        case Summed():
            return _summed(recipe, view)
    assert_never(recipe)


def element_names(step: tree.Mapping) -> tuple[str, ...]:
    """What the item is called inside a transform or loop: the name in `as`, else the singular."""
    named = step.get("as")
    if isinstance(named, tree.Scalar) and named.text:
        return (named.text,)
    over = step.get("input") or step.get("items")
    text = over.text.strip("{} ") if isinstance(over, tree.Scalar) else ""
    return (singular(text), "item") if text else ("item",)


def singular(text: str) -> str:
    """What an element of the list is called where nobody names it."""
    word = text.rsplit(".", 1)[-1]
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    if word.endswith(("sses", "xes", "ches")):
        return word[:-2]
    return word.removesuffix("s")


def item_type(over: str, view: View) -> Type:
    """The type of one item of the list that an expression gives."""
    return _item(over, view)


@lru_cache(maxsize=4096)
def _tree(text: str) -> expr.Expr | None:
    text = text.strip()
    if text.startswith("{") and text.endswith("}") and ":" not in text:
        text = text[1:-1]
    parsed = grammar.parse(text)
    return None if parsed.faults else parsed.tree


def _typed(
    text: str, view: View, local: Mapping[str, Type] | None = None, has_rows: bool = False
) -> Type:
    parsed = _tree(text)
    if parsed is None:
        return ANY
    names = {**local, "index": INTEGER} if local else {}
    inference = Inference(
        lambda name: names.get(name) or view.lookup(name), view.named, view.known, has_rows
    )
    return inference.type_of(parsed)


def _item(over: str, view: View) -> Type:
    return item_of(unwrapped(_typed(over, view), view.named))


def _kept(over: Type, names: tuple[str, ...], text: str, view: View) -> Type:
    """The list itself; a filter makes sure that fields it asks for are not null."""
    kind = unwrapped(over, view.named)
    parsed = _tree(text) if text else None
    if not isinstance(kind, Array) or parsed is None:
        return kind if is_collection(kind) else Array(ANY)
    item, facts = kind.item, narrow.facts_when(parsed, True)
    if any(name in facts for name in names):
        item = unwrapped(item, view.named)
    sure = {field for name in names for field in narrow.elements(facts, name)}
    record = unwrapped(item, view.named)
    if not sure or not isinstance(record, RecordType):
        return Array(item, kind.name)
    fields = tuple(
        (name, unwrapped(of, view.named) if name in sure else of) for name, of in record.fields
    )
    return Array(RecordType(record.name, fields), kind.name)


def _summed(recipe: Summed, view: View) -> Type:
    row = unwrapped(_item(recipe.over, view), view.named)

    def column(name: str) -> Type:
        found = row.field(name) if isinstance(row, RecordType) else None
        return found or ANY

    def known(_fact: str) -> bool:
        return False

    rows = View(column, view.named, known)
    fields = [(name, column(name)) for name in recipe.groups]
    fields += [(name, _typed(text, rows, None, True)) for name, text in recipe.columns]
    record = RecordType("record", tuple(fields))
    return Array(record) if recipe.groups else record

"""The functions of expressions: one entry each gives its name, arguments, result and meaning."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

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
    MapType,
    Nullable,
    Primitive,
    RecordType,
    Type,
    assignable,
    joined,
    unwrapped,
)

Named = Mapping[str, Type]
Given = tuple[Type, ...]

NUMBER = Primitive("number")
"""An integer or a decimal."""
ORDERED = Primitive("number, text or moment")
SIZED = Primitive("text, list or map")
MAPPING = Primitive("map")
VALUE = Primitive("any or null")
"""Any value, null included: everywhere else null is an error."""


@dataclass(frozen=True, slots=True)
class Function:
    """One function; `optional` counts the arguments at the end that may be left out."""

    name: str
    parameters: tuple[tuple[str, Type], ...]
    returns: Type
    doc: str
    optional: int = 0
    typed: Callable[[Given, Named], Type] | None = None
    """The exact type of the result from those of the arguments, where `returns` is not all."""
    repeats: bool = False
    """Whether the last argument may be given any number of times."""
    needs: str = ""
    """The capability of a call, where what it gives comes from the world and is recorded."""

    @property
    def signature(self) -> str:
        """How it is called, as a person would write it."""
        words = [name for name, _ in self.parameters]
        first = len(words) - self.optional
        shown = [*words[:first], *(f"{it}?" for it in words[first:])]
        return f"{self.name}({', '.join(shown)}{', ...' if self.repeats else ''})"

    def result(self, given: Given, named: Named) -> Type:
        """The type of what it gives for arguments of these types."""
        return self.typed(given, named) if self.typed is not None and given else self.returns

    def parameter(self, index: int) -> Type:
        """What the argument at that place must be."""
        last = len(self.parameters) - 1
        if index > last and not self.repeats:
            return VALUE
        return self.parameters[min(index, last)][1] if self.parameters else VALUE


def accepts(wanted: Type, given: Type, named: Named) -> bool:
    """Whether a value that is not null may be given for a parameter."""
    if given == ANY or wanted in (ANY, VALUE):
        return True
    match wanted:
        case Primitive("number"):
            return given in (INTEGER, DECIMAL)
        case Primitive("number, text or moment"):
            return given in (INTEGER, DECIMAL, STRING, TIMESTAMP, DURATION)
        case Primitive("text, list or map"):
            sized = isinstance(given, Array | MapType | RecordType)
            return sized or assignable(given, STRING, named) or given == Primitive("bytes")
        case Primitive("map"):
            return isinstance(given, MapType | RecordType)
        case Array(item):
            return isinstance(given, Array) and (
                item == ANY or accepts(item, unwrapped(given.item, named), named)
            )
        case _:
            return assignable(given, wanted, named)


def _item(kind: Type, named: Named) -> Type:
    kind = unwrapped(kind, named)
    return kind.item if isinstance(kind, Array) else kind if kind in _SUMMED else ANY


_SUMMED = (INTEGER, DECIMAL, DURATION)
_LIST = Array(ANY)


def _same(given: Given, _named: Named) -> Type:
    return given[0]


def _bare(given: Given, named: Named) -> Type:
    return unwrapped(given[0], named)


def _whole_or_not(given: Given, named: Named) -> Type:
    """An integer stays one."""
    return INTEGER if unwrapped(given[0], named) == INTEGER else DECIMAL


def _sum(given: Given, named: Named) -> Type:
    return unwrapped(_item(given[0], named), named)


def _of_several(given: Given, named: Named) -> Type:
    """`min(a, b)` is one of the two; `min(list)` is an item, or null where there is none."""
    if len(given) == 1:
        return _one_of(given, named)
    found = unwrapped(given[0], named)
    for kind in given[1:]:
        found = joined(found, unwrapped(kind, named), named)
    return found


def _one_of(given: Given, named: Named) -> Type:
    item = unwrapped(_item(given[0], named), named)
    return ANY if item == ANY else Nullable(item)


def _coalesce(given: Given, named: Named) -> Type:
    found: Type = NULL
    for kind in given:
        found = joined(found, kind, named)
    if any(kind != NULL and not isinstance(kind, Nullable) for kind in given):
        return unwrapped(found, named)
    return found


def _values(given: Given, named: Named) -> Type:
    kind = unwrapped(given[0], named)
    return Array(kind.value) if isinstance(kind, MapType) else _LIST


def _keys(given: Given, named: Named) -> Type:
    kind = unwrapped(given[0], named)
    return Array(kind.key) if isinstance(kind, MapType) else Array(STRING)


def _div(given: Given, _named: Named) -> Type:
    return DECIMAL if DECIMAL in given else INTEGER


def _table(*functions: Function) -> dict[str, Function]:
    return {it.name: it for it in functions}


FUNCTIONS = _table(
    Function("SUM", (("values", Array(NUMBER)),), NUMBER, "The sum; of nothing, zero.",
             typed=_sum),
    Function("COUNT", (("values", SIZED),), INTEGER, "How many; `COUNT(*)` counts the rows."),
    Function("AVG", (("values", Array(NUMBER)),), Nullable(DECIMAL), "The mean; of nothing, null."),
    Function("MIN", (("values", Array(ORDERED)),), Nullable(ANY), "The smallest; of nothing, null.",
             typed=_one_of),
    Function("MAX", (("values", Array(ORDERED)),), Nullable(ANY), "The largest; of nothing, null.",
             typed=_one_of),
    Function("ALL", (("values", Array(BOOLEAN)),), BOOLEAN, "Whether all are true."),
    Function("ANY", (("values", Array(BOOLEAN)),), BOOLEAN, "Whether one is true."),
    Function("DIV", (("a", NUMBER), ("b", NUMBER)), INTEGER, "Whole division, toward zero.",
             typed=_div),
    Function("old", (("value", VALUE),), ANY, "The value when the flow began.", typed=_same),
    Function("len", (("value", SIZED),), INTEGER, "How many characters, items or keys."),
    Function("abs", (("number", NUMBER),), NUMBER, "The number without its sign.", typed=_bare),
    Function("round", (("number", NUMBER), ("digits", INTEGER)), DECIMAL,
             "Rounded, half to even.", 1, typed=_whole_or_not),
    Function("floor", (("number", NUMBER),), INTEGER, "The next whole number below."),
    Function("ceil", (("number", NUMBER),), INTEGER, "The next whole number above."),
    Function("min", (("a", ANY), ("b", ORDERED)), ANY, "The smallest of these, or of a list.", 1,
             typed=_of_several, repeats=True),
    Function("max", (("a", ANY), ("b", ORDERED)), ANY, "The largest of these, or of a list.", 1,
             typed=_of_several, repeats=True),
    Function("lower", (("text", STRING),), STRING, "In small letters."),
    Function("upper", (("text", STRING),), STRING, "In capital letters."),
    Function("trim", (("text", STRING),), STRING, "Without white space at both ends."),
    Function("split", (("text", STRING), ("separator", STRING)), Array(STRING), "Cut apart."),
    Function("join", (("texts", Array(STRING)), ("separator", STRING)), STRING, "Put together."),
    Function("replace", (("text", STRING), ("old", STRING), ("new", STRING)), STRING,
             "Every `old` as `new`."),
    Function("substring", (("text", STRING), ("start", INTEGER), ("length", INTEGER)), STRING,
             "A part of it, counted from 0.", 1),
    Function("starts_with", (("text", STRING), ("start", STRING)), BOOLEAN, "Begins with it."),
    Function("ends_with", (("text", STRING), ("end", STRING)), BOOLEAN, "Ends with it."),
    Function("coalesce", (("a", VALUE), ("b", VALUE)), ANY, "The first that is not null.",
             typed=_coalesce, repeats=True),
    Function("keys", (("map", MAPPING),), Array(STRING), "The keys of a map, in order.",
             typed=_keys),
    Function("values", (("map", MAPPING),), _LIST, "The values of a map, by key.", typed=_values),
    Function("contains_key", (("map", MAPPING), ("key", ANY)), BOOLEAN,
             "Whether the key is there."),
    Function("sort", (("values", Array(ORDERED)),), _LIST, "In ascending order.", typed=_bare),
    Function("unique", (("values", _LIST),), _LIST, "Each once, the first place kept.",
             typed=_bare),
    Function("current_timestamp", (), TIMESTAMP, "Now; recorded, so a replay sees the same.",
             needs="clock.read"),
    Function("current_year", (), INTEGER, "This year, in UTC; recorded.", needs="clock.read"),
    Function("uuid", (), STRING, "A new UUID, as text; recorded, so a replay sees the same.",
             needs="random.read"),
    Function("random", (), DECIMAL, "A decimal from 0 to below 1, of 18 digits; recorded.",
             needs="random.read"),
    Function("days_between", (("from", TIMESTAMP), ("to", TIMESTAMP)), INTEGER, "Whole days."),
    Function("to_string", (("value", VALUE),), STRING, "As text."),
    Function("to_integer", (("value", ANY),), INTEGER, "As a whole number, or an error."),
    Function("to_decimal", (("value", ANY),), DECIMAL, "As an exact number, or an error."),
    Function("timestamp", (("text", STRING),), TIMESTAMP, "A moment, written as ISO 8601."),
    Function("duration", (("text", STRING),), DURATION, "A length of time, as `30s`."),
)  # fmt: skip

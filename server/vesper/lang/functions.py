"""The functions of expressions: one entry each gives its name, arguments, result and meaning."""

from dataclasses import dataclass

from vesper.lang.types import (
    ANY,
    BOOLEAN,
    DECIMAL,
    DURATION,
    INTEGER,
    STRING,
    TIMESTAMP,
    Array,
    Type,
)


@dataclass(frozen=True, slots=True)
class Function:
    """One function; `optional` counts the arguments at the end that may be left out."""

    name: str
    parameters: tuple[tuple[str, Type], ...]
    returns: Type
    doc: str
    optional: int = 0

    @property
    def signature(self) -> str:
        """How it is called, as a person would write it."""
        words = [name for name, _ in self.parameters]
        first = len(words) - self.optional
        shown = [*words[:first], *(f"{it}?" for it in words[first:])]
        return f"{self.name}({', '.join(shown)})"


_LIST = Array(ANY)


def _table(*functions: Function) -> dict[str, Function]:
    return {it.name: it for it in functions}


FUNCTIONS = _table(
    Function("SUM", (("values", _LIST),), ANY, "The sum; of nothing, zero."),
    Function("COUNT", (("values", ANY),), INTEGER, "How many; `COUNT(*)` counts the rows."),
    Function("AVG", (("values", _LIST),), DECIMAL, "The mean; of nothing, null."),
    Function("MIN", (("values", _LIST),), ANY, "The smallest; of nothing, null."),
    Function("MAX", (("values", _LIST),), ANY, "The largest; of nothing, null."),
    Function("ALL", (("values", ANY),), BOOLEAN, "Whether all are true."),
    Function("ANY", (("values", ANY),), BOOLEAN, "Whether one is true."),
    Function("DIV", (("a", ANY), ("b", ANY)), INTEGER, "Whole division, toward zero."),
    Function("old", (("value", ANY),), ANY, "The value when the flow began."),
    Function("len", (("value", ANY),), INTEGER, "How many characters, items or keys."),
    Function("abs", (("number", DECIMAL),), ANY, "The number without its sign."),
    Function("round", (("number", DECIMAL), ("digits", INTEGER)), DECIMAL,
             "Rounded, half to even.", 1),
    Function("floor", (("number", DECIMAL),), INTEGER, "The next whole number below."),
    Function("ceil", (("number", DECIMAL),), INTEGER, "The next whole number above."),
    Function("min", (("a", ANY), ("b", ANY)), ANY, "The smaller of two, or of a list.", 1),
    Function("max", (("a", ANY), ("b", ANY)), ANY, "The larger of two, or of a list.", 1),
    Function("lower", (("text", STRING),), STRING, "In small letters."),
    Function("upper", (("text", STRING),), STRING, "In capital letters."),
    Function("trim", (("text", STRING),), STRING, "Without white space at both ends."),
    Function("split", (("text", STRING), ("separator", STRING)), Array(STRING), "Cut apart."),
    Function("join", (("texts", _LIST), ("separator", STRING)), STRING, "Put together."),
    Function("replace", (("text", STRING), ("old", STRING), ("new", STRING)), STRING,
             "Every `old` as `new`."),
    Function("substring", (("text", STRING), ("start", INTEGER), ("length", INTEGER)), STRING,
             "A part of it, counted from 0.", 1),
    Function("starts_with", (("text", STRING), ("start", STRING)), BOOLEAN, "Begins with it."),
    Function("ends_with", (("text", STRING), ("end", STRING)), BOOLEAN, "Ends with it."),
    Function("coalesce", (("a", ANY), ("b", ANY)), ANY, "The first that is not null."),
    Function("keys", (("map", ANY),), Array(STRING), "The keys of a map, in order."),
    Function("values", (("map", ANY),), _LIST, "The values of a map, by key."),
    Function("contains_key", (("map", ANY), ("key", ANY)), BOOLEAN, "Whether the key is there."),
    Function("sort", (("values", _LIST),), _LIST, "In ascending order."),
    Function("unique", (("values", _LIST),), _LIST, "Each once, the first place kept."),
    Function("current_timestamp", (), TIMESTAMP, "Now; recorded, so a replay sees the same."),
    Function("current_year", (), INTEGER, "This year, in UTC; recorded."),
    Function("days_between", (("from", TIMESTAMP), ("to", TIMESTAMP)), INTEGER, "Whole days."),
    Function("to_string", (("value", ANY),), STRING, "As text."),
    Function("to_integer", (("value", ANY),), INTEGER, "As a whole number, or an error."),
    Function("to_decimal", (("value", ANY),), DECIMAL, "As an exact number, or an error."),
    Function("timestamp", (("text", STRING),), TIMESTAMP, "A moment, written as ISO 8601."),
    Function("duration", (("text", STRING),), DURATION, "A length of time, as `30s`."),
)  # fmt: skip

"""Cases of the Common Expression Language's conformance suite, rewritten to this language.

    python -m tests.vectors.rewrite_cel FOLDER_OF_TEXTPROTO_FILES

writes `cel/*.json` beside this file. The suite is google/cel-spec, `tests/simple/testdata`, Apache License
2.0; what is kept of a case is its name, the rewritten expression, its names, and what must come of it.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

from tests.vectors.cel_grammar import Unmapped, rewritten

HERE = Path(__file__).parent / "cel"
SOURCE = "google/cel-spec tests/simple/testdata, Apache License 2.0; rewritten to this language"
FAULTS = (
    ("divide by zero", "division_by_zero"), ("division by zero", "division_by_zero"),
    ("modulus by zero", "division_by_zero"), ("overflow", "integer_overflow"),
    ("no such key", "missing_field"),
    ("undeclared", "unknown_name"),
)  # fmt: skip
EXACT = "numbers are exact here, and none is rounded to a float to be compared"
DIFFERS = {
    "lt_literal/not_lt_dyn_int_big_lossy_double": EXACT, "lt_literal/not_lt_dyn_small_double_int": EXACT,
    "gt_literal/not_gt_dyn_int_small_lossy_double": EXACT, "gt_literal/not_gt_dyn_big_double_int": EXACT,
    "lte_literal/lte_dyn_int_small_lossy_double": EXACT, "lte_literal/lte_dyn_big_double_int": EXACT,
    "gte_literal/gte_dyn_int_big_lossy_double": EXACT, "gte_literal/gte_dyn_small_double_int": EXACT,
    "index/zero_based_double": "a list is indexed by an integer, and 0.0 is a decimal",
    "exists/map_key": "a quantifier over a map goes over its values",
}  # fmt: skip
"""Cases with another answer here, and why; the tests hold that they differ."""

_TOKEN = re.compile(
    r"""\s+|\#[^\n]*|(?P<word>[A-Za-z_][\w.]*)|(?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    |(?P<number>-?[\w.+-]+)|(?P<sign>[{}\[\]:,<>])""",
    re.VERBOSE,
)
Message = dict[str, list[Any]]


def main(folder: Path) -> None:
    """Write one file for each of the suite's."""
    HERE.mkdir(exist_ok=True)
    for path in sorted(folder.glob("*.textproto")):
        cases, left_out = rewrite(message(path.read_text(encoding="utf-8")))
        kept = {"source": f"{SOURCE} ({path.name})", "left_out": left_out, "cases": cases}
        text = json.dumps(kept, indent=1, ensure_ascii=False)
        (HERE / f"{path.stem}.json").write_text(text + "\n", encoding="utf-8")
        print(f"{path.stem:14} {len(cases):4} of {len(cases) + sum(left_out.values())}")


def rewrite(suite: Message) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """The cases that can be said here, and how many cannot for which reason."""
    cases: list[dict[str, Any]] = []
    left_out: dict[str, int] = {}
    for section in suite["section"]:
        for test in section.get("test", []):
            try:
                cases.append(case(test, f"{section['name'][0]}/{test['name'][0]}"))
            except Unmapped as reason:
                left_out[str(reason)] = left_out.get(str(reason), 0) + 1
    return cases, dict(sorted(left_out.items()))


def case(test: Message, name: str) -> dict[str, Any]:
    """One case; `value` is in the canonical form, `fault` a code or empty for any."""
    if "container" in test:
        raise Unmapped("messages and types of protocol buffers")
    found: dict[str, Any] = {"name": name, **rewritten(test["expr"][0])}
    if name in DIFFERS:
        found["differs"] = DIFFERS[name]
    given = {it["key"][0]: it["value"][0]["value"][0] for it in test.get("bindings", [])}
    if any("." in it for it in given):
        raise Unmapped("names with dots")
    if given:
        found["names"] = {key: value(it) for key, it in given.items()}
    if "eval_error" in test:
        said = test["eval_error"][0]["errors"][0]["message"][0].replace("_", " ")
        found["fault"] = next((code for text, code in FAULTS if text.replace("_", " ") in said), "")
        return found
    expected = value(test["value"][0]) if "value" in test else True
    return {**found, "value": expected}


def value(it: Message) -> Any:
    """A value in this language's canonical form."""
    ((kind, (held, *_)),) = it.items()
    match kind:
        case "int64_value":
            return int(held, 0)
        case "string_value":
            return held
        case "bool_value":
            return held == "true"
        case "null_value":
            return None
        case "double_value":
            if not re.fullmatch(r"-?[0-9.]+(e[+-]?[0-9]+)?", held, re.IGNORECASE):
                raise Unmapped("infinity and NaN")
            return {"$decimal": held}
        case "list_value":
            return [value(inner) for inner in held.get("values", [])]
        case "map_value":
            entries = [(value(e["key"][0]), value(e["value"][0])) for e in held.get("entries", [])]
            if not all(isinstance(key, str) for key, _ in entries):
                raise Unmapped("keys that are no texts")
            return dict(entries)
        case _:
            raise Unmapped("types that are not here: bytes, unsigned, messages, types as values")


def message(text: str) -> Message:
    """The fields of a text of protocol buffers, each with all its values."""
    words = [
        (kind, found[kind])
        for found in _TOKEN.finditer(text)
        if (kind := found.lastgroup) is not None
    ]
    return _fields(words, 0)[0]


def _fields(words: list[tuple[str, str]], at: int) -> tuple[Message, int]:
    found: Message = {}
    while at < len(words) and words[at][1] not in ("}", ">"):
        name = words[at][1]
        at += 1
        if words[at][1] == ":":
            at += 1
        if words[at][1] in ("{", "<"):
            held, at = _fields(words, at + 1)
            at += 1
        elif words[at][0] == "text":
            held = ""
            while at < len(words) and words[at][0] == "text":
                held += _unescaped(words[at][1][1:-1])
                at += 1
        else:
            held = words[at][1]
            at += 1
        found.setdefault(name, []).append(held)
        at += at < len(words) and words[at][1] == ","
    return found, at


def _unescaped(text: str) -> str:
    """Escapes by numbers are bytes of UTF-8."""
    found, at = bytearray(), 0
    for escape in _ESCAPE.finditer(text):
        found += text[at : escape.start()].encode()
        sign = escape[1]
        if sign[0] in "01234567":
            found.append(int(sign, 8))
        elif sign[0] in "xuU" and len(sign) > 1:
            point = int(sign[1:], 16)
            found += bytes([point]) if sign[0] == "x" else chr(point).encode()
        else:
            found += _SIGNS.get(sign, sign).encode()
        at = escape.end()
    return (found + text[at:].encode()).decode(errors="replace")


_ESCAPE = re.compile(r"\\([0-7]{1,3}|x[0-9a-fA-F]{1,2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)")
_SIGNS = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}


if __name__ == "__main__":
    main(Path(sys.argv[1]))

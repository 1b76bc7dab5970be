"""Cases of the General Decimal Arithmetic specification, as what this language must give for them.

    python -m tests.vectors.rewrite_decimals FOLDER_OF_DECTEST_FILES

writes `decimals/*.txt` beside this file. The cases are by Mike Cowlishaw, copyright IBM Corporation,
published with the specification at speleotrove.com/decimal and shipped with CPython in
`Lib/test/decimaltestdata`. Kept of each are its name, its operands and its result.
"""

import re
import sys
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent / "decimals"
FILES = (
    "abs", "add", "base", "compare", "divide", "divideint", "inexact", "minus", "multiply", "quantize",
    "randomBound32", "randoms", "remainder", "rounding", "subtract", "tointegral",
    "ddAdd", "ddSubtract", "ddMultiply", "ddCompare", "ddRemainder", "ddDivideInt", "ddQuantize", "ddBase",
    "dqAbs", "dqAdd", "dqBase", "dqCompare", "dqDivide", "dqDivideInt", "dqMinus", "dqMultiply", "dqQuantize",
    "dqRemainder", "dqSubtract", "ddDivide",
)  # fmt: skip
HEAD = """\
# General Decimal Arithmetic test cases, {name}.decTest, (c) IBM Corporation, 1981, 2008;
# shipped with CPython.
# Those that this language can say: finite numbers, no negative zero, nothing rounded except by `/` to 34
# digits and by `round`. Each line: name, operation, operands, what comes of it (`!` and the code of a fault).
# {kept} of {seen} cases.
"""
OPERATIONS = ("abs", "add", "subtract", "multiply", "divide", "remainder", "divideint", "compare",
    "minus", "quantize",
              "tointegral", "tosci", "apply")  # fmt: skip
ALTERED = frozenset({"rounded", "inexact", "overflow", "underflow", "clamped", "lost_digits"})
"""Conditions under which a result is not the exact one."""
LONGEST, LARGEST = 1_000, 6_144
_CASE = re.compile(r"""(\S+)\s+(\S+)\s+(.*?)\s*->\s*(\S+)\s*(.*)""")
_WORD = re.compile(r"""'((?:[^']|'')*)'|"((?:[^"]|"")*)"|(\S+)""")
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\Z", re.ASCII)


class Case(NamedTuple):
    """One line of the suite with the settings that hold for it."""

    name: str
    operation: str
    operands: tuple[str, ...]
    result: str
    conditions: frozenset[str]
    precision: int
    rounding: str


def main(folder: Path) -> None:
    """Write one file for each of the suite's."""
    HERE.mkdir(exist_ok=True)
    for name in FILES:
        text = (folder / f"{name}.decTest").read_text(encoding="latin-1")
        seen = list(cases(text))
        kept = [line for it in seen if (line := said(it))]
        head = HEAD.format(name=name, kept=len(kept), seen=len(seen))
        (HERE / f"{name}.txt").write_text(head + "\n".join(kept) + "\n", encoding="utf-8")
        print(f"{name:14} {len(kept):5} of {len(seen)}")


def cases(text: str) -> Iterator[Case]:
    """The cases of a file."""
    settings: dict[str, str] = {}
    for whole in text.splitlines():
        line = whole.split("--", maxsplit=1)[0].strip()
        setting = re.match(r"(\w+):\s*(\S+)\Z", line)
        if setting is not None:
            settings[setting[1].lower()] = setting[2].lower()
        found = _CASE.match(line)
        if found is not None:
            operands = tuple(_unquoted(it) for it in _WORD.finditer(found[3]))
            result = _WORD.match(found[4])
            assert result is not None
            yield Case(
                found[1], found[2].lower(), operands, _unquoted(result), frozenset(found[5].lower().split()),
                int(settings["precision"]), settings["rounding"],
            )  # fmt: skip


def _unquoted(found: re.Match[str]) -> str:
    single, double, bare = found.groups()
    return (single or "").replace("''", "'") or (double or "").replace('""', '"') or bare or ""


def said(case: Case) -> str:
    """The line kept of a case; empty where this language has nothing like it."""
    operation = "tosci" if case.operation == "apply" else case.operation
    if operation not in OPERATIONS:
        return ""
    if operation == "tosci":
        return _read(case)
    if not all(map(_NUMBER.match, case.operands)):
        return ""
    result = _result(case)
    if not result or not all(
        map(_fits, (*case.operands, result.strip("!_abcdefghijklmnopqrstuvwxyz") or "0"))
    ):
        return ""
    places = Decimal(case.operands[-1]).as_tuple().exponent
    if operation == "quantize" and abs(int(places)) >= LONGEST:
        return ""
    if operation == "tointegral" and int(places) > 0:
        # There such a number stays as it is; `round` writes its zeros out.
        return ""
    return " ".join((case.name, operation, *case.operands, result))


def _fits(number: str) -> bool:
    """Whether the language has the number: up to 1,000 digits, exponents up to 6,144."""
    value = Decimal(number)
    return value.is_zero() or (
        abs(value.adjusted()) <= LARGEST and len(value.as_tuple().digits) <= LONGEST
    )


def _read(case: Case) -> str:
    """A number read from text: its digits stay, and what is none is refused."""
    (text,) = case.operands
    if case.conditions & ALTERED or " " in text or not text:
        return ""
    if "conversion_syntax" in case.conditions:
        return f"{case.name} tosci {text} !invalid_value"
    return (
        f"{case.name} tosci {text} {_unsigned(case.result)}"
        if _NUMBER.match(case.result) and _fits(case.result)
        else ""
    )


def _result(case: Case) -> str:
    if case.conditions & {"division_by_zero", "division_undefined"}:
        return "!division_by_zero"
    if not _NUMBER.match(case.result) or not _is_exact(case):
        return ""
    return _unsigned(case.result)


def _is_exact(case: Case) -> bool:
    """Whether the suite's result is what this language gives, whatever precision the case was made for."""
    altered = case.conditions & ALTERED
    match case.operation:
        case "divide" if case.precision == 34 and case.rounding == "half_even":
            return not altered & {"overflow", "underflow", "clamped"}
        case "quantize" | "tointegral":
            is_rounded = "inexact" in altered or _shortened(case)
            return not altered & {"overflow", "underflow", "clamped"} and (
                not is_rounded or case.rounding == "half_even"
            )
        case _:
            return not altered


def _shortened(case: Case) -> bool:
    """Whether rounding to a whole number, which tells no conditions, changed the value."""
    try:
        return Decimal(case.operands[0]).compare(Decimal(case.result)) != 0
    except InvalidOperation:
        return True


def _unsigned(result: str) -> str:
    """The result without the sign of a zero, which this language does not know."""
    return result.removeprefix("-") if Decimal(result).is_zero() else result


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""Valid `.vsp` documents of any length, and the places in them where a problem can be typed.

A document is one node as people write them, only longer: inputs with constraints, types, contracts, a
flow in which each step builds on earlier ones, and test cases. The same length always gives the same
text, and no two blocks of it are alike, so that nothing is won by remembering equal text.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["unknown key", "wrong word", "wrong kind", "junk after a quote"]
KINDS: tuple[Kind, ...] = ("unknown key", "wrong word", "wrong kind", "junk after a quote")
PLACES = {"top": 0.1, "middle": 0.5, "bottom": 0.9}

_TABLES = ("orders", "payments", "customers", "refunds", "shipments", "prices", "stock", "returns")
_CODES = ("invalid_amount", "limit_exceeded", "not_found", "wrong_currency")
_SHARES = {"types": 0.08, "inputs": 0.24, "contracts": 0.065, "testing": 0.12}
"""What part of a document a section is; the flow is the rest."""


@dataclass(frozen=True, slots=True)
class Slip:
    """One keystroke that makes a problem: `typed` put in at a place, all zero-based UTF-16 units."""

    kind: Kind
    place: str
    line: int
    column: int
    typed: str


def document(lines: int) -> str:
    """A valid document of exactly that many lines, of which there must be 250 or more."""
    written = list(_opening())
    types = _section("types", lines)
    last = [it for it in types if it.startswith("  Line")][-1].strip(" :")
    inputs = _section("inputs", lines)
    names = [it.strip(" :") for it in inputs if it.startswith(("  amount_", "  label_"))]
    written += types
    written += [it.replace("array<Line0>", f"array<{last}>") for it in inputs]
    written += _section("contracts", lines, lambda it: _clause(it, names[it % len(names)]))
    cases = _section("testing", lines)
    room = lines - len(written) - len(cases) - len(_closing(_TABLES)) - 1
    flow = _flow(room)
    written += flow
    written += cases
    written += _closing([it for it in _TABLES if f"    table: {it}" in flow])
    spare = lines - len(written) - 1
    if spare < 0:
        raise ValueError(f"{lines} lines cannot hold every section: 250 can")
    written.append("documentation: |")
    written += [f"  Note {it}: written to fill the page." for it in range(spare)]
    return "\n".join(written) + "\n"


def document_of_bytes(size: int) -> str:
    """A valid document of at least that many bytes, and little more."""
    lines = 1000
    lines = lines * size // len(document(lines))
    text = document(lines)
    while len(text) < size:
        lines += lines // 100 + 1
        text = document(lines)
    return text


def slips(text: str) -> list[Slip]:
    """Every kind of problem at the top, in the middle and at the bottom, where its line exists."""
    lines = text.split("\n")
    found: list[Slip] = []
    for place, share in PLACES.items():
        wanted = int(len(lines) * share)
        for kind in KINDS:
            slip = _nearest(lines, wanted, kind, place)
            if slip is not None:
                found.append(slip)
    return found


def described_line(text: str, share: float) -> int:
    """The line of the quoted description nearest to that share of the document."""
    lines = text.split("\n")
    wanted = int(len(lines) * share)
    candidates = (it for it, line in enumerate(lines) if _in_quotes(line) is not None)
    return min(candidates, key=lambda it: abs(it - wanted))


def step_line(text: str, share: float) -> int:
    """The `operation:` line of a step of the flow itself, nearest to that share of the flow."""
    lines = text.split("\n")
    candidates = [it for it, line in enumerate(lines) if line.startswith("    operation: ")]
    return candidates[min(len(candidates) - 1, int(len(candidates) * share))]


def _nearest(lines: list[str], wanted: int, kind: Kind, place: str) -> Slip | None:
    near = sorted(range(len(lines)), key=lambda it: abs(it - wanted))[: max(60, len(lines) // 5)]
    for line in near:
        column = _SPOTS[kind](lines[line])
        if column is not None:
            return Slip(kind, place, line, column, _TYPED[kind])
    return None


def _in_key(line: str) -> int | None:
    return line.index(":") if line.lstrip().startswith("description: ") else None


def _in_word(line: str) -> int | None:
    return (
        len(line) if line.lstrip().startswith(("transform: ", "level: ", "audit_level: ")) else None
    )


def _in_flag(line: str) -> int | None:
    return len(line) if line.lstrip().startswith("required: ") else None


def _in_quotes(line: str) -> int | None:
    quoted = line.lstrip().startswith('description: "') and line.endswith('"')
    return len(line) if quoted else None


_SPOTS: dict[Kind, Callable[[str], int | None]] = {
    "unknown key": _in_key,
    "wrong word": _in_word,
    "wrong kind": _in_flag,
    "junk after a quote": _in_quotes,
}
_TYPED: dict[Kind, str] = {
    "unknown key": "x",
    "wrong word": "x",
    "wrong kind": "x",
    "junk after a quote": " x",
}


def _opening() -> Iterator[str]:
    yield "node_id: settle_orders_v1.2.0"
    yield "type: function"
    yield "intent: Settle the orders of a day and say what is still to be paid"
    yield ""
    yield "metadata:"
    yield "  author: Vesper bench"
    yield "  tags: [orders, settlement]"


def _section(name: str, lines: int, block: Callable[[int], list[str]] | None = None) -> list[str]:
    """One section with its share of a document's lines."""
    return ["", *_HEADS[name], *_blocks(block or _BLOCKS[name], round(lines * _SHARES[name]))]


def _flow(room: int) -> list[str]:
    """The flow in at most `room` lines, though never less than one step and the last."""
    return ["", "flow:", *_blocks(_step, room - len(_LAST_STEP) - 2), *_LAST_STEP]


def _blocks(block: Callable[[int], list[str]], room: int) -> list[str]:
    lines = block(0)
    number = 1
    while len(lines) + len(following := block(number)) <= room:
        lines += following
        number += 1
    return lines


def _type(number: int) -> list[str]:
    return [
        f"  Line{number}:",
        "    fields:",
        f"      {f'instead: Line{number - 1}' if number else 'sku: string'}?  # of list {number}",
        "      quantity: integer",
        "      unit_price: decimal",
    ]


def _input(number: int) -> list[str]:
    if number % 4 == 3:
        return [
            f"  label_{number}:",
            "    type: string",
            "    required: false",
            f'    default: "part {number}"',
            f'    description: "How part {number} is called on the bill"',
            "    constraints:",
            "      - non_empty",
            "      - max_length: 80",
        ]
    return [
        f"  amount_{number}:",
        "    type: decimal",
        "    required: false",
        f"    default: {number % 90}.50",
        f'    description: "Net amount of part {number}, before tax"',
        "    constraints:",
        '      - ">= 0"',
        "      - max: 50000.00",
    ]


def _clause(number: int, name: str) -> list[str]:
    used = f"len({name})" if name.startswith("label") else name
    return [
        f"    - \"request_id != 'request-{number}'\"",
        f'    - "{used} < {60_000 + number}"',
    ]


def _step(number: int) -> list[str]:
    return ["", *_STEPS[number % len(_STEPS)](number)]


def _validation(number: int) -> list[str]:
    return [
        f"  - step: check_{number}",
        "    operation: validation",
        f'    description: "Step {number} refuses what nobody could pay"',
        "    guards:",
        f'      - "amount_0 <= {50000 + number}.00"',
        f"      - \"request_id != 'void-{number}'\"",
        "    on_failure:",
        f"      return_error: {_CODES[number % len(_CODES)]}",
    ]


def _arithmetic(number: int) -> list[str]:
    before = f"total_{number - len(_STEPS)} + " if number >= len(_STEPS) else ""
    return [
        f"  - step: add_{number}",
        "    operation: arithmetic",
        f'    description: "Step {number} adds the fee to the running total"',
        f'    expression: "{before}round(amount_0 * 0.029 + 0.{number % 90 + 10}, 2)"',
        f"    output: total_{number}",
    ]


def _template(number: int) -> list[str]:
    return [
        f"  - step: note_{number}",
        "    operation: string_template",
        f'    description: "Step {number} writes a line of the bill"',
        f'    template: "{{request_id}}, part {number}: {{total_{number - 1}}}"',
        f"    output: note_{number}",
    ]


def _conditional(number: int) -> list[str]:
    return [
        f"  - step: limit_{number}",
        "    operation: conditional",
        f'    description: "Step {number} ends the run when the limit is passed"',
        f'    condition: "total_{number - 2} > {9_000_000 + number}"',
        "    then:",
        f"      - step: refuse_{number}",
        "        operation: return",
        "        return_error: limit_exceeded",
    ]


def _query(number: int) -> list[str]:
    table = _TABLES[number % len(_TABLES)]
    return [
        f"  - step: find_{number}",
        "    operation: database_query",
        f'    description: "Step {number} reads what is known of the request"',
        f'    query: "SELECT id, total FROM {table} WHERE id = {{request_id}} AND part = {number}"',
        f"    table: {table}",
        f"    output: rows_{number}",
    ]


def _filter(number: int) -> list[str]:
    return [
        f"  - step: select_{number}",
        "    operation: data_transform",
        f'    description: "Step {number} keeps the lines that cost something"',
        "    input: lines",
        "    transform: filter",
        "    as: line",
        f'    function: "line.quantity > {number % 7} AND line.unit_price > 0"',
        f"    output: lines_{number}",
    ]


def _log(number: int) -> list[str]:
    return [
        f"  - step: log_{number}",
        "    operation: log",
        f'    description: "Step {number} leaves a trace"',
        f'    message: "{{note_{number - 4}}}: {{len(rows_{number - 2})}} and {{len(lines_{number - 1})}}"',
        "    level: info",
    ]


def _case(number: int) -> list[str]:
    return [
        f"    - name: case_{number}",
        f'      description: "Case {number}: a small amount is accepted"',
        "      inputs:",
        f"        request_id: request-of-{number}",
        f"        amount_0: {number % 900}.25",
        "        lines: []",
        "      expected_output:",
        "        success: true",
    ]


_HEADS: dict[str, list[str]] = {
    "types": ["types:"],
    "inputs": [
        "inputs:",
        "  request_id:",
        "    type: string",
        "    required: true",
        '    description: "The request that is settled"',
        "  lines: array<Line0>",
    ],
    "contracts": [
        "outputs:",
        "  success:",
        "    total: decimal",
        "    note: string",
        "  error:",
        f"    error_code: enum[{', '.join(_CODES)}]",
        "    message: string",
        "",
        "contracts:",
        "  postconditions:",
        '    - "total >= 0"',
        "  preconditions:",
    ],
    "testing": ["testing:", "  test_cases:"],
}
_BLOCKS: dict[str, Callable[[int], list[str]]] = {
    "types": _type,
    "inputs": _input,
    "testing": _case,
}
_STEPS: tuple[Callable[[int], list[str]], ...] = (
    _validation,
    _arithmetic,
    _template,
    _conditional,
    _query,
    _filter,
    _log,
)
_LAST_STEP = [
    "",
    "  - step: done",
    "    operation: return",
    '    description: "The end: the bill is complete"',
    "    return_success:",
    '      total: "{amount_0 + 0.30}"',
    '      note: "settled {request_id}"',
]


def _closing(tables: Sequence[str]) -> list[str]:
    return [
        "",
        "performance:",
        "  timeout: 15s",
        "",
        "security:",
        "  capabilities_required:",
        "    - log.write",
        *(f"    - database.read.{it}" for it in tables),
        "  audit_level: detailed",
        "",
    ]

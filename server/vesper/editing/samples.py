"""Values that fit: what a test could give an input, going by its type and constraints."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from vesper.editing.entries import entries
from vesper.editing.specimen import specimen
from vesper.lang import tree
from vesper.lang.bounds import Bound, bounds_of, constraint_bound
from vesper.lang.scope import Facts
from vesper.lang.source import Span
from vesper.lang.types import (
    DECIMAL,
    INTEGER,
    STRING,
    Array,
    Enum,
    MapType,
    Nullable,
    Primitive,
    RecordType,
    Type,
    is_type,
    settled,
    unwrapped,
)

_STEP = Decimal("0.01")
_PLAIN = {
    "string": "text",
    "integer": "1",
    "decimal": "1.00",
    "boolean": "true",
    "bytes": '""',
    "timestamp": '"2030-01-01T00:00:00Z"',
    "duration": "30s",
    "object": "{}",
}


def sample(kind: Type, named: Mapping[str, Type], depth: int = 0) -> str:
    """A value of a type as it would be written in brackets."""
    kind = settled(kind, named)
    match kind:
        case Nullable(of):
            return sample(of, named, depth)
        case Enum(words):
            return words[0] if words else '""'
        case Array():
            return "[]"
        case MapType():
            return "{}"
        case RecordType(_, fields) if depth < 3:
            inner = ", ".join(f"{name}: {sample(it, named, depth + 1)}" for name, it in fields)
            return f"{{{inner}}}"
        case Primitive(name):
            return _PLAIN.get(name, "null")
        case _:
            return "null"


def sample_inputs(facts: Facts) -> Iterator[tuple[str, str]]:
    """Every input that must be given, with a value that its constraints and preconditions allow."""
    specs = {
        it.path[1]: it.entry.value
        for held in facts.held
        if held.piece.chunk.section == "inputs"
        for it in entries(held)
        if len(it.path) == 2
    }
    for name, places in facts.of("input").items():
        kind, spec = places[0].export.detail, specs.get(name)
        if spec is not None and is_type(kind) and not isinstance(kind, Nullable):
            yield name, fitting(spec, kind, facts.types, list(_demanded(facts, name)))


def _demanded(facts: Facts, name: str) -> Iterator[Bound]:
    """What the preconditions demand of one input alone."""
    for held in facts.held:
        if held.piece.chunk.section != "contracts":
            continue
        for expression in held.piece.expressions:
            if expression.scope == "inputs":
                for bound in bounds_of(expression.parsed.tree):
                    if bound.of in (name, f"len({name})"):
                        yield bound._replace(of=bound.of.replace(name, "value"))


def fitting(
    spec: tree.Node, kind: Type, named: Mapping[str, Type], more: Sequence[Bound] = ()
) -> str:
    """A value that keeps to the constraints of a field, as far as they are simple.

    `more` are bounds from elsewhere, on `value` or `len(value)`.
    """
    bare = unwrapped(kind, named)
    written = spec.get("default") if isinstance(spec, tree.Mapping) else None
    if isinstance(written, tree.Scalar) and written.text:
        return written.text
    constraints = list(_constraints(spec))
    bounds = [*(it for node in constraints if (it := constraint_bound(node))), *more]
    one_of = next((it for node in constraints if (it := _one_of(node))), None)
    if one_of is not None:
        return one_of
    if bare in (INTEGER, DECIMAL):
        return _number(bounds, whole=bare == INTEGER)
    if bare == STRING:
        return _text(constraints, bounds)
    return sample(kind, named)


def _constraints(spec: tree.Node) -> Iterator[tree.Node]:
    if not isinstance(spec, tree.Mapping):
        return
    written = spec.get("constraints")
    if isinstance(written, tree.Sequence):
        yield from written.items
    elif written is not None:
        yield written
    for entry in spec.entries:
        if entry.key.text in ("pattern", "min", "max", "min_length", "max_length"):
            yield tree.Mapping(entry.key.span, [entry])


def _one_of(node: tree.Node) -> str | None:
    listed = node.get("one_of") if isinstance(node, tree.Mapping) else None
    first = listed.items[0] if isinstance(listed, tree.Sequence) and listed.items else None
    return first.text if isinstance(first, tree.Scalar) else None


def _number(bounds: Sequence[Bound], *, whole: bool) -> str:
    own = [it for it in bounds if it.of == "value"]
    step = Decimal(1) if whole else _STEP
    plain = [Decimal(it) for it in (1, 10, 100, 0, 1000)]
    edges = [it.number + shift for it in own for shift in (Decimal(0), step, -step)]
    fits = (it for it in (*plain, *edges) if all(bound.allows(it) for bound in own))
    return _number_text(next(fits, Decimal(1)), whole=whole)


def _number_text(number: Decimal, *, whole: bool) -> str:
    """A number as it would be written: amounts with two digits."""
    if whole:
        return str(int(number))
    return f"{number:.2f}" if number == number.quantize(_STEP) else f"{number:f}"


def _text(constraints: Sequence[tree.Node], bounds: Sequence[Bound]) -> str:
    for node in constraints:
        pattern = node.get("pattern") if isinstance(node, tree.Mapping) else None
        if isinstance(pattern, tree.Scalar):
            found = specimen(pattern.text)
            if found:
                return _quoted(found)
    lengths = [it for it in bounds if it.of == "len(value)"]
    wanted = (it for it in range(4, 200) if all(bound.allows(it) for bound in lengths))
    short = (it for it in range(4) if all(bound.allows(it) for bound in lengths))
    length = next(wanted, next(short, 4))
    return _quoted(("text" * 50)[:length])


def _quoted(text: str) -> str:
    """A text as it is written where a plain one would be read as something else."""
    scalar = tree.Scalar(Span(0, 0, 0, 0), text, "")
    is_plain = text.replace("_", "a").replace("-", "a").isalnum() and text[0].isalnum()
    if is_plain and isinstance(scalar.value, str):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'

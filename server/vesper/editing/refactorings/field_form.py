"""Write a field as `name: type`, or with its keys one below the other."""

from collections.abc import Iterator
from functools import partial

from vesper.editing.entries import Placed
from vesper.editing.refactoring import Offer, Place, entries_at
from vesper.lang import tree
from vesper.lang.piece import Path
from vesper.lang.rule import Edit
from vesper.lang.source import Span


def offers(place: Place) -> Iterator[Offer]:
    """At the field around the cursor."""
    spec = next((it for it in reversed(entries_at(place)) if is_field(it.path)), None)
    if spec is None or place.held.piece.is_broken:
        return
    match spec.entry.value:
        case tree.Scalar() as value if value.text and not value.anchor:
            title = f"Write `{spec.path[-1]}` with keys, for more than its type"
            yield Offer(title, "refactor.rewrite", partial(_long, place, spec))
        case tree.Mapping():
            title = f"Write `{spec.path[-1]}` as its type alone"
            reason = _more_than_type(place, spec)
            edits = partial(_short, place, spec)
            yield Offer(title, "refactor.rewrite", edits, disabled=reason)
        case _:
            return


def is_field(path: Path) -> bool:
    """Whether a path leads to the specification of one field."""
    match path:
        case ("inputs", str()) | ("outputs", "success" | "error", str()):
            return True
        case ("outputs", name):
            return name not in ("success", "error")
        case ("inputs" | "outputs" | "types", *_, "fields", str()):
            return True
        case _:
            return False


def _long(place: Place, spec: Placed) -> list[Edit]:
    key, value = spec.entry.key.span, spec.entry.value.span
    down = place.held.line
    if spec.owner.flow:
        start, end = Span(*value[:2], *value[:2]), Span(*value[2:], *value[2:])
        return [Edit(start.moved(down), "{type: "), Edit(end.moved(down), "}")]
    lead = " " * (key.column + 2)
    gap = Span(key.end_line, key.end_column + 1, *value[:2]).moved(down)
    return [Edit(gap, f"\n{lead}type: ")]


def _more_than_type(place: Place, spec: Placed) -> str:
    value = spec.entry.value
    assert isinstance(value, tree.Mapping)
    keys = [it.key.text for it in value.entries]
    if "type" not in keys:
        return "it has no `type`"
    others = [it for it in keys if it not in ("type", "required")]
    if others:
        return f"`{others[0]}` would be lost"
    rows = place.held.piece.reading.lines[value.span.line : value.span.end_line]
    if any("#" in it for it in rows):
        return "a comment would be lost"
    return ""


def _short(place: Place, spec: Placed) -> list[Edit]:
    key, value = spec.entry.key.span, spec.entry.value
    assert isinstance(value, tree.Mapping)
    kind, required = value.get("type"), value.get("required")
    text = kind.text if isinstance(kind, tree.Scalar) else ""
    is_optional = isinstance(required, tree.Scalar) and required.text == "false"
    mark = "?" if is_optional and not text.endswith("?") else ""
    gap = Span(key.end_line, key.end_column + 1, *value.span[2:]).moved(place.held.line)
    return [Edit(gap, f" {text}{mark}")]

"""Bring the list of capabilities in line with what the steps need."""

from collections.abc import Iterator
from functools import partial

from vesper.editing.entries import entries
from vesper.editing.refactoring import Offer, Place, section_lines
from vesper.lang.capabilities import covers, is_known
from vesper.lang.rule import Edit
from vesper.lang.scope import Facts
from vesper.lang.source import Span

_CODES = frozenset({"VSP601", "VSP602"})


def offers(place: Place) -> Iterator[Offer]:
    """At a problem with capabilities, and anywhere in `security`."""
    facts = place.facts
    problem = next((it for it in place.problems if it.code in _CODES), None)
    if facts.is_broken or (problem is None and place.held.piece.chunk.section != "security"):
        return
    lacking, idle = missing(facts), unused(facts)
    if len(lacking) > 1 or (lacking and idle):
        title = f"Add the {len(lacking)} missing capabilities" if len(lacking) > 1 else ""
        if title:
            yield Offer(title, "quickfix", partial(_edits, place, lacking, []), problem)
    if idle:
        word = f"`{idle[0]}`" if len(idle) == 1 else f"the {len(idle)} capabilities"
        title = f"Remove {word} that no step needs"
        yield Offer(title, "quickfix", partial(_edits, place, [], idle), problem)
    if lacking and idle:
        title = "Make the list of capabilities what the steps need"
        yield Offer(title, "refactor.rewrite", partial(_edits, place, lacking, idle), problem)


def missing(facts: Facts) -> list[str]:
    """What the steps need and the node does not list, in the order of the steps."""
    grants = facts.of("grant")
    return [need for need in facts.of("need") if not any(covers(grant, need) for grant in grants)]


def unused(facts: Facts) -> list[str]:
    """What the node lists and no step needs."""
    needs = facts.of("need")
    if any(
        str(places[0].export.detail).startswith("custom.") for places in facts.of("step").values()
    ):
        return []
    return [
        grant
        for grant in facts.of("grant")
        if is_known(grant) and not any(covers(grant, need) for need in needs)
    ]


def _edits(place: Place, add: list[str], remove: list[str]) -> list[Edit]:
    facts, lines = place.facts, place.analysis.text.lines
    places = [it for found in facts.of("grant").values() for it in found]
    spans = sorted(it.export.span.moved(it.line) for it in places)
    if not spans:
        return _new_list(place, add)
    if not lines[spans[-1].line].lstrip().startswith("-"):
        return _in_brackets(facts, add, remove)
    gone = [it.export.span.line + it.line for name in remove for it in facts.of("grant")[name]]
    edits = [Edit(Span(it, 0, it + 1, 0), "") for it in gone]
    if add:
        last = spans[-1]
        lead = " " * lines[last.line].index("-")
        text = "".join(f"{lead}- {it}\n" for it in add)
        ended = lines[last.line].endswith(("\n", "\r"))
        at = Span(last.line + 1, 0, last.line + 1, 0)
        if not ended:
            at, text = Span(*last[2:], *last[2:]), f"\n{text}".rstrip("\n")
        edits.append(Edit(at, text))
    return edits


def _in_brackets(facts: Facts, add: list[str], remove: list[str]) -> list[Edit]:
    """The whole list anew: it stands on one line, or close to it."""
    for held in facts.held:
        for slot in held.piece.walked.slots:
            if slot.path == ("security", "capabilities_required"):
                kept = [it for it in facts.of("grant") if it not in remove]
                text = f"[{', '.join([*kept, *add])}]"
                return [Edit(slot.node.span.moved(held.line), text)]
    return []


def _new_list(place: Place, add: list[str]) -> list[Edit]:
    rows = "".join(f"    - {it}\n" for it in add)
    for held in place.facts.held:
        for it in entries(held):
            if it.path == ("security", "capabilities_required"):
                start = it.entry.key.span
                span = Span(start.end_line, start.end_column + 1, *it.entry.value.span[2:])
                return [Edit(span.moved(held.line), f"\n{rows}".rstrip("\n"))]
    security = section_lines(place.facts, "security")
    if security is not None:
        at = security[0] + 1
        return [Edit(Span(at, 0, at, 0), f"  capabilities_required:\n{rows}")]
    flow = section_lines(place.facts, "flow")
    at = flow[0] if flow is not None else 0
    return [Edit(Span(at, 0, at, 0), f"security:\n  capabilities_required:\n{rows}\n")]

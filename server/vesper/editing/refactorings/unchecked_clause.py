"""Make a clause that nobody can check checkable, or move it to where prose belongs."""

from collections.abc import Iterator
from functools import partial

from vesper.editing.refactoring import Offer, Place, end_of_text, section_lines
from vesper.lang import tree
from vesper.lang.check import Diagnostic
from vesper.lang.rule import Edit
from vesper.lang.scope import Held
from vesper.lang.source import Span, content, indentation

_TITLE = "Move it to the documentation"


def offers(place: Place) -> Iterator[Offer]:
    """At a clause about names that nobody defines, or in prose."""
    for problem in place.problems:
        if problem.name == "not-checkable":
            row = place.analysis.text.lines[problem.span.line]
            name = row[problem.span.column : problem.span.end_column]
            if name.isidentifier() and _facts(place) is not None:
                title = f"Define `{name}` as a fact"
                yield Offer(title, "quickfix", partial(_define, place, name), problem)
        if problem.name in ("not-checkable", "prose-clause") and _can_move(place, problem):
            yield Offer(_TITLE, "quickfix", partial(_move, place, problem), problem)


def _facts(place: Place) -> tuple[Held, tree.Mapping, bool] | None:
    """The mapping to write a fact into, and whether it is `facts` itself or `contracts`."""
    for wanted in (("contracts", "facts"), ("contracts",)):
        for held in place.facts.held:
            for slot in held.piece.walked.slots:
                node = slot.node
                if slot.path == wanted and isinstance(node, tree.Mapping) and node.entries:
                    return None if node.flow else (held, node, len(wanted) == 2)
    return None


def _define(place: Place, name: str) -> list[Edit]:
    found = _facts(place)
    if found is None:
        return []
    held, node, is_facts = found
    first = node.entries[0].key.span
    at = Span(held.line + first.line, 0, held.line + first.line, 0)
    lead = " " * first.column
    # A fact without an expression is a value that an effect handler reports.
    return [Edit(at, f"{lead}{name}:\n" if is_facts else f"{lead}facts:\n{lead}  {name}:\n")]


def _can_move(place: Place, problem: Diagnostic) -> bool:
    """Whether the clause is one line of a list under `contracts`, and there is room for prose."""
    held, _ = place.analysis.held_at(problem.span.line)
    row = place.analysis.text.lines[problem.span.line]
    is_item = row.lstrip().startswith("- ") and problem.span.line == problem.span.end_line
    clauses = [
        it.node.span
        for it in held.piece.walked.slots
        if it.path[:1] == ("contracts",)
        and it.path[-1:] != ("facts",)
        and isinstance(it.path[-1], int)
        and it.node.span.line == problem.span.line - held.line
    ]
    return (
        is_item
        and held.piece.chunk.section == "contracts"
        and any(it.end_line == it.line or it.end_column == 0 for it in clauses)
        and _documentation(place) is not None
    )


def _documentation(place: Place) -> tuple[Span, str] | None:
    """Where a line of prose is added, and what must stand before it."""
    lines = place.analysis.text.lines
    section = section_lines(place.facts, "documentation")
    if section is None:
        at, before = end_of_text(place.analysis, place.facts)
        return at, f"{before}documentation: |\n  "
    first, end = section
    if not content(lines[first]).rstrip().endswith("|"):
        return None
    last = lines[end - 1]
    lead = " " * (indentation(lines[first + 1]) if end > first + 1 else 2)
    ended = last != content(last)
    at = Span(end, 0, end, 0) if ended else Span(end - 1, len(last), end - 1, len(last))
    return at, lead if ended else f"\n{lead}"


def _move(place: Place, problem: Diagnostic) -> list[Edit]:
    found = _documentation(place)
    if found is None:
        return []
    at, before = found
    line = problem.span.line
    text = content(place.analysis.text.lines[line]).strip()[2:].strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        text = text[1:-1]
    return [Edit(Span(line, 0, line + 1, 0), ""), Edit(at, f"{before}{text}\n")]

"""Everything that is read has its place: values, keys and expressions, in clean and in broken examples."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.editing.test_format import EXAMPLES
from tests.requirements import requirement
from vesper.lang import expr, tree
from vesper.lang.check import Analysis
from vesper.lang.source import Span


def analysed(path: Path) -> Analysis:
    return Analysis(path.read_text(encoding="utf-8"), "role" if path.suffix == ".yaml" else "vsp")


def inside(node: tree.Node) -> Iterator[Sequence[tree.Node]]:
    """The nodes in each node of a tree, in the order written."""
    children: list[tree.Node] = []
    if isinstance(node, tree.Mapping):
        children = [it for entry in node.entries for it in (entry.key, entry.value)]
    elif isinstance(node, tree.Sequence):
        children = node.items
    yield [node, *children]
    for it in children:
        yield from inside(it)


def begin(span: Span) -> tuple[int, int]:
    return span.line, span.column


def end(span: Span) -> tuple[int, int]:
    return span.end_line, span.end_column


@requirement("F4")
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda it: f"{it.parent.name}/{it.name}")
def test_a_node_has_a_range_inside_that_of_its_parent_and_behind_those_before_it(path: Path):
    analysis = analysed(path)
    count = 0
    for facts in analysis.parts():
        for held in facts.held:
            root = held.piece.reading.root
            for parent, *children in inside(root) if root is not None else ():
                at = begin(parent.span)
                for it in children:
                    assert at <= begin(it.span) <= end(it.span)
                    at = end(it.span)
                    count += 1
                assert at <= end(parent.span)
    assert count > 50


@requirement("F4")
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda it: f"{it.parent.name}/{it.name}")
def test_the_range_of_a_scalar_or_an_alias_holds_what_is_written_for_it(path: Path):
    analysis = analysed(path)
    lines = analysis.text.lines
    for facts in analysis.parts():
        for held in facts.held:
            for it in tree.scalars(held.piece.reading.root):
                span = it.span.moved(held.line)
                written = lines[span.line][span.column : span.end_column]
                if isinstance(it, tree.Alias):
                    assert written == f"*{it.name}"
                elif it.style in ("|", ">"):
                    assert lines[span.line][span.column] == it.style
                elif span.line - held.line in held.piece.mended:
                    # What was read there is not quite what is written, so only the line is right.
                    assert it.text.split(maxsplit=1)[0].strip(":") in lines[span.line]
                elif it.style:
                    assert lines[span.line][span.column] == it.style
                    assert lines[span.end_line][span.end_column - 1] == it.style
                else:
                    assert span.line != span.end_line or written == it.text


@requirement("F4")
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda it: f"{it.parent.name}/{it.name}")
def test_every_part_of_an_expression_has_its_range_in_the_document(path: Path):
    analysis = analysed(path)
    lines = analysis.text.lines
    for facts in analysis.parts():
        for held in facts.held:
            for expression in held.piece.expressions:
                root = expression.parsed.tree
                for node in expr.walk(root) if root is not None else ():
                    assert node.start <= node.end <= len(expression.text)
                    if not expression.parsed.faults:
                        check_order(node)
                    if isinstance(node, expr.Name) and node.start + expression.shift >= 0:
                        span = expression.span(node.start, node.end).moved(held.line)
                        assert lines[span.line][span.column : span.end_column] == node.name


def check_order(node: expr.Expr) -> None:
    """The parts of an expression stand in it, one behind the other."""
    at = node.start
    for it in expr.parts(node):
        assert at <= it.start < it.end
        at = it.end
    assert at <= node.end

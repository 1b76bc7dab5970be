"""Runs the tests of a document: each case and each property, on each engine, with nothing real touched."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from vesper.compile.suite import Suite, suite
from vesper.errors import VesperError
from vesper.execution.nodes import Node, Nodes
from vesper.execution.testing_cases import run_case
from vesper.execution.testing_properties import run_property
from vesper.execution.testing_subject import Subject, Verdict
from vesper.execution.testing_world import Tables
from vesper.lang import versions
from vesper.runtime.engine import Engine


@dataclass(frozen=True, slots=True)
class Selection:
    """Which tests to run."""

    node: str = ""
    """The id of the one node wanted, or a range."""
    case: str = ""
    """A part of the names of those wanted."""
    exact: bool = False
    """Whether it is the whole name."""

    def wants(self, name: str) -> bool:
        """Whether a test of that name is wanted."""
        return name == self.case if self.exact else self.case.casefold() in name.casefold()


ALL: Final = Selection()


@dataclass(frozen=True, slots=True)
class Tested:
    """The tests of one node with what came of them."""

    node_id: str
    file: str
    """As the workspace names it."""
    verdicts: tuple[Verdict, ...] = ()
    problem: str = ""
    """Why nothing could be run."""
    line: int = 0

    @property
    def passed(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problem and all(it.passed for it in self.verdicts)


def run_file(
    nodes: Nodes, file: str, engines: Sequence[Engine], selection: Selection = ALL
) -> Iterator[Tested]:
    """Run the tests of every node of a file that has any wanted ones."""
    for node in nodes.in_file(file):
        if selection.node and not versions.means(selection.node, node.node_id):
            continue
        tests = suite(node.facts)
        names = [it.name for it in (*tests.cases, *tests.properties)]
        if not any(selection.wants(it) for it in names):
            continue
        try:
            subject = subject_of(node, nodes, tests)
        except VesperError as error:
            yield Tested(node.node_id, node.file, (), error.message, node.line)
        else:
            verdicts = tuple(run_suite(subject, engines, selection))
            yield Tested(node.node_id, node.file, verdicts, "", node.line)


def subject_of(node: Node, nodes: Nodes, tests: Suite) -> Subject:
    """A node ready to be tested; VesperError `invalid` for a document with errors."""
    from vesper.compile.statements import evaluating, promising

    return Subject(
        node.program,
        tests,
        nodes.resolve,
        evaluating,
        lambda text: promising(node.program, text, node.facts),
        Tables(nodes.root, nodes.settings),
    )


def run_suite(
    subject: Subject, engines: Sequence[Engine], selection: Selection = ALL
) -> Iterator[Verdict]:
    """Run the tests of a node one by one, as somebody asks for the next."""
    for case in subject.suite.cases:
        if selection.wants(case.name):
            began = time.perf_counter()
            troubles, runs = run_case(case, subject, engines)
            seconds = time.perf_counter() - began
            yield Verdict(case.name, "case", case.line, troubles, seconds, runs, case.description)
    for it in subject.suite.properties:
        if selection.wants(it.name):
            began = time.perf_counter()
            troubles, runs = run_property(it, subject, engines)
            seconds = time.perf_counter() - began
            yield Verdict(it.name, "property", it.line, troubles, seconds, runs, it.description)

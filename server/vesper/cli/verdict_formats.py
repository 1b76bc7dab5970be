"""Tests for tools: JSON, and the XML that build servers read."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from vesper.cli.terminal import visible
from vesper.execution.verdicts import told
from vesper.values.encoding import plain, to_json

if TYPE_CHECKING:
    from vesper.execution.testing import Tested
    from vesper.execution.testing_subject import Trouble, Verdict


def as_json(named: Sequence[tuple[str, "Tested"]], seconds: float, engines: Sequence[str]) -> str:
    """All tests as one JSON object; lines count from 1."""
    verdicts = [it for _, tested in named for it in tested.verdicts]
    failed = sum(not it.passed for it in verdicts) + sum(bool(it.problem) for _, it in named)
    told: dict[str, Any] = {
        "passed": sum(it.passed for it in verdicts),
        "failed": failed,
        "seconds": round(seconds, 3),
        "engines": list(engines),
        "nodes": [_node(name, it) for name, it in named],
    }
    return to_json(told, indent=True)


def as_junit(named: Sequence[tuple[str, "Tested"]]) -> str:
    """All tests in the XML of JUnit: a suite a node."""
    root = Element("testsuites")
    for name, tested in named:
        suite = SubElement(root, "testsuite", name=_clean(tested.node_id), file=_clean(name))
        suite.set("tests", str(len(tested.verdicts)))
        suite.set("failures", str(sum(not it.passed for it in tested.verdicts)))
        suite.set("errors", str(int(bool(tested.problem))))
        suite.set("time", f"{sum(it.seconds for it in tested.verdicts):.3f}")
        if tested.problem:
            case = SubElement(suite, "testcase", name="document", classname=_clean(tested.node_id))
            SubElement(case, "error", message=_clean(tested.problem))
        for it in tested.verdicts:
            _add_case(suite, it, tested.node_id, name)
    indent(root)
    return tostring(root, encoding="unicode", xml_declaration=True)


def _node(name: str, tested: "Tested") -> dict[str, Any]:
    fields: dict[str, Any] = {"file": name, "node_id": tested.node_id}
    if tested.problem:
        fields["problem"] = tested.problem
    return fields | {"tests": [told(it) for it in tested.verdicts]}


def _add_case(suite: Element, verdict: "Verdict", node_id: str, name: str) -> None:
    case = SubElement(suite, "testcase", name=_clean(verdict.name), classname=_clean(node_id))
    case.set("file", _clean(name))
    case.set("line", str(verdict.line + 1))
    case.set("time", f"{verdict.seconds:.3f}")
    if not verdict.passed:
        failure = SubElement(case, "failure", message=_clean(verdict.troubles[0].message))
        failure.text = "\n".join(
            _clean(line) for it in verdict.troubles for line in _lines(it, name)
        )


def _lines(it: "Trouble", name: str) -> Iterator[str]:
    engine = f" ({it.engine})" if it.engine else ""
    yield f"{name}:{it.line + 1}: {it.message}{engine}"
    for each in it.differences:
        got = "nothing" if each.is_missing else to_json(plain(each.got))
        yield f"  {each.path}: expected {to_json(plain(each.expected))}, got {got}"
    if it.inputs is not None:
        yield f"  with {to_json(plain(dict(it.inputs)))}"


def _clean(text: str) -> str:
    """The text without what XML cannot hold."""
    return "".join(
        it
        if it in "\n\t" or " " <= it < "\ud800" or "\ue000" <= it < "\ufffe" or it >= "\U00010000"
        else "?"
        for it in visible(text)
    )

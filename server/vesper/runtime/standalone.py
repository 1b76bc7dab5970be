"""What a file written by `vesper compile` needs beside its own code: to be called, and to be a command."""

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from vesper.lang.conversion import convert_text
from vesper.lang.program import Program
from vesper.runtime.request import Effect, Ended, Failure, Fork, Invocation, Running
from vesper.values.encoding import to_json
from vesper.values.value import Value

Handler = Callable[[Effect | Invocation], Value]
"""Answers what a run asks for, or raises `Failure`."""


class NodeError(Exception):
    """The error that a node ended with."""

    def __init__(self, code: str, message: str, details: Mapping[str, Value]) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.details = details


def output(ended: Ended) -> dict[str, Value]:
    """The success fields; an error is raised."""
    if ended.output is not None:
        return ended.output
    error: Any = ended.error
    raise NodeError(error["code"], error["message"], error["details"])


def drive(running: Running, handler: Handler) -> Ended:
    """Run to the end, one request after the other; branches too."""
    return _followed(running, handler)


def main(
    program: Program, run: Callable[[Mapping[str, Value]], Any], given: Sequence[str] | None = None
) -> int:
    """The node as a command: inputs as `name=value`, the result as JSON.

    1 for an error, 2 where it was called wrongly.
    """
    inputs: dict[str, Value] = {}
    types = {it.name: it.type for it in program.inputs}
    for it in sys.argv[1:] if given is None else given:
        name, equals, text = it.partition("=")
        if not equals or name not in types:
            known = " ".join(f"{one}=..." for one in types)
            print(f"usage: {program.node_id} {known}", file=sys.stderr)
            return 2
        found = convert_text(text, types[name], program.named, name)
        if found.problems:
            print(
                "\n".join(f"{one.path}: {one.message}" for one in found.problems), file=sys.stderr
            )
            return 2
        inputs[name] = found.value
    ended = run(inputs)
    if not isinstance(ended, Ended):
        print(
            f"{program.node_id} asks for effects: call its function with a handler that answers "
            "them, or use `vesper run`",
            file=sys.stderr,
        )
        return 2
    print(to_json({"output": ended.output, "error": ended.error}, indent=True))
    return 0 if ended.error is None else 1


def _followed(running: Running, handler: Handler) -> Any:
    answer: Any = None
    failure: Failure | None = None
    while True:
        try:
            request = running.send(answer) if failure is None else running.throw(failure)
        except StopIteration as stop:
            return stop.value
        answer, failure = None, None
        try:
            answer = _forked(request, handler) if isinstance(request, Fork) else handler(request)
        except Failure as raised:
            failure = raised


def _forked(fork: Fork, handler: Handler) -> Any:
    found: list[Any] = []
    failures: list[Failure] = []
    for branch in fork.branches:
        try:
            found.append(_followed(branch(), handler))
        except Failure as failure:
            failures.append(failure)
    if failures:
        raise next((it for it in failures if it.final), failures[0])
    return found

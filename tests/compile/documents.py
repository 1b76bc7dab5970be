"""Small documents around what a test is about."""

from textwrap import dedent, indent
from typing import Any

from tests.runtime.programs import World
from vesper.compile.lower import lower
from vesper.lang.program import Program, Step
from vesper.runtime.interp import Interpreter
from vesper.runtime.request import Effect, Ended


def document(flow: str = "", outputs: str = "result: any", **sections: str) -> str:
    """A whole document; sections that nobody gives are the plainest there are."""
    inputs = sections.pop("inputs", "a: integer")
    parts = {"inputs": inputs, "outputs": outputs, "flow": flow, **sections}
    head = "node_id: it_v1\ntype: function\nintent: Show something\n"
    return head + "".join(
        f"{name}:\n{indent(dedent(text).strip(), '  ')}\n" for name, text in parts.items()
    )


def program(flow: str = "", outputs: str = "result: any", **sections: str) -> Program:
    """The program of such a document."""
    return lower(document(flow or DONE, outputs, **sections))


def step(flow: str, **sections: str) -> Step:
    """The first step of such a document."""
    found = program(flow, **sections).body[0]
    assert isinstance(found, Step)
    return found


DONE = """
- step: done
  operation: return
  return_success: {result: 1}
"""


def run(
    flow: str,
    given: dict[str, Any] | None = None,
    answers: dict[str, Any] | None = None,
    **sections: str,
) -> Ended:
    """What such a document comes to; `answers` are those of effects, by site."""
    return World(answers).drive(Interpreter().begin(program(flow, **sections), given or {"a": 1}))


def asked(flow: str, **sections: str) -> Effect:
    """The first effect that such a document asks for."""
    world = World()
    world.drive(Interpreter().begin(program(flow, **sections), {"a": 1}))
    return world.asked[0]

"""Statements that tests make about a node: evaluated by the engines like anything a document says."""

import hashlib
import json
import re
from dataclasses import replace
from typing import Final

from vesper.compile.contracts import Interface, promise
from vesper.compile.document import Document
from vesper.compile.lower import lower
from vesper.errors import VesperError
from vesper.lang.program import Program
from vesper.lang.scope import Facts

HOLDS: Final = "holds"
_RESULT: Final = re.compile(r"\bresult\d+\b")


def evaluating(text: str) -> Program:
    """A program that evaluates an expression over its inputs `result1`, `result2` ... into `holds`.

    ValueError where it is no expression, or uses other names.
    """
    inputs = "".join(f"  {name}: any\n" for name in dict.fromkeys(_RESULT.findall(text)))
    given = f"inputs:\n{inputs}" if inputs else "inputs: {}\n"
    document = (
        "node_id: assertion_v1\ntype: function\nintent: Tell whether something holds between runs\n"
        f"{given}outputs:\n  {HOLDS}: any\nflow:\n  - step: look\n    operation: compute\n"
        f"    expression: {json.dumps(text)}\n    output: {HOLDS}\n"
    )
    try:
        return lower(document)
    except VesperError as error:
        raise ValueError(error.message) from error


def promising(program: Program, text: str, facts: Facts) -> Program:
    """The program with one more postcondition. ValueError where nothing can be checked by it."""
    interface = Interface(
        {it.name: it for it in program.inputs},
        {it.name: it for it in program.success},
        {it.name: it for it in program.error},
        {},
    )
    found = promise(Document(facts), interface, program, text)
    clause = found.postconditions[-1]
    if clause.condition is None:
        raise ValueError(clause.reason)
    # Engines know programs by their digests.
    digest = hashlib.blake2b(f"{program.digest}\n{text}".encode(), digest_size=16).hexdigest()
    return replace(
        program,
        digest=digest,
        postconditions=(*program.postconditions, clause),
        snapshots=tuple(found.snapshots),
        exit_reads=tuple(
            {it.site: it for it in (*program.exit_reads, *found.exit_reads.values())}.values()
        ),
    )

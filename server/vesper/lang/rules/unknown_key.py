"""VSP112: a key the language does not know."""

from collections.abc import Iterator

from vesper.lang.document import NODE
from vesper.lang.fields import Record
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, nearest, replace, rule, shortened
from vesper.lang.rules.wrapped_roles import wrapped
from vesper.lang.scope import Scope

_SUGGESTED = 50


@rule(
    "VSP112",
    "unknown-key",
    bad="""
        flow:
          - step: check
            operaton: validation
        #   ^^^^^^^^ a step has no `operaton`; did you mean `operation`?
        """,
    good="""
        flow:
          - step: check
            operation: validation
            x-owner: ada
        """,
)
def unknown_key(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """Keys that begin with `x-` are free for users; any other unknown key is a slip."""
    faults = [it for it in piece.walked.faults if it.kind == "unknown-key"]
    if wrapped(piece):
        return
    for number, fault in enumerate(faults):
        # Nobody reads thousands of suggestions, and each costs more than all the rest.
        near = _meant(fault.found, fault.allowed) if number < _SUGGESTED else None
        home = _HOMES.get(fault.found) if fault.expected == "node" and near is None else None
        article = "an" if fault.expected.strip("`")[0] in "aeiou" else "a"
        owner = fault.expected if fault.expected.startswith("`") else f"{article} {fault.expected}"
        if fault.expected.startswith("`") and fault.expected.endswith("step"):
            owner = f"a {fault.expected}"
        meant = f"; did you mean `{near}`?" if near else ""
        meant = f"; it belongs under `{home}`" if home else meant
        yield Finding(
            fault.span,
            f"{owner} has no `{shortened(fault.found)}`{meant}",
            replace(f"Change it to `{near}`", fault.span, near) if near else None,
        )


def _meant(key: str, allowed: tuple[str, ...]) -> str | None:
    """The known key that another tool's word stands for, or that is spelt much like it."""
    known = _OTHER_WORDS.get(key.lower())
    return known if known in allowed else nearest(key, allowed)


_OTHER_WORDS = {
    "inherits": "extends", "parent": "extends", "model": "preferred_llm", "llm": "preferred_llm",
    "prompt": "system_prompt", "tools": "tool_groups", "groups": "tool_groups", "limits": "restrictions",
    "permissions": "capabilities", "name": "step", "id": "node_id", "title": "description",
    "desc": "description", "args": "parameters", "params": "parameters", "body": "parameters",
    "payload": "data", "url": "endpoint", "sql": "query", "if": "condition", "unless": "when",
    "steps": "flow", "summary": "intent", "purpose": "intent", "retries": "retry_policy",
    "retry": "retry_policy", "result": "output", "returns": "outputs", "cron": "schedule",
    "event": "trigger", "tests": "testing", "docs": "documentation", "regex": "pattern",
    "enum": "values", "optional": "required", "minimum": "min", "maximum": "max",
    "minlength": "min_length", "maxlength": "max_length", "seconds": "duration", "value": "data",
}  # fmt: skip
"""What a key is called elsewhere. It counts only where the key it stands for may be written."""


def _homes() -> dict[str, str]:
    """The section of a node that each key of a section belongs under."""
    sections = ((it.name, it.shape) for it in NODE.fields)
    return {
        field.name: name
        for name, shape in sections
        if isinstance(shape, Record)
        for field in shape.fields
    }


_HOMES = _homes()

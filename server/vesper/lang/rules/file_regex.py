"""ROL105: a file pattern that can never match."""

import re
from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.pattern import parse
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule
from vesper.lang.scope import Scope
from vesper.lang.source import RelativeSource

_NEVER = re.compile(r"\^/|\^[A-Za-z]:|\\\\|^\^\./")


@rule(
    "ROL105",
    "file-regex",
    bad=r"""
        writer:
          tool_groups:
            - [edit, {file_regex: '^/docs/'}]
        #                         ^^^^^^^^^ paths are relative to the workspace and use `/`: this never matches
        """,  # noqa: E501
    good=r"""
        writer:
          tool_groups:
            - [edit, {file_regex: '^docs/.*\.md$'}]
        """,
)
def file_regex(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """The pattern is searched for in the path from the workspace's folder, such as `docs/a.md`."""
    for slot in piece.walked.slots:
        node = slot.node
        if slot.path[-1:] != ("file_regex",) or not isinstance(node, tree.Scalar):
            continue
        if _NEVER.search(node.text):
            message = "paths are relative to the workspace and use `/`: this never matches"
            yield Finding(node.span, message)
            continue
        source = RelativeSource(piece.reading.lines, node.span, node.style, node.text)
        for fault in parse(node.text).faults:
            severity = "warning" if fault.is_risk else None
            span = source.span(fault.start, fault.end)
            yield Finding(span, fault.message, severity=severity)

"""ROL116: a file pattern that is a glob, or cannot be read."""

import re
from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.pattern import parse
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, Fix, replace, rule, shortened
from vesper.lang.scope import Scope
from vesper.lang.source import RelativeSource

_GLOB = re.compile(r"(?P<deep>(?:[\w./-]*/)?\*\*/)?\*\.(?P<ending>\w+)\Z")


@rule(
    "ROL116",
    "glob-pattern",
    bad=r"""
        writer:
          tool_groups:
            - [edit, {file_regex: '*.md'}]
        #                         ^^^^^^ `*.md` is a glob, this is a regular expression: write `\.md$`
        """,
    good=r"""
        writer:
          tool_groups:
            - [edit, {file_regex: '\.md$'}]
        """,
)
def glob_pattern(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    r"""`file_regex` is a regular expression: `*.md` is written `\.md$`."""
    for node, _ in piece.texts.get("pattern", ()):
        glob = _GLOB.match(node.text)
        if glob is not None:
            meant = rf"\.{glob['ending']}$"
            message = (
                f"`{shortened(node.text)}` is a glob, this is a regular expression: write `{meant}`"
            )
            yield Finding(node.span, message, _fix(node, meant))
            continue
        source = RelativeSource(piece.reading.lines, node.span, node.style, node.text)
        for found in parse(node.text).faults:
            if not found.is_risk:
                yield Finding(source.span(found.start, found.end), found.message)


def _fix(node: tree.Scalar, meant: str) -> Fix:
    return replace(f"Write `{meant}`", node.span, f"'{meant}'")

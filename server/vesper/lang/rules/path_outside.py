"""VSP544: a path that leads out of the workspace."""

import re
from collections.abc import Iterator

from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule, shortened
from vesper.lang.scope import Scope

_OUTSIDE = re.compile(r"/|\\|~|[A-Za-z]:[\\/]|(?:.*[/\\])?\.\.(?:[/\\]|\Z)")
_PLACES = {"file_read": "path", "file_write": "path", "shell": "folder", "task_create": "path"}


@rule(
    "VSP544",
    "path-outside",
    bad="""
        flow:
          - step: load
            operation: file_read
            path: ../secrets.txt
        #         ^^^^^^^^^^^^^^ `../secrets.txt` leads out of the workspace: paths begin at its folder
            output: text
        """,
    good="""
        flow:
          - step: load
            operation: file_read
            path: data/prices.csv
            output: text
        """,
)
def path_outside(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """Paths begin at the workspace's folder; a step that leaves it is refused when it runs."""
    for step in piece.steps:
        key = _PLACES.get(step.operation)
        path = step.text(key) if key else None
        if path is not None and _OUTSIDE.match(path.text):
            what = shortened(path.text)
            message = f"`{what}` leads out of the workspace: paths begin at its folder"
            yield Finding(path.span, message)

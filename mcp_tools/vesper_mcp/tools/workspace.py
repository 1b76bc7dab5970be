"""Tools for the workspace as a whole."""

from collections import Counter
from typing import Final

import vesper
from vesper.tasks.board import Board
from vesper.tasks.task import STATUSES, TaskFilter
from vesper_mcp.answers import Fields
from vesper_mcp.tool import Workspace, tool

_PAGE: Final = 500


@tool(reads=True)
def workspace_status(project: Workspace) -> Fields:
    """Which workspace this is: its folder, its documents and its tasks counted by status."""
    kinds = Counter("vsp" if it.suffix == ".vsp" else "role" for it in project.documents())
    statuses = _statuses(project.board)
    return {
        "root": str(project.root),
        "version": vesper.__version__,
        "documents": {"vsp": kinds["vsp"], "role": kinds["role"]},
        "tasks": {name: statuses[name] for name in STATUSES if statuses[name]},
    }


def _statuses(board: Board) -> Counter[str]:
    counts: Counter[str] = Counter()
    after = 0
    while page := board.find(TaskFilter(), limit=_PAGE, after=after):
        counts.update(it.status for it in page)
        after = page[-1].position
    return counts

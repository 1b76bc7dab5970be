"""Tools for the workspace as a whole."""

from collections import Counter

import vesper
from vesper.tasks.task import STATUSES, TaskFilter
from vesper_mcp.answers import Fields
from vesper_mcp.tool import Workspace, tool


@tool(reads=True)
def workspace_status(project: Workspace) -> Fields:
    """Which workspace this is: its folder, how many documents, and tasks by status."""
    from vesper.workspace.files import document_kind, find_documents

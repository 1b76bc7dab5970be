"""Workspace symbols: nodes, roles, types, steps and the rest by name, nodes by their tags, across all
files."""

from typing import TYPE_CHECKING, Any, Final, cast

from lsprotocol import types

from vesper.lang.exports import ExportKind
from vesper.lsp.convert import to_uri
from vesper.lsp.feature import feature
from vesper.lsp.server import VesperServer

if TYPE_CHECKING:
    from vesper.project import Project
    from vesper.workspace.index import Located

_LIMIT: Final = 200
_KINDS: Final[dict[ExportKind, types.SymbolKind]] = {
    "node": types.SymbolKind.Module,
    "role": types.SymbolKind.Class,
    "type": types.SymbolKind.Class,
    "step": types.SymbolKind.Function,
    "input": types.SymbolKind.Field,
    "output": types.SymbolKind.Property,
    "machine": types.SymbolKind.Enum,
    "error-code": types.SymbolKind.Constant,
    "fact": types.SymbolKind.Constant,
    "tag": types.SymbolKind.Key,
}


@feature(types.WORKSPACE_SYMBOL)
def workspace_symbol(
    ls: VesperServer, params: types.WorkspaceSymbolParams
) -> list[types.WorkspaceSymbol]:
    """What is defined under a name like the query, the best matches first."""
    resolves = _resolves_ranges(ls)
    return [
        _symbol(ls, project, it, resolves)
        for project in ls.folders.projects
        for it in project.index.symbols(params.query, _LIMIT)
    ]


@feature(types.WORKSPACE_SYMBOL_RESOLVE)
def resolve_workspace_symbol(
    ls: VesperServer, symbol: types.WorkspaceSymbol
) -> types.WorkspaceSymbol:
    """The place of a symbol, where it is by now."""
    data = cast("dict[str, Any]", symbol.data) if isinstance(symbol.data, dict) else {}
    for project in ls.folders.projects:
        if str(project.root) != data.get("root"):
            continue
        kind, line = cast("ExportKind", data.get("kind")), int(data.get("line", 0))
        found = [
            it for it in project.index.definitions(kind, symbol.name) if it.file == data.get("file")
        ]
        if found:
            # Edits may have moved it: of several with one name the nearest is meant.
            it = min(found, key=lambda it: abs(it.entry.span.line - line))
            symbol.location = ls.places.location(project, it.file, it.entry.span)
    return symbol


def _symbol(
    ls: VesperServer, project: "Project", it: "Located", resolves: bool
) -> types.WorkspaceSymbol:
    file, entry = it.file, it.entry
    location: types.Location | types.LocationUriOnly
    if resolves:
        location = types.LocationUriOnly(to_uri(project.root / file))
    else:
        location = ls.places.location(project, file, entry.span)
    container = entry.container if entry.container != entry.name else ""
    data = {"root": str(project.root), "file": file, "kind": entry.kind, "line": entry.span.line}
    return types.WorkspaceSymbol(
        location, entry.name, _KINDS[entry.kind], data, container_name=container or file
    )


def _resolves_ranges(ls: VesperServer) -> bool:
    """Whether the editor asks for a place when it needs one: then no file is read before."""
    workspace = ls.protocol.client_capabilities.workspace
    support = workspace.symbol.resolve_support if workspace and workspace.symbol else None
    return support is not None and "location.range" in support.properties

"""Call hierarchy: which nodes call a node, and which it calls."""

from lsprotocol import types

from vesper.lang import fields, tree, versions
from vesper.lang.around import NodeSummary
from vesper.lang.check import Analysis
from vesper.lang.operation import text_of
from vesper.lsp.feature import feature
from vesper.lsp.kinship import Family, family_at, family_of
from vesper.lsp.server import VesperServer


@feature(types.TEXT_DOCUMENT_PREPARE_CALL_HIERARCHY)
def prepare_call_hierarchy(
    ls: VesperServer, params: types.CallHierarchyPrepareParams
) -> list[types.CallHierarchyItem]:
    """The node whose id stands under the cursor, or that the step around it calls."""
    document = ls.document(params.text_document.uri)
    place = ls.place(document, params.position)
    found = family_at(ls, document, place)
    if found is not None and found[1].space == "node":
        family, name = found[0], found[1].name
    elif ls.folders:
        family, name = (
            Family(ls, ls.project_of(document)),
            _called_around(document.analysis, place[0]),
        )
    else:
        return []
    return [_item(family, it) for it in _meant(family, name)] if name else []


@feature(types.CALL_HIERARCHY_INCOMING_CALLS)
def incoming_calls(
    ls: VesperServer, params: types.CallHierarchyIncomingCallsParams
) -> list[types.CallHierarchyIncomingCall]:
    """The nodes that call the item, by its id or by a range of versions."""
    found = family_of(ls, params.item.data)
    if found is None:
        return []
    family, kin = found
    files = dict.fromkeys(it.file for it in family.project.index.uses("node", kin.name))
    calls: list[types.CallHierarchyIncomingCall] = []
    for node in (it for file in files for it in family.nodes(file)):
        spans = [it.span for it in node.calls if _means(it.node_id, kin.name)]
        if spans:
            ranges = [family.place(node.file, it).range for it in spans]
            calls.append(types.CallHierarchyIncomingCall(_item(family, node), ranges))
    return calls


@feature(types.CALL_HIERARCHY_OUTGOING_CALLS)
def outgoing_calls(
    ls: VesperServer, params: types.CallHierarchyOutgoingCallsParams
) -> list[types.CallHierarchyOutgoingCall]:
    """The nodes that the item calls; a range of versions may mean several."""
    found = family_of(ls, params.item.data)
    if found is None:
        return []
    family, kin = found
    calls: dict[tuple[str, str], types.CallHierarchyOutgoingCall] = {}
    for node in family.nodes(kin.file):
        if node.node_id != kin.name:
            continue
        for call in node.calls:
            here = family.place(node.file, call.span).range
            for it in _meant(family, call.node_id):
                key = it.file, it.node_id
                new = types.CallHierarchyOutgoingCall(_item(family, it), [])
                known = calls.setdefault(key, new)
                known.from_ranges = [*known.from_ranges, here]
    return list(calls.values())


def _item(family: Family, node: NodeSummary) -> types.CallHierarchyItem:
    place = family.place(node.file, node.span)
    return types.CallHierarchyItem(
        node.node_id, types.SymbolKind.Module, place.uri, place.range, place.range,
        detail=node.intent or node.kind or node.file, data=family.kin(node.file, node.node_id),
    )  # fmt: skip


def _meant(family: Family, reference: str) -> list[NodeSummary]:
    """The nodes that a reference means."""
    wanted = versions.read(reference)
    names = [reference]
    if wanted is not None and wanted.range:
        names = [it for it in family.project.index.node_ids() if _means(reference, it)]
    return family.named_nodes(names)


def _means(reference: str, node_id: str) -> bool:
    wanted, known = versions.read(reference), versions.read(node_id)
    if wanted is None or known is None:
        return reference == node_id
    return wanted.means(known)


def _called_around(analysis: Analysis, line: int) -> str:
    """What the innermost step around a line calls; empty where it calls nothing."""
    held, _ = analysis.held_at(line)
    for slot in reversed(held.piece.walked.slots):
        if not (isinstance(slot.shape, fields.Record) and slot.shape.kind == "step"):
            continue
        span = slot.node.span.moved(held.line)
        if isinstance(slot.node, tree.Mapping) and span.line <= line <= span.end_line:
            calls = text_of(slot.node, "operation") == "call_node"
            return text_of(slot.node, "node_id") if calls else ""
    return ""

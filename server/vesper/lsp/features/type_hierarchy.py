"""Type hierarchy: the roles that a role extends, and those that extend it."""

from lsprotocol import types

from vesper.lang.around import RoleSummary
from vesper.lsp.feature import feature
from vesper.lsp.kinship import Family, family_at, family_of
from vesper.lsp.server import VesperServer


@feature(types.TEXT_DOCUMENT_PREPARE_TYPE_HIERARCHY)
def prepare_type_hierarchy(
    ls: VesperServer, params: types.TypeHierarchyPrepareParams
) -> list[types.TypeHierarchyItem]:
    """The role whose name stands under the cursor."""
    document = ls.document(params.text_document.uri)
    found = family_at(ls, document, ls.place(document, params.position))
    if found is None or found[1].space != "role":
        return []
    family, thing = found
    return [_item(family, it) for it in family.named_roles([thing.name])]


@feature(types.TYPE_HIERARCHY_SUPERTYPES)
def supertypes(
    ls: VesperServer, params: types.TypeHierarchySupertypesParams
) -> list[types.TypeHierarchyItem]:
    """The roles that the item extends, in the order written."""
    found = family_of(ls, params.item.data)
    if found is None:
        return []
    family, kin = found
    names = [name for it in family.roles(kin.file) if it.name == kin.name for name, _ in it.parents]
    return [_item(family, it) for name in names for it in family.named_roles([name])]


@feature(types.TYPE_HIERARCHY_SUBTYPES)
def subtypes(
    ls: VesperServer, params: types.TypeHierarchySubtypesParams
) -> list[types.TypeHierarchyItem]:
    """The roles that extend the item."""
    found = family_of(ls, params.item.data)
    if found is None:
        return []
    family, kin = found
    files = dict.fromkeys(it.file for it in family.project.index.uses("role", kin.name))
    return [
        _item(family, it)
        for file in files
        for it in family.roles(file)
        if any(name == kin.name for name, _ in it.parents)
    ]


def _item(family: Family, role: RoleSummary) -> types.TypeHierarchyItem:
    place = family.place(role.file, role.span)
    return types.TypeHierarchyItem(
        role.name, types.SymbolKind.Class, place.uri, place.range, place.range,
        detail=role.display_name or role.description[:80] or role.file,
        data=family.kin(role.file, role.name),
    )  # fmt: skip

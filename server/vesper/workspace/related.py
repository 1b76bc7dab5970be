"""Which files of a workspace have to do with a few of them, found without reading all the others.

A file that defines or uses a name has that name in its text, so the text is searched before anything is read.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Final

from vesper.errors import VesperError
from vesper.lang import versions
from vesper.lang.check import Reader
from vesper.lang.exports import ExportKind
from vesper.lang.piece import DocumentKind
from vesper.lang.summary import Entry
from vesper.workspace.files import read_text
from vesper.workspace.index import Brief, Index, brief

_DEFINED: Final[tuple[ExportKind, ...]] = ("node", "role", "publishes", "listens")
_NODES: Final[tuple[ExportKind, ...]] = ("node-ref",)
_ROLES: Final[tuple[ExportKind, ...]] = ("role-ref", "parent")

File = tuple[str, Path, DocumentKind]
"""Its name in the workspace, where it is, and what kind of document it is."""


def related(wanted: Sequence[File], others: Sequence[File], limit: int) -> list[File]:
    """Those of the other files that decide about problems in the wanted ones.

    All of them, where one refers to something that nobody defines: then any may hold what was meant.
    """
    index = Index()
    texts = {it: text for it in others if (text := _text(it, limit)) is not None}
    names: set[str] = set()
    asked: list[tuple[str, Entry]] = []
    for it in wanted:
        text = _text(it, limit)
        if text is not None:
            told = _read(it, text, index)
            names |= set(_names(told, (*_DEFINED, *_NODES, *_ROLES)))
            asked += [(it[0], entry) for entry in told.entries]
    found: list[File] = []
    seen: set[str] = set()
    while new := names - seen:
        seen |= new
        pattern = mentioning(new)
        for it in [it for it, text in texts.items() if pattern.search(text)]:
            told = _read(it, texts.pop(it), index)
            # What refers to the files found is of no interest; what they rely on is.
            names |= set(_names(told, (*_NODES, *_ROLES)))
            found.append(it)
    return list(others) if _is_missing(asked, index) else found


def mentioning(names: Collection[str]) -> re.Pattern[str]:
    """What is found in a text that has one of the names in it."""
    return re.compile(rf"(?<!\w)(?:{'|'.join(re.escape(it) for it in sorted(names))})")


def names_defined(text: str, kind: DocumentKind) -> set[str]:
    """What must be in a text that refers to something which this one defines."""
    return set(_names(_read(("", Path(), kind), text, Index()), _DEFINED))


def _text(file: File, limit: int) -> str | None:
    try:
        return read_text(file[1], limit)
    except VesperError:
        return None


def _read(file: File, text: str, index: Index) -> Brief:
    name, _, kind = file
    reader = Reader(text, kind)
    while reader.step(len(text) + 1):
        pass
    told = brief(name, reader.facts(), kind)
    index.put(name, told)
    return told


def _names(told: Brief, kinds: Sequence[ExportKind]) -> Iterator[str]:
    """Texts that must be in a file which has to do with this one."""
    for entry in told.entries:
        if entry.kind in kinds:
            version = versions.read(entry.name)
            yield f"{version.name}_v" if version is not None else entry.name


def _is_missing(asked: Sequence[tuple[str, Entry]], index: Index) -> bool:
    """Whether a wanted file refers to a node or role that was not found."""
    for file, (kind, name, *_) in asked:
        own = [it[0] for it in (*index.nodes_in(file), *index.roles_in(file))]
        around = index.around_for(file)
        if kind in _NODES and not around.called(name) and name not in own:
            return True
        if kind in _ROLES and not around.roles.get(name) and name not in own:
            return True
    return False

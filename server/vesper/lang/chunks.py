"""Text cut into chunks by indentation alone, so that an error cannot leave its chunk.

A block begins at a key in column 0 or at a document marker; a block longer than `WHOLE` lines is cut
once more, into its head line and its items. Where chunks begin is a pure function of the text: what
an editor's history was never matters. Vesper reads a little more strictly than YAML here: lines that
go on a quoted text or a bracket must be indented.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple
from zlib import crc32

from vesper.lang.source import Change, indentation, is_blank

ChunkKind = Literal["marker", "section", "head", "item", "loose"]
Repair = Literal["", ":", " "]

WHOLE = 24
"""A block of at most this many lines is one chunk."""

_KEY = re.compile(r"""("[^"]*"|'[^']*'|[^\s#\-\]}&*!|>%@`,\[{'"?:\ufeff][^#:]*?)\s*:(?=\s|$)(.*)""")
_BARE = re.compile(r"([A-Za-z_]\w*)(:(?=[^\s:])|\s*$)")
_MARKER = re.compile(r"(?:---|\.\.\.)(?=\s|$)")
_NESTED = re.compile(r"\s+(?:-\s|-$|[\w\"'-]+\s*:(?:\s|$))")
_DASH = re.compile(r"-(?=[ \r\n]|$)")
_PARENT = re.compile(r" +[^\s#-][^#]*:\s*(?:[|>&].*)?(?:#.*)?$")
_VOTING = 60
_RUN = 8
_CONFLICT = re.compile(r"<{7}|={7}|>{7}|\|{7}")


class Chunk(NamedTuple):
    """A run of lines that is read alone.

    `section` is the top-level key it belongs to, empty before the first one. `repair` is what the
    first line lacks to be a key: a colon, or the space behind it. `inner` is the key inside the
    section whose items were cut once more.
    """

    kind: ChunkKind
    section: str
    text: str
    lines: int
    repair: Repair = ""
    inner: str = ""


@dataclass(slots=True)
class Block:
    """The chunks from one key in column 0 to the next; `shape` tells how its items begin.

    A long section whose keys hold long lists (`testing.test_cases`) is a block for its head line, and
    one for each of its keys: those know as `outer` how a key of the section begins.
    """

    lines: int
    chunks: list[Chunk]
    shape: str = ""
    outer: str = ""


class Splice(NamedTuple):
    """What an edit did to the chunks: `removed` ones from the place `at` on gave way to others."""

    at: int
    removed: int
    added: Sequence[Chunk]


NESTING = frozenset({"outputs", "contracts", "security", "testing"})
"""The sections whose keys hold lists or mappings that may grow long."""


def cut(lines: Sequence[str], known: frozenset[str]) -> list[Block]:
    """Cut a whole text; `known` are the top-level keys, recognised even without their colon."""
    return list(_blocks(lines, 0, len(lines), known))


def recut(
    blocks: list[Block], lines: Sequence[str], change: Change, known: frozenset[str]
) -> Splice:
    """Bring `blocks` up to date after one change of `lines`; equal to a fresh `cut`, but local."""
    first, start = _block_at(blocks, _last_solid(lines, change.first))
    last, last_start = _block_at(blocks, change.first + change.removed - 1)
    if first == last and _is_inside(blocks, first, start, lines, change, known):
        splice = _recut_item(blocks[first], lines, start, change)
        if splice is not None:
            at = sum(len(it.chunks) for it in blocks[:first])
            return splice._replace(at=at + splice.at)
    end = last_start + blocks[last].lines - change.removed + change.added
    while last + 1 < len(blocks) and (
        blocks[last + 1].outer or not _begins_block(lines, end, known)
    ):
        last += 1
        end += blocks[last].lines
    # The first line may have stopped being a key: then it belongs to the block above.
    while first > 0 and (blocks[first].outer or not _begins_block(lines, start, known)):
        first -= 1
        start -= blocks[first].lines
    fresh = list(_blocks(lines, start, end, known))
    at = sum(len(it.chunks) for it in blocks[:first])
    old = [it for block in blocks[first : last + 1] for it in block.chunks]
    new = [it for block in fresh for it in block.chunks]
    blocks[first : last + 1] = fresh
    same = 0
    while same < min(len(old), len(new)) and old[same] == new[same]:
        same += 1
    tail = 0
    while tail < min(len(old), len(new)) - same and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    return Splice(at + same, len(old) - same - tail, new[same : len(new) - tail])


def _last_solid(lines: Sequence[str], index: int) -> int:
    """The nearest line above that is not blank: whether it opens a block may depend on `index`."""
    index -= 1
    while index > 0 and is_blank(lines[index]):
        index -= 1
    return max(index, 0)


def _block_at(blocks: list[Block], line: int) -> tuple[int, int]:
    start = 0
    for index, block in enumerate(blocks):
        if line < start + block.lines:
            return index, start
        start += block.lines
    return len(blocks) - 1, start - blocks[-1].lines


def _begins_block(lines: Sequence[str], index: int, known: frozenset[str]) -> bool:
    """Whether a block begins at this line; several keys of one line that nobody knows share one."""
    if not _opens(lines, index, known):
        return False
    return (
        index == 0
        or not (_is_stray(lines[index], known) and _is_stray(lines[index - 1], known))
        or not _opens(lines, index - 1, known)
        or _parts_run(lines[index])
    )


def _is_stray(line: str, known: frozenset[str]) -> bool:
    key = _KEY.match(line)
    return key is not None and key[1] not in known


def _opens(lines: Sequence[str], index: int, known: frozenset[str]) -> bool:
    """Whether a key of the root, or a document, begins at this line."""
    line = lines[index]
    if line[:1] in ("", " ", "\t", "#", "\r", "\n"):
        return False
    if _MARKER.match(line):
        return True
    key = _KEY.match(line)
    if key is None:
        bare = _BARE.match(line)
        return bare is not None and bare[1] in known
    value = key[2].strip()
    if key[1] in known or not value or value[0] in "|>&*!{[\"'#":
        return True
    # `foo: bar` with indented keys below cannot be a key of the root: it slipped out of a step.
    below = index + 1
    while below < len(lines) and is_blank(lines[below]):
        below += 1
    return below == len(lines) or _NESTED.match(lines[below]) is None


def _blocks(lines: Sequence[str], start: int, end: int, known: frozenset[str]) -> Iterator[Block]:
    begin = start
    for index in range(start + 1, end):
        if _begins_block(lines, index, known):
            yield from _block(lines, begin, index, known)
            begin = index
    yield from _block(lines, begin, end, known)


def _block(lines: Sequence[str], start: int, end: int, known: frozenset[str]) -> Iterator[Block]:
    head = lines[start].removeprefix("\ufeff") if start == 0 else lines[start]
    if _MARKER.match(head):
        yield Block(end - start, [_chunk(lines, start, end, Chunk("marker", "", "", 0))])
        return
    section, repair = _section(head, known)
    shape = _shape(lines, start, end) if end - start > WHOLE and section and not repair else ""
    if shape and section in NESTING & known and not shape.endswith("-"):
        yield from _inner_blocks(lines, (start, end), section, shape)
    elif shape:
        chunks = list(_items(lines, (start, end), Chunk("head", section, "", 0), shape))
        yield Block(end - start, chunks, shape)
    else:
        kind: ChunkKind = "section" if section else "loose"
        yield Block(end - start, [_chunk(lines, start, end, Chunk(kind, section, "", 0, repair))])


def _inner_blocks(
    lines: Sequence[str], bounds: tuple[int, int], section: str, outer: str
) -> Iterator[Block]:
    """A block for the head of a section, and one for each of its keys."""
    start, end = bounds
    begins = [it for it in range(start + 1, end) if _begins_item(lines[it], outer)]
    head = begins[0] if begins else end
    yield Block(head - start, [_chunk(lines, start, head, Chunk("head", section, "", 0))], outer)
    # The first lines of a section may vote for keys of which none is left.
    for begin, last in zip(begins, [*begins[1:], end], strict=False):
        key = _KEY.match(lines[begin].lstrip())
        shape = _shape(lines, begin, last) if key and last - begin > WHOLE else ""
        if key and shape:
            inner = Chunk("head", section, "", 0, inner=key[1].strip("\"'"))
            chunks = list(_items(lines, (begin, last), inner, shape))
        else:
            chunks = [_chunk(lines, begin, last, Chunk("item", section, "", 0))]
        yield Block(last - begin, chunks, shape, outer)


def _chunk(lines: Sequence[str], start: int, end: int, like: Chunk) -> Chunk:
    return like._replace(text="".join(lines[start:end]), lines=end - start)


def _section(head: str, known: frozenset[str]) -> tuple[str, Repair]:
    key = _KEY.match(head)
    if key is not None:
        return key[1].strip("\"'"), ""
    bare = _BARE.match(head)
    if bare is not None and bare[1] in known:
        return bare[1], " " if bare[2] == ":" else ":"
    return "", ""


def _shape(lines: Sequence[str], start: int, end: int) -> str:
    """How an item of this block begins: its indentation, and `-` for a list; empty: not cut.

    The first lines vote, so that one half-typed line among them decides nothing.
    """
    key = _KEY.match(lines[start].lstrip())
    value = key[2].strip() if key else ""
    if value and value[0] != "#":
        return ""
    dashes: Counter[int] = Counter()
    keys: Counter[int] = Counter()
    only: int | None = None
    first: int | None = None
    for line in lines[start + 1 : min(end, start + 1 + _VOTING)]:
        depth = indentation(line)
        if not dashes and not keys and _PARENT.match(line):
            # The first line holds all below it: it may be the only child the section has.
            only = depth
        if _DASH.match(line, depth):
            first = depth if not dashes and not keys else first
            dashes[depth] += 1
        elif _NESTED.match(line):
            keys[depth] += 1
    items = _least(dashes)
    if first is not None:
        # It begins the first item, unless the others stand one space beside it.
        beside = [it for it in (first - 1, first + 1) if dashes[it] > 1 and dashes[first] == 1]
        items = beside[0] if beside else first
    fields = only if only is not None else _least(keys)
    if items is not None and (fields is None or items < fields):
        return " " * items + "-"
    return " " * fields if fields else ""


def _least(votes: Counter[int]) -> int | None:
    """The smallest indentation that more than one line has, or that is the only one."""
    several = [depth for depth, count in votes.items() if count > 1]
    return min(several or votes, default=None)


def _begins_item(line: str, shape: str) -> bool:
    if not line.startswith(shape):
        return False
    behind = line[len(shape) : len(shape) + 1]
    if shape.endswith("-"):
        return behind in ("", " ", "\r", "\n")
    return behind not in ("", " ", "#", "\t", "\r", "\n", "-") and _CONFLICT.match(line) is None


def _begins_chunk(lines: Sequence[str], index: int, shape: str) -> bool:
    """Whether an item begins here, and not merely one more in a run of items of one line each."""
    if not _begins_item(lines[index], shape):
        return False
    return not _begins_item(lines[index - 1], shape) or _parts_run(lines[index])


def _parts_run(line: str) -> bool:
    """Whether a run of short things is cut before this line, which about every eighth tells to do.

    What stands in a line decides, never how many there were: an edit moves no other cut. Without runs
    a section of 50,000 short lines would cost 50,000 readings.
    """
    return crc32(line.encode("utf-8", "surrogatepass")) % _RUN == 0


def _items(
    lines: Sequence[str], bounds: tuple[int, int], head: Chunk, shape: str
) -> Iterator[Chunk]:
    """The head line, or the first item where `head` is one, and each item behind it."""
    start, end = bounds
    begin, like = start, head
    for index in range(start + 1, end):
        if _begins_chunk(lines, index, shape):
            yield _chunk(lines, begin, index, like)
            begin, like = index, head._replace(kind="item")
    yield _chunk(lines, begin, end, like)


def _is_inside(
    blocks: list[Block],
    index: int,
    start: int,
    lines: Sequence[str],
    change: Change,
    known: frozenset[str],
) -> bool:
    """Whether a change leaves alone how the block with this index, and those around it, are cut."""
    block = blocks[index]
    grown = change.added - change.removed
    if not block.shape or block.lines + grown <= WHOLE or len(block.chunks) == 1:
        return False
    touched = [_last_solid(lines, change.first), *range(change.first, change.first + change.added)]
    if any(_opens(lines, it, known) for it in touched if it > start):
        return False
    # The first lines vote on how all items begin.
    votes = change.first <= start + 1 + _VOTING
    if votes and _shape(lines, start, start + block.lines + grown) != block.shape:
        return False
    if not block.outer:
        return True
    if any(_begins_item(lines[it], block.outer) for it in touched if it > start):
        return False
    top, section = index, start
    while blocks[top].outer:
        top -= 1
        section -= blocks[top].lines
    if change.first > section + 1 + _VOTING:
        return True
    last = index
    while last + 1 < len(blocks) and blocks[last + 1].outer:
        last += 1
    end = section + sum(it.lines for it in blocks[top : last + 1]) + grown
    return _shape(lines, section, end) == block.outer


def _recut_item(block: Block, lines: Sequence[str], start: int, change: Change) -> Splice | None:
    """Handle the common edit, inside the items of one long block, without reading the others."""
    chunks = block.chunks
    index, begin = 0, start
    while begin + chunks[index].lines <= change.first:
        begin += chunks[index].lines
        index += 1
    last, end = index, begin + chunks[index].lines
    while end < change.first + change.removed:
        last += 1
        end += chunks[last].lines
    # A first line that begins no item any more joins the item above.
    if index == 0 or not _begins_chunk(lines, begin, block.shape):
        return None
    end += change.added - change.removed
    # What was an item of several lines may now be one of a run, and the one below belongs to it.
    while last + 1 < len(chunks) and not _begins_chunk(lines, end, block.shape):
        last += 1
        end += chunks[last].lines
    like = chunks[0]._replace(kind="item")
    fresh = list(_items(lines, (begin, end), like, block.shape))
    removed = last + 1 - index
    chunks[index : last + 1] = fresh
    block.lines += change.added - change.removed
    return Splice(index, removed, fresh)

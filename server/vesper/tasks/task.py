"""What a task is: its values, its lifecycle and the limits of its texts. No I/O."""

import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, TypedDict, get_args

from vesper.errors import VesperError

Status = Literal[
    "pending", "active", "in_progress", "blocked", "completed", "failed", "cancelled", "archived"
]
STATUSES: Final[tuple[Status, ...]] = get_args(Status)
OPEN: Final[frozenset[Status]] = frozenset({"pending", "active", "in_progress", "blocked"})
"""Work that is still to be done. A parent cannot be completed over a child in one of these."""

TRANSITIONS: Final[dict[Status, frozenset[Status]]] = {
    "pending": frozenset({"active", "cancelled"}),
    "active": frozenset({"in_progress", "cancelled"}),
    "in_progress": frozenset({"blocked", "completed", "failed", "cancelled"}),
    "blocked": frozenset({"in_progress", "cancelled"}),
    "completed": frozenset({"archived"}),
    "failed": frozenset({"pending", "archived"}),
    "cancelled": frozenset({"archived"}),
    "archived": frozenset(),
}
"""The only legal moves. Assigning is pending to active, starting is active to in_progress."""

TITLE_LIMIT: Final = 200
TEXT_LIMIT: Final = 20_000
NAME_LIMIT: Final = 100
PATH_LIMIT: Final = 4096
TAG_LIMIT: Final = 32
LINE_LIMIT: Final = 2**31 - 1
POSITION_BASE: Final = 10**12
"""One more than the largest task id: `Task.position` holds the id in its lower digits."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the workspace a task belongs.

    `path` is relative to the workspace, with `/` between its parts. Lines and columns are
    zero-based and count code points; the end is exclusive, and the start where it is left out.
    `code` is the diagnostic that the task came from, or empty.
    """

    path: str
    line: int = 0
    column: int = 0
    end_line: int = 0
    end_column: int = 0
    code: str = ""


class DraftFields(TypedDict, total=False):
    """The optional half of a `Draft`, as the keyword arguments of `Board.create`."""

    description: str
    parent: int | None
    place: Place | None
    priority: int
    tags: Sequence[str]


@dataclass(frozen=True, slots=True)
class Draft:
    """A task that is not on the board yet. Priority 1 is the most urgent and 9 the least."""

    title: str
    description: str = ""
    parent: int | None = None
    place: Place | None = None
    priority: int = 5
    tags: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Task:
    """One task as it was when it was read.

    `result` is the summary it was completed with. Times are RFC 3339 in UTC with microseconds, so
    they sort as text.
    """

    id: int
    title: str
    description: str
    status: Status
    parent: int | None
    priority: int
    tags: tuple[str, ...]
    assignee: str
    place: Place | None
    result: str
    created: str
    updated: str

    @property
    def position(self) -> int:
        """The place of this task in `Board.find`'s order: give the last one seen as `after`.

        It holds the whole sort key, so the next page is right even when this task has been
        claimed, completed or reset in the meantime. It fits a JSON number exactly.
        """
        closed = self.status not in OPEN
        return (10 * closed + self.priority) * POSITION_BASE + self.id


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a task. Ids grow in the order in which changes were committed.

    `kind` is `created` or `status`; `detail` is JSON: for `created` the values the task began
    with, for `status` the fields `from`, `to` and, where given, `why` or `result`.
    """

    id: int
    task: int
    kind: str
    at: str
    actor: str
    detail: str


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """Which tasks to find. Every field that is set must hold; `None` means any.

    `text` is looked for in titles and descriptions, without regard to the case of ASCII letters.
    """

    status: tuple[Status, ...] | None = None
    parent: int | None = None
    path: str | None = None
    text: str | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """A change of status: by whom, and what is said about it. `result` is kept on the task."""

    target: Status
    actor: str
    why: str = ""
    result: str = ""


def status_named(name: str) -> Status:
    """The status of that name; `invalid` lists the names there are."""
    for status in STATUSES:
        if status == name:
            return status
    raise VesperError("invalid", f"no status {name!r}", f"a status is one of {', '.join(STATUSES)}")


def moved(task: Task, move: Move, at: str) -> Task:
    """The task after a legal move; `conflict` names the moves that are legal.

    Assigning gives the task to the actor; a reset takes it from its assignee and clears the result.
    """
    source, target = task.status, move.target
    allowed = TRANSITIONS[source]
    if target in allowed:
        assignee = {"active": move.actor, "pending": ""}.get(target, task.assignee)
        result = "" if target == "pending" else move.result or task.result
        return replace(task, status=target, assignee=assignee, result=result, updated=at)
    ways = ", ".join(status for status in STATUSES if status in allowed)
    hint = f"from {source} it can go to {ways}" if ways else f"{source} is final"
    message = f"task {task.id} cannot go from {source} to {target}"
    raise VesperError("conflict", message, hint)


def checked_draft(draft: Draft) -> Draft:
    """The draft with its title and tags stripped; `invalid` names the first thing that is wrong."""
    if not 1 <= draft.priority <= 9:
        message = f"priority {draft.priority} is out of range"
        raise VesperError("invalid", message, "use 1 (most urgent) to 9 (least); 5 is usual")
    if len(draft.tags) > TAG_LIMIT:
        raise VesperError("invalid", f"{len(draft.tags)} tags", f"use at most {TAG_LIMIT}")
    return Draft(
        title=checked_line("title", draft.title, TITLE_LIMIT),
        description=checked_text("description", draft.description),
        parent=draft.parent,
        place=None if draft.place is None else _checked_place(draft.place),
        priority=draft.priority,
        # A tag said twice is one tag; the order in which they were given is kept.
        tags=tuple(dict.fromkeys(checked_line("tag", tag, NAME_LIMIT) for tag in draft.tags)),
    )


def checked_line(name: str, text: str, limit: int) -> str:
    """`text` stripped, when it is one line of 1 to `limit` visible characters."""
    line = text.strip()
    if not line:
        raise VesperError("invalid", f"the {name} is empty", f"give a {name} of a few words")
    if len(line) > limit:
        message = f"the {name} has {len(line)} characters"
        raise VesperError("invalid", message, f"use at most {limit}; details go in the description")
    for at, character in enumerate(line):
        if unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}:
            message = f"the {name} has the character U+{ord(character):04X} at position {at + 1}"
            raise VesperError(
                "invalid", message, f"a {name} is one line without control characters"
            )
    return line


def checked_text(name: str, text: str) -> str:
    """`text` unchanged, when it fits and every character of it can be stored."""
    if len(text) > TEXT_LIMIT:
        message = f"the {name} has {len(text):,} characters"
        raise VesperError(
            "invalid", message, f"use at most {TEXT_LIMIT:,}; put the rest in a file and name it"
        )
    for at, character in enumerate(text):
        if character == "\0" or unicodedata.category(character) == "Cs":
            message = f"the {name} has the character U+{ord(character):04X} at position {at + 1}"
            raise VesperError("invalid", message, "leave that character out")
    return text


def creation_detail(draft: Draft) -> str:
    """The detail of a `created` event: all that the task began with, so history can be replayed."""
    place = draft.place
    fields: dict[str, object] = {
        "title": draft.title,
        "description": draft.description,
        "parent": draft.parent,
        "priority": draft.priority,
        "tags": list(draft.tags),
    }
    if place is not None:
        fields["place"] = [
            *(place.path, place.line, place.column, place.end_line, place.end_column, place.code)
        ]
    return _json({name: value for name, value in fields.items() if value not in ("", None, [])})


def move_detail(source: Status, move: Move) -> str:
    """The detail of a `status` event; what was not said is left out."""
    said = {"why": move.why, "result": move.result}
    return _json({"from": source, "to": move.target, **{key: it for key, it in said.items() if it}})


def _json(fields: Mapping[str, object]) -> str:
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))


def _checked_place(place: Place) -> Place:
    checked_line("path", place.path, PATH_LIMIT)
    parts = place.path.split("/")
    if place.path != place.path.strip() or any(part in {"", ".", ".."} for part in parts):
        message = f"{place.path!r} is not a path inside the workspace"
        raise VesperError("invalid", message, "write it from the workspace folder, as a/b.vsp")
    start, end = (place.line, place.column), (place.end_line, place.end_column)
    end = start if end == (0, 0) else end
    if min(*start, *end) < 0 or max(*start, *end) > LINE_LIMIT or end < start:
        message = f"lines {start} to {end} are not a range"
        raise VesperError(
            "invalid", message, "lines and columns count from 0, the end after the start"
        )
    code = place.code and checked_line("diagnostic code", place.code, NAME_LIMIT)
    return replace(place, end_line=end[0], end_column=end[1], code=code)

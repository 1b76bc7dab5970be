"""`file_read` and `file_write`: files of the workspace, whole or not at all."""

from collections.abc import Sequence
from typing import Final

from vesper.lang import matching
from vesper.lang.capabilities import covers
from vesper.providers import beneath
from vesper.providers.approvals import Approvals, Question
from vesper.providers.beneath import parts_of, too_large
from vesper.providers.failures import argument, failed, refused
from vesper.providers.formats import parsed, written
from vesper.providers.protected import is_private, is_protected
from vesper.providers.surroundings import Surroundings
from vesper.runtime.handling import Call
from vesper.runtime.request import Effect
from vesper.store import change_rows
from vesper.store.engine import Connection
from vesper.store.lock import exclusive
from vesper.values.value import Fault, Value

_WAIT: Final = 10.0
"""Seconds that another append is waited for."""
_FORMATS: Final = {
    "file_read": frozenset({"text", "lines", "json", "yaml", "csv", "bytes"}),
    "file_write": frozenset({"text", "json", "yaml", "csv", "bytes"}),
}


class Files:
    """Reads and writes. Files that are protected change only with a person's yes."""

    operations: Final = frozenset({"file_read", "file_write"})

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._approvals = Approvals(around)

    def perform(self, effect: Effect, call: Call) -> Value:
        """What a file holds; null for a write."""
        path = argument(effect.arguments, "path")
        parts = parts_of(path)
        kind = argument(effect.arguments, "format", "text")
        if kind not in _FORMATS[effect.operation]:
            raise failed(f"`{kind[:40]}` is no format", "argument_invalid", argument="format")
        _permit(effect, parts)
        if effect.operation == "file_read":
            return self._read(parts, kind)
        self._write(parts, kind, effect, call)
        return None

    def is_keyed(self, effect: Effect) -> bool:
        """Whether writing twice leaves the same file."""
        return argument(effect.arguments, "mode", "replace") == "replace"

    def _read(self, parts: Sequence[str], kind: str) -> Value:
        if is_private(parts):
            raise refused(f"{'/'.join(parts)} is the state of Vesper itself")
        data = beneath.read(self._around.root, parts, self._around.settings.max_file_size)
        return parsed(data, kind, "/".join(parts))

    def _write(self, parts: Sequence[str], kind: str, effect: Effect, call: Call) -> None:
        mode = argument(effect.arguments, "mode", "replace")
        if mode not in {"replace", "create", "append"}:
            raise failed(f"`{mode[:40]}` is no mode", "argument_invalid", argument="mode")
        limit = self._around.settings.max_file_size
        data = written(effect.arguments.get("content"), kind)
        if len(data) > limit:
            raise too_large(parts, limit)
        if is_private(parts):
            raise refused(f"{'/'.join(parts)} is the state of Vesper itself")
        self._check_role(parts, call)
        if is_protected(parts):
            self._ask(parts, data, effect, call)
        match mode:
            case "replace":
                beneath.replace(self._around.root, parts, data)
            case "create":
                beneath.create(self._around.root, parts, data)
            case _:
                self._around.folder.mkdir(mode=0o700, exist_ok=True)
                with exclusive(self._around.folder / "files.lock", _WAIT):
                    beneath.append(self._around.root, parts, data, limit)

    def _check_role(self, parts: Sequence[str], call: Call) -> None:
        """Hold a run to the files that its role may change, and to how many."""
        path = "/".join(parts)
        for it in call.grant.says:
            if it.edits and not any(_is_found(pattern, path) for pattern in it.edits):
                raise refused(f"{it.who} may not change {path}", path=path)
        most = call.grant.file_changes
        if most is None:
            return

        def note(connection: Connection) -> int:
            return change_rows.note(connection, call.execution, path)

        if self._around.store.write(note) > most:
            raise refused(f"the run may change {most} files, and {path} is one more", path=path)

    def _ask(self, parts: Sequence[str], data: bytes, effect: Effect, call: Call) -> None:
        path = "/".join(parts)
        begins = data[:2_000].decode("utf-8", "replace")
        shown: dict[str, Value] = {"path": path, "bytes": len(data), "begins": begins}
        question = Question(f"May {call.node_id} write the protected file {path}?", shown)
        answer = self._approvals.ask(question, effect, call)
        if not answer.approved:
            raise failed(
                f"nobody allowed {path}, which is protected, to change", "not_approved", path=path
            )


def _is_found(pattern: str, path: str) -> bool:
    """Whether the pattern is found in the path; one that cannot be read is found nowhere."""
    try:
        return matching.found(pattern, path)
    except Fault:
        return False


def _permit(effect: Effect, parts: Sequence[str]) -> None:
    """Hold a path that was filled in to the folder that its step was granted."""
    operation = effect.operation.removeprefix("file_")
    may = [it for it in effect.capabilities if it.startswith("filesystem.")]
    need = f"filesystem.{operation}.{'/'.join(parts)}"
    if may and not any(covers(it, need) for it in may):
        raise refused(
            f"{'/'.join(parts)} is not in the folder that the step names", capability=need
        )

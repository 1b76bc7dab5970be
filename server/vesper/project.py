"""One workspace: where it begins and what it holds. Every surface works on a `Project`."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from vesper.config import CLOSED, FILE, Problem, Read, Settings
from vesper.config import read as read_settings
from vesper.errors import VesperError
from vesper.workspace.files import document_kind, find_root, read_text, walk
from vesper.workspace.ignored import Ignored

if TYPE_CHECKING:
    from vesper.execution.audit import Audit
    from vesper.execution.debugging import Prepared, Wanted
    from vesper.execution.meters import Meters
    from vesper.execution.nodes import Nodes
    from vesper.execution.runs import Runs
    from vesper.lang.around import Around
    from vesper.lang.check import Diagnostic
    from vesper.lang.piece import DocumentKind
    from vesper.providers.approvals import Approvals
    from vesper.tasks.board import Board
    from vesper.workspace.checking import Checked
    from vesper.workspace.index import Index
    from vesper.workspace.scan import Scan


class Project:
    """The workspace at `root`. Opening one reads and creates nothing."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self._editor: object = None

    @classmethod
    def open(cls, start: Path) -> "Project":
        """The workspace that `start`, a file or folder, belongs to; see `find_root`."""
        return cls(find_root(start.resolve()))

    @cached_property
    def board(self) -> "Board":
        """The tasks of this workspace."""
        from vesper.tasks.board import Board

        return Board(self.root)

    @cached_property
    def approvals(self) -> "Approvals":
        """What runs of this workspace ask people."""
        from vesper.providers.approvals import Approvals
        from vesper.providers.surroundings import Surroundings

        return Approvals(Surroundings(self.root, self.settings, self.board))

    @property
    def settings(self) -> Settings:
        """What `vesper.toml`, the environment and the editor say; what is wrong there does not count."""
        return self._read_settings.settings

    @property
    def settings_problems(self) -> tuple[Problem, ...]:
        """What is wrong with the settings."""
        return self._read_settings.problems

    def configure(self, editor: object = None) -> bool:
        """Read `vesper.toml` anew; whether that changed a setting.

        `editor` is what the client says of its section `vesper`; without it the last word still holds.
        """
        before = self.settings
        self._editor = self._editor if editor is None else editor
        del self._read_settings
        if self.settings == before:
            return False
        if "scan" in self.__dict__:
            self.scan.configure(self.settings)
            self.scan.again()
        return True

    def require_settings(self) -> None:
        """Raise VesperError `invalid` with the first thing that is wrong with the settings, if any."""
        if self.settings_problems:
            message = str(self.settings_problems[0])
            raise VesperError("invalid", message, "docs/reference/settings.md lists all settings")

    @cached_property
    def _read_settings(self) -> Read:
        text = ""
        wrong: tuple[Problem, ...] = ()
        try:
            text = read_text(self.root / FILE)
        except VesperError as error:
            if error.kind != "not_found":
                wrong = (Problem(error.message),)
        found = read_settings(text, editor=self._editor, rules=rule_names(text, self._editor))
        if wrong:
            closed = replace(found.settings, policy=CLOSED.policy, sandbox=CLOSED.sandbox)
            found = found._replace(settings=closed)
        return found._replace(problems=(*wrong, *found.problems))

    @cached_property
    def audit(self) -> "Audit":
        """What its runs did, for those who answer for it."""
        from vesper.execution.audit import Audit
        from vesper.store.database import Database

        folder = self.root / ".vesper"
        return Audit(folder, Database(folder / "vesper.db"))

    @cached_property
    def meters(self) -> "Meters":
        """What was counted and measured of its runs."""
        from vesper.execution.meters import Meters
        from vesper.store.database import Database

        return Meters(Database(self.root / ".vesper" / "vesper.db"))

    @cached_property
    def scan(self) -> "Scan":
        """What keeps `index` in step with the files; nothing is read before its first step."""
        from vesper.workspace.scan import Scan

        return Scan(self.root, self.settings)

    @cached_property
    def nodes(self) -> "Nodes":
        """The nodes of this workspace as programs, read from its files."""
        from vesper.execution.nodes import Nodes

        return Nodes(self.root, lambda: self.settings, self.relative)

    @cached_property
    def runs(self) -> "Runs":
        """The runs of this workspace's nodes."""
        from vesper.execution.composition import WorkspaceRuns

        return WorkspaceRuns(self.root, self.settings, self.nodes, lambda: self.board)

    @property
    def index(self) -> "Index":
        """The names of this workspace across its files, as far as they were read; see `scan`."""
        return self.scan.index

    def documents(self) -> list[Path]:
        """Every document and role file of the workspace, sorted."""
        ignored = Ignored(self.root, self.settings.include, self.settings.exclude)
        found = walk(self.root, ignored, nested=False)
        return [path for these in found for path in these if self._is_document(path)]

    def check_file(self, path: str) -> "list[Diagnostic]":
        """The problems of one file, named from the root. Raises what `read_text` raises."""
        from vesper.lang.check import check

        file = self.root / self.relative(path)
        text = read_text(file, self.settings.max_file_size)
        return check(text, document_kind(Path(self.relative(path))) or "vsp")

    def check_files(
        self, paths: Iterable[Path], processes: int | None = None
    ) -> "Iterator[Checked]":
        """The problems of files of this workspace, in the order given, using every core when they are many.

        What the other files of the workspace hold counts as well, whether they are named or not.
        """
        from vesper.workspace.checking import Job, check_all

        wanted = list(dict.fromkeys(Path(os.path.abspath(it)) for it in paths))
        jobs = [Job(self._name(it), it, self._kind(it)) for it in wanted]
        others = set(self.documents()) - set(wanted)
        jobs += [Job(self._name(it), it, self._kind(it), False) for it in sorted(others)]
        return check_all(jobs, self.settings, processes)

    def _is_document(self, path: Path) -> bool:
        return document_kind(Path(self.root.name, path.relative_to(self.root))) is not None

    def _name(self, path: Path) -> str:
        try:
            return self.relative(path)
        except VesperError:
            return path.as_posix()

    def _kind(self, path: Path) -> "DocumentKind":
        return document_kind(Path(self.root.name, self._name(path))) or "vsp"

    @property
    def alone(self) -> "Around":
        """What a text knows that is checked by itself: the settings, and no other file."""
        from vesper.lang.around import Around
        from vesper.workspace.index import policy_of

        settings = self.settings
        return Around(policy=policy_of(settings))

    def check_text(self, text: str) -> "list[Diagnostic]":
        """The problems of a text as if it were a `.vsp` document."""
        from vesper.lang.check import check

        return check(text)

    def relative(self, path: Path | str) -> str:
        """`path` as the workspace names it: from the root, with `/` between its parts.

        Links are followed only when the path as written is not inside. `invalid` when it is
        outside either way.
        """
        written = Path(os.path.abspath(self.root / path))
        for candidate in (written, written.resolve()):
            if candidate.is_relative_to(self.root):
                return candidate.relative_to(self.root).as_posix()
        message = f"{path} is outside the workspace {self.root}"
        raise VesperError("invalid", message, "name a file inside the workspace")

    def debugged(self, wanted: "Wanted") -> "Prepared":
        """A run that is ready to be debugged. VesperError where there is no such node, case or run."""
        from vesper.execution.debugging import prepare

        return prepare(self.nodes, lambda: self.runs, wanted)

    def close(self) -> None:
        """Close the databases; the project must not be used afterwards."""
        if "runs" in self.__dict__:
            self.runs.close()
        if "approvals" in self.__dict__:
            self.approvals.close()
        if "board" in self.__dict__:
            self.board.close()
        if "audit" in self.__dict__:
            self.audit.close()
        if "meters" in self.__dict__:
            self.meters.close()


def rule_names(text: str, editor: object = None) -> set[str] | None:
    """The codes and names of all rules; None where no setting is about rules, since loading them costs."""
    if "rules" not in text and not editor:
        return None
    from vesper.lang import rules

    return {name for code, it in rules.load().items() for name in (code, it.name)}

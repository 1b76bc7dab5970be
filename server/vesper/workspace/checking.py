"""Checking many files of one workspace at once, on every core, so that each knows of all the others.

Each process reads its share of the files and tells what others may rely on; once all that is known
everywhere, each runs the rules over the files it holds already.
"""

import gc
import os
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from vesper.config import Settings
from vesper.errors import FailureKind, VesperError
from vesper.lang.check import Analysis, Diagnostic
from vesper.lang.piece import DocumentKind
from vesper.workspace.files import read_text
from vesper.workspace.index import Brief, Index, brief, policy_of
from vesper.workspace.related import File, related

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

ALONE_BELOW: Final = 40
"""Fewer files than this are checked faster by one process than others could be started."""
_BATCH: Final = 16
_FEW: Final = 4
"""One file in so many is few: then it is looked which others have to do with them."""


class Job(NamedTuple):
    """One file to read: its name in the workspace, where it is, and whether its problems are wanted."""

    file: str
    path: Path
    kind: DocumentKind
    is_wanted: bool = True


class Checked(NamedTuple):
    """What came of one file: its problems, or why it could not be read."""

    path: Path
    found: list[Diagnostic]
    error: VesperError | None = None


_Failure = tuple[FailureKind, str, str]
_Sent = tuple[list[Diagnostic], _Failure | None]


def check_all(
    jobs: Sequence[Job], settings: Settings, processes: int | None = None
) -> Iterator[Checked]:
    """The problems of every file wanted, in the order of the jobs, each checked beside all the others."""
    jobs = _needed(jobs, settings)
    count = min(processes or _cores(), len(jobs) // (ALONE_BELOW // 2))
    if count < 2:
        share = _Share(jobs, settings)
        yield from share.check(share.briefs())
        return
    yield from _check_together(jobs, settings, count)


def _needed(jobs: Sequence[Job], settings: Settings) -> Sequence[Job]:
    """The jobs without those that cannot matter, where only a few files are wanted."""
    wanted = [it for it in jobs if it.is_wanted]
    if len(wanted) > len(jobs) // _FEW:
        return jobs
    files: list[File] = [(it.file, it.path, it.kind) for it in wanted]
    others: list[File] = [(it.file, it.path, it.kind) for it in jobs if not it.is_wanted]
    found = {name for name, _, _ in related(files, others, settings.max_file_size)}
    return [it for it in jobs if it.is_wanted or it.file in found]


class _Share:
    """The files that one process reads and checks."""

    def __init__(self, jobs: Sequence[Job], settings: Settings) -> None:
        self._settings = settings
        self._held: list[tuple[Job, Analysis | None, VesperError | None]] = []
        for job in jobs:
            try:
                text = read_text(job.path, settings.max_file_size)
            except VesperError as error:
                self._held.append((job, None, error))
            else:
                self._held.append((job, Analysis(text, job.kind), None))

    def briefs(self) -> dict[str, Brief]:
        """What others may rely on, by file."""
        return {
            job.file: brief(job.file, analysis.parts(), job.kind)._replace(entries=())
            for job, analysis, _ in self._held
            if analysis is not None
        }

    def check(self, briefs: dict[str, Brief]) -> Iterator[Checked]:
        """The problems of each file; a file is let go of once they are told."""
        index = _index(briefs, self._settings)
        self._held.reverse()
        while self._held:
            job, analysis, error = self._held.pop()
            if analysis is not None and job.is_wanted:
                analysis.around = index.around_for(job.file)
                yield Checked(job.path, analysis.diagnostics())
            elif job.is_wanted:
                yield Checked(job.path, [], error)


def _index(briefs: dict[str, Brief], settings: Settings) -> Index:
    index = Index()
    index.policy = policy_of(settings)
    index.fill(briefs)
    index.is_complete = True
    return index


def _check_together(jobs: Sequence[Job], settings: Settings, count: int) -> Iterator[Checked]:
    import multiprocessing

    # What every process needs is loaded before they part.
    Analysis("").diagnostics()
    context: Any = multiprocessing.get_context(_start_method())
    ends: list[Connection] = []
    workers: list[BaseProcess] = []
    try:
        for number in range(count):
            ours, theirs = context.Pipe()
            share = (theirs, jobs[number::count], settings)
            worker = context.Process(target=_work, args=share, daemon=True)
            worker.start()
            theirs.close()
            ends.append(ours)
            workers.append(worker)
        briefs: dict[str, Brief] = {}
        for end in ends:
            briefs.update(_receive(end))
        for end in ends:
            end.send(briefs)
        wanted = [(number % count, job) for number, job in enumerate(jobs) if job.is_wanted]
        batches: list[list[_Sent]] = [[] for _ in ends]
        for number, job in wanted:
            if not batches[number]:
                batches[number] = _receive(ends[number])
                batches[number].reverse()
            found, failure = batches[number].pop()
            yield Checked(job.path, found, VesperError(*failure) if failure else None)
    finally:
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.join()
        for end in ends:
            end.close()


def _receive(end: "Connection") -> Any:
    try:
        return end.recv()
    except EOFError:
        hint = "check fewer files at once to find the one that is too much"
        raise VesperError("damaged", "a process ended while it checked files", hint) from None


def _work(end: "Connection", jobs: Sequence[Job], settings: Settings) -> None:
    """What one of the processes does."""
    # Nearly everything it makes lives to the end, so looking for garbage often is work for nothing.
    gc.set_threshold(50_000, 50, 50)
    share = _Share(jobs, settings)
    end.send(share.briefs())
    batch: list[_Sent] = []
    for it in share.check(end.recv()):
        failure = (it.error.kind, it.error.message, it.error.hint) if it.error else None
        batch.append((it.found, failure))
        if len(batch) == _BATCH:
            end.send(batch)
            batch = []
    if batch:
        end.send(batch)


def _cores() -> int:
    available = getattr(os, "sched_getaffinity", None)
    return len(available(0)) if available is not None else os.cpu_count() or 1


def _start_method() -> str:
    """Forking is quickest, and safe where no other thread can hold a lock at that moment."""
    alone = threading.active_count() == 1
    return "fork" if sys.platform == "linux" and alone else "spawn"

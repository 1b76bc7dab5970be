"""Answers of pure nodes, kept by the digest of the program, the engine and the inputs.

An edit that changes what a node means changes its digest, so nothing old is ever found.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Final

from vesper.errors import VesperError
from vesper.execution.envelopes import packed, unpacked
from vesper.execution.ledger import digest_of
from vesper.lang.program import Program
from vesper.runtime.envelope import Envelope
from vesper.store import result_rows
from vesper.store.database import Database
from vesper.store.engine import Connection
from vesper.values.value import Fault, Value

MOST_HELD: Final = 1_000
"""In memory, in this process."""
MOST_KEPT: Final = 10_000
"""In the database, for all processes."""
_PASSING: Final = frozenset({"timeout", "cancelled", "waiting"})

Question = tuple[str, str]


class Results:
    """Answers in memory, and behind them in the database for nodes that ask for it with `cache`."""

    def __init__(self, database: Database, held: int = MOST_HELD, kept: int = MOST_KEPT) -> None:
        self._database = database
        self._most_held = held
        self._most_kept = kept
        self._held: OrderedDict[Question, Envelope] = OrderedDict()
        self._asked: dict[Question, Future[Envelope]] = {}
        self._lock = threading.Lock()

    def get(
        self,
        program: Program,
        inputs: Mapping[str, Value],
        engine: str,
        work: Callable[[], Envelope],
    ) -> Envelope:
        """The answer of an engine, by `work` where it is not known; who asks meanwhile waits for that."""
        try:
            question = (f"{program.digest}/{engine}", digest_of(inputs))
        except (Fault, TypeError):
            # Such inputs are told as invalid by the run itself.
            return work()
        with self._lock:
            found = self._held.get(question)
            if found is not None:
                self._held.move_to_end(question)
                return found
            other = self._asked.get(question)
            if other is None:
                self._asked[question] = Future()
        if other is not None:
            return other.result()
        return self._first(program, question, work)

    def _first(
        self, program: Program, question: Question, work: Callable[[], Envelope]
    ) -> Envelope:
        mine = self._asked[question]
        try:
            envelope = self._kept(program, question) or work()
        except BaseException as error:
            mine.set_exception(error)
            raise
        else:
            mine.set_result(envelope)
            self._keep(program, question, envelope)
            return envelope
        finally:
            with self._lock:
                del self._asked[question]

    def forget(self) -> None:
        """Drop what is in memory."""
        with self._lock:
            self._held.clear()

    def _kept(self, program: Program, question: Question) -> Envelope | None:
        if not _is_shared(program):
            return None
        data = self._database.read(lambda it: result_rows.get(it, *question), None)
        if data is None:
            return None
        envelope = unpacked(data)
        self._hold(question, envelope)
        return envelope

    def _keep(self, program: Program, question: Question, envelope: Envelope) -> None:
        if envelope.error is not None and envelope.error.code in _PASSING:
            return
        if question in self._held:
            return
        self._hold(question, envelope)
        if not _is_shared(program):
            return

        def change(connection: Connection) -> None:
            result_rows.put(connection, *question, packed(envelope))
            result_rows.keep_newest(connection, self._most_kept)

        try:
            self._database.write(change)
        except VesperError:
            # What is not kept is worked out again.
            return

    def _hold(self, question: Question, envelope: Envelope) -> None:
        with self._lock:
            self._held[question] = envelope
            while len(self._held) > self._most_held:
                self._held.popitem(last=False)


def _is_shared(program: Program) -> bool:
    return program.cached and not program.security.sensitive

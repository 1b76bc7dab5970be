"""Answers what the journal already holds. Outermost: what has happened is not asked about again."""

from vesper.runtime.handling import Call, Handler, Suspended
from vesper.runtime.journal import Journal, answered, diverged
from vesper.runtime.request import Effect
from vesper.values.value import Value


def recalling(journal: Journal, inner: Handler) -> Handler:
    """Answer from the journal where it holds an outcome, else ask `inner`."""

    def handle(effect: Effect, call: Call) -> Value:
        entry = journal.find(effect.site)
        if entry is None or (entry.state != "done" and entry.digest == effect.digest):
            return inner(effect, call)
        return answered(entry, effect)

    return handle


def nothing_else(whole: bool) -> Handler:
    """Innermost of a replay: performs nothing.

    Where the journal is `whole`, a request it does not hold is a divergence; else the record ends there.
    """

    def handle(effect: Effect, call: Call) -> Value:
        if whole:
            raise diverged(effect, f"`{effect.operation}` was never asked for")
        raise Suspended(
            f"the journal ends before `{effect.operation}` at {effect.site}",
            {"step": effect.site, "operation": effect.operation},
        )

    return handle

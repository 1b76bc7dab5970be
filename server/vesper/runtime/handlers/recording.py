"""Writes down what is done: a write before it is begun and when it is answered, all else when answered."""

import time
from collections.abc import Callable

from vesper.runtime.handling import Call, Handler, Suspended
from vesper.runtime.journal import Ambiguous, Journal, Outcome
from vesper.runtime.request import Effect, Failure
from vesper.values.value import Value

Noticed = Callable[[Effect, Call, Outcome], None]
"""Told of every effect that was really performed, once it is on record."""


def recording(
    journal: Journal, inner: Handler, is_keyed: Callable[[Effect], bool], noticed: Noticed
) -> Handler:
    """Perform through `inner`, and keep what came of it.

    A write that was begun before and never answered is performed again only where its provider knows
    the key of the first try; else it is `Ambiguous`.
    """

    def handle(effect: Effect, call: Call) -> Value:
        entry = journal.find(effect.site)
        if effect.kind == "write":
            # One that waited, or that a person wants done again, is begun anew: it may end half-way too.
            if entry is None or entry.state == "waiting":
                journal.intend(effect)
            elif not is_keyed(effect):
                raise Ambiguous(effect)
        began = time.perf_counter()
        try:
            outcome = Outcome(inner(effect, call), None, time.perf_counter() - began)
        except Failure as failure:
            outcome = Outcome(None, failure, time.perf_counter() - began)
        except Suspended:
            journal.hold(effect)
            raise
        journal.settle(effect, outcome)
        noticed(effect, call, outcome)
        return outcome.give()

    return handle

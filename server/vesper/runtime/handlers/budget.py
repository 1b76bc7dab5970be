"""How many effects one run may ask for."""

import itertools
from typing import Final

from vesper.runtime.handling import Call, Handler
from vesper.runtime.request import Effect, Failure
from vesper.values.value import Value

MOST_EFFECTS: Final = 100_000
"""A journal with more could not be replayed in a time that anybody waits."""


def counting(inner: Handler, already: int = 0, most: int = MOST_EFFECTS) -> Handler:
    """Let at most `most` effects through, `already` of them before a resume; then `budget_exceeded`."""
    numbers = itertools.count(already + 1)

    def handle(effect: Effect, call: Call) -> Value:
        if next(numbers) > most:
            raise Failure(
                ("budget_exceeded",),
                f"the run asked for more than {most:,} effects, at {effect.site}",
                {"step": effect.site, "limit": most},
                final=True,
            )
        return inner(effect, call)

    return handle

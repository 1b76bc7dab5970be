"""`approval`: a person's yes or no."""

from typing import Final

from vesper.providers.approvals import Approvals, Question
from vesper.providers.failures import argument
from vesper.providers.surroundings import Surroundings
from vesper.runtime.handling import Call
from vesper.runtime.request import Effect
from vesper.values.text import printed
from vesper.values.value import Value


class People:
    """Asks a person, and waits over restarts."""

    operations: Final = frozenset({"approval"})

    def __init__(self, around: Surroundings) -> None:
        self._approvals = Approvals(around)

    def perform(self, effect: Effect, call: Call) -> Value:
        """`{approved, by, comment}`."""
        shown = effect.arguments.get("show")
        approvers = effect.arguments.get("approvers")
        question = Question(
            argument(effect.arguments, "question"),
            shown if isinstance(shown, dict) else {},
            tuple(map(printed, approvers)) if isinstance(approvers, list) else (),
        )
        answer = self._approvals.ask(question, effect, call)
        return {"approved": answer.approved, "by": answer.by, "comment": answer.comment}

    def is_keyed(self, effect: Effect) -> bool:
        """A question is asked once for each key."""
        del effect
        return True

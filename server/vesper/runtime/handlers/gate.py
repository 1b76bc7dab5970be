"""The capability gate: what is done the node, its callers, the role and the workspace must all allow."""

from collections.abc import Callable

from vesper.runtime.handling import Call, Handler
from vesper.runtime.request import Effect, Failure
from vesper.values.value import Value

Refused = Callable[[Effect, Call, Failure], None]
"""Told of every refusal: where it is audited."""


class Gate:
    """Lets an effect through when the grant of its call allows all that it needs.

    A refusal is final: no handler of a document may answer it.
    """

    def __init__(self, inner: Handler, refused: Refused) -> None:
        self._inner = inner
        self._refused = refused

    def __call__(self, effect: Effect, call: Call) -> Value:
        self.permit(effect, call)
        return self._inner(effect, call)

    def permit(self, effect: Effect, call: Call) -> None:
        """Raise `capability_denied` unless the effect may be performed."""
        for need in effect.capabilities:
            reason = call.grant.refusal(need)
            if reason:
                failure = Failure(
                    ("capability_denied",),
                    f"{effect.site} may not `{need}`: {reason}",
                    {"step": effect.site, "capability": need, "reason": reason},
                    final=True,
                )
                self._refused(effect, call, failure)
                raise failure

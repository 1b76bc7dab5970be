"""What a provider says of a failure shows no sensitive value."""

from vesper.runtime.handling import Call, Handler
from vesper.runtime.redaction import Redactor
from vesper.runtime.request import Effect, Failure
from vesper.values.value import Value


def redacting(inner: Handler, redactor: Redactor) -> Handler:
    """Perform through `inner`; what a provider says of a failure shows no sensitive value."""

    def handle(effect: Effect, call: Call) -> Value:
        try:
            return inner(effect, call)
        except Failure as failure:
            known = redactor.knowing(effect.arguments)
            if not known.values:
                raise
            raise known.hide_failure(failure) from None

    return handle

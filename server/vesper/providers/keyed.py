"""Changes of the workspace's own state that happen once, however often they are asked for under one key."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

from vesper.errors import VesperError
from vesper.providers.failures import failed, from_error
from vesper.providers.surroundings import Surroundings
from vesper.runtime.handling import Call
from vesper.runtime.request import Effect
from vesper.store import performed_rows
from vesper.store.engine import Connection
from vesper.values.encoding import canonical, decoded
from vesper.values.value import Value

T = TypeVar("T")


def once(
    around: Surroundings, effect: Effect, call: Call, work: Callable[[Connection], Value]
) -> Value:
    """Do the work and keep its answer, in one transaction; where that was done before, the answer it gave."""

    def change(connection: Connection) -> Value:
        known = performed_rows.find(connection, call.key) if call.key else None
        if known is not None:
            if known[0] != effect.digest:
                raise failed("the key of this effect belongs to another change", "key_reused")
            return decoded(known[1])
        answer = work(connection)
        if call.key:
            kept = canonical(answer)
            performed_rows.add(connection, call.key, effect.digest, kept, now())
        return answer

    return written(around, change)


def written(around: Surroundings, change: Callable[[Connection], T]) -> T:
    """One transaction on the store; what the workspace refuses is a failure."""
    try:
        return around.store.write(change)
    except VesperError as error:
        raise from_error(error) from error


def found(around: Surroundings, query: Callable[[Connection], T], missing: T) -> T:
    """What the store holds, or `missing` where there is none."""
    try:
        return around.store.read(query, missing)
    except VesperError as error:
        raise from_error(error) from error


def now() -> str:
    """The moment as the store keeps moments: they sort as text."""
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")

"""`state_machine_transition`: entities moved from state to state, each move one indivisible change."""

from typing import Final

from vesper.providers.failures import argument, failed
from vesper.providers.keyed import now, once
from vesper.providers.surroundings import Surroundings
from vesper.runtime.handling import Call
from vesper.runtime.request import Effect
from vesper.store import machine_rows
from vesper.store.engine import Connection
from vesper.values.text import printed
from vesper.values.value import Value


class Machines:
    """Keeps the state of each entity. One that no step has moved is in the `initial` state of its machine.

    All nodes that name a machine mean the same one.
    """

    operations: Final = frozenset({"state_machine_transition"})

    def __init__(self, around: Surroundings) -> None:
        self._around = around

    def perform(self, effect: Effect, call: Call) -> Value:
        """The new state."""
        machine = argument(effect.arguments, "state_machine")
        entity = printed(effect.arguments.get("entity"))
        initial, target = argument(effect.arguments, "initial"), argument(effect.arguments, "to")
        starts = _words(effect.arguments.get("from"))
        if not machine or not target or len(entity) > 1_000:
            raise failed("a transition names a machine, `from` and `to`", "argument_invalid")
        moves = effect.arguments.get("moves")

        def move(connection: Connection) -> Value:
            state = machine_rows.state(connection, machine, entity) or initial
            details: dict[str, Value] = {"machine": machine, "entity": entity, "state": state}
            if state not in starts:
                wanted = " or ".join(starts)
                message = f"{machine} {entity} is {state or 'in no state'}, not {wanted}"
                raise failed(message, "state_conflict", **details)
            if isinstance(moves, list) and [state, target] not in moves:
                message = f"{machine} has no transition from {state} to {target}"
                raise failed(message, "transition_forbidden", "state_conflict", **details)
            machine_rows.put(connection, machine, entity, target, now())
            return target

        return once(self._around, effect, call, move)

    def is_keyed(self, effect: Effect) -> bool:
        """A move is kept with the key of its effect."""
        del effect
        return True


def _words(value: Value) -> list[str]:
    return [printed(it) for it in value] if isinstance(value, list) else [printed(value)]

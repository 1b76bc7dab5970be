"""Chance: the seed from which a step's `uuid()` and `random()` are worked out."""

import secrets
from typing import Final

from vesper.providers.surroundings import Surroundings
from vesper.runtime.handling import Call
from vesper.runtime.request import Effect
from vesper.values.value import Value


class Chance:
    """Answers with 64 hexadecimal digits that nobody can guess."""

    operations: Final = frozenset({"random"})

    def __init__(self, around: Surroundings) -> None:
        del around

    def perform(self, effect: Effect, call: Call) -> Value:
        """A seed."""
        del effect, call
        return secrets.token_hex(32)

    def is_keyed(self, effect: Effect) -> bool:
        """Drawing twice changes nothing."""
        del effect
        return True

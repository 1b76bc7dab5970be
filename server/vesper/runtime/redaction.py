"""Keeps sensitive values out of all that people and machines are told of a run."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from vesper.runtime.request import Failure
from vesper.values.text import printed
from vesper.values.value import Value

HIDDEN: Final = "[hidden]"
SHORTEST: Final = 4
"""Shorter values are hidden by their name only: a text without its every `1` tells nobody anything."""


@dataclass(frozen=True, slots=True)
class Redactor:
    """Hides by name, and by value wherever it turns up again."""

    names: frozenset[str] = frozenset()
    """Names of fields, in any letters; a path such as `customer.card` counts for its last part."""
    values: tuple[str, ...] = field(default=())

    @classmethod
    def of(cls, sensitive: Iterable[str], known: Mapping[str, Value] | None = None) -> "Redactor":
        """For fields of those names; values that such fields have in `known` are hidden everywhere."""
        names = frozenset(it.rpartition(".")[2].casefold() for it in sensitive)
        found = set(_values_of(dict(known or {}), names)) if names else ()
        # The longest first: a value may be a part of another one.
        return cls(names, tuple(sorted(found, key=lambda it: (-len(it), it))))

    def naming(self, sensitive: Iterable[str]) -> "Redactor":
        """This one, which also hides fields of those names."""
        more = Redactor.of(sensitive).names
        return self if more <= self.names else Redactor(self.names | more, self.values)

    def knowing(self, known: Mapping[str, Value]) -> "Redactor":
        """This one, which also hides the sensitive values in `known`."""
        if not self.names:
            return self
        more = {*self.values, *_values_of(dict(known), self.names)}
        return Redactor(self.names, tuple(sorted(more, key=lambda it: (-len(it), it))))

    def hide(self, value: Value) -> Value:
        """The value as it may be shown."""
        if not self.names:
            return value
        if isinstance(value, dict):
            return {
                self.hide_text(key): _hidden(it) if key.casefold() in self.names else self.hide(it)
                for key, it in value.items()
            }
        if isinstance(value, list):
            return [self.hide(it) for it in value]
        if isinstance(value, str):
            return self.hide_text(value)
        return HIDDEN if self.values and printed(value) in self.values else value

    def hide_text(self, text: str) -> str:
        """The text without the sensitive values in it."""
        for value in self.values:
            if value in text:
                text = text.replace(value, HIDDEN)
        return text

    def hide_failure(self, failure: Failure) -> Failure:
        """The failure as it may be told."""
        details = {key: self.hide(it) for key, it in failure.details.items()}
        return Failure(failure.codes, self.hide_text(failure.message), details, failure.final)


def _hidden(value: Value) -> Value:
    return None if value is None else HIDDEN


def _values_of(value: Value, names: Collection[str], within: bool = False) -> Iterator[str]:
    """The texts of all that stands below a sensitive name."""
    if isinstance(value, dict):
        for key, it in value.items():
            yield from _values_of(it, names, within or key.casefold() in names)
    elif isinstance(value, list):
        for it in value:
            yield from _values_of(it, names, within)
    elif within and value is not None and not isinstance(value, bool):
        text = printed(value)
        if len(text) >= SHORTEST:
            yield text

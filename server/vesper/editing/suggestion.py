"""What completion offers: one thing to insert, and what it is about."""

import re
from typing import Literal, NamedTuple

SuggestionKind = Literal[
    "key", "word", "type", "operation", "name", "field", "function", "keyword", "reference",
    "snippet", "value",
]  # fmt: skip
Topic = Literal[
    "", "field", "choice", "function", "operation", "type", "name", "capability", "node", "role",
    "keyword",
]  # fmt: skip

MAX_NAMES = 150
"""How many names of one kind are offered at most; with more, typing another letter asks again."""

_PLACEHOLDER = re.compile(r"\$\{\d+:([^{}]*)\}|\$\{\d+\|([^,|]*)[^}]*\|\}|\$\d+|\\([$}\\])")


class Subject(NamedTuple):
    """What a suggestion is about, named so that it can be looked up again after further edits."""

    topic: Topic = ""
    name: str = ""
    of: str = ""
    """The record a field belongs to, or where a name comes from."""


class Suggestion(NamedTuple):
    """One thing to insert; it replaces the line from `start` to the cursor."""

    label: str
    kind: SuggestionKind
    insert: str
    start: int
    detail: str = ""
    """A type, or a few words, shown beside the label."""
    subject: Subject = Subject()
    snippet: str = ""
    """The same with places to fill in, in the notation of editors; empty where there is none."""
    end: int = 0
    """Where the word ends that the cursor is in: what a client replaces that replaces whole words."""


def goes_with(typed: str, name: str) -> bool:
    """Whether the letters typed so far occur in a name, in their order."""
    letters = iter(name.lower())
    return all(letter in letters for letter in typed.lower())


def filled(snippet: str) -> str:
    """The text of a snippet with what its places suggest."""
    return _PLACEHOLDER.sub(lambda it: it[1] or it[2] or it[3] or "", snippet)


def escaped(text: str) -> str:
    """A text as it stands in a snippet."""
    return text.replace("\\", "\\\\").replace("$", "\\$").replace("}", "\\}")


def indented(text: str, column: int) -> str:
    """Lines behind the first one moved to a column."""
    return text.rstrip("\n").replace("\n", "\n" + " " * column)

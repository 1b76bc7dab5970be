"""What a rule is: a function over one piece or one document that yields findings.

The type of its first parameter says which. A rule over a piece may ask its `Scope` about the rest of
the document; its findings are kept until an answer changes. A rule over a document runs at every
change and therefore looks at the facts only.
"""

import dataclasses
import difflib
import inspect
import textwrap
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from vesper.lang.around import ALONE, Around
from vesper.lang.exports import ExportKind
from vesper.lang.piece import DocumentKind
from vesper.lang.scope import Facts, Placed
from vesper.lang.source import Span

Severity = Literal["error", "warning", "hint"]
Over = Literal["piece", "document", "silence"]
"""What a rule looks at: one piece, a whole document, or a comment that silences findings."""

PAGE = "docs/reference/diagnostics.md"
"""The page that describes every rule, from the root of the repository."""


class Edit(NamedTuple):
    """Put `text` in place of the span."""

    span: Span
    text: str


class Fix(NamedTuple):
    """What a quick fix is called and does."""

    title: str
    edits: tuple[Edit, ...]


class Related(NamedTuple):
    """Another place that belongs to the finding."""

    span: Span
    message: str
    file: str = ""
    """The file that the place is in, as the workspace names it; empty for the finding's own."""


class Finding(NamedTuple):
    """What a rule found. Spans of rules over a piece count lines from the piece's first."""

    span: Span
    message: str
    fix: Fix | None = None
    related: tuple[Related, ...] = ()
    unused: bool = False
    severity: Severity | None = None
    """Where it differs from the rule's own."""


class Document(NamedTuple):
    """One document as rules over documents see it. Spans are of the whole text."""

    facts: Facts
    kind: DocumentKind
    line: int
    """Where the document begins in its file."""
    around: Around = ALONE

    def places(self, kind: ExportKind) -> Iterator[tuple[str, Placed]]:
        """Everything of one kind, by name."""
        for name, found in self.facts.of(kind).items():
            for it in found:
                yield name, it


class Silence(NamedTuple):
    """A comment that silences findings, as rules over such comments see it. The span is of the text."""

    codes: frozenset[str]
    """The codes it names; empty where it silences everything."""
    span: Span
    silenced: set[str]
    """The codes of what it did silence."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One diagnostic: its code, its name, examples, and the function that finds it."""

    code: str
    name: str
    severity: Severity
    bad: str
    good: str
    kind: DocumentKind | None
    check: Callable[..., Iterator[Finding]]
    over: Over
    doc: str
    beside: str = ""
    """What another file of the workspace holds in both examples."""

    @property
    def heading(self) -> str:
        """What its part of the page is called."""
        return f"{self.code} {self.name}"

    @property
    def link(self) -> str:
        """Where it is documented, from the root of the repository: `PAGE#its-heading`."""
        return f"{PAGE}#{self.code.lower()}-{self.name}"


_OVER: dict[object, Over] = {Document: "document", Silence: "silence"}


def rule(
    code: str,
    name: str,
    *,
    bad: str,
    good: str,
    severity: Severity = "error",
    kind: DocumentKind | None = None,
) -> Callable[[Callable[..., Iterator[Finding]]], Rule]:
    """Declare the function below as the rule `code`.

    `bad` and `good` are its tests and its documentation; in `bad` a comment line with `^^^` under the
    place holds the message. Without `kind`, `ROL` codes are for role files, `VSP1` codes for every
    file and all others for `.vsp` documents.
    """
    if kind is None and not code.startswith("VSP1"):
        kind = "role" if code.startswith("ROL") else "vsp"

    def declare(check: Callable[..., Iterator[Finding]]) -> Rule:
        first = next(iter(inspect.signature(check).parameters.values()))
        over: Over = _OVER.get(first.annotation, "piece")
        doc = inspect.getdoc(check) or ""
        bad_text, good_text = (textwrap.dedent(it).lstrip("\n") for it in (bad, good))
        return Rule(code, name, severity, bad_text, good_text, kind, check, over, doc)

    return declare


def beside(text: str) -> Callable[[Rule], Rule]:
    """Give the examples of a rule another file of the workspace, of the same kind as they are."""
    dedented = textwrap.dedent(text).lstrip("\n")
    return lambda declared: dataclasses.replace(declared, beside=dedented)


def replace(title: str, span: Span, text: str) -> Fix:
    """The fix that puts a text in place of a span."""
    return Fix(title, (Edit(span, text),))


def nearest(word: str, among: Iterable[str], closeness: float = 0.6) -> str | None:
    """The known word that was probably meant, or None."""
    candidates = list(among)
    folded = {it.lower(): it for it in candidates}
    if word.lower() in folded:
        return folded[word.lower()]
    close = difflib.get_close_matches(word[:100], candidates, n=1, cutoff=closeness)
    return close[0] if close else None


def suggestion(word: str, among: Iterable[str]) -> str:
    """`; did you mean ...?` for the end of a message, or nothing."""
    near = nearest(word, among)
    return f"; did you mean `{near}`?" if near else ""


def shortened(text: str) -> str:
    """A text as it may stand in a one-line message."""
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:57]}..."

"""VSP122: a word where `true` or `false` belongs."""

from collections.abc import Iterator

from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, replace, rule
from vesper.lang.scope import Scope

WORDS = {
    "yes": "true", "no": "false", "on": "true", "off": "false", "y": "true", "n": "false",
    "1": "true", "0": "false", "true": "true", "false": "false",
}  # fmt: skip
"""What people write, lower case, and what they mean."""


@rule(
    "VSP122",
    "boolean-word",
    bad="""
        inputs:
          amount: {type: decimal, required: yes}
        #                                   ^^^ `yes` is a text here, not a truth value: write true
        """,
    good="""
        inputs:
          amount: {type: decimal, required: true}
        """,
)
def boolean_word(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """In YAML 1.2 only `true` and `false` are truth values; `yes`, `on` and the like are texts."""
    for fault in piece.walked.faults:
        if fault.kind != "wrong-kind" or fault.expected != "`true` or `false`":
            continue
        word = fault.found.strip("`")
        meant = WORDS.get(word.lower())
        if meant is not None:
            yield Finding(
                fault.span,
                f"`{word}` is a text here, not a truth value: write {meant}",
                replace(f"Write `{meant}`", fault.span, meant),
            )

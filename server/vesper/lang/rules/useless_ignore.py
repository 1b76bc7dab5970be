"""VSP129: a comment that silences nothing."""

from collections.abc import Iterator

from vesper.lang.rule import Finding, Silence, replace, rule
from vesper.lang.source import Span


@rule(
    "VSP129",
    "useless-ignore",
    severity="hint",
    bad="""
        type: function  # vesper: ignore VSP116
        #             ^^^^^^^^^^^^^^^^^^^^^^^^^ there is no `VSP116` here to silence
        """,
    good="""
        type: fucntion  # vesper: ignore VSP116
        """,
)
def useless_ignore(silence: Silence) -> Iterator[Finding]:
    """Left behind, it would hide the next problem on its line without a word."""
    idle = sorted(silence.codes - silence.silenced)
    span = silence.span
    if not idle and (silence.codes or silence.silenced):
        return
    names = ", ".join(f"`{it}`" for it in idle[:5])
    message = (
        f"there is no {names} here to silence" if names else "there is nothing here to silence"
    )
    fix = None
    if len(idle) == len(silence.codes):
        alone = Span(span.line, 0, span.line + 1, 0)
        fix = replace("Remove the comment", span if span.column else alone, "")
    yield Finding(span, message, fix, unused=True)

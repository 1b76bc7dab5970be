"""VSP124: a foreign letter that looks like a Latin one, inside a name."""

import re
import unicodedata
from collections.abc import Iterator

from vesper.lang.piece import Piece, line_text
from vesper.lang.rule import Finding, replace, rule
from vesper.lang.scope import Scope
from vesper.lang.source import Span

_LOOKS = dict(
    zip(
        "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u04bb\u0501\u051b\u0261"
        "\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0425\u0406"
        "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a7\u03bf\u03bd",
        "aeopcyxijshdqgABEKMHOPCTXIABEZHIKMNOPTXov",
        strict=True,
    )
)
_FOREIGN = f"[{''.join(_LOOKS)}]"
MIXED = re.compile(rf"[A-Za-z0-9_]+{_FOREIGN}\w*|{_FOREIGN}+[A-Za-z0-9_]+\w*")
"""A word of Latin letters with one of those in it."""


@rule(
    "VSP124",
    "lookalike",
    bad="""
        inputs:
          \u0430mount: decimal
        # ^^^^^^ `\u0430mount` holds U+0430, cyrillic small letter a, which only looks like `a`
        """,
    good="""
        inputs:
          amount: decimal
          description: {type: string, description: "\u0440\u0443\u0441\u0441\u043a\u0438\u0439"}
        """,
)
def lookalike(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """Two names that look the same and are not: a slip of the keyboard, or meant to deceive."""
    if piece.chunk.text.isascii():
        return
    for number in range(len(piece.reading.lines)):
        line = line_text(piece, number)
        if line.isascii() or line.lstrip().startswith("#"):
            continue
        for word in MIXED.finditer(line):
            plain = word[0].translate(str.maketrans(_LOOKS))
            if not plain.isascii():
                continue
            odd = next(it for it in word[0] if it in _LOOKS)
            name = unicodedata.name(odd, "").lower()
            span = Span(number, word.start(), number, word.end())
            yield Finding(
                span,
                f"`{word[0][:60]}` holds U+{ord(odd):04X}, {name}, which only looks like "
                f"`{_LOOKS[odd]}`",
                replace(f"Write it as `{plain[:60]}`", span, plain),
            )

"""VSP543: a value inside a command that a shell reads."""

import itertools
import re
from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule
from vesper.lang.scope import Scope

_SHELL = re.compile(
    r"(?:.*/)?(?:ba|z|da|k|fi)?sh\Z|(?:.*[/\\])?(?:cmd|powershell|pwsh)(?:\.exe)?\Z", re.I
)
_CODE = re.compile(r"-[a-z]*c\Z|/c\Z|-command\Z|-e\Z", re.I)
_INTERPRETER = re.compile(r"(?:.*/)?(?:python[\d.]*|perl|ruby|node)\Z")


@rule(
    "VSP543",
    "shell-injection",
    bad="""
        inputs:
          folder: string
        flow:
          - step: count
            operation: shell
            command: [sh, -c, "ls {folder} | wc -l"]
        #                     ^^^^^^^^^^^^^^^^^^^^^ `sh` would run the value as code: give it as a word of its own
        """,  # noqa: E501
    good="""
        inputs:
          folder: string
        flow:
          - step: list
            operation: shell
            command: [ls, "{folder}"]
        """,
)
def shell_injection(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """A value such as `; rm -r .` would be run as a command: give it as a word of its own."""
    for step in piece.steps:
        command = step.node.get("command")
        if step.operation != "shell" or not isinstance(command, tree.Sequence):
            continue
        words = [it for it in command.items if isinstance(it, tree.Scalar)]
        if len(words) < 3 or not (_SHELL.match(words[0].text) or _INTERPRETER.match(words[0].text)):
            continue
        for flag, code in itertools.pairwise(words):
            if _CODE.match(flag.text) and "{" in code.text.replace("{{", ""):
                message = (
                    f"`{words[0].text[:30]}` would run the value as code: "
                    "give it as a word of its own"
                )
                yield Finding(code.span, message)
                break

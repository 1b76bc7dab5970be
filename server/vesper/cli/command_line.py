"""The parser of the command line: no abbreviations, and an error says what was probably meant."""

import argparse
import difflib
import re
from collections.abc import Sequence
from typing import Any, Final, NoReturn

from vesper.cli.terminal import visible

_CHOICE: Final = re.compile(
    r"argument (?P<name>.+?): invalid choice: '?(?P<word>.*?)'? \(choose from (?P<known>.*)\)\Z",
    re.DOTALL,
)
_UNKNOWN: Final = "unrecognized arguments: "


class CommandLine(argparse.ArgumentParser):
    """A parser of `vesper` or of one of its commands."""

    def __init__(self, *args: Any, **named: Any) -> None:
        named.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        named.setdefault("allow_abbrev", False)
        super().__init__(*args, **named)

    def parse_known_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: Any = None
    ) -> tuple[Any, list[str]]:
        """Parse, and refuse what is left over here, where the options are known."""
        found, rest = super().parse_known_args(args, namespace)
        if rest:
            self.error(f"{_UNKNOWN}{' '.join(rest)}")
        return found, rest

    def error(self, message: str) -> NoReturn:
        """Refuse the command line, in the form of every other failure."""
        told, hint = self._told(message)
        self.exit(2, f"vesper: {visible(told)}\n  {visible(hint)}\n")

    def _told(self, message: str) -> tuple[str, str]:
        """What is wrong and what to do, for a person."""
        help_hint = f"`{self.prog} --help` shows how it is used"
        found = _CHOICE.match(message)
        if found is not None:
            name, word = found["name"], found["word"]
            known = re.findall(r"[\w-]+", found["known"])
            near = difflib.get_close_matches(word, known, n=1)
            if name not in ("COMMAND", "ACTION"):
                return f"{name} takes {_listed(known)}, not `{word}`", help_hint
            start = f"there is no {name.lower()} `{word}`"
            return start, f"did you mean `{self.prog} {near[0]}`?" if near else help_hint
        if message.startswith(_UNKNOWN):
            rest = message.removeprefix(_UNKNOWN)
            word = rest.split("=")[0].split(" ")[0]
            options = sorted(set(re.findall(r"(?<![\w-])--?[\w-]+", self.format_usage())))
            near = difflib.get_close_matches(word, options, n=1)
            hint = f"did you mean `{near[0]}`?" if near else help_hint
            return f"`{self.prog}` does not take `{rest}`", hint
        return message, help_hint


def _listed(words: Sequence[str]) -> str:
    return " or ".join(filter(None, (", ".join(words[:-1]), words[-1])))

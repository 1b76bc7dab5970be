"""A value that is only written up to some place: which brackets and quotes are open there."""

import re
from dataclasses import dataclass, field

Step = str | int

_QUOTED = {
    '"': re.compile(r'"(?:[^"\\]|\\.)*("|\\?\Z)', re.DOTALL),
    "'": re.compile(r"'(?:[^']|'')*('(?!')|\Z)", re.DOTALL),
}
_BLANK = re.compile(r"\s+")
_COMMENT = re.compile(r"#[^\n]*")
_PLAIN = re.compile(r"(?:[^\s#]|(?<=\S)#)+")
_IN_BRACKETS = re.compile(r"(?:[^\s,\[\]{}:#]|(?<=\S)#|:(?=[^\s,\[\]{}]))+|:")


@dataclass(slots=True)
class Fragment:
    """What a text says up to its end. `path` leads into the brackets that are open there."""

    text: str
    stack: list[str] = field(default_factory=list[str])
    quote: str = ""
    is_comment: bool = False
    is_closed: bool = False
    """Whether a quoted text or a bracket was just closed: nothing more belongs here."""
    _begun: int = -1
    _keys: list[Step | None] = field(default_factory=list[Step | None])
    _entries: list[dict[str, str]] = field(default_factory=list[dict[str, str]])

    @property
    def path(self) -> tuple[Step, ...]:
        """Keys and list places (0) from the outermost open bracket to the innermost."""
        return tuple(it for it in self._keys if it is not None)

    @property
    def is_key(self) -> bool:
        """Whether a key of the innermost bracket is being written."""
        return bool(self.stack) and self.stack[-1] == "{" and self._keys[-1] is None

    @property
    def entries(self) -> dict[str, str]:
        """The keys already written in the innermost bracket, with their values."""
        return self._entries[-1] if self._entries else {}

    @property
    def word(self) -> str:
        """The last line of the key, item or value that is being written, without its open quote."""
        if self._begun < 0:
            return ""
        word = self.text[self._begun :]
        line = word.rsplit("\n", 1)
        return line[1].lstrip() if len(line) > 1 else word[len(self.quote) :]

    def open(self, bracket: str, at: int) -> int:
        """Take in an opening bracket; the place behind it."""
        self.stack.append(bracket)
        self._keys.append(0 if bracket == "[" else None)
        self._entries.append({})
        self._begun = -1
        return at + 1

    def close(self, at: int) -> int:
        """Take in a closing bracket; the place behind it."""
        self.stack.pop()
        self._keys.pop()
        self._entries.pop()
        self._begun, self.is_closed = at, True
        return at + 1

    def end_element(self, at: int) -> int:
        """Take in a comma; the place behind it."""
        self._note(at)
        if self.stack[-1] == "{":
            self._keys[-1] = None
        self._begun = -1
        return at + 1

    def end_key(self, at: int) -> int:
        """Take in the colon behind a key; the place behind it."""
        name = self.text[max(self._begun, 0) : at].strip().strip("\"'")
        self._keys[-1] = name
        self._entries[-1][name] = ""
        self._begun = -1
        return at + 1

    def take(self, at: int, end: int) -> int:
        """Take in a part of a key, item or value; the place behind it."""
        self._begun = at if self._begun < 0 else self._begun
        return end

    @property
    def is_begun(self) -> bool:
        """Whether the key, item or value has a first character."""
        return self._begun >= 0

    def _note(self, at: int) -> None:
        key = self._keys[-1]
        if isinstance(key, str) and self._begun >= 0:
            self._entries[-1][key] = self.text[self._begun : at].strip()


def fragment(text: str) -> Fragment:
    """Read a value that begins with the text and may not have ended yet."""
    found = Fragment(text)
    at = 0
    while at < len(text):
        found.is_closed = False
        blank = _BLANK.match(text, at)
        if blank is not None:
            at = blank.end()
            continue
        comment = _COMMENT.match(text, at) if at == 0 or text[at - 1].isspace() else None
        if comment is not None:
            at = comment.end()
            found.is_comment = at == len(text)
            continue
        at = _quoted(found, at) if _opens_quote(found, at) else _next(found, at)
    return found


def _opens_quote(found: Fragment, at: int) -> bool:
    return not found.is_begun and found.text[at] in _QUOTED


def _quoted(found: Fragment, at: int) -> int:
    mark = found.text[at]
    quoted = _QUOTED[mark].match(found.text, at)
    assert quoted is not None
    end = found.take(at, quoted.end())
    if quoted[1] != mark:
        found.quote = mark
    else:
        found.is_closed = True
    return end


def _next(found: Fragment, at: int) -> int:
    text, char = found.text, found.text[at]
    if char in "[{" and (found.stack or not found.is_begun):
        return found.open(char, at)
    if not found.stack:
        plain = _PLAIN.match(text, at)
        return found.take(at, plain.end() if plain else at + 1)
    if char in "]}":
        return found.close(at)
    if char == ",":
        return found.end_element(at)
    if char == ":" and found.is_key and _ends_key(found, at):
        return found.end_key(at)
    run = _IN_BRACKETS.match(text, at)
    return found.take(at, run.end() if run else at + 1)


def _ends_key(found: Fragment, at: int) -> bool:
    behind = found.text[at + 1 : at + 2]
    return not behind or behind in " \t\n,[]{}" or found.text[at - 1] in "\"'"

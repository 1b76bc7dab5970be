"""Formatting settles white space and the case of keywords, keeps comments and meaning, and is at rest."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.lang.test_half_typed import EDITS
from tests.requirements import requirement
from vesper.editing.format import Style, edits, format_text
from vesper.lang import fields, tree
from vesper.lang.check import Analysis
from vesper.lang.piece import DocumentKind, Piece
from vesper.lang.source import Text, split_lines
from vesper.lang.tokens import tokens

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted(it for it in (ROOT / "examples").rglob("*") if it.suffix in (".vsp", ".yaml"))

CASES: dict[str, tuple[str, str]] = {
    "two spaces a level": (
        "inputs:\n    a:\n         type: string\n    b: integer\n",
        "inputs:\n  a:\n    type: string\n  b: integer\n",
    ),
    "items below their key": (
        "flow:\n- step: a\n  operation: log\n- step: b\n",
        "flow:\n  - step: a\n    operation: log\n  - step: b\n",
    ),
    "one space behind colons and dashes": (
        "inputs:\n  a :   string\n  b:\n    constraints:\n      -   non_empty\n      - max:    3\n",
        "inputs:\n  a: string\n  b:\n    constraints:\n      - non_empty\n      - max: 3\n",
    ),
    "no space at the end of a line": ("intent: a  \ninputs: \n  a: string\t\n",
                                     "intent: a\ninputs:\n  a: string\n"),
    "one line end at the end": ("intent: a\n\n\n", "intent: a\n"),
    "a line end at the end": ("intent: a", "intent: a\n"),
    "one blank line at most": ("\n\nintent: a\n\n\n\ninputs:\n\n\n  a: string\n",
                              "intent: a\n\ninputs:\n\n  a: string\n"),
    "the line ends of most lines": ("intent: a\r\ntype: b\nnode_id: c\r\n",
                                   "intent: a\r\ntype: b\r\nnode_id: c\r\n"),
    "no byte order mark": ("\ufeffintent: a\n", "intent: a\n"),
    "spaces for tabs": ("inputs:\n\ta: string\n\tb:\n\t\ttype: string\n",
                       "inputs:\n  a: string\n  b:\n    type: string\n"),
    "one tab among spaces": (
        "flow:\n  - step: a\n\toperation: log\n    message: m\n",
        "flow:\n  - step: a\n    operation: log\n    message: m\n",
    ),
    "keywords in upper case": (
        'contracts:\n  preconditions:\n    - "a > 1 and not b in [1,2]"\n',
        'contracts:\n  preconditions:\n    - "a > 1 AND NOT b IN [1, 2]"\n',
    ),
    "literals in lower case": (
        'contracts:\n  preconditions:\n    - "a == TRUE OR b is not null OR c == NULL"\n',
        'contracts:\n  preconditions:\n    - "a == true OR b IS NOT NULL OR c == null"\n',
    ),
    "spaces around operators": (
        "contracts:\n  preconditions:\n    - a>-1\n    - 'b==''x'''\n    - len( c )*2<=-d.e [0]\n",
        "contracts:\n  preconditions:\n    - a > -1\n    - 'b == ''x'''\n    - len(c) * 2 <= -d.e[0]\n",
    ),
    "a comparison without its value": (
        'inputs:\n  a:\n    constraints:\n      - ">=0"\n      - max_length:   3\n',
        'inputs:\n  a:\n    constraints:\n      - ">= 0"\n      - max_length: 3\n',
    ),
    "expressions in templates, and nothing around them": (
        'flow:\n  - operation: log\n    message: "a>b and {a>b and c} {{a>b}}"\n',
        'flow:\n  - operation: log\n    message: "a>b and {a > b AND c} {{a>b}}"\n',
    ),
    "a plain text stays plain": (
        "contracts:\n  preconditions:\n    - FORALL x IN xs:x>0\n    - a>0\n",
        "contracts:\n  preconditions:\n    - FORALL x IN xs:x>0\n    - a > 0\n",
    ),
    "behind an escape only words change": (
        'contracts:\n  preconditions:\n    - "a==\\"x\\" and b>1"\n',
        'contracts:\n  preconditions:\n    - "a==\\"x\\" AND b>1"\n',
    ),
    "in a text of several lines only words change": (
        'contracts:\n  preconditions:\n  - >\n    a>1\n      and b\n  - "c>1 or\n     d"\n',
        'contracts:\n  preconditions:\n    - >\n      a>1\n        AND b\n    - "c>1 OR\n       d"\n',
    ),
    "an expression that is none": (
        'contracts:\n  preconditions:\n    - "a and"\n    - "a = 1 and b"\n',
        'contracts:\n  preconditions:\n    - "a and"\n    - "a = 1 and b"\n',
    ),
    "a text that only looks like one": ("intent: a>b and c\n", "intent: a>b and c\n"),
    "block texts move whole": (
        "metadata:\n    description: |\n          one\n            two  \n\n          three\n",
        "metadata:\n  description: |\n    one\n      two  \n\n    three\n",
    ),
    "block texts with their own margin": (
        "metadata:\n    description: |2\n          one\n       two\n",
        "metadata:\n  description: |2\n        one\n     two\n",
    ),
    "blank lines that belong to a text": (
        "metadata:\n  description: |+\n    a\n\n\n\ninputs:\n  a: string\n",
        "metadata:\n  description: |+\n    a\n\n\n\ninputs:\n  a: string\n",
    ),
    "blank lines behind a text": (
        "metadata:\n  description: |\n    a\n\n\n\ninputs:\n  a: string\n",
        "metadata:\n  description: |\n    a\n\ninputs:\n  a: string\n",
    ),
    "a plain text of several lines": (
        "intent: one\n      two\ninputs:\n    a:\n        description: one\n          two\n",
        "intent: one\n      two\ninputs:\n  a:\n    description: one\n      two\n",
    ),
    "flow collections": (
        "metadata:\n  tags: [ a,b ,  'c' ]\n  x: {a :1, b : [ ] , c: {}}\n  y: { }\n",
        "metadata:\n  tags: [a, b, 'c']\n  x: {a :1, b: [], c: {}}\n  y: {}\n",
    ),
    "a flow collection of several lines": (
        "metadata:\n    tags: [a,  # first\n       b,\n\n    ]\n    x: y\n",
        "metadata:\n  tags: [a,  # first\n     b,\n\n  ]\n  x: y\n",
    ),
    "comments stand where their lines stand": (
        "inputs:\n    # one\n    a: string # two\n      # three\n\n    # four\n"
        "# five\noutputs:\n    b: string\n",
        "inputs:\n  # one\n  a: string # two\n  # three\n\n  # four\n# five\noutputs:\n  b: string\n",
    ),
    "comments below each other stay so": (
        "inputs:\n    a:   string    # one\n    long: string   # two\n\n    b:  string    # three\n",
        "inputs:\n  a: string      # one\n  long: string   # two\n\n  b: string    # three\n",
    ),
    "a comment at the end of a list": (
        "flow:\n- step: a\n  x-b: 1\n  # of a\n# of the flow\n",
        "flow:\n  - step: a\n    x-b: 1\n    # of a\n# of the flow\n",
    ),
    "anchors, aliases and tags": (
        "metadata:\n    x: &a\n        b:   1\n    y:   *a\n    z: !!str   5\n    l: &l\n    - &k  v\n",
        "metadata:\n  x: &a\n    b: 1\n  y: *a\n  z: !!str   5\n  l: &l\n    - &k  v\n",
    ),
    "an anchor above its value": (
        "metadata:\n    x:   &a  # why\n        y\n    z:  &b\n",
        "metadata:\n  x: &a  # why\n    y\n  z: &b\n",
    ),
    "properties inside brackets": (
        "metadata:\n    x: [ &a  b,!!str 5 , *a]\n",
        "metadata:\n  x: [&a  b, !!str 5, *a]\n",
    ),
    "long lists inside a section": (
        "testing:\n" + "    test_cases:\n" + "    - name:   a\n      inputs: {}\n" * 15
        + "    x-a: 1\nsecurity:\n    denied_capabilities:\n" + "        -   a.b.c\n" * 30,
        "testing:\n" + "  test_cases:\n" + "    - name: a\n      inputs: {}\n" * 15
        + "  x-a: 1\nsecurity:\n  denied_capabilities:\n" + "    - a.b.c\n" * 30,
    ),
    "several documents": (
        "---\nnode_id: a_v1\ninputs:\n    a: string\n---   # two\n\n\nnode_id: b_v1\n...\n",
        "---\nnode_id: a_v1\ninputs:\n  a: string\n---   # two\n\nnode_id: b_v1\n...\n",
    ),
    "lists in lists": ("metadata:\n  x:\n  -   - a\n      -   b\n  -\n     - c\n",
                      "metadata:\n  x:\n    - - a\n      - b\n    -\n      - c\n"),
    "a section that cannot be read stays": (
        'inputs:\n    a: "open\noutputs:\n    b: string\n',
        'inputs:\n    a: "open\noutputs:\n  b: string\n',
    ),
    "a key without a value": ("inputs:\n    a:\n    b: \noutputs:\n", "inputs:\n  a:\n  b:\noutputs:\n"),
    "an escaped space at the end of a line": (
        'intent: "a\\ \n   b"\n', 'intent: "a\\ \n   b"\n'),
    "explicit keys stay": ("metadata:\n    ? a\n    : b\n", "metadata:\n    ? a\n    : b\n"),
    "U+2028 is no line end": ("inputs:\n    a: {description: 'x\u2028y' ,type: string}\n",
                             "inputs:\n  a: {description: 'x\u2028y', type: string}\n"),
    "characters of two units": ('inputs:\n    😀:   "𝄞{a>b}"  # 😀\n', 'inputs:\n  😀: "𝄞{a>b}"  # 😀\n'),
    "nothing": ("", ""),
    "blank lines only": ("\n \n\n", ""),
    "comments only": ("  # a\n\n\n# b", "# a\n\n# b\n"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_text_is_settled(name: str):
    before, after = CASES[name]
    assert format_text(before) == after
    assert format_text(after) == after


def test_a_flow_collection_that_is_too_wide_gets_a_line_for_each_item():
    before = (
        "testing:\n  test_cases:\n    - name: a\n      inputs: {first: 1, second: 'two words'}  # why\n"
        "    - {name: b, inputs: {first: 1}, expected_output: {success: false}}\n"
        "    - name: c\n      inputs:\n        {first: [1, 2, 3, 4, 5, 6, 7, 8], second: 2}\n"
    )
    after = (
        "testing:\n  test_cases:\n    - name: a\n      inputs:  # why\n        first: 1\n"
        "        second: 'two words'\n    - name: b\n      inputs: {first: 1}\n"
        "      expected_output:\n        success: false\n    - name: c\n      inputs:\n        first:\n"
        + "".join(f"          - {it}\n" for it in range(1, 9))
        + "        second: 2\n"
    )
    assert format_text(before, style=Style(width=36)) == after
    assert format_text(after, style=Style(width=36)) == after
    assert format_text(before) == before


def test_what_the_editor_wants_to_keep_stays():
    text = "intent: a  \ninputs:\n    a: string\t\n\n\n"
    assert (
        format_text(text, style=Style(trims_lines=False)) == "intent: a  \ninputs:\n  a: string\t\n"
    )
    style = Style(trims_end=False)
    assert format_text(text, style=style) == "intent: a\ninputs:\n  a: string\n\n"
    assert format_text("intent: a", style=Style(ends_last_line=False)) == "intent: a"


def applied(text: str, within: tuple[int, int] | None = None, kind: DocumentKind = "vsp") -> str:
    changed = Text(text)
    for it in reversed(edits(split_lines(text), kind, within=within)):
        changed.replace(*it)
    return str(changed)


@pytest.mark.parametrize("name", CASES)
def test_the_edits_of_a_text_give_the_formatted_text(name: str):
    before, after = CASES[name]
    assert applied(before) == after


def test_an_edit_holds_no_more_than_what_changes():
    text = "intent: a\ninputs:\n    a: string\n  \n\ntype: b  \n"
    assert [(it.span, it.text) for it in edits(split_lines(text))] == [
        ((2, 2, 2, 4), ""), ((3, 0, 3, 2), ""), ((4, 0, 5, 0), ""), ((5, 7, 5, 9), ""),
    ]  # fmt: skip


RANGED = "inputs:\n    a :  string\n    b :  string\noutputs:\n    c :  string\n"


@pytest.mark.parametrize(
    ("within", "after"),
    [
        ((4, 4), RANGED[: RANGED.index("outputs")] + "outputs:\n  c: string\n"),
        ((1, 2), "inputs:\n  a: string\n  b: string\n" + RANGED[RANGED.index("outputs") :]),
        ((1, 1), "inputs:\n  a: string\n  b: string\n" + RANGED[RANGED.index("outputs") :]),
        ((0, 0), RANGED),
    ],
)
def test_a_range_is_formatted_with_as_much_around_it_as_must_be(
    within: tuple[int, int], after: str
):
    assert applied(RANGED, within) == after


Fact = tuple[object, ...]


def said(text: str, kind: DocumentKind = "vsp") -> list[Fact]:
    """Everything a text says, however it is written; expressions by their words."""
    found: list[Fact] = []
    for document in Analysis(text, kind).parts():
        found.append(("document",))
        for _, piece in document.pieces:
            if piece.reading.root is not None:
                chunk = piece.chunk
                is_item = chunk.kind == "item"
                path = (chunk.section,) if is_item or chunk.inner else ()
                path += (chunk.inner,) if is_item and chunk.inner else ()
                found += _said(piece.reading.root, path, _worded(piece))
    return [it for it in found if it[-1] != ("",)]


def _worded(piece: Piece) -> set[int]:
    """The scalars in which expressions may be written anew."""
    kinds = ("expression", "constraint", "template", "sql", "value")
    return {
        id(it.node)
        for it in piece.walked.slots
        if isinstance(it.shape, fields.Anything)
        or (isinstance(it.shape, fields.Text) and it.shape.kind in kinds)
    }


def _said(node: tree.Node, path: tuple[str, ...], worded: set[int]) -> Iterator[Fact]:
    match node:
        case tree.Scalar() if node.style:
            yield path, node.anchor, _words(node.text) if id(node) in worded else node.text
        case tree.Scalar():
            value = _words(node.text) if id(node) in worded else node.value
            yield path, node.anchor, type(value), value or ("",)
        case tree.Mapping():
            for entry in node.entries:
                yield from _said(entry.value, (*path, entry.key.text), worded)
        case tree.Sequence():
            for item in node.items:
                yield from _said(item, (*path, "-"), worded)
        case tree.Alias():
            yield path, f"*{node.name}"


def _words(text: str) -> object:
    return tuple((it.kind, it.text) for it in tokens(text))


def comments(text: str) -> list[str]:
    lines = re.split("\r\n|\r|\n", text)
    return [
        it[1].rstrip(" \t") for it in (re.search(r"(?:^|[ \t])(#.*)", line) for line in lines) if it
    ]


def check_kept(before: str, kind: DocumentKind = "vsp") -> str:
    after = format_text(before, kind)
    assert format_text(after, kind) == after
    assert comments(after) == comments(before)
    assert said(after, kind) == said(before, kind)
    assert applied(before, kind=kind) == after
    return after


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda it: f"{it.parent.name}/{it.name}")
def test_examples_are_at_rest_and_broken_ones_keep_what_they_say(path: Path):
    text = path.read_text(encoding="utf-8")
    kind: DocumentKind = "role" if path.suffix == ".yaml" else "vsp"
    if "broken" in path.parts:
        check_kept(text, kind)
    else:
        assert format_text(text, kind) == text


def respaced(text: str) -> str:
    """The text as somebody might write it who does not care how it looks."""
    lines = [
        line if line.lstrip().startswith("#") else re.sub("^( *)(?=\\S)", r"\1\1", line)
        for line in text.splitlines()
    ]
    return "".join(re.sub(r"(?<=\w): (?=\w)", ":   ", it) + "  \n\n" for it in lines)


@requirement("F4")
@pytest.mark.parametrize(
    "path", [it for it in EXAMPLES if "broken" not in it.parts], ids=lambda it: it.name
)
def test_a_carelessly_written_example_keeps_its_comments_and_its_order(path: Path):
    kind: DocumentKind = "role" if path.suffix == ".yaml" else "vsp"
    before = respaced(path.read_text(encoding="utf-8"))
    assert check_kept(before, kind) != before


@pytest.mark.parametrize("name", EDITS)
def test_half_typed_documents_keep_what_they_say(name: str):
    check_kept(EDITS[name])
    check_kept(EDITS[name].replace("      ", "         "))


class Writer:
    """Writes documents as people do who have never heard of each other."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.lines: list[str] = []
        self.count = 0

    def document(self) -> str:
        for name in ("metadata", "inputs", "contracts", "flow", "x-more"):
            self.step = self.random.choice((1, 2, 2, 3, 4))
            self.outdents = self.random.random() < 0.4
            self.spare(0)
            self.entry(name, 0, 0, "")
        ending = self.random.choice(("\n", "\n", "\r\n", "\r"))
        text = ending.join(self.lines)
        return text + self.random.choice(("", ending, ending * 3))

    def spare(self, column: int) -> None:
        if self.random.random() < 0.15:
            self.lines += [self.random.choice(("", "  "))] * self.random.randint(1, 3)
        if self.random.random() < 0.1:
            self.count += 1
            self.lines.append(f"{' ' * column}# c{self.count}")

    def tail(self) -> str:
        if self.random.random() < 0.15:
            self.count += 1
            return f"{' ' * self.random.randint(1, 4)}# c{self.count}"
        return self.random.choice(("", "", " "))

    def entry(self, key: str, column: int, depth: int, lead: str) -> None:
        head = f"{lead or ' ' * column}{key}{self.random.choice(('', '', ' '))}:"
        self.value(head, column, depth)

    def value(self, head: str, column: int, depth: int) -> None:
        kind = self.random.random()
        if depth < 4 and (kind < 0.35 or depth == 0):
            self.lines.append(head + self.random.choice(("", "", " &n")) + self.tail())
            inner = column + self.step
            for number in range(self.random.randint(1, 4)):
                self.spare(inner)
                self.entry(f"k{number}", inner, depth + 1, "")
        elif depth < 4 and kind < 0.55:
            self.lines.append(head + self.tail())
            inner = column + (0 if self.outdents and head[-1:] == ":" else self.step)
            for _ in range(self.random.randint(1, 4)):
                self.spare(inner)
                self.item(inner, depth + 1)
        elif kind < 0.65:
            inner = " " * (column + self.random.randint(1, 4))
            self.lines.append(f"{head} {self.random.choice(('|', '>', '|-', '|+', '>-'))}")
            texts = [
                self.random.choice(("text", "  more", "", "# no comment", "a: b  "))
                for _ in range(3)
            ]
            self.lines += [f"{inner}first", *(f"{inner}{it}" if it else "" for it in texts)]
        else:
            self.lines.append(
                f"{head}{' ' * self.random.randint(1, 3)}{self.scalar(column)}{self.tail()}"
            )

    def item(self, column: int, depth: int) -> None:
        gap = self.random.choice((" ", " ", "   "))
        if self.random.random() < 0.6:
            inner = column + 1 + len(gap)
            self.entry("step", inner, 4, f"{' ' * column}-{gap}")
            for number in range(self.random.randint(0, 3)):
                self.spare(inner)
                self.entry(f"k{number}", inner, depth, "")
        else:
            self.value(f"{' ' * column}-", column, depth)

    def scalar(self, column: int) -> str:
        inner = " " * (column + self.random.randint(1, 5))
        return self.random.choice(
            ("plain", "5", "'it''s  1'", '"a>b and {c>1}"', "[a,b , {c: 1}]", "{a: 1,  b: [ ]}", "*n",
             "1.50", "true", f"two\n{inner}lines", f'"two  \n\n{inner}lines"', f"[a,\n{inner}b]", "''",
             "&m plain", "!!str 5", "", "a>b or c", "𝄞 é", "{}", "'{a  and b}'", "~")
        )  # fmt: skip


@requirement("F4")
@pytest.mark.slow
@given(st.integers(0, 2**64))
@settings(max_examples=100, deadline=None)
def test_documents_of_any_hand_keep_comments_and_meaning(seed: int):
    check_kept(Writer(Random(seed)).document())


@given(st.integers(0, 2**64), st.integers(0, 60), st.integers(0, 60))
@settings(max_examples=60, deadline=None)
def test_a_range_keeps_comments_and_meaning(seed: int, first: int, last: int):
    text = Writer(Random(seed)).document()
    count = len(split_lines(text)) - 1
    within = (min(first, last, count), min(max(first, last), count))
    after = applied(text, within)
    assert comments(after) == comments(text)
    assert said(after) == said(text)


PARTS = [
    "inputs:", "flow:", "a:", " b: c", "- ", "-", "  ", "\t", "#", " # d", "\n", "\n", "\n", "\r\n", '"',
    "'", "[", "]", "{", "}", ",", "|", ">", "\\", "&a ", "*a", "!t ", "---\n", "a and b", "? ", "\u2028",
    "😀", ": ", "%",
]  # fmt: skip


@given(st.lists(st.sampled_from(PARTS), max_size=40).map("".join))
@settings(max_examples=400, deadline=None)
def test_any_text_is_formatted_without_a_fault_and_is_then_at_rest(text: str):
    after = format_text(text)
    assert format_text(after) == after
    if "\t" in text:
        # A line that a tab indents may be read only once the formatter has put spaces there.
        assert Counter(said(text)) <= Counter(said(after))
    else:
        assert said(after) == said(text)

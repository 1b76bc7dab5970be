"""Half-typed documents keep what the rest of them says: one edit, one problem, no cascade.

A fact is a key path with its value; items of a list are named by their `step` or `name`. The edits are
those people make while typing, on a document of everyday size.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from vesper.editing.completion import complete
from vesper.lang import tree
from vesper.lang.check import Analysis

TEXT = (Path(__file__).parent / "payment.vsp").read_text(encoding="utf-8")
Fact = tuple[tuple[str, ...], str]


def facts(text: str) -> set[Fact]:
    found: set[Fact] = set()
    for document in Analysis(text).parts():
        for _, piece in document.pieces:
            if piece.reading.root is not None:
                chunk = piece.chunk
                inside = [chunk.section] if chunk.kind == "item" or chunk.inner else []
                inside += [chunk.inner] if chunk.kind == "item" and chunk.inner else []
                found.update(facts_of(piece.reading.root, tuple(inside)))
    return found


def facts_of(node: tree.Node, path: tuple[str, ...]) -> Iterator[Fact]:
    match node:
        case tree.Scalar():
            yield path, node.text
        case tree.Mapping():
            for entry in node.entries:
                yield from facts_of(entry.value, (*path, entry.key.text))
        case tree.Sequence():
            for index, item in enumerate(node.items):
                yield from facts_of(item, (*path, name_of(item) or str(index)))
        case tree.Alias():
            yield path, f"*{node.name}"


def name_of(item: tree.Node) -> str:
    if isinstance(item, tree.Scalar):
        return item.text
    named = [item.get(key) for key in ("step", "name")] if isinstance(item, tree.Mapping) else []
    return next((it.text for it in named if isinstance(it, tree.Scalar)), "")


def below(line: str, new: str) -> str:
    """The text with a new line under the first one that holds this."""
    start = TEXT.index(line)
    end = TEXT.index("\n", start) + 1
    return f"{TEXT[:end]}{new}\n{TEXT[end:]}"


def swap(old: str, new: str) -> str:
    assert old in TEXT
    return TEXT.replace(old, new, 1)


CUT = TEXT[: TEXT.index('expression: "round') + 5]
EDITS = {
    "half a key in a step": below("step: charge", "    opera"),
    "key and colon without value": below("step: charge", "    description:"),
    "half a key at the top level": below("note: string?", "outp"),
    "half a key at the end": TEXT + "observ",
    "half a key in a nested map": below('currency: "{currency}"', "      am"),
    "a lone dash in the flow": below("output: fee", "  -"),
    "a dash and half a key": below("output: fee", "  - st"),
    "a dash without a space": below("output: fee", "  -step: x"),
    "no space after the colon": swap("operation: arithmetic", "operation:arithmetic"),
    "no space after the colon at the top": swap("type: http_handler", "type:http_handler"),
    "an unclosed double quote in a contract": swap('"len(order_id) > 4"', '"len(order_id) > 4'),
    "an unclosed single quote": swap("'^ord_[a-z0-9]+$'", "'^ord_[a-z0-9]+$"),
    "an apostrophe inside single quotes": swap("'^ord_[a-z0-9]+$'", "'^ord's_[a-z0-9]+$'"),
    "an unclosed quote near the top": swap("author: Ada", 'author: "Ada'),
    "one space of indent too few": swap("    operation: arithmetic", "   operation: arithmetic"),
    "a tab as indent": swap("    operation: arithmetic", "\toperation: arithmetic"),
    "a line at column 0 inside a step": below("step: charge", "foo: bar"),
    "an unclosed [": swap("[payment, card]", "[payment, card"),
    "an unclosed { as a value": swap("    output: fee", "    output: {"),
    "a value that begins with @": swap("author: Ada", "author: @Ada"),
    "an unknown alias": swap("author: Ada Example", "author: *ada"),
    "a lone tag": swap("author: Ada Example", "author: !"),
    "two lines joined": swap(
        "    operation: arithmetic\n    exp", "    operation: arithmetic    exp"
    ),
    "two top-level lines joined": swap("http_handler\nintent", "http_handlerintent"),
    "a conflict marker": below("step: charge", "<<<<<<< HEAD"),
    "a whole conflict": swap(
        "    provider: cards\n",
        "<<<<<<< HEAD\n    provider: cards\n=======\n    provider: x\n>>>>>>> b\n",
    ),
    "a duplicate key": below("provider: cards", "    provider: others"),
    "a deleted dash": swap("  - step: charge", "    step: charge"),
    "a deleted colon at the top": swap("\noutputs:\n", "\noutputs\n"),
    "a deleted colon in a nested map": swap("    on_success:\n", "    on_success\n"),
    "the file cut inside a key": CUT,
    "[ opened in an empty value": below("step: charge", "    guards: ["),
    "a double colon": swap("operation: arithmetic", "operation:: arithmetic"),
    "a quote opened in a template": swap('"{charge_id}"', '"{charge_id'),
    "a brace opened in a template": swap('"{charge_id}"', '"{charge_id"'),
    "an operator typed in a guard": swap(
        '"amount > 0"\n      - "amount <=', '"amount > "\n      - "amount <='
    ),
    "a new step half written": below("output: fee", "\n  - step: next\n    operation: "),
    "a new input half written": below("note: string?", "  memo:\n    type: str"),
    "a comment begun": below("step: charge", "    #"),
    "a block text begun": below("step: charge", "    description: |"),
    "an anchor begun": swap("author: Ada", "author: & Ada"),
    "a document marker typed": TEXT + "---\n",
}
BEFORE = facts(TEXT)


def kept(name: str) -> float:
    wanted = BEFORE & facts(CUT[: CUT.rindex("\n") + 1]) if EDITS[name] == CUT else BEFORE
    return len(wanted & facts(EDITS[name])) / len(wanted)


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_costs_few_facts_and_gives_at_most_two_problems(name: str):
    assert kept(name) >= 0.95
    assert len(Analysis(EDITS[name]).diagnostics()) <= 2


def test_on_average_more_than_99_in_100_facts_are_kept():
    assert sum(kept(name) for name in EDITS) / len(EDITS) > 0.99


OFFERED = {
    "half a key in a step": "description guards on_error",
    "half a key at the top level": "observability documentation",
    "half a key at the end": "observability",
    "a lone dash in the flow": "step operation when",
    "a dash and half a key": "step operation",
    "no space after the colon": "arithmetic compute",
    "no space after the colon at the top": "function workflow",
    "an unclosed double quote in a contract": "order_id amount",
    "one space of indent too few": "operation description",
    "a tab as indent": "operation description",
    "two lines joined": "arithmetic",
    "two top-level lines joined": "http_handler",
    "a duplicate key": "cards",
    "a deleted dash": "step description",
    "a deleted colon at the top": "outputs observability",
    "a deleted colon in a nested map": "on_success description",
    "the file cut inside a key": "expression when",
    "[ opened in an empty value": "earlier amount",
    "a double colon": "arithmetic",
    "a quote opened in a template": "charge_id",
    "a brace opened in a template": "charge_id",
    "an operator typed in a guard": "amount order_id",
    "a new step half written": "validation external_api_call",
    "a new input half written": "string Receipt",
    "a document marker typed": "node_id type",
    # Free text, names that are the writer's own, comments and marks: nothing to offer.
    "key and colon without value": "",
    "half a key in a nested map": "",
    "an unclosed single quote": "",
    "an apostrophe inside single quotes": "",
    "an unclosed quote near the top": "",
    "a line at column 0 inside a step": "",
    "an unclosed [": "",
    "an unclosed { as a value": "",
    "a value that begins with @": "",
    "an unknown alias": "",
    "a lone tag": "",
    "a comment begun": "",
    "a block text begun": "",
    "an anchor begun": "",
}
UNTOLD = {"a dash without a space", "a conflict marker", "a whole conflict"}


def common(one: str, other: str) -> int:
    """How many characters both begin with."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def cursor_of(text: str) -> tuple[int, int]:
    """Where the cursor stands after an edit: behind what it changed."""
    behind = common(TEXT[::-1], text[::-1])
    end = max(common(TEXT, text), len(text) - behind)
    typed = text[:end].removesuffix("\n")
    return typed.count("\n"), len(typed) - typed.rfind("\n") - 1


@pytest.mark.parametrize("name", OFFERED)
def test_completion_at_the_cursor_knows_where_it_is(name: str):
    labels = [it.label for it in complete(Analysis(EDITS[name]), *cursor_of(EDITS[name]))]
    assert set(OFFERED[name].split()) <= set(labels)
    assert bool(OFFERED[name]) == bool(labels)


def test_no_edit_is_left_out():
    assert {*OFFERED, *UNTOLD} == set(EDITS)


KINDS = {
    "a quote opened": lambda line: line.replace(": ", ': "', 1),
    "a bracket opened": lambda line: line.replace(": ", ": [", 1),
    "a colon lost": lambda line: line.replace(":", "", 1),
    "a space lost": lambda line: line.replace(": ", ":", 1),
    "a tab": lambda line: line.replace("    ", "\t", 1),
    "one space less": lambda line: line.removeprefix(" "),
    "one space more": lambda line: f" {line}",
    "a dash lost": lambda line: line.replace("- ", "  ", 1),
    "half a key above": lambda line: f"{line[: len(line) - len(line.lstrip())]}hal\n{line}",
}


def everywhere(kind: str) -> tuple[list[float], int]:
    """What one kind of edit leaves of the facts at each line, and how often it gives a third problem."""
    lines = TEXT.split("\n")
    shares: list[float] = []
    cascades = 0
    for number, line in enumerate(lines):
        changed = KINDS[kind](line)
        if changed == line or not line.strip():
            continue
        text = "\n".join([*lines[:number], changed, *lines[number + 1 :]])
        shares.append(len(BEFORE & facts(text)) / len(BEFORE))
        cascades += len(Analysis(text).diagnostics()) > 2
    return shares, cascades


@pytest.mark.slow
def test_the_same_holds_wherever_in_the_document_it_happens():
    found = {kind: everywhere(kind) for kind in KINDS}
    for kind, (shares, cascades) in found.items():
        assert sum(shares) / len(shares) >= 0.975, kind
        # A known gap: a head whose items stand one space off, and a list item whose dash is lost,
        # are both sound YAML that means something else.
        assert cascades / len(shares) <= 0.14, kind
    places = sum(len(shares) for shares, _ in found.values())
    assert sum(cascades for _, cascades in found.values()) / places <= 0.04


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("  - step: fee", " - step: fee", 65, "it needs 2 spaces"),
        ("  - step: fee", "   - step: fee", 65, "it needs 2 spaces"),
        ("    then:", "   then:", 79, "it needs 4 spaces"),
        ("  order_id:", " order_id:", 20, "it needs 2 spaces"),
        ("    transaction_id: string", "    transaction_id string", 38, "must follow the key"),
    ],
)
def test_a_line_one_space_off_or_without_its_colon_is_one_problem_at_its_place(
    old: str, new: str, line: int, says: str
):
    (problem,) = Analysis(swap(f"\n{old}\n", f"\n{new}\n")).diagnostics()
    assert problem.span.line == line
    assert says in problem.message

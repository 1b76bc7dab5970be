"""Renaming: what is written anew, what is refused, and that nothing else changes."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lang.marks import marked
from vesper.editing.meaning import Thing
from vesper.editing.mentions import mentions_of
from vesper.editing.occurrences import thing_at
from vesper.editing.renaming import check_name, rename, renameable
from vesper.errors import VesperError
from vesper.lang.check import Analysis
from vesper.lang.rule import Edit
from vesper.lang.source import Text

EXAMPLES = sorted(Path(__file__).parents[2].joinpath("examples").rglob("*.vsp"))
NEW = {"node": "zz_new_v1"}


def applied(text: str, edits: list[Edit]) -> str:
    changed = Text(text)
    for it in sorted(edits, reverse=True):
        changed.replace(it.span, it.text)
    return str(changed)


def renamed(text: str, line: int, column: int, new: str) -> str:
    analysis = Analysis(text)
    thing = renameable(analysis, line, column).thing
    check_name(thing, new)
    return applied(text, rename(analysis, thing, new))


def things(analysis: Analysis) -> Iterator[tuple[Thing, int, int]]:
    """Everything in a text that can be renamed, once, with the first place where it stands."""
    seen: set[Thing] = set()
    for facts in analysis.parts():
        for line, piece in facts.pieces:
            for same in mentions_of(piece).values():
                for it in same:
                    place = it.span.line + line, it.span.column
                    found = thing_at(analysis, *place)
                    if found is None or found.thing in seen:
                        continue
                    seen.add(found.thing)
                    try:
                        yield renameable(analysis, *place).thing, *place
                    except VesperError:
                        continue


def problems(text: str) -> Counter[int]:
    """How many there are on each line. Which one may depend on what a name looks like, and so may
    a hint that nothing reads a name: none is given while a misspelt one may mean it.
    """
    found = Analysis(text).diagnostics()
    return Counter(it.span.line for it in found if it.severity != "hint")


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda it: f"{it.parent.name}/{it.stem}")
def test_a_new_name_brings_no_new_problem_and_the_old_one_brings_the_old_text(path: Path):
    text = path.read_text(encoding="utf-8")
    before = problems(text)
    analysis = Analysis(text)
    for thing, line, column in things(analysis):
        if thing.space in ("role", "parameter"):
            continue
        new = NEW.get(thing.space, "zz_new")
        try:
            there = renamed(text, line, column, new)
        except VesperError:
            # A field that some place may mean or may not.
            assert thing.space == "field"
            continue
        assert there != text
        assert not problems(there) - before, thing
        back = Analysis(there)
        edits = rename(back, renameable(back, line, column).thing, thing.name)
        assert applied(there, edits) == text, thing


INPUTS = "inputs: {a: integer, many: 'array<integer>'}\n"
FLOW = "flow:\n  - {step: s, operation: compute, expression: 'a + 1', output: b}\n"
RETURN = "  - {step: r, operation: return, return_success: {c: '{b}'}}\n"
ENUM = (
    "outputs: {success: {c: integer}, error: {error_code: 'enum[bad, worse]', message: string}}\n"
)


@pytest.mark.parametrize(
    ("before", "new", "after"),
    [
        (
            "inputs: {\"«a»\": integer}\ncontracts: {preconditions: ['a > 0', \"\\u0061 < 9\"]}\n",
            "amount",
            "inputs: {\"amount\": integer}\ncontracts: {preconditions: ['amount > 0', \"amount < 9\"]}\n",
        ),
        (
            "inputs: {orders: 'array<string>'}\nflow:\n"
            "  - step: f\n    operation: data_transform\n    transform: filter\n"
            "    input: «orders»\n    function: \"order != '' AND len(orders) > 1\"\n    output: o\n",
            "purchases",
            "inputs: {purchases: 'array<string>'}\nflow:\n"
            "  - step: f\n    operation: data_transform\n    transform: filter\n"
            "    input: purchases\n    function: \"purchase != '' AND len(purchases) > 1\"\n    output: o\n",
        ),
        (
            "inputs: {«orders»: 'array<integer>'}\n"
            "contracts: {preconditions: ['FORALL order: order > 0', 'FORALL it IN orders: it > 0']}\n",
            "sums",
            "inputs: {sums: 'array<integer>'}\n"
            "contracts: {preconditions: ['FORALL sum: sum > 0', 'FORALL it IN sums: it > 0']}\n",
        ),
        (
            f"{INPUTS}outputs: {{«b»: integer}}\n{FLOW}",
            "c",
            f"{INPUTS}outputs: {{c: integer}}\n{FLOW.replace('output: b', 'output: c')}",
        ),
        (
            f"{INPUTS}{ENUM}{FLOW}{RETURN}".replace("output: b", "output: «b»"),
            "c",
            f"{INPUTS}{ENUM}{FLOW}{RETURN}".replace("b}", "c}"),
        ),
        (
            "state_machines: {«order»: {states: [new], initial: new}}\n"
            "security: {capabilities_required: [state.transition.order]}\n",
            "parcel",
            "state_machines: {parcel: {states: [new], initial: new}}\n"
            "security: {capabilities_required: [state.transition.parcel]}\n",
        ),
        (f"{ENUM}{FLOW}".replace("bad", "«bad»"), "awful", f"{ENUM}{FLOW}".replace("bad", "awful")),
    ],
    ids=[
        "quotes and escapes", "items called by the singular", "a quantifier called by the singular",
        "an output that is handed out", "a variable named like an output", "a state machine",
        "an error code",
    ],
)  # fmt: skip
def test_all_places_get_the_new_name(before: str, new: str, after: str):
    plain, (place,) = marked(before)
    assert renamed(plain, *place.span[:2], new) == after


@pytest.mark.parametrize(
    ("text", "new", "says"),
    [
        (f"{INPUTS}flow: «»[]\n", "x", "no name stands here"),
        (f"{INPUTS}{FLOW}".replace("compute", "«compute»"), "x", "no name stands here"),
        ("contracts: {preconditions: ['«x» > 1']}\n", "y", "nobody defines `x`"),
        ("contracts: {postconditions: ['«success»']}\n", "y", "`success` is a word of the language"),
        (ENUM.replace("error_code", "«error_code»"), "y", "`error_code` is a word of the language"),
        ("security: {capabilities_required: [«shell.run»]}\n", "y", "named after what it allows"),
        (
            "flow:\n  - {step: l, operation: for_each, items: '[1]', collect: '«item» + 1', steps: []}\n",
            "y", "`item` is the name that the language gives here (choose one of your own with `as`)",
        ),
        (f"{INPUTS}contracts: {{preconditions: ['a.«b» > 1']}}\n", "y", "which record the field `b`"),
        (
            "flow:\n  - {step: c, operation: call_node, node_id: «send_v1.*»}\n", "send_v2",
            "`send_v1.*` means several versions",
        ),
        (f"{INPUTS}{FLOW}".replace("{a:", "{«a»:"), "many", "`many` is already an input (line 1)"),
        (f"{INPUTS}{FLOW}".replace("{a:", "{«a»:"), "b", "`b` is already set by a step (line 3)"),
        (f"{INPUTS}{FLOW}".replace("output: b", "output: «b»"), "a", "`a` is already an input"),
        (f"{INPUTS}{FLOW}".replace("{a:", "{«a»:"), "b c", "`b c` is no name (use letters"),
        (f"{INPUTS}{FLOW}".replace("{a:", "{«a»:"), "not", "`not` is a word of the language"),
        (f"{INPUTS}{FLOW}".replace("{a:", "{«a»:"), "", "`` is no name"),
        ("types: {«T»: {base: string}}\n", "map", "`map` is a built-in type"),
        ("types: {«T»: {base: string}, U: {base: string}}\n", "U", "`U` is already a type (line 1)"),
        (ENUM.replace("bad", "«bad»"), "worse", "`worse` is already an error code (line 1)"),
        (ENUM.replace("message", "«message»"), "c", "`c` is already an output (line 1)"),
        (f"node_id: «n_v1»\n{INPUTS}", "n", "`n` is no node id (write a name in snake_case"),
        (
            "state_machines: {m: {states: [«x», y], initial: x}}\n", "y",
            "`y` is already a state of this machine (line 1)",
        ),
        (
            f"{INPUTS}outputs: {{success: {{c: integer}}}}\n"
            f"contracts: {{postconditions: ['c > a']}}\n{FLOW}{RETURN}".replace("{c: int", "{«c»: int"),
            "a", "`a` is already an input (line 1)",
        ),
        (
            f"{INPUTS}contracts: {{preconditions: ['FORALL x IN many: «a» > x']}}\n", "x",
            "`x` is already a name of its own where this one is used (line 2)",
        ),
        (
            f"{INPUTS}contracts: {{preconditions: ['FORALL «x» IN many: a > x']}}\n", "a",
            "`a` is already used in this step (line 2)",
        ),
        (
            f"{INPUTS}flow:\n  - step: l\n    operation: for_each\n    items: many\n    as: it\n"
            "    collect: '«a» + it'\n    steps: []\n",
            "it", "`it` is already a name of its own where this one is used (line 7)",
        ),
        (
            f"{INPUTS}flow:\n  - step: l\n    operation: for_each\n    items: many\n    as: «it»\n"
            "    collect: 'a + it'\n    steps: []\n",
            "a", "`a` is already used in this step (line 7)",
        ),
        (
            "types: {T: {fields: {«x»: string, y: string}}}\ninputs: {t: T, u: any}\n"
            "contracts: {preconditions: ['t.x != u.y']}\n",
            "y", "`y` is already a field of this record (line 1)",
        ),
        (
            "types: {T: {fields: {«x»: string}}}\ninputs: {t: T, u: any}\n"
            "contracts: {preconditions: ['t.x != u.x']}\n",
            "y", "`x` on line 3 may be this field or another",
        ),
        (
            "types: {T: {fields: {«x»: string}}}\ninputs: {t: T}\n"
            "testing: {test_cases: [{name: n, inputs: {t: {x: a}}}]}\n",
            "y", "`x` on line 3 may be this field or another",
        ),
        (
            f"{INPUTS}contracts: {{preconditions: ['«a» > other']}}\n", "other",
            "`other` is already used, though nobody defines it (line 2)",
        ),
    ],
)  # fmt: skip
def test_a_name_that_cannot_be_is_refused_with_the_reason(text: str, new: str, says: str):
    plain, (place,) = marked(text)
    with pytest.raises(VesperError) as refused:
        renamed(plain, *place.span[:2], new)
    assert says in str(refused.value)


def test_a_name_may_be_used_twice_where_nobody_sees_both():
    text = f"{INPUTS}{ENUM}{FLOW}{RETURN}"
    there = renamed(text, 1, text.split("\n")[1].index("{c") + 1, "b")
    assert there == text.replace("c: integer}, e", "b: integer}, e").replace("{c:", "{b:")

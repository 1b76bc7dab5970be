"""What a document says of other documents: kept current through changes there, equal to a fresh check."""

import random

import pytest

from vesper.lang.around import Around
from vesper.lang.check import Analysis, Diagnostic, check
from vesper.lang.source import Span
from vesper.workspace.index import Index


def workspace(**texts: str) -> Index:
    index = Index()
    for name, text in texts.items():
        kind = "role" if name.startswith("roles") else "vsp"
        index.take(f"{name}.{'yaml' if kind == 'role' else 'vsp'}", Analysis(text, kind))
    index.is_complete = True
    return index


def said(text: str, around: Around, kind: str = "vsp") -> list[tuple[str, str]]:
    found = check(text, "role" if kind == "role" else "vsp", around)
    return [(it.code, it.message) for it in found if it.code[:4] == "VSP7" or it.code[:3] == "ROL"]


def node(name: str, *calls: str, inputs: str = "") -> str:
    steps = "".join(
        f"  - step: s{number}\n    operation: call_node\n    node_id: {it}\n"
        for number, it in enumerate(calls)
    )
    return f"node_id: {name}\n" + inputs + (f"flow:\n{steps}" if steps else "")


def test_a_circle_is_told_in_each_file_as_the_way_round_with_every_place():
    texts = {"a": node("a_v1", "b_v1"), "b": node("b_v1", "c_v1.*"), "c": node("c_v1.2.0", "a_v1")}
    index = workspace(**texts)
    told = {name: said(text, index.around_for(f"{name}.vsp")) for name, text in texts.items()}
    assert told == {
        "a": [("VSP703", "a circle of calls: a_v1 -> b_v1 (line 5) -> c_v1.2.0 (b.vsp:5) -> a_v1 (c.vsp:5)")],
        "b": [("VSP703", "a circle of calls: b_v1 -> c_v1.2.0 (line 5) -> a_v1 (c.vsp:5) -> b_v1 (a.vsp:5)")],
        "c": [
            ("VSP703", "a circle of calls: c_v1.2.0 -> a_v1 (line 5) -> b_v1 (a.vsp:5) -> c_v1.2.0 (b.vsp:5)")
        ],
    }  # fmt: skip


def test_a_node_that_calls_itself_is_a_circle_too():
    (found,) = said(node("a_v1", "a_v1"), workspace().around_for("a.vsp"))
    assert found == ("VSP703", "a circle of calls: a_v1 -> a_v1 (line 5)")


def test_one_id_in_two_files_is_told_in_both():
    index = workspace(a=node("x_v1"), b=node("x_v1"), c=node("x_v1"))
    assert said(node("x_v1"), index.around_for("a.vsp")) == [
        ("VSP702", "b.vsp:1 and 1 more hold a node `x_v1` too")
    ]
    assert said(node("x_v1"), index.around_for("c.vsp")) == [
        ("VSP702", "a.vsp:1 and 1 more hold a node `x_v1` too")
    ]
    twice = f"{node('y_v1')}---\n{node('y_v1')}"
    assert said(twice, workspace().around_for("d.vsp")) == [
        ("VSP702", "line 3 holds a node `y_v1` too"),
        ("VSP702", "line 1 holds a node `y_v1` too"),
    ]


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("pay_v2", ""),
        ("pay_v2.*", ""),
        ("pay_v1+", ""),
        ("pay_v3", "`pay_v3` not found; `pay_v2`, `pay_v1` exist"),
        ("pay_v2.1.*", "`pay_v2.1.*` not found; `pay_v2`, `pay_v1` exist"),
        ("pya_v2", "`pya_v2` not found; did you mean `pay_v2`?"),
        ("nobody_v1", "`nobody_v1` not found in this workspace"),
        ("{chosen}", ""),
    ],
)
def test_a_reference_that_means_nothing_says_what_there_is(reference: str, message: str):
    index = workspace(one=node("pay_v1"), two=node("pay_v2"))
    found = said(node("shop_v1", f'"{reference}"'), index.around_for("shop.vsp"))
    assert [it for code, it in found if code == "VSP701"] == ([message] if message else [])


def test_a_call_is_checked_against_the_newest_version_that_it_may_mean():
    index = workspace(
        old=node("pay_v2.1.0", inputs="inputs:\n  amount: decimal\n"),
        new=node("pay_v2.2.0", inputs="inputs:\n  total: decimal\n"),
    )
    found = said(node("shop_v1", "pay_v2.*"), index.around_for("shop.vsp"))
    assert found == [("VSP704", "`pay_v2.2.0` needs `total`")]


def test_roles_are_known_across_files_and_circles_are_found_through_them():
    one, two = "a:\n  extends: b\n", "b:\n  extends: [c, d]\nc:\n  extends: a\n"
    index = workspace(roles_one=one, roles_two=two)
    assert said(one, index.around_for("roles_one.yaml"), "role") == [
        ("ROL102", "these roles extend one another in a circle: a -> b -> c -> a")
    ]
    assert [code for code, _ in said(two, index.around_for("roles_two.yaml"), "role")] == [
        "ROL102", "ROL101", "ROL102",
    ]  # fmt: skip


def test_while_files_are_still_read_nothing_is_called_missing():
    index = workspace()
    index.is_complete = False
    assert said(node("a_v1", "b_v1"), index.around_for("a.vsp")) == []
    assert said("a:\n  extends: b\n", index.around_for("roles.yaml"), "role") == []


def test_kept_current_equals_fresh_while_two_texts_change_around_each_other():
    chance = random.Random(11)
    texts = [node("a_v1", "b_v1", inputs="inputs:\n  x: string\n"), node("b_v1", "a_v1")]
    open_ = [Analysis(it) for it in texts]
    index = Index()
    index.is_complete = True
    snippets = [
        "",
        "\n",
        "a",
        "_v1",
        "v2",
        "  y: decimal\n",
        "---\n",
        "    parameters: {x: 1}\n",
        "b_v1",
    ]
    for _ in range(300):
        number = chance.randrange(2)
        analysis = open_[number]
        line = chance.randrange(len(analysis.text.lines))
        column = chance.randrange(len(analysis.text.lines[line]) + 1)
        analysis.edit(
            Span(line, column, line, column + chance.choice([0, 0, 1, 3])), chance.choice(snippets)
        )
        index.take(f"{number}.vsp", analysis)
        fresh = Index()
        for other, it in enumerate(open_):
            fresh.take(f"{other}.vsp", Analysis(str(it.text)))
        fresh.is_complete = True
        for other, it in enumerate(open_):
            it.around = index.around_for(f"{other}.vsp")
            expected: list[Diagnostic] = check(
                str(it.text), "vsp", fresh.around_for(f"{other}.vsp")
            )
            assert it.diagnostics() == expected

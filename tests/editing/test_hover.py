"""What hovering tells: each case is a document with the cursor `^`, and what must be said."""

import pytest

from tests.editing.test_completion import AROUND, TEXT
from tests.requirements import requirement
from vesper.editing.description import describe
from vesper.editing.lookup import look_up
from vesper.lang.around import Around, RoleSummary
from vesper.lang.check import Analysis
from vesper.lang.piece import DocumentKind
from vesper.lang.source import Span

STEP = "- step: x\n    operation: "


def told(marked: str, kind: DocumentKind = "vsp", around: Around = AROUND) -> tuple[str, str]:
    """The hover text at the mark, and the word it is about."""
    at = marked.index("^")
    line, column = marked[:at].count("\n"), at - marked[:at].rfind("\n") - 1
    analysis = Analysis(marked.replace("^", "", 1), kind, around)
    found = look_up(analysis, line, column)
    if found is None:
        return "", ""
    span = found.span
    word = analysis.text.lines[span.line][span.column : span.end_column]
    return describe(found, analysis), word


CASES = [
    # where, typed lines, the word that is meant, what is said
    ("#flow", f'{STEP}compute\n    expression: "ite^ms[0].price"', "items",
     ["items: array<Item>", "input, line"]),
    ("#flow", f'{STEP}compute\n    expression: "items[0].pri^ce"', "price", ["price: decimal", "field"]),
    ("#flow", f'{STEP}compute\n    expression: "len(pri^ces)"', "prices", ["set by a step"]),
    ("#flow", f'{STEP}compute\n    expression: "l^en(prices)"', "len", ["len(value)", "How many"]),
    ("#flow", f'{STEP}compute\n    expression: "FORALL it IN items: i^t.price > 0"', "it",
     ["it: Item", "each of `items`"]),
    ("#flow", f'{STEP}for_each\n    items: items\n    as: one\n    steps:\n      - step: y\n'
     '        operation: compute\n        expression: "o^ne.price"', "one", ["one: Item", "each of `items`"]),
    ("#flow", f"{STEP}comp^ute\n    expression: \"1\"\n    output: sum", "compute",
     ["Works out", "Sets: `sum`"]),
    ("#flow", f"{STEP}database_qu^ery\n    table: orders\n    output: rows", "database_query",
     ["Needs: `database.read.orders`", "Sets: `rows"]),
    ("#flow", "- step: look^_up\n    operation: database_query\n    table: orders", "look_up",
     ["step, line", "Needs: `database.read.orders`"]),
    ("#flow", f"{STEP}call_node\n    node_id: mai^l_v1", "mail_v1",
     ["**mail_v1**", "Send a mail", "`to`: string", "`cc`: string (optional)"]),
    ("#flow", f"{STEP}call_node\n    node_id: mai^l_v1.*", "mail_v1.*", ["Send a mail"]),
    ("#flow", f"{STEP}agent_run\n    role: revi^ewer", "reviewer",
     ["**reviewer** (Reviewer)", "`roles.yaml`"]),
    ("#flow", f"{STEP}wait\n    duration: 1m^\n    timeout: 2m", "1m", ["`1m` = 60 s"]),
    ("#flow", f"{STEP}wait\n    time^out: 2m", "timeout", ["**timeout**", "longest"]),
    ("#flow", f"{STEP}return\n    return_error: decl^ined", "declined", ["error code"]),
    ("#inputs", "siz^e:\n    type: integer\n    description: How many people fit", "size",
     ["size: integer", "input", "How many people fit"]),
    ("#inputs", "size: array<It^em>", "Item", ["**Item**", "`sku`: string"]),
    ("#inputs", "size: deci^mal", "decimal", ["exact number"]),
    ("type: function", "type: fun^ction", "function", ["plain computation"]),
    ("    - clock.read", "    - clock.re^ad", "clock.read", ["read the clock"]),
]  # fmt: skip


@requirement("F11")
@pytest.mark.parametrize(
    ("where", "lines", "intent"),
    [
        ("node_id: pay_v1", "node_id: pa^y_v1", "Pay for an order"),
        ("#flow", f"{STEP}call_node\n    node_id: mai^l_v1", "Send a mail"),
        ("type: function", "metadata: {dependencies: [ma^il_v1]}\ntype: function", "Send a mail"),
    ],
)
def test_hovering_over_a_node_tells_its_intent(where: str, lines: str, intent: str):
    assert intent in told(TEXT.replace(where, lines, 1))[0]


@pytest.mark.parametrize(("where", "lines", "word", "says"), CASES)
def test_hover_tells_what_the_word_under_the_cursor_is(
    where: str, lines: str, word: str, says: list[str]
):
    text, about = told(TEXT.replace(where, lines, 1))
    assert about == word
    for it in says:
        assert it in text


@pytest.mark.parametrize("key", ["secur^ity:", "capabilities_req^uired:"])
def test_the_capability_keys_tell_what_is_needed_missing_and_idle(key: str):
    flow = f"{STEP}database_query\n    table: orders"
    text, _ = told(TEXT.replace("#flow", flow, 1).replace(key.replace("^", ""), key, 1))
    assert "The steps need: `database.read.orders`" in text
    assert "Not listed: `database.read.orders`" in text
    assert "Listed, but never needed: `clock.read`" in text


@pytest.mark.parametrize(
    ("text", "seconds"), [("250ms", "0.25"), ("90s", "90"), ("1.5h", "5,400"), ("2d", "172,800")]
)
def test_a_duration_is_told_in_seconds(text: str, seconds: str):
    assert told(f"performance:\n  timeout: ^{text}\n")[0] == f"`{text}` = {seconds} s"


ROLES = """\
base:
  restrictions:
    max_file_changes: 5
    timeout: 10m
worker:
  extends: base
  restrictions:
    timeout: 5m
helper:
  extends: wor^ker
"""


@requirement("V47")
@pytest.mark.parametrize(
    "marked",
    ["lea^d:\n  display_name: Team lead\n  description: Plans the work\n",
     "lead:\n  display_name: Team lead\n  description: Plans the work\nhand:\n  extends: le^ad\n"],
)  # fmt: skip
def test_hovering_over_a_role_tells_its_title_and_what_it_is_for(marked: str):
    text, _ = told(marked, "role")
    assert text.startswith("**lead** (Team lead)")
    assert "Plans the work" in text


@pytest.mark.parametrize(
    "marked", [ROLES, ROLES.replace("wor^ker", "worker").replace("\nworker", "\nwor^ker")]
)
def test_a_role_tells_its_own_limits_and_those_it_inherits(marked: str):
    text, about = told(marked, "role")
    assert about == "worker"
    assert "`timeout: 5m`" in text
    assert "`max_file_changes: 5`, from `base`" in text
    assert "10m" not in text


def test_limits_are_inherited_across_files_and_circles_end():
    place = Span(0, 0, 0, 0)
    roles = {
        name: (RoleSummary(name, f"{name}.yaml", place, parents=((parent, place),),
                           restrictions=((f"limit_{name}", "1"),)),)
        for name, parent in (("a", "b"), ("b", "a"))
    }  # fmt: skip
    text, _ = told("node_id: x_v1\nflow:\n  - step: s\n    operation: agent_run\n    role: ^a\n",
                   around=Around({}, roles, True))  # fmt: skip
    assert "`limit_b: 1`, from `b`" in text
    assert text.count("limit_a") == 1


@pytest.mark.parametrize(
    "marked", ["intent: some pr^ose\n", "^\n", "x-own: ^1\n", "flow:\n  - step: s\n   ^\n"]
)
def test_prose_and_blanks_say_nothing(marked: str):
    assert told(marked) == ("", "")

"""Static types and null safety: what is refused, what it says, and what nobody should be told."""

import pytest

from vesper.lang.check import check
from vesper.lang.grammar import parse
from vesper.lang.infer import Inference
from vesper.lang.types import Type, shown
from vesper.lang.types import parse as parse_type

NAMES = {
    "a": "integer", "b": "decimal", "s": "string", "n": "string?", "k": "integer?", "f": "boolean",
    "fb": "boolean?", "e": "enum[red, green]", "t": "timestamp", "d": "duration", "x": "any",
    "xs": "array<integer>", "ys": "array<decimal>", "words": "array<string>", "flags": "array<boolean>",
    "m": "map<string, decimal>", "u": "User", "un": "User?", "users": "array<User>", "z": "set<string>",
}  # fmt: skip
USER = "{name: string, note: string?, age: integer}"


def type_of(text: str) -> str:
    parsed = parse(text)
    assert parsed.tree is not None
    user = parse_type("User").type

    def lookup(name: str) -> Type | None:
        written = NAMES.get(name)
        return parse_type(written).type if written else None

    return shown(Inference(lookup, {"User": user}).type_of(parsed.tree))


def said(clause: str) -> list[tuple[str, str]]:
    """The findings about a contract clause over all of `NAMES`, without those about the rest."""
    quoted = clause.replace("\\", "\\\\").replace('"', '\\"')
    inputs = "".join(f"  {name}: '{written}'\n" for name, written in NAMES.items())
    text = (
        f"types:\n  User: {{fields: {USER}}}\ninputs:\n{inputs}"
        f'contracts:\n  preconditions:\n    - "{quoted}"\n'
    )
    return [(it.code, it.message) for it in check(text) if it.code not in ("VSP114", "VSP110")]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("a + 1", "integer"), ("a % 2", "integer"), ("a / 2", "decimal"), ("a * b", "decimal"),
        ("DIV(a, 2)", "integer"), ("-b", "decimal"), ("t - t", "duration"), ("t + 5m", "timestamp"),
        ("d * 2", "duration"), ("d / d", "decimal"), ("s + 'x'", "string"), ("xs + [1]", "array<integer>"),
        ("a > 1", "boolean"), ("s IN words", "boolean"), ("n IS NULL", "boolean"), ("null", "null"),
        ("[1, 2.0]", "array<decimal>"), ("[a, null]", "array<integer?>"), ("[]", "array<any>"),
        ("{a: 1}", "record"), ("timestamp('2026-01-01T00:00:00Z')", "timestamp"),
        ("xs[0]", "integer"), ("m['a']", "decimal"), ("len(s)", "integer"), ("SUM(ys)", "decimal"),
        ("SUM(xs)", "integer"), ("AVG(xs)", "decimal?"), ("MAX(xs)", "integer?"), ("min(a, b)", "decimal"),
        ("max(xs)", "integer?"), ("MAX([1, 2])", "integer"), ("coalesce(n, 'x')", "string"),
        ("coalesce(n, null)", "string?"), ("abs(a)", "integer"), ("round(b, 2)", "decimal"),
        ("floor(b)", "integer"), ("split(s, ',')", "array<string>"), ("split(s, ',')[0]", "string"),
        ("sort(words)", "array<string>"), ("unique(xs)", "array<integer>"), ("keys(m)", "array<string>"),
        ("values(m)", "array<decimal>"), ("old(a)", "integer"), ("days_between(t, t)", "integer"),
        ("ALL(flags)", "boolean"), ("x.anything[0].at_all", "any"), ("nobody + 1", "any"),
    ],
)  # fmt: skip
def test_an_expression_has_its_exact_type(text: str, kind: str):
    assert type_of(text) == kind


@pytest.mark.parametrize(
    ("clause", "code", "says"),
    [
        ("len(n) > 2", "VSP309", "`n` may be null here: ask `n IS NOT NULL` first"),
        ("k > 1 AND k < 9", "VSP309", "`k` may be null here"),
        ("un.name == 'x'", "VSP309", "`un` may be null here"),
        ("u.note > 'x'", "VSP309", "`u.note` may be null here"),
        ("AVG(xs) > 3", "VSP309", "ask `len(xs) > 0` first"),
        ("fb", "VSP309", "`fb` may be null here"),
        ("n IS NULL AND len(n) > 2", "VSP309", "`n` may be null here"),
        ("n IS NOT NULL OR len(n) > 2", "VSP309", "`n` may be null here"),
        ("n IS NULL => len(n) > 2", "VSP309", "`n` may be null here"),
        ("NOT (n IS NOT NULL AND f) AND len(n) > 2", "VSP309", "`n` may be null here"),
        ("FORALL v IN users: len(v.note) > 0", "VSP309", "`v.note` may be null here"),
        ("a > null", "VSP309", "null has no order"),
        ("a + null > 1", "VSP309", "does not go with null"),
        ("lower(a) == 'x'", "VSP310", "`text` of `lower(text)` is a string, this is an integer"),
        ("SUM(words) > 1", "VSP310", "is an array<number>, this is an array<string>"),
        ("ALL(xs)", "VSP310", "this is an array<integer>"),
        ("len(a) > 1", "VSP310", "this is an integer"),
        ("a", "VSP311", "a contract is true or false, this is an integer"),
        ("FORALL v IN a: v > 0", "VSP312", "FORALL goes over a list"),
        ("a IN b", "VSP312", "IN needs a list here, this is a decimal"),
        ("'x' IN s", "VSP312", "write `text CONTAINS part`"),
        ("b CONTAINS 1", "VSP312", "CONTAINS needs a list or a text here"),
        ("u.nmae == 'x'", "VSP313", "`User` has no field `nmae`; did you mean `name`?"),
        ("SUM(users.agee) > 1", "VSP313", "did you mean `age`?"),
        ("e == 'blue'", "VSP314", "`blue` is not one of its words: `red`, `green`"),
        ("'grn' != e", "VSP314", "`grn` is not one of its words"),
        ("e IN ['red', 'gren']", "VSP314", "`gren` is not one of its words"),
        ("a IS NULL", "VSP315", "always false"),
        ("len(s) IS NOT NULL", "VSP315", "always true"),
        ("xs['a'] > 1", "VSP316", "a list is indexed by an integer, this is a string"),
        ("xs[-1] > 1", "VSP316", "a list begins at 0"),
        ("m[1] > 1", "VSP316", "the keys of this map are of type string"),
        ("s[0] == 'a'", "VSP316", "`substring(text, start, 1)`"),
        ("s > 5", "VSP308", "a string and an integer have no order"),
        ("s == 5", "VSP308", "a string and an integer are never equal"),
        ("f == 1", "VSP308", "never equal"),
        ("s + a == 'x'", "VSP308", "`to_string` makes a text of the other"),
        ("t + t > t", "VSP308", "does not go with a timestamp and a timestamp"),
        ("5 IN words", "VSP308", "an integer is never in an array<string>"),
        ("s CONTAINS 5", "VSP308", "a string contains strings"),
        ("a MATCHES 'x'", "VSP308", "MATCHES needs a string"),
        ("f AND s", "VSP308", "AND needs a boolean, this is a string"),
        ("ALL(users.age > 'x')", "VSP308", "do not compare"),
        ("a / 0 > 1", "VSP317", "divides by zero"),
        ("a % (2 - 2) == 1", "VSP317", "divides by zero"),
        ("b > 1e1000", "VSP318", "at most 1,000 digits"),
        ("b > 1e999999999", "VSP318", "at most 1,000 digits"),
        ("a > 99999999999999999999", "VSP318", "an integer has 64 bits"),
        ("t > timestamp('2026-02-30T00:00:00Z')", "VSP319", "no moment"),
        ("t > timestamp('2026-02-20')", "VSP319", "no moment"),
        ("d > duration('3 weeks')", "VSP319", "no duration"),
        ("COUNT(*) > 1", "VSP320", "counts rows inside `aggregations`"),
        ("{a: 1, a: 2} == x", "VSP321", "`a` stands in this record already"),
    ],
)  # fmt: skip
def test_what_cannot_work_is_refused_once_and_says_what_would(clause: str, code: str, says: str):
    found = said(clause)
    assert [it for it, _ in found] == [code], found
    assert says in found[0][1]


@pytest.mark.parametrize(
    "clause",
    [
        "n IS NOT NULL => len(n) > 2",
        "n IS NOT NULL AND len(n) > 2",
        "len(n) > 2 AND n IS NOT NULL",
        "n IS NULL OR len(n) > 2",
        "n != null AND NOT (len(n) > 9)",
        "NOT (n == null) AND len(n) > 2",
        "NOT (n IS NULL OR k IS NULL) AND len(n) > k",
        "n == 'x' OR n IS NULL OR len(n) > 2",
        "len(coalesce(n, '')) > 2",
        "un IS NOT NULL AND un.note IS NOT NULL AND len(un.note) > 1",
        "FORALL v IN users: v.note IS NULL OR len(v.note) > 0",
        "FORALL user: user.age > 0",
        "EXISTS user IN users: user.name == s",
        "len(xs) > 0 => AVG(xs) > 3",
        "len(users) > 0 AND MAX(users.age) < 99",
        "len(xs) == 0 OR MIN(xs) > 3",
        "xs != [] AND MIN(xs) > 3",
        "MIN([a, 1]) > 0",
        "n == 'x' AND k != 3",
        "ALL(users.age > 3) OR ANY(users.name == 'x')",
        "SUM(users.age) > 3",
        "e == 'red' AND e IN ['green', 'red'] AND s IN ['a', 'b']",
        "a IN xs AND s IN z AND words CONTAINS s AND s CONTAINS 'x'",
        "t > timestamp('2026-01-01T00:00:00Z') AND t - t < 30d AND days_between(t, t) > 1",
        "a == 1.0 AND b == 1 AND a > -9223372036854775808",
        "x > 1 AND x.y == 'a' AND len(x) > 0 AND x",
        "m['a'] > 1 AND contains_key(m, 'b') AND len(keys(m)) > 0",
        "to_string(k) == '' OR to_string(a) == '1'",
        "f == (a > 1) AND f",
    ],
)
def test_what_works_is_left_in_peace(clause: str):
    assert said(clause) == []


FLOW = """\
inputs:
  note: string?
  sums: array<decimal>
contracts:
{contracts}
flow:
{before}
  - step: use
    operation: compute
    expression: "len(note) + MAX(sums)"
    output: result
"""
GUARDS = {
    "a precondition": ('  preconditions: ["note IS NOT NULL", "len(sums) > 0"]', "  - step: a"),
    "a validation": (
        "  facts: {}",
        '  - step: a\n    operation: validation\n    guards: ["note != null", "len(sums) >= 1"]',
    ),
    "a condition that ends the flow": (
        "  facts: {}",
        '  - step: a\n    operation: conditional\n    condition: "note IS NULL OR len(sums) == 0"\n'
        "    then:\n      return_error: nothing",
    ),
}


@pytest.mark.parametrize("guard", GUARDS)
def test_a_guard_makes_sure_of_what_stands_behind_it(guard: str):
    contracts, before = GUARDS[guard]
    text = FLOW.format(contracts=contracts, before=before)
    assert [it.message for it in check(text) if it.code == "VSP309"] == []


def test_without_a_guard_each_thing_that_may_be_null_is_told():
    text = FLOW.format(contracts="  facts: {}", before="  - step: a")
    assert [it.code for it in check(text)].count("VSP309") == 2


STEP = """\
inputs:
  note: string?
flow:
  - step: choose
    operation: {operation}
{fields}
"""


@pytest.mark.parametrize(
    ("operation", "fields", "count"),
    [
        ("compute", '    when: "note IS NOT NULL"\n    expression: "len(note)"', 0),
        ("compute", '    guards: ["note IS NOT NULL"]\n    expression: "len(note)"', 0),
        ("compute", '    guards: ["note IS NULL"]\n    expression: "len(note)"', 1),
        (
            "conditional",
            '    condition: "note IS NULL"\n    then:\n      - operation: compute\n'
            '        expression: "len(note)"\n    else:\n      - operation: compute\n'
            '        expression: "len(note)"',
            1,
        ),
        (
            "conditional",
            '    condition: "note == null"\n    then:\n      - operation: log\n        message: a\n'
            '    elif:\n      - condition: "len(note) > 1"\n        then:\n'
            '          - operation: compute\n            expression: "len(note)"',
            0,
        ),
        (
            "validation",
            '    guards: ["note IS NOT NULL"]\n    on_failure:\n      return_error:\n'
            '        message: "{len(note)}"',
            1,
        ),
    ],
)
def test_a_branch_knows_the_condition_it_stands_under(operation: str, fields: str, count: int):
    found = check(STEP.format(operation=operation, fields=fields))
    assert [it.code for it in found].count("VSP309") == count, found


def test_a_fact_is_an_expression_of_any_type_and_checked_like_one():
    text = (
        "inputs:\n  total: decimal\n  name: {type: string, default: null}\ncontracts:\n  facts:\n"
        '    fee: "totl * 2"\n    long: "len(name) > 3"\n    ledger:\n  postconditions:\n'
        '    - "fee > 1 AND long AND ledger.balanced"\n'
    )
    found = [(it.code, it.span.line) for it in check(text) if it.code != "VSP114"]
    assert found == [("VSP306", 5), ("VSP309", 6)]


@pytest.mark.parametrize(
    ("clause", "code"),
    [
        ("FORALL user: user.age > 0", None),
        ("FORALL transaction: transaction.sum > 0", "VSP401"),
        ("EXISTS word: len(word) > 1", None),
    ],
)
def test_the_short_form_goes_over_the_plural_or_cannot_be_checked(clause: str, code: str | None):
    assert [it for it, _ in said(clause)] == ([code] if code else [])
    if code is not None:
        assert "`transactions`" in said(clause)[0][1]


@pytest.mark.parametrize(
    "clause",
    [
        " AND ".join(["f"] * 148), " OR ".join(["a > 1"] * 148), "(" * 58 + "f" + ")" * 58,
        "NOT " * 58 + "f", " => ".join(["f"] * 58), "f AND (" * 57 + "f" + ")" * 57,
        "x" + ".y" * 140, "x" + "[0]" * 140, "FORALL v IN xs: " * 57 + "v > 1",
        " + ".join(["a"] * 148) + " > 1", "abs(" * 57 + "a" + ")" * 57 + " > 1",
        "f OR (a + 1 > 2 AND (" * 28 + "f" + "))" * 28,
        " AND ".join(["n IS NOT NULL"] * 140) + " AND len(n) > 1",
    ],
    ids=lambda it: it[:12],
)  # fmt: skip
def test_what_the_grammar_takes_is_typed_however_deep_the_stack_is_already(clause: str):
    def deeper(levels: int) -> list[tuple[str, str]]:
        return deeper(levels - 1) if levels else said(clause)

    assert deeper(150) == []

"""Refactorings: a document with the cursor `^`, the title of a change, and the text it makes."""

import textwrap

import pytest

from vesper.editing import refactorings
from vesper.editing.organise import organised
from vesper.editing.refactoring import Offer, place_at
from vesper.editing.specimen import specimen
from vesper.lang.check import Analysis
from vesper.lang.rule import Edit
from vesper.lang.source import Span, Text


def offered(marked: str) -> tuple[str, list[Offer]]:
    text = textwrap.dedent(marked).lstrip("\n")
    at = text.index("^")
    line = text[:at].count("\n")
    column = at - text[:at].rfind("\n") - 1
    text = text.replace("^", "", 1)
    place = place_at(Analysis(text), Span(line, column, line, column))
    return text, [it for offers in refactorings.load().values() for it in offers(place)]


def applied(text: str, edits: list[Edit]) -> str:
    """The text after edits that do not overlap, as an editor applies them."""
    changed = Text(text)
    for number, it in sorted(enumerate(edits), key=lambda it: (it[1].span, it[0]), reverse=True):
        del number
        changed.replace(it.span, it.text)
    return str(changed)


def taken(marked: str, title: str) -> str:
    text, offers = offered(marked)
    titles = {it.title: it for it in offers}
    assert title in titles, list(titles)
    assert not titles[title].disabled
    return applied(text, titles[title].edits())


HEAD = "node_id: pay_v1\ntype: function\nintent: Pay\n"
FORMS = [
    (
        "Write `amount` with keys, for more than its type",
        "inputs:\n  am^ount: decimal  # in euros\n  note: string\n",
        "inputs:\n  amount:\n    type: decimal  # in euros\n  note: string\n",
    ),
    (
        "Write `amount` with keys, for more than its type",
        "inputs: {am^ount: decimal, note: string}\n",
        "inputs: {amount: {type: decimal}, note: string}\n",
    ),
    (
        "Write `amount` as its type alone",
        "inputs:\n  amount:\n    ty^pe: decimal\n  note: string\n",
        "inputs:\n  amount: decimal\n  note: string\n",
    ),
    (
        "Write `amount` as its type alone",
        "outputs:\n  success:\n    amount: {type: decimal, requi^red: false}\n",
        "outputs:\n  success:\n    amount: decimal?\n",
    ),
    (
        "Make a type `Customer` of these fields",
        """\
        inputs:
          customer:
            type: object
            description: Who pays
            fields:
              # as on the card
              na^me: string
              mail: string
          note: string
        """,
        """\
        types:
          Customer:
            fields:
              # as on the card
              name: string
              mail: string

        inputs:
          customer:
            type: Customer
            description: Who pays
          note: string
        """,
    ),
    (
        "Make a type `Item2` of these fields",
        """\
        types:
            Item:
                fields:
                    sku: string
        inputs:
          item:
            type: array<object>
            fi^elds: {sku: string, price: decimal}
        """,
        """\
        types:
            Item2:
              fields: {sku: string, price: decimal}
            Item:
                fields:
                    sku: string
        inputs:
          item:
            type: array<Item2>
        """,
    ),
    (
        "Split the outputs into `success` and `error`",
        """\
        outputs:
          to^tal: decimal

          # in words
          words: string

        flow:
          - step: x
            operation: return
            return_error: too_much
          - step: y
            operation: return
            return_error: {error_code: declined, message: no}
        """,
        """\
        outputs:
          success:
            total: decimal

            # in words
            words: string
          error:
            error_code: enum[too_much, declined]
            message: string

        flow:
          - step: x
            operation: return
            return_error: too_much
          - step: y
            operation: return
            return_error: {error_code: declined, message: no}
        """,
    ),
]


@pytest.mark.parametrize(("title", "before", "after"), FORMS)
def test_a_refactoring_makes_the_text_that_a_person_would_write(
    title: str, before: str, after: str
):
    assert taken(before, title) == textwrap.dedent(after)


CODES = [
    ("enum[too_much]", "enum[too_much, declined]"),
    ("{type: enum, values: [too_much]}", "{type: enum, values: [too_much, declined]}"),
    ("\n      type: enum\n      values:\n        - too_much", "\n      type: enum\n      values:\n"
     "        - too_much\n        - declined"),
]  # fmt: skip


@pytest.mark.parametrize(("declared", "after"), CODES)
def test_a_code_that_is_not_declared_can_be_declared(declared: str, after: str):
    text = (
        f"outputs:\n  success: {{}}\n  error:\n    error_code: {declared}\nflow:\n  - step: x\n"
        "    operation: return\n    return_error: decl^ined\n"
    )
    changed = taken(text, "Add `declined` to the declared error codes")
    assert f"error_code: {after}\n" in changed
    assert "VSP503" not in {it.code for it in Analysis(changed).diagnostics()}


NEEDS = """\
flow:
  - step: a
    operation: database_query
    table: orders
  - step: b
    operation: database_query
    table: pay^ments
"""
LISTS = [
    ("", "security:\n  capabilities_required:\n    - database.read.orders\n    - database.read.payments\n\n"),
    ("security:\n  audit_level: basic\n",
     "security:\n  capabilities_required:\n    - database.read.orders\n    - database.read.payments\n"
     "  audit_level: basic\n"),
    ("security:\n  capabilities_required: [clock.read]\n",
     "security:\n  capabilities_required: [clock.read, database.read.orders, database.read.payments]\n"),
    ("security:\n  capabilities_required:\n    - clock.read\n",
     "security:\n  capabilities_required:\n    - clock.read\n    - database.read.orders\n"
     "    - database.read.payments\n"),
    ("security:\n  capabilities_required:\n",
     "security:\n  capabilities_required:\n    - database.read.orders\n    - database.read.payments\n"),
]  # fmt: skip


@pytest.mark.parametrize(("security", "after"), LISTS)
def test_all_missing_capabilities_are_added_at_once(security: str, after: str):
    text = security + NEEDS.replace("pay^ments", "payments").replace(
        "database_query", "data^base_query", 1
    )
    changed = taken(text, "Add the 2 missing capabilities")
    assert changed.startswith(after)
    assert "VSP601" not in {it.code for it in Analysis(changed).diagnostics()}


@pytest.mark.parametrize(
    ("listed", "after"),
    [
        (
            "\n    - clock.re^ad\n    - log.write\n    - database.read.orders",
            "\n    - database.read.orders",
        ),
        (" [clock.re^ad, database.read.orders, log.write]", " [database.read.orders]"),
    ],
)
def test_capabilities_that_no_step_needs_are_removed(listed: str, after: str):
    flow = "flow:\n  - step: a\n    operation: database_query\n    table: orders\n"
    text = f"security:\n  capabilities_required:{listed}\n{flow}"
    changed = taken(text, "Remove the 2 capabilities that no step needs")
    assert changed == f"security:\n  capabilities_required:{after}\n{flow}"


INPUTS = """\
node_id: pa^y_v1
inputs:
  order_id:
    type: string
    constraints:
      - pattern: '^ord_[a-z0-9]{4}$'
  amount:
    type: decimal
    constraints: ["> 5", max: 9]
  size:
    type: integer
    min: 3
  kind: enum[big, small]
  code: {type: string, constraints: [min_length: 6]}
  rate: decimal
  note: string?
  many: array<string>
contracts:
  preconditions:
    - "rate < 1"
"""
CASE = """\
    - name: case_1
      inputs:
        order_id: ord_aaaa
        amount: 5.01
        size: 10
        kind: big
        code: texttext
        rate: 0.00
        many: []
      expected_output:
        success: true
"""


def test_a_new_test_case_has_values_that_constraints_and_preconditions_allow():
    changed = taken(INPUTS, "Add a test case")
    case = CASE.replace("texttext", "texttext"[:6])
    assert changed.endswith(f"\ntesting:\n  test_cases:\n{case}")


@pytest.mark.parametrize(
    ("testing", "after"),
    [
        ("testing:\n  test_cases:\n    - name: a\n      inputs: {a: 1}\n  property_tests: []\n",
         "testing:\n  test_cases:\n    - name: a\n      inputs: {a: 1}\n    - name: case_2\n      inputs:\n"
         "        a: 1\n      expected_output:\n        success: true\n  property_tests: []\n"),
        ("testing:\n  test_cases:\n",
         "testing:\n  test_cases:\n    - name: case_1\n      inputs:\n        a: 1\n"
         "      expected_output:\n        success: true\n"),
        ("testing:\n  property_tests: []\n",
         "testing:\n  test_cases:\n    - name: case_1\n      inputs:\n        a: 1\n      expected_output:\n"
         "        success: true\n  property_tests: []\n"),
    ],
)  # fmt: skip
def test_a_new_test_case_goes_behind_the_others(testing: str, after: str):
    head = "node_id: pay_v1\ninputs:\n  a: integer\n"
    assert taken(head.replace("pay", "pa^y") + testing, "Add a test case") == head + after


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("^[A-Z]{3}-\\d{2,4}$", "AAA-00"), ("(cat|dog)s?", "cat"), ("[^a]x+", "0x"),
        ("\\w+@\\w+\\.org", "a@a.org"),
        ("(?=a)b", None), ("a{9999}", None), ("[", None), ("(", None), ("\\", None), ("a**", None),
        ("(?:ab){2}", "abab"), ("", ""),
    ],
)  # fmt: skip
def test_a_pattern_gives_an_example_or_nothing(pattern: str, text: str | None):
    assert specimen(pattern) == text


SILENCED = [
    ("type: functi^on_\n", "VSP116", "type: function_  # vesper: ignore VSP116\n"),
    ("type: functi^on_  # a remark\n", "VSP116",
     "type: function_  # a remark  # vesper: ignore VSP116\n"),
    ("type: functi^on_  # vesper: ignore VSP999\n", "VSP116",
     "type: function_  # vesper: ignore VSP999, VSP116\n"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "code", "after"), SILENCED)
def test_a_problem_is_silenced_on_its_line(before: str, code: str, after: str):
    changed = taken(before, f"Silence {code} on this line")
    assert changed == after
    assert code not in {it.code for it in Analysis(changed).diagnostics()}


def test_problems_of_one_kind_are_fixed_together():
    text = 'contracts:\n  preconditions:\n    - "a =^ 1"\n    - "b = 2"\n    - "c == 3 AND d = 4"\n'
    changed = taken(text, "Fix all 3 problems of this kind (VSP302) in this file")
    assert changed.count("==") == 4
    assert changed == taken(text, "Fix all that is safe to fix in this file")


UNORDERED = """\
# What this file is for

flow:
  - step: x
    operation: log
    message: hi

# Who may
security:
  audit_level: basic
node_id: pay_v1
x-own: 1
type: function

outputs: {}
# What comes in
inputs: {}"""
ORDERED = """\
# What this file is for

node_id: pay_v1
x-own: 1
type: function

# What comes in
inputs: {}

outputs: {}
flow:
  - step: x
    operation: log
    message: hi

# Who may
security:
  audit_level: basic"""


def test_sections_are_put_in_order_with_their_comments():
    changed = taken(f"{UNORDERED}^", "Put the sections in their order")
    assert changed == ORDERED
    analysis = Analysis(changed)
    assert organised(analysis, analysis.parts()[0]) is None


def test_each_document_of_a_file_is_put_in_order_alone():
    text = (
        "type: function\nnode_id: a_v1\n---\ntype: func^tion\nnode_id: b_v1\n---\nnode_id: c_v1\n"
    )
    changed = taken(text, "Put the sections in their order")
    assert (
        changed
        == "type: function\nnode_id: a_v1\n---\nnode_id: b_v1\ntype: function\n---\nnode_id: c_v1\n"
    )


@pytest.mark.parametrize(
    ("marked", "title", "reason"),
    [
        ("inputs:\n  amo^unt: decimal\n", "Make a type of these fields", "no record"),
        (
            "inputs:\n  a:\n    ty^pe: string\n    description: x\n",
            "Write `a` as its type alone",
            "description",
        ),
        ("outputs: {to^tal: decimal}\n", "Split the outputs into `success` and `error`", "a line"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_says_why(marked: str, title: str, reason: str):
    _, offers = offered(marked)
    assert reason in next(it.disabled for it in offers if it.title == title)


@pytest.mark.parametrize(
    "marked", ["inputs:\n  a: 'string^\n", "description: ^|\n  some prose\n", "^", "- a\n- b^\n"]
)
def test_text_that_cannot_be_read_is_not_rewritten(marked: str):
    _, offers = offered(marked)
    assert [it.title for it in offers] == []


@pytest.mark.parametrize(
    ("marked", "title", "result"),
    [
        (
            """
            contracts:
              postconditions:
                - "led^ger.balanced"
            """,
            "Define `ledger` as a fact",
            """
            contracts:
              facts:
                ledger:
              postconditions:
                - "ledger.balanced"
            """,
        ),
        (
            """
            contracts:
              facts:
                known: "1"
              postconditions:
                - "led^ger.balanced"
            """,
            "Define `ledger` as a fact",
            """
            contracts:
              facts:
                ledger:
                known: "1"
              postconditions:
                - "ledger.balanced"
            """,
        ),
        (
            """
            contracts:
              invariants:
                - idem^potency: same key => same id
                - "1 > 0"
            """,
            "Move it to the documentation",
            """
            contracts:
              invariants:
                - "1 > 0"
            documentation: |
              idempotency: same key => same id
            """,
        ),
        (
            """
            documentation: |
                More.
            contracts:
              invariants:
                - "led^ger.balanced"
                - "1 > 0"
            """,
            "Move it to the documentation",
            """
            documentation: |
                More.
                ledger.balanced
            contracts:
              invariants:
                - "1 > 0"
            """,
        ),
    ],
)
def test_a_clause_that_nobody_can_check_becomes_a_fact_or_prose(
    marked: str, title: str, result: str
):
    text = taken(marked, title)
    assert text == textwrap.dedent(result).lstrip("\n")
    assert "VSP401" not in [it.code for it in Analysis(text).diagnostics()]
    assert "VSP402" not in [it.code for it in Analysis(text).diagnostics()]

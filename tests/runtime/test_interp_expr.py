from decimal import Decimal

import pytest

from tests.runtime.programs import FALSE, FAULTY, TRUE, c, n, op
from vesper.lang import ir
from vesper.runtime.interp_expr import Setting, evaluate, evaluate_over
from vesper.runtime.meter import Meter
from vesper.values.encoding import canonical
from vesper.values.value import Fault

ROWS = [
    {"kind": "a", "size": 3}, {"kind": "b", "size": 1}, {"kind": "a", "size": 2},
]  # fmt: skip
NAMES = {
    "x": 7,
    "xs": [3, 1, 2],
    "rows": ROWS,
    "nothing": None,
    "order": {"id": "o1", "lines": ROWS},
}
X, XS, ROWS_ = n("x"), n("xs"), n("rows")
SIZE = ir.GetField(n("it"), "size")

VALUES = [
    (op(X, "+", c(1)), 8),
    (op(c(1), "/", c(4)), Decimal("0.25")),
    (op(c(Decimal("1.10")), "+", c(Decimal("2.20"))), Decimal("3.30")),
    (op(c(1), "==", c(Decimal("1.00"))), True),
    (op(c(1), "!=", TRUE), True),
    (op(X, "<=", c(7)), True),
    (op(X, ">", c(7)), False),
    (ir.Negate(X), -7),
    (ir.Not(op(X, ">=", c(8))), True),
    (ir.GetField(n("order"), "id"), "o1"),
    (ir.GetField(ir.GetField(n("order"), "lines"), "size"), [3, 1, 2]),
    (ir.GetItem(XS, c(1)), 1),
    (ir.Contains(c(2), XS), True),
    (ir.IsNull(n("nothing")), True),
    (ir.Matches(c("ord_12"), c("^ord_[0-9]+$")), True),
    (ir.Matches(c("order"), c("^ord_")), False),
    (ir.Call("SUM", (XS,)), 6),
    (ir.ListOf((X, c("a"))), [7, "a"]),
    (ir.RecordOf((("a", X),)), {"a": 7}),
    (ir.Text((c("total "), c(Decimal("1.50")), n("nothing"), c("!"))), "total 1.50!"),
    (ir.Quantified("all", "it", XS, op(n("it"), ">", c(0))), True),
    (ir.Quantified("exists", "it", XS, op(n("it"), ">", c(3))), False),
    (ir.Each(XS, "it", op(n("it"), "*", n("at")), "at"), [0, 1, 4]),
    (ir.Keep(XS, "it", op(n("it"), ">", c(1))), [3, 2]),
    (ir.Fold(XS, "it", "sum", c(10), op(n("sum"), "+", n("it"))), 16),
    (ir.Sort(ROWS_, "it", SIZE), [ROWS[1], ROWS[2], ROWS[0]]),
    (ir.Sort(ROWS_, "it", ir.GetField(n("it"), "kind"), True), [ROWS[1], ROWS[0], ROWS[2]]),
    (ir.Unique(ROWS_, "it", ir.GetField(n("it"), "kind")), ROWS[:2]),
    (ir.Flatten(ir.ListOf((XS, XS))), [3, 1, 2, 3, 1, 2]),
    (ir.Take(XS, c(2)), [3, 1]),
    (ir.Take(XS, c(9)), [3, 1, 2]),
    (ir.Pair(ROWS_, c([{"kind": "b", "name": "bee"}]), "kind", "kind"), [{**ROWS[1], "name": "bee"}]),
    (
        ir.Pair(c([{"k": 1}, {"k": 2}]), c([{"k": 1, "v": 9}]), "k", "k", True),
        [{"k": 1, "v": 9}, {"k": 2, "v": None}],
    ),
    (ir.Pair(c([{"k": 1}]), c([]), "k", "k", True), [{"k": 1}]),
    (
        ir.Group(ROWS_, ("kind",), "all", (("sum", ir.Call("SUM", (ir.GetField(n("all"), "size"),))),)),
        [{"kind": "a", "sum": 5}, {"kind": "b", "sum": 1}],
    ),
    (ir.Group(c([]), (), "all", (("many", ir.Call("COUNT", (n("all"),))),)), {"many": 0}),
    # Absorption: a side that decides alone decides.
    (op(FAULTY, "or", TRUE), True),
    (op(TRUE, "or", FAULTY), True),
    (op(FAULTY, "and", FALSE), False),
    (op(op(FAULTY, "and", FAULTY), "or", TRUE), True),
    (ir.Quantified("exists", "it", c([0, 1]), op(op(c(1), "/", n("it")), "==", c(1))), True),
    (ir.Quantified("all", "it", c([0, 1]), op(op(c(1), "/", n("it")), "!=", c(1))), False),
]  # fmt: skip


@pytest.mark.parametrize(("expr", "value"), VALUES, ids=str)
def test_an_expression_has_its_value_with_every_digit(expr: ir.Expr, value: object):
    assert canonical(evaluate_over(expr, NAMES)) == canonical(value)  # pyright: ignore


FAULTS = [
    (FAULTY, "division_by_zero"),
    (n("unheard_of"), "unknown_name"),
    (op(c(2**63 - 1), "+", c(1)), "integer_overflow"),
    (op(n("nothing"), "+", c(1)), "null_value"),
    (op(n("nothing"), "<", c(1)), "null_value"),
    (op(c("a"), "<", c(1)), "type_mismatch"),
    (ir.GetField(n("order"), "total"), "missing_field"),
    (ir.GetItem(XS, c(3)), "index_out_of_range"),
    (ir.GetItem(XS, ir.Negate(c(1))), "index_out_of_range"),
    (ir.Not(c(1)), "type_mismatch"),
    (ir.Matches(n("nothing"), c("a")), "null_value"),
    (ir.Result("id", "success"), "missing_field"),
    (ir.Take(XS, c(-1)), "index_out_of_range"),
    (ir.Sort(c([1, None]), "it", n("it")), "null_value"),
    (ir.Sort(c([1, "a", None]), "it", n("it")), "type_mismatch"),
    (ir.Keep(XS, "it", n("it")), "type_mismatch"),
    # What neither side decides is the fault of the left one, or of the first item.
    (op(FAULTY, "or", FALSE), "division_by_zero"),
    (op(FALSE, "or", FAULTY), "division_by_zero"),
    (op(FAULTY, "and", n("unheard_of")), "division_by_zero"),
    (op(n("unheard_of"), "or", FAULTY), "unknown_name"),
    (
        ir.Quantified("all", "it", c([2, 0, "a"]), op(op(c(1), "/", n("it")), "<", c(1))),
        "division_by_zero",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("expr", "code"), FAULTS, ids=str)
def test_an_expression_without_a_value_ends_with_a_stable_code(expr: ir.Expr, code: str):
    with pytest.raises(Fault) as caught:
        evaluate_over(expr, NAMES)
    assert caught.value.code == code


COUNTED = [
    (op(X, "+", c(1)), 0),
    (ir.Quantified("exists", "it", XS, TRUE), 3),
    (ir.Each(XS, "it", ir.Call("SUM", (XS,))), 12),
    (ir.Keep(XS, "it", TRUE), 3),
    (ir.Fold(XS, "it", "a", c(0), c(0)), 3),
    (ir.Sort(XS, "it", n("it")), 3),
    (ir.Unique(XS, "it", n("it")), 3),
    (ir.Flatten(ir.ListOf((XS, XS))), 2),
    (ir.Take(XS, c(1)), 0),
    (ir.Pair(ROWS_, ROWS_, "kind", "kind"), 6),
    (ir.Group(ROWS_, ("kind",), "all", ()), 3),
    (ir.Call("COUNT", (XS,)), 3),
    (ir.Call("COUNT", (c("text"),)), 0),
    (ir.Call("len", (XS,)), 0),
    (ir.Call("min", (XS,)), 3),
    (ir.Call("min", (X, c(1))), 0),
    (ir.Call("join", (c(["a", "b"]), c("-"))), 2),
]


@pytest.mark.parametrize(("expr", "operations"), COUNTED, ids=str)
def test_what_goes_through_items_is_charged_as_a_whole_before_the_work(
    expr: ir.Expr, operations: int
):
    meter = Meter(operations)
    evaluate(expr, Setting(NAMES, meter))
    assert meter.spent == operations
    if operations:
        with pytest.raises(Fault) as caught:
            evaluate_over(expr, NAMES, operations=operations - 1)
        assert caught.value.code == "budget_exceeded"


def test_a_spent_budget_is_absorbed_by_nothing():
    spends = ir.Quantified("all", "it", XS, TRUE)
    for expr in (
        op(spends, "or", TRUE),
        op(FAULTY, "or", spends),
        ir.Quantified("exists", "it", c([1]), spends),
    ):
        with pytest.raises(Fault) as caught:
            evaluate_over(expr, NAMES, operations=2)
        assert caught.value.code == "budget_exceeded"


def test_names_of_a_quantifier_end_with_it_and_may_hide_others():
    inner = ir.Quantified("exists", "x", XS, op(n("x"), "==", c(2)))
    assert evaluate_over(op(inner, "and", op(X, "==", c(7))), NAMES) is True


def test_an_expression_may_be_thousands_of_operators_deep():
    deep: ir.Expr = c(0)
    for _ in range(5_000):
        deep = op(deep, "+", c(1))
    assert evaluate_over(deep, {}) == 5_000
    faulty: ir.Expr = FAULTY
    for _ in range(5_000):
        faulty = ir.Negate(faulty)
    with pytest.raises(Fault):
        evaluate_over(faulty, {})


def test_every_part_shows_its_value_or_fault_inner_ones_first():
    seen: list[tuple[ir.Expr, object]] = []
    whole = op(op(FAULTY, "==", c(1)), "or", op(X, ">", c(2)))
    evaluate_over(whole, NAMES, seen=lambda it, value: seen.append((it, value)))
    shown = [(it, value.code if isinstance(value, Fault) else value) for it, value in seen]
    assert shown[2] == (FAULTY, "division_by_zero")
    assert shown[-1] == (whole, True)
    assert (X, 7) in shown

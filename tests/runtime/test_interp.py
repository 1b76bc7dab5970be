from typing import Any

import pytest

from tests.requirements import requirement
from tests.runtime.programs import (
    FAULTY,
    TRUE,
    World,
    c,
    clause,
    code_of,
    guard,
    n,
    op,
    perform,
    program,
    run,
    step,
)
from vesper.lang import ir
from vesper.lang.program import (
    Answer,
    Assign,
    Fail,
    Handler,
    If,
    Invoke,
    Loop,
    Parallel,
    Perform,
    Program,
    Snapshot,
    Switch,
)
from vesper.runtime.request import Failure

SUCCESS = Answer("success", (("total", n("total")),))
REFUSED = Answer("error", (("error_code", c("too_small")), ("message", c("no"))))
DECLINED = Failure(("card_declined", "http_402", "effect_failed"), "declined")
LOST = Failure(("unreachable", "network_error", "effect_failed"), "nobody answers")


def test_steps_run_in_order_up_to_the_answer():
    it = program(
        step("double", Assign("total", op(n("a"), "*", c(2)))),
        step("skip", Assign("total", c(0)), when=op(n("a"), ">", c(100))),
        step(
            "choose",
            If(((op(n("total"), ">", c(10)), (Assign("total", c(10)),)),), ()),
            Switch(n("total"), (((10), (step("choose/ten", Assign("total", c(11))),)),), ()),
        ),
        step("done", SUCCESS),
        step("never", Fail("unheard_of", c("no"))),
        inputs="a", success="total",
    )  # fmt: skip
    ended = run(it, {"a": 6})
    assert ended.output == {"total": 11}
    assert ended.operations == 5
    assert run(it, {"a": 2}).output == {"total": 4}


def test_a_flow_without_an_answer_answers_with_its_names_or_says_what_is_missing():
    it = program(
        step("add", Assign("total", op(n("a"), "+", c(1)))), inputs="a", success="total note?"
    )
    assert run(it, {"a": 1}).output == {"total": 2, "note": None}
    ended = run(program(step("nothing"), success="total"))
    assert code_of(ended) == "not_returned"
    assert ended.error
    assert "`total`" in str(ended.error["message"])


def test_all_problems_of_inputs_are_told_at_once():
    ended = run(program(step("done", SUCCESS), inputs="a b c?"), {"a": "many", "d": 1})
    assert code_of(ended) == "input_invalid"
    details: Any = ended.error and ended.error["details"]
    assert [it["path"] for it in details["problems"]] == ["a", "b", "d"]
    assert ended.operations == 0


GUARDED = program(
    step("check", If(((op(n("a"), "<", c(5)), (REFUSED,)),))),
    step("write", perform("database_write", kind="write")),
    step("done", Answer("success", ())),
    inputs="a",
    prologue=1,
    constraints=(clause("a >= 0", op(n("a"), ">=", c(0)), "a", about="a"),),
    preconditions=(clause("a < 10", op(n("a"), "<", c(10)), "a", line=4),),
    error_codes=("too_small",),
)


@pytest.mark.parametrize(
    ("a", "code", "breaches", "sites"),
    [
        (5, None, 0, ["write"]),
        (1, "too_small", 0, []),
        (-1, "too_small", 1, []),
        (11, "precondition_violated", 1, []),
    ],
)
def test_only_leading_validations_run_once_the_caller_broke_a_clause(
    a: int, code: str | None, breaches: int, sites: list[str]
):
    world = World()
    ended = run(GUARDED, {"a": a}, world)
    assert code_of(ended) == code
    assert ended.declared is (code == "too_small")
    assert (len(ended.violated), world.sites) == (breaches, sites)
    assert ended.checked == 2


def test_a_breach_tells_the_clause_its_values_and_its_line():
    ended = run(GUARDED, {"a": 11})
    (breach,) = ended.violated
    assert (breach.kind, breach.clause, breach.reason) == ("precondition", "a < 10", "false")
    assert (breach.values, breach.line) == ({"a": 11}, 4)
    assert ended.error == {
        "code": "precondition_violated",
        "message": "the precondition `a < 10` does not hold",
        "details": {"clause": "a < 10", "values": {"a": 11}},
    }


def test_all_clauses_are_judged_and_one_that_faults_is_violated_with_the_fault_as_reason():
    it = program(
        preconditions=(
            clause("1 / 0 == 1", op(FAULTY, "==", c(1))),
            clause("TRUE", TRUE),
            clause("FALSE", c(False)),
            clause("friendly", None, reason="nobody defines `friendly`"),
        )
    )
    ended = run(it)
    assert [(it.clause, it.reason.split(":")[0]) for it in ended.violated] == [
        ("1 / 0 == 1", "division_by_zero"),
        ("FALSE", "false"),
    ]
    assert (ended.checked, ended.unchecked) == (3, ("friendly",))


def post(text: str, condition: ir.Expr, **given: Any) -> Program:
    return program(
        step("pick", If(((op(n("a"), "<", c(5)), (REFUSED,)),))),
        step("done", Answer("success", (("total", n("a")),))),
        inputs="a",
        success="total",
        snapshots=(
            Snapshot("$old_1", op(n("a"), "+", c(1))),
            Snapshot("$old_2", op(c(1), "/", n("a"))),
        ),
        postconditions=(clause(text, condition, "a", **given),),
    )


TOTAL = ir.Result("total", "success")


@pytest.mark.parametrize(
    ("it", "a", "code", "checked"),
    [
        (post("total > 5", op(TOTAL, ">", c(5))), 6, None, 1),
        (post("total > 5", op(TOTAL, ">", c(5))), 5, "postcondition_violated", 1),
        (post("total > 5", op(TOTAL, ">", c(5))), 4, "too_small", 0),
        (post("total == old(a + 1) - 1", op(op(TOTAL, "+", c(1)), "==", n("$old_1"))), 6, None, 1),
        (post("success", ir.Succeeded(), on_error=True), 4, "postcondition_violated", 1),
        (post("success", ir.Succeeded(), on_error=True), 6, None, 1),
        (
            post(
                "error_code", op(ir.Result("error_code", "error"), "==", c("too_small")), on_error=True
            ),
            4, "too_small", 1,
        ),
        (post("message", ir.IsNull(ir.Result("message", "success")), on_error=True), 4,
         "postcondition_violated", 1),
    ],
)  # fmt: skip
def test_what_must_hold_afterwards_is_judged_by_the_answer(
    it: Program, a: int, code: str | None, checked: int
):
    ended = run(it, {"a": a})
    assert (code_of(ended), ended.checked) == (code, checked)


def test_a_snapshot_that_faults_faults_where_it_is_used():
    used = post("old(1 / a) > 0", op(n("$old_2"), ">", c(0)), on_error=True)
    (breach,) = run(used, {"a": 0}).violated
    assert breach.reason.startswith("division_by_zero")
    unused = post("TRUE", TRUE)
    assert code_of(run(unused, {"a": 0})) == "too_small"


def test_an_invariant_of_inputs_is_judged_before_and_after_and_counts_once():
    kept = clause("a > 0", op(n("a"), ">", c(0)), "a")
    later = clause("total > 0", op(TOTAL, ">", c(0)))
    it = program(
        step("done", Answer("success", (("total", n("a")),))), inputs="a", success="total",
        invariants=(kept, later),
    )  # fmt: skip
    assert run(it, {"a": 1}).checked == 2
    ended = run(it, {"a": 0})
    assert (code_of(ended), ended.operations) == ("precondition_violated", 0)


def test_a_clause_about_a_fact_that_nobody_reports_is_unchecked():
    fact = Perform("fact", "read", (("name", c("calm")),), output="calm", site="calm")
    calm = clause("calm", n("calm"))
    it = program(step("done", Answer("success", ())), entry_reads=(fact,), preconditions=(calm,))
    unknown = Failure(("fact_unknown", "effect_failed"), "nobody knows")
    assert run(it, world=World({"entry#calm": unknown})).unchecked == ("calm",)
    assert run(it, world=World({"entry#calm": True})).checked == 1
    assert code_of(run(it, world=World({"entry#calm": False}))) == "precondition_violated"
    denied = Failure(("capability_denied",), "not allowed", final=True)
    assert code_of(run(it, world=World({"entry#calm": denied}))) == "capability_denied"


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ((), "total"),
        ((("total", c(1)), ("other", c(1))), "other"),
        ((("total", c(None)),), "total"),
    ],
)
def test_an_answer_that_does_not_fit_the_outputs_is_no_answer(fields: Any, path: str):
    it = Program(
        **{
            **{name: getattr(program(success="total"), name) for name in Program.__slots__},
            "body": (step("done", Answer("success", fields)),),
            "success": (program(inputs="total").inputs[0],),
        }
    )
    ended = run(it)
    assert code_of(ended) == "output_invalid"
    details: Any = ended.error and ended.error["details"]
    assert [it["path"] for it in details["problems"]] == [path]


@requirement("F20")
def test_an_error_code_that_is_not_declared_is_an_invalid_answer_and_a_message_may_be_missing():
    bare = Answer("error", (("error_code", c("too_small")),))
    assert code_of(run(program(step("done", bare), error_codes=("other",)))) == "output_invalid"
    ended = run(program(step("done", bare), error_codes=("too_small",)))
    assert ended.error == {"code": "too_small", "message": "too small", "details": {}}


def test_a_guard_that_nobody_can_check_is_told_as_unchecked():
    it = program(step("calm", guards=(guard("customer.is_friendly", None),)))
    assert run(it).unchecked == ("customer.is_friendly",)


def test_an_effect_is_asked_for_with_its_site_its_arguments_and_its_capabilities():
    effect = Perform(
        "database_write", "write", (("table", c("orders")), ("id", n("a"))),
        (ir.Text((c("database.write."), c("orders"))),), "row", "main",
    )  # fmt: skip
    world = World({"save#main": {"id": 7}})
    it = program(step("save", effect), step("done", Answer("success", (("row", n("row")),))),
                 inputs="a", success="row")  # fmt: skip
    ended = run(it, {"a": 7}, world)
    (asked,) = world.asked
    assert (asked.operation, asked.kind, asked.arguments) == (
        "database_write", "write", {"table": "orders", "id": 7},
    )  # fmt: skip
    assert asked.capabilities == ("database.write.orders",)
    assert ended.output == {"row": {"id": 7}}


def test_another_node_is_called_with_its_arguments():
    world = World({"ask": {"price": 5}})
    it = program(
        step("ask", Invoke("price_v1", (("of", n("a")),), "found")),
        step("done", Answer("success", (("price", ir.GetField(n("found"), "price")),))),
        inputs="a", success="price",
    )  # fmt: skip
    assert run(it, {"a": 3}, world).output == {"price": 5}
    assert [(it.node, it.site, it.arguments) for it in world.called] == [
        ("price_v1", "ask", {"of": 3})
    ]


def loop_over(concurrency: int) -> Program:
    return program(
        step(
            "charge_all",
            Loop(
                n("xs"), "x", "at",
                (step("charge_all/charge", perform("charge", "paid", "write", amount=n("x"))),
                 Assign("secret", n("paid"))),
                ir.ListOf((n("at"), n("secret"))), "paid_all", concurrency,
            ),
        ),
        step("done", Answer("success", (("total", n("paid_all")),))),
        success="total",
        entry_reads=(perform("xs", "xs"),),
    )  # fmt: skip


@pytest.mark.parametrize("concurrency", [1, 3])
def test_rounds_have_sites_and_names_of_their_own(concurrency: int):
    world = World({"entry": [10, 20]}, lambda effect: effect.arguments["amount"])
    ended = run(loop_over(concurrency), world=world)
    assert ended.output == {"total": [[0, 10], [1, 20]]}
    assert world.sites[1:] == ["charge_all[0]/charge", "charge_all[1]/charge"]
    assert ended.operations == 2 + 2 + 2
    failing = World({"entry": [1, 2], "charge_all[1]/charge": DECLINED})
    failed = run(loop_over(concurrency), world=failing)
    assert failed.error
    assert failed.error["details"] == {
        "step": "charge_all[1]/charge",
        "codes": [*DECLINED.codes],
    }


def test_an_answer_inside_a_loop_ends_the_flow():
    body = (If(((op(n("x"), "==", c(2)), (Answer("success", (("total", n("x")),)),)),)),)
    for concurrency, operations in ((1, 4), (2, 4)):
        it = program(
            step("find", Loop(c([1, 2, 3]), "x", "", body, concurrency=concurrency)),
            success="total",
        )
        ended = run(it)
        assert (ended.output, ended.operations) == ({"total": 2}, operations)


def test_branches_run_apart_and_what_they_set_is_there_behind():
    it = program(
        step("gather", Parallel((
            ("stock", (step("gather/stock/find", perform("stock", "stock")),)),
            ("price", (Assign("price", c(3)), perform("price", "price"))),
        ))),
        step("done", Answer("success", (("total", ir.ListOf((n("stock"), n("price")))),))),
        success="total",
    )  # fmt: skip
    world = World({"gather/stock/find": 1, "gather/price": 2})
    assert run(it, world=world).output == {"total": [1, 2]}
    failed = run(it, world=World({"gather/stock/find": LOST, "gather/price": DECLINED}))
    assert failed.error
    assert failed.error["message"] == "nobody answers"


class Diary:
    """Writes down what an engine tells its watcher."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def entered(self, step: Any, site: str, scope: Any) -> None:
        self.lines.append(f"> {site} {sorted(scope)}")

    def left(self, step: Any, site: str, scope: Any, failure: Failure | None) -> None:
        self.lines.append(f"< {site} {failure.code if failure else sorted(scope)}")

    def judged(self, clause: Any, scope: Any, verdict: Any) -> None:
        self.lines.append(f"? {clause.text} {verdict}")


def test_a_watcher_is_told_of_steps_and_clauses_in_order():
    diary = Diary()
    it = program(
        step("outer", step("outer/inner", Assign("x", n("a")))),
        step("bad", Assign("y", FAULTY), handlers=(Handler((), goes_on=True),)),
        step("done", Answer("success", ())),
        inputs="a",
        preconditions=(clause("a > 0", op(n("a"), ">", c(0))),),
    )
    run(it, {"a": 1}, watcher=diary)
    assert diary.lines == [
        "? a > 0 True",
        "> outer ['a']",
        "> outer/inner ['a']",
        "< outer/inner ['a', 'x']",
        "< outer ['a', 'x']",
        "> bad ['a', 'x']",
        "< bad division_by_zero",
        "> done ['a', 'x']",
        "< done ['a', 'x']",
    ]

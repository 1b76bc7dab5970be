import io
from typing import Any

import pytest

from tests.execution.debugged import starting
from tests.execution.test_comparison import Other
from tests.execution.test_comparison import sample as compared_sample
from tests.execution.test_debugger import SAMPLE
from tests.requirements import requirement
from tests.runtime.programs import World
from vesper.cli.debugging import Shell
from vesper.errors import VesperError
from vesper.execution.debugging import Prepared
from vesper.runtime.interp import Interpreter

WORLD = World({}, lambda _: 1)


def told(*commands: str, breaks: Any = (), amount: int = 6, entry: bool = True) -> list[str]:
    prepared = Prepared(
        SAMPLE, {"amount": amount}, Interpreter(), starting(SAMPLE, {"amount": amount}, WORLD),
        lambda _: "nodes/sample.vsp",
    )  # fmt: skip
    out = io.StringIO()
    finished = Shell(prepared, out).run(breaks, commands, stop_on_entry=entry)
    assert finished.envelope
    error = finished.envelope.error
    return [*out.getvalue().splitlines(), error.code if error else "success"]


def test_commands_step_look_and_go_on():
    assert told("step", "p total * 2", "where", "c") == [
        "> double  compute  sample_v1  nodes/sample.vsp:11",
        "    amount = 6",
        "> each  compute  sample_v1  nodes/sample.vsp:13",
        "    total = 12",
        "24",
        "    total = 12",
        "> 0  each  compute  sample_v1  nodes/sample.vsp:13",
        "  1  sample_v1",
        "success",
    ]


def test_frames_are_chosen_and_their_names_shown():
    lines = told("vars", "frame 1", "vars", "frame 9", "c", breaks=["each[1]/add"], entry=False)
    assert lines[:5] == [
        "> each[1]/add  compute  sample_v1  nodes/sample.vsp:15",
        "  breakpoint each[1]/add",
        "    amount = 6",
        "    total  = 12",
        "    x      = 2",
    ]
    assert "  1  each  compute" in "\n".join(lines) or "> 1  each" in "\n".join(lines)
    assert "there is no frame `9` (`where` numbers them)" in lines


@pytest.mark.parametrize(
    ("command", "line"),
    [
        ("p 1 / 0", "no value: division by zero (division_by_zero)"),
        ("p", "print what? (an expression, such as `amount * 2`)"),
        ("p [1, 2]", "["),
        ("p unheard_of", "no value: nothing has set `unheard_of` (unknown_name)"),
        ("jump", "there is no command `jump`: `help` lists them"),
        ("break choose", "  choose"),
        ("break chose", "there is no step `chose` in sample_v1 (did you mean `choose`?)"),
        ("break divergence", "one engine alone cannot diverge (`vesper debug --comparative` runs two engines "
         "side by side)"),
        ("delete done", "there is no breakpoint `done` (`break` lists them)"),
        ("contracts", "  `amount > 0` holds"),
        ("help", "  s, step         go on to the next step, into blocks and called nodes"),
    ],
)  # fmt: skip
def test_each_command_answers(command: str, line: str):
    assert line in told(command, "c")


def test_a_breakpoint_set_on_the_way_holds_until_it_is_taken_away():
    lines = told("b choose", "c", "delete choose", "c")
    assert [it for it in lines if it.startswith("> ")][1].startswith("> choose")
    assert lines[-1] == "success"


def test_an_empty_line_does_the_same_again():
    lines = told("p 1 + 1", "", "c")
    assert lines.count("2") == 2


def test_a_run_without_more_commands_is_ended():
    assert told("step")[-1] == "cancelled"
    assert told("quit", "c")[-1] == "cancelled"


def test_violations_and_conditions_tell_why_the_run_stands():
    lines = told("contracts", "c", breaks=["contract_violation"], amount=60, entry=False)
    assert lines[:2] == ["> sample_v1", "  `total < 100` is violated"]
    lines = told("c", breaks=["input.amount > 5"], entry=False)
    assert lines[1] == "  input.amount > 5 holds"
    with pytest.raises(VesperError):
        told(breaks=["nonsense here"])


@requirement("F56")
def test_two_engines_are_shown_side_by_side_and_stop_where_they_differ():
    right, wrong = compared_sample(), compared_sample(factor=3)
    start = starting(right, {"amount": 6}, WORLD)
    prepared = Prepared(right, {"amount": 6}, Interpreter(), start, peer=Other(wrong))
    out = io.StringIO()
    Shell(prepared, out, echoes=True).run(["divergence"], ["c", "vars", "c"], stop_on_entry=True)
    assert out.getvalue().splitlines()[:11] == [
        "> double  compute  sample_v1",
        "          interp  other",
        "  amount  6       6",
        "(vesper) c",
        "> double  compute  sample_v1",
        "  `total` interp: 12, other: 18",
        "         interp  other",
        "! total  12      18",
        "(vesper) vars",
        "          interp  other",
        "  amount  6       6",
    ]

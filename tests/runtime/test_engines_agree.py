from typing import Any

import pytest

from tests.runtime.corpus import program, program_of
from tests.runtime.expressions import expression
from tests.runtime.programs import World, run
from vesper.lang.program import Answer, Step
from vesper.runtime.request import Effect, Failure


def _answered(effect: Effect) -> Any:
    if effect.operation in ("lost", "fact"):
        code = "gone" if effect.operation == "lost" else "fact_unknown"
        raise Failure((code, "effect_failed"), "it is gone", {"what": effect.arguments.get("what")})
    if effect.operation == "shaky" and "~" not in effect.site:
        raise Failure(("unreachable", "effect_failed"), "nobody answers")
    if effect.operation == "broken":
        raise Failure(("cancelled",), "stopped", final=True)
    return effect.arguments.get("what")


@pytest.mark.parametrize("seed", range(300))
def test_an_expression_comes_to_the_same_in_both_engines(seed: int):
    made, inputs = expression(seed)
    run(program_of(Step("only", "only", "made", (Answer("success", (("x", made),)),))), inputs)


@pytest.mark.parametrize("seed", range(300))
def test_a_program_comes_to_the_same_in_both_engines(seed: int):
    made, inputs = program(seed)
    run(made, inputs, World(default=_answered))

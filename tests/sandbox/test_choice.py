"""Which level a program runs at."""

import pytest

from vesper.errors import VesperError
from vesper.runtime.grant import LEVELS
from vesper.sandbox.choice import VARIABLE, choose
from vesper.sandbox.probe import Proof

YES = {VARIABLE: "yes"}
CASES = {
    "the strongest there is": ("strict", "none", "", {}, "strict"),
    "as weak as nobody minds": ("degraded", "degraded", "", {}, "degraded"),
    "an override never weakens what is there": ("degraded", "none", "a reason", YES, "degraded"),
    "weaker than is demanded": ("degraded", "strict", "", {}, "a `strict` sandbox is demanded"),
    "an override does not help against a demand": (
        "none", "degraded", "a reason", YES, "a `degraded` sandbox is demanded"),
    "nothing there": ("none", "none", "", YES, "this machine offers none"),
    "the workspace says so alone": ("none", "none", "a reason", {}, "that is for you to decide"),
    "the workspace and the user say so": ("none", "none", "a reason", YES, "none"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_program_runs_at_the_strongest_level_or_not_at_all(name: str):
    there, demanded, override, environment, expected = CASES[name]
    proof = Proof(there, (), ("why not",))
    if expected in LEVELS:
        assert choose(proof, demanded, override, environment) == expected
    else:
        with pytest.raises(VesperError, match=expected) as raised:
            choose(proof, demanded, override, environment)
        assert raised.value.kind == "denied"

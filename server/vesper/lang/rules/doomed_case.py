"""VSP416: a test case that expects success from inputs that are refused."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.automaton import found_in
from vesper.lang.bounds import Bound, clashes
from vesper.lang.cases import cases
from vesper.lang.exports import ExportKind
from vesper.lang.pattern import parse
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule, shortened
from vesper.lang.rules.undeclared_expected_code import ENGINE_CODES
from vesper.lang.scope import Scope

_KINDS: tuple[tuple[ExportKind, str], ...] = (
    ("bound", "the constraint"),
    ("demand", "the precondition"),
)


@rule(
    "VSP416",
    "doomed-case",
    severity="warning",
    bad="""
        inputs:
          amount: decimal
        contracts:
          preconditions:
            - "amount > 0"
        testing:
          test_cases:
            - name: nothing
              inputs: {amount: 0}
        #                      ^ `0` breaks the precondition `amount > 0`, so it cannot succeed
              expected_output: {success: true}
        """,
    good="""
        inputs:
          amount: decimal
        contracts:
          preconditions:
            - "amount > 0"
        testing:
          test_cases:
            - name: nothing
              inputs: {amount: 0}
              expected_output: {success: false, error_code: precondition_violated}
        """,
)
def doomed_case(piece: Piece, scope: Scope) -> Iterator[Finding]:
    """A breached constraint or precondition ends the run before the flow begins.

    Only validations at the beginning may give it one of the node's own error codes.
    """
    for case in cases(piece):
        code = case.expectation("error_code")
        wanted = code.text if isinstance(code, tree.Scalar) and not code.is_null else ""
        may_fail = case.expects_error and not wanted
        if may_fail or not case.expected or wanted in ENGINE_CODES:
            continue
        if wanted and (scope.find("validated", wanted) or not scope.find("code-use", wanted)):
            # A code that no step gives at all is a finding of its own.
            continue
        end = f"so it never ends with `{shortened(wanted)}`" if wanted else "so it cannot succeed"
        for entry in case.inputs:
            if isinstance(entry.value, tree.Scalar):
                demand = _broken_demand(scope, entry.key.text, entry.value)
                if demand:
                    given = shortened(entry.value.text)
                    yield Finding(entry.value.span, f"`{given}` breaks {demand}, {end}")


def _broken_demand(scope: Scope, name: str, scalar: tree.Scalar) -> str:
    for kind, what in _KINDS:
        broken = _broken(scope.details(kind, name), scalar)
        if broken is not None:
            return f"{what} `{broken.of} {broken.text}`"
    for pattern in scope.details("pattern", name):
        read = parse(str(pattern)).part
        if (
            read is not None
            and isinstance(scalar.value, str)
            and found_in(read, scalar.text) is False
        ):
            return "the input's `pattern`"
    return ""


def _broken(demands: tuple[object, ...], scalar: tree.Scalar) -> Bound | None:
    """The first that the value breaks; None also where they contradict one another."""
    value = scalar.value
    if value is None or isinstance(value, bool):
        return None
    bounds = [it for it in demands if isinstance(it, Bound)]
    is_text = isinstance(value, str)
    measured = len(value) if is_text else value
    broken = [
        it for it in bounds if it.of.startswith("len(") is is_text and not it.allows(measured)
    ]
    if not broken or next(clashes((it, it) for it in bounds), None) is not None:
        return None
    return broken[0]

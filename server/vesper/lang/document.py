"""The field table of a `.vsp` node: every key, its shape, its documentation, in one place."""

from dataclasses import replace

from vesper.lang.fields import (
    Anything,
    Choice,
    Either,
    Field,
    Flag,
    Later,
    ListOf,
    MapOf,
    Number,
    Record,
    ScopeKind,
    Text,
    Variant,
)
from vesper.lang.operation import step_records
from vesper.lang.sections import DOCUMENTATION, OBSERVABILITY, PROPERTY_TEST, SCHEDULE, TRIGGER

NODE_TYPES = {
    "function": "A plain computation: inputs in, outputs out.",
    "http_handler": "Answers a request from outside.",
    "event_handler": "Reacts to an event; `trigger` names it.",
    "data_transform": "Turns records into other records.",
    "state_machine": "Moves an entity between named states.",
    "aggregation": "Sums up many records.",
    "scheduled_job": "Runs at set times; `schedule` says when.",
    "payment_handler": "An older word for `http_handler`.",
    "workflow": "Runs agents, branches and other nodes durably.",
}

DURATION = Text("duration")

CONSTRAINT = Either(
    (
        Text("constraint", "value"),
        Record(
            "constraint",
            (
                Field("min", Number(), "The smallest value allowed."),
                Field("max", Number(), "The largest value allowed."),
                Field("min_length", Number(True, 0), "The fewest characters or items."),
                Field("max_length", Number(True, 0), "The most characters or items."),
                Field("pattern", Text("pattern"), "A regular expression that must be found."),
                Field("one_of", ListOf(Anything()), "The only values allowed."),
                Field("multiple_of", Number(), "The value is a multiple of this."),
                Field("precision", Number(True, 1), "The most digits in all."),
                Field("scale", Number(True, 0), "The most digits behind the point."),
                Field("non_empty", Flag(), "At least one character or item."),
                Field("positive", Flag(), "Greater than zero."),
                Field("non_negative", Flag(), "Zero or greater."),
                Field("unique", Flag(), "No item twice."),
            ),
        ),
    )
)
CONSTRAINTS = Either((ListOf(CONSTRAINT), CONSTRAINT))

FIELD_SPEC = Either(
    (
        Text("type"),
        Record(
            "field",
            (
                Field("type", Text("type"), "The type of the value.", required=True),
                Field("required", Flag(), "Whether it must be given.", default="true"),
                Field("default", Anything(), "The value when none is given."),
                Field("constraints", CONSTRAINTS, "What else must hold for the value."),
                Field("description", Text(), "What the value means."),
                Field("values", ListOf(Text("error-code")), "The words of an `enum`."),
                Field("pattern", Text("pattern"), "The same as the constraint `pattern`."),
                Field("min", Number(), "The same as the constraint `min`."),
                Field("max", Number(), "The same as the constraint `max`."),
                Field("min_length", Number(True, 0), "The same as the constraint `min_length`."),
                Field("max_length", Number(True, 0), "The same as the constraint `max_length`."),
                Field(
                    "fields",
                    MapOf(Later("field", lambda: FIELD_SPEC), Text("output-name")),
                    "The fields of a record written in place.",
                ),
            ),
        ),
    )
)
FIELD_SPECS = MapOf(FIELD_SPEC, Text("output-name"))

RETURN_FIELDS = (
    Field("return_success", MapOf(Anything("flow")), "Ends the flow with these outputs."),
    Field(
        "return_error",
        Either((Text("error-code"), MapOf(Anything("flow")))),
        "Ends the flow with this error code, or these error fields.",
    ),
)

RETRY_POLICY = Record(
    "`retry_policy`",
    (
        Field("max_attempts", Number(True, 1, 100), "How often to try in all.", default="1"),
        Field(
            "backoff",
            Choice(
                {
                    "none": "At once.",
                    "constant": "The same wait each time.",
                    "linear": "One more wait each time.",
                    "exponential": "Twice the wait each time.",
                }
            ),
            "How the wait between two tries grows.",
        ),
        Field("backoff_base", Number(minimum=1), "What the wait is multiplied by each time."),
        Field("initial_delay", DURATION, "The first wait."),
        Field("max_delay", DURATION, "The longest wait."),
        Field("retry_on", ListOf(Text("error-code")), "The error codes worth another try."),
    ),
)

_ERROR_ACTION = Record(
    "error action",
    (
        *RETURN_FIELDS,
        Field("action", Text("name"), "`retry`, `return`, `fallback`, `ignore`, `abort`."),
        Field("retry_policy", RETRY_POLICY, "How to try again."),
        Field("fallback", Later("steps", lambda: STEPS), "Steps to run instead."),
        Field("compensate", Later("steps", lambda: STEPS), "Steps that undo what was done."),
        Field("message", Text("template", "flow"), "What to tell the caller."),
        Field("error_type", Text("error-code"), "The error this is for."),
        Field("log_level", Text("name"), "How loud to log it."),
        Field(
            "map_to",
            Either((Text("error-code"), MapOf(Anything("flow")))),
            "The error code, or the error fields, to answer with instead.",
        ),
        Field("retry_after", Text("value", "response"), "When the caller may try again."),
        Field("max_retries", Number(True, 0, 100), "How often to try again."),
        Field("notify", Anything(), "Whom to tell."),
        Field("threshold", Anything(), "From when on this counts."),
        Field("timeout", DURATION, "The longest this may take."),
        Field("compensation_steps", Later("steps", lambda: STEPS), "The same as `compensate`."),
    ),
)
ERROR_ACTION = Either((Text("error-code"), _ERROR_ACTION))
_ONE_ACTION = replace(
    _ERROR_ACTION,
    marks=(
        "action", "return_success", "return_error", "fallback", "map_to", "compensate",
        "compensation_steps",
    ),
)  # fmt: skip
ERROR_ACTIONS = Either(
    (
        ListOf(ERROR_ACTION),
        _ONE_ACTION,
        MapOf(ERROR_ACTION, Text("error-code")),
        Text("error-code"),
    )
)

STEP = Variant(
    "operation",
    Record(
        "step",
        (
            Field("step", Text("step-name"), "The step's name, once in a flow."),
            Field("operation", Text("name"), "What the step does.", required=True),
            Field("description", Text(), "Why the step is there."),
            Field("guards", ListOf(Text("expression", "flow")), "What must hold for it to run."),
            Field("when", Text("expression", "flow"), "Leave the step out unless this holds."),
            Field("timeout", DURATION, "The longest it may take."),
            Field("on_error", ERROR_ACTIONS, "What to do when it fails, by error."),
            Field("error_handling", ERROR_ACTIONS, "The same, in the older notation."),
            Field("retry_policy", RETRY_POLICY, "How to try again when it fails."),
        ),
        kind="step",
    ),
    step_records,
)
STEPS = ListOf(Later("step", lambda: STEP))
STEPS_OR_RETURN = Either(
    (Later("steps", lambda: STEPS), Record("branch", (*RETURN_FIELDS, Field(
        "operation", Text("name"), "The one step of this branch."))))
)  # fmt: skip

OUTPUTS = Record(
    "`outputs`",
    (
        Field("success", FIELD_SPECS, "The fields of a success."),
        Field("error", FIELD_SPECS, "The fields of an error; `error_code` lists the codes."),
    ),
    rest=FIELD_SPEC,
)

PROSE = MapOf(Text())


def _clauses(scope: ScopeKind) -> ListOf:
    """Contract clauses: expressions, or `label: prose` that nobody can check."""
    return ListOf(Either((Text("expression", scope), PROSE)))


CONTRACTS = Record(
    "`contracts`",
    (
        Field(
            "preconditions",
            _clauses("inputs"),
            "What the caller must ensure; a breach is the caller's fault.",
        ),
        Field(
            "postconditions",
            _clauses("post"),
            "What the node ensures when it succeeds; `old(x)` is the value at the start.",
        ),
        Field(
            "invariants",
            _clauses("post"),
            "What holds at the start and at every end.",
        ),
        Field(
            "facts",
            MapOf(Either((Text("expression", "post"), Anything("flow"))), Text("output-name")),
            "Names for contracts: expressions, or values that an effect handler reports.",
        ),
    ),
)

STATE_MACHINE = Record(
    "state machine",
    (
        Field("states", ListOf(Text("name")), "Every state.", required=True),
        Field("initial", Text("name"), "The state it begins in.", required=True),
        Field("final", ListOf(Text("name")), "States that nothing leaves."),
        Field(
            "transitions",
            ListOf(
                Record(
                    "transition",
                    (
                        Field("from", Either((Text("name"), ListOf(Text("name")))), "Where from.",
                              required=True),
                        Field("to", Text("name"), "Where to.", required=True),
                        Field("on", Text("name"), "The event that causes it."),
                        Field("guards", ListOf(Text("expression", "flow")), "What must hold."),
                    ),
                )
            ),
            "The moves that are allowed.",
        ),
    ),
)  # fmt: skip

TEST_CASE = Record(
    "test case",
    (
        Field("name", Text("name"), "What the case shows.", required=True),
        Field("description", Text(), "Why it matters."),
        Field("inputs", MapOf(Anything()), "The inputs to run with."),
        Field("input", MapOf(Anything()), "The same, in the older notation."),
        Field("expected_output", MapOf(Anything()), "What must come out; other fields are free."),
        Field("mocks", MapOf(Anything()), "Answers of effects, by step."),
        Field("steps", ListOf(Anything()), "Several runs with assertions between them."),
    ),
)

_AUDIT = {"none": "Nothing is recorded.", "basic": "Who ran what.", "detailed": "With its values."}

NODE = Record(
    "node",
    (
        Field("node_id", Text("node-id"), "The node's name with its version: `pay_v1`, `pay_v1.2.0`.",
              required=True),
        Field("type", Choice(NODE_TYPES), "What kind of node it is.", required=True),
        Field("intent", Text(), "What the node is for, in a sentence a person would say.",
              required=True),
        Field("metadata", Record("`metadata`", (
            Field("author", Text(), "Who wrote it."),
            Field("created", Text(), "The day it was written: `2026-11-24`."),
            Field("updated", Text(), "The day it was last changed."),
            Field("version", Text(), "Its version, the same as in `node_id`: `1.2.0`."),
            Field("status", Text("name"), "How far it is, such as `draft` or `stable`."),
            Field("license", Text(), "Under which terms others may use it."),
            Field("dependencies", ListOf(Text("node-ref")), "Nodes it relies on."),
            Field("tags", ListOf(Text("name")), "Words to find it by."),
            Field("description", Text(), "More about it."),
        ), rest=Anything()), "Who wrote it, when, and words to find it by."),
        Field("types", MapOf(Record("type", (
            Field("fields", FIELD_SPECS, "The fields of a record type."),
            Field("base", Text("type"), "The type it narrows."),
            Field("values", ListOf(Text("error-code")), "The words of an `enum`."),
            Field("type", Text("type"), "`enum`, with `values`."),
            Field("constraints", CONSTRAINTS, "What else must hold for a value."),
            Field("description", Text(), "What it means."),
        )), Text("type-name")), "The node's own types."),
        Field("inputs", FIELD_SPECS, "What the caller gives.", required=True),
        Field("outputs", OUTPUTS, "What comes back: `success` and `error`, or fields alone.",
              required=True),
        Field("contracts", CONTRACTS, "What must hold before and after."),
        Field("flow", STEPS, "The steps, run in order.", required=True),
        Field("state_machines", MapOf(STATE_MACHINE), "States and the moves between them."),
        Field("error_handling", ERROR_ACTIONS, "What to do with errors that no step handles."),
        Field("performance", Record("`performance`", (
            Field("expected_latency_ms", Number(minimum=0), "How long a run should take."),
            Field("memory_limit_mb", Number(minimum=1), "The most memory a run may use."),
            Field("timeout_seconds", Number(minimum=0), "The longest a run may take."),
            Field("timeout", DURATION, "The longest a run may take."),
            Field("max_operations", Number(True, 1), "The most evaluation steps of a run.",
                  default="1000000"),
            Field("max_concurrency", Number(True, 1), "How many runs at once."),
            Field("rate_limit", Either((Text("rate"), MapOf(Anything()))), "How many runs in a time."),
            Field("cache", Flag(), "Whether equal inputs may answer from memory."),
        ), rest=Anything()), "How long and how much."),
        Field("security", Record("`security`", (
            Field("capabilities_required", ListOf(Text("capability")), "All that its steps may do."),
            Field("denied_capabilities", ListOf(Text("capability")), "What they may never do."),
            Field("sensitive_data", ListOf(Text("name")), "Fields hidden in logs and traces."),
            Field("compliance", ListOf(Text("name")), "Rules of law or trade that it follows."),
            Field("audit_level", Choice(_AUDIT), "How much of a run is recorded.", default="basic"),
        )), "What the node may do, and what must stay hidden."),
        Field("observability", OBSERVABILITY, "Metrics, traces, logs and alerts."),
        Field("testing", Record("`testing`", (
            Field("test_cases", ListOf(TEST_CASE), "Runs with what they must give."),
            Field("property_tests", ListOf(PROPERTY_TEST), "What must hold for generated inputs."),
        ), rest=Anything()), "How the node is tested."),
        Field("documentation", DOCUMENTATION, "Text for people, free or by topic."),
        Field("schedule", SCHEDULE, "When a `scheduled_job` runs: a cron expression, or keys."),
        Field("trigger", TRIGGER, "What sets off an `event_handler`: the kind of event, or keys."),
    ),
)  # fmt: skip

SECTIONS = frozenset(it.name for it in NODE.fields)

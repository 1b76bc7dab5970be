"""The field table of the sections around a node: when it starts, how it is watched, what people read.

The public draft leaves most of them open, so unknown keys stay allowed; the ones here are those that
completion, hover and checks know.
"""

from vesper.lang.fields import (
    Anything,
    Choice,
    Either,
    Field,
    Flag,
    ListOf,
    MapOf,
    Number,
    Record,
    Text,
)

_OVERLAP = {
    "skip": "The run that is due is left out.",
    "queue": "It begins when the earlier one has ended.",
    "allow": "Both run side by side.",
}

SCHEDULE = Either(
    (
        Text("cron"),
        Record(
            "`schedule`",
            (
                Field("cron", Text("cron"), "Five fields: minute, hour, day, month, weekday; or `@daily`."),
                Field("every", Text("duration"), "The time from one start to the next, such as `15m`."),
                Field("timezone", Text(), "The zone that the hours are of, such as `Europe/Zurich`.",
                      default="UTC"),
                Field("overlap", Choice(_OVERLAP), "What happens when the earlier run is not done yet.",
                      default="skip"),
                Field("catch_up", Flag(), "Whether runs missed while Vesper was off are made up for.",
                      default="false"),
                Field("enabled", Flag(), "Whether it runs at all.", default="true"),
                Field("inputs", MapOf(Anything()), "The inputs of each run; others take their default."),
                Field("description", Text(), "The same in words."),
            ),
            rest=Anything(),
        ),
    )
)  # fmt: skip

TRIGGER = Either(
    (
        Text("name"),
        Record(
            "`trigger`",
            (
                Field("event_type", Text("name"), "The kind of event that starts a run."),
                Field("event", Text("name"), "The same, in the older notation."),
                Field("source", Text(), "Where the events come from, when not from this workspace."),
                Field("filter", Text("statement"), "Only events for which this holds start a run."),
                Field("concurrency", Number(True, 1, 1000), "How many events are handled at once.",
                      default="1"),
                Field("description", Text(), "The same in words."),
            ),
            rest=Anything(),
        ),
    )
)  # fmt: skip

_LEVELS = {
    "debug": "Everything, for looking for a fault.",
    "info": "Ordinary events and worse.",
    "warning": "What is odd, and worse.",
    "error": "Failures alone.",
}

_ALERT = Record(
    "alert",
    (
        Field("name", Text("name"), "What it is called."),
        Field("condition", Text("statement"), "When it goes off."),
        Field("severity", Text("name"), "How urgent it is."),
        Field("notify", Anything(), "Whom to tell."),
        Field("description", Text(), "What to do when it goes off."),
    ),
    rest=Anything(),
)

OBSERVABILITY = Record(
    "`observability`",
    (
        Field("metrics", Anything(), "The metrics that runs of it report, by name or with their kind."),
        Field("traces", Anything(), "What the traces of a run hold; `true` for its steps."),
        Field("tracing", Anything(), "The same, in the older notation."),
        Field("logs", Either((Choice(_LEVELS), Record("`logs`", (
            Field("level", Choice(_LEVELS), "What is written to the log.", default="info"),
            Field("fields", ListOf(Text("name")), "Values that every entry carries."),
        ), rest=Anything()), ListOf(Anything()))), "What is written to the log of a run."),
        Field("logging", Anything(), "The same, in the older notation."),
        Field("alerts", ListOf(Either((_ALERT, Text()))), "When somebody is told."),
        Field("dashboards", ListOf(Anything()), "Where it can be watched."),
    ),
    rest=Anything(),
)  # fmt: skip

PROPERTY_TEST = Either(
    (
        Text("statement"),
        Record(
            "property test",
            (
                Field("name", Text(), "What the test is called."),
                Field("property", Text("statement"), "What must hold for every input: an expression, or "
                      "`idempotency`."),
                Field("inputs", MapOf(Anything()), "What to draw single inputs from."),
                Field("generators", MapOf(Anything()), "The same, in the older notation."),
                Field("runs", Number(True, 1, 1_000_000), "How many inputs to try.", default="100"),
                Field("mocks", MapOf(Anything()), "Answers of effects, by step."),
                Field("except", ListOf(Text("name")), "Fields of the answer that may differ when "
                      "`idempotency` asks twice."),
                Field("description", Text(), "Why it must hold."),
            ),
            rest=Anything(),
        ),
    )
)  # fmt: skip

DOCUMENTATION = Either(
    (
        Text(),
        Record(
            "`documentation`",
            (
                Field("summary", Text(), "What it does, in a few sentences."),
                Field("description", Text(), "The same, at length."),
                Field("usage", Text(), "How it is called, and when."),
                Field("examples", Anything(), "Calls with what they give."),
                Field("notes", Anything(), "What else is good to know."),
                Field("references", Anything(), "Where to read more."),
                Field("changelog", Anything(), "What changed with each version."),
            ),
            rest=Anything(),
        ),
        ListOf(Anything()),
    )
)  # fmt: skip

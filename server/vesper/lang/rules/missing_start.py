"""VSP131: a node that starts by itself, without saying when."""

from collections.abc import Iterator

from vesper.lang.rule import Document, Finding, replace, rule
from vesper.lang.source import Span

_NEEDED = {
    "scheduled_job": ("schedule", "when it runs", 'schedule: "0 6 * * *"\n'),
    "event_handler": (
        "trigger",
        "which event starts it",
        "trigger:\n  event: something_happened\n",
    ),
    "state_machine": ("state_machines", "its states and transitions", ""),
}


@rule(
    "VSP131",
    "missing-start",
    kind="vsp",
    severity="warning",
    bad="""
        node_id: nightly_report_v1
        type: scheduled_job
        #     ^^^^^^^^^^^^^ a `scheduled_job` needs `schedule`: when it runs
        flow:
          - step: done
            operation: return
        """,
    good="""
        node_id: nightly_report_v1
        type: scheduled_job
        schedule: "0 6 * * *"
        flow:
          - step: done
            operation: return
        """,
)
def missing_start(document: Document) -> Iterator[Finding]:
    """Nothing else in the document says when a job runs or what an event handler waits for."""
    facts = document.facts
    for kind, places in facts.of("node-type").items():
        needed = _NEEDED.get(kind)
        if needed is None or facts.first("section", needed[0]) is not None or facts.is_broken:
            continue
        if facts.first("section", "flow") is None:
            continue
        section, what, text = needed
        span = places[0].export.span.moved(places[0].line)
        below = Span(span.line + 1, 0, span.line + 1, 0)
        fix = replace(f"Add `{section}`", below, text) if text else None
        article = "an" if kind[0] in "aeiou" else "a"
        yield Finding(span, f"{article} `{kind}` needs `{section}`: {what}", fix)

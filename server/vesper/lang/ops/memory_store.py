"""`memory_store`: something worth keeping for later."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.fields import Choice, Field, ListOf, Text
from vesper.lang.operation import Operation, text_of


def _needs(step: tree.Mapping) -> Iterator[str]:
    yield f"memory.write.{text_of(step, 'scope') or 'workspace'}"


OPERATION = Operation(
    "memory_store",
    "Keeps a text in the workspace's memory, with who said it and when. Storing the same again "
    "changes nothing.",
    (
        Field("content", Text("template", "flow"), "What to remember.", required=True),
        Field("title", Text("template", "flow"), "What it is about, in a few words."),
        Field(
            "kind",
            Choice(
                {
                    "fact": "Something that is so.",
                    "decision": "What was decided, and why.",
                    "event": "Something that happened.",
                    "note": "Anything else.",
                    "procedure": "How something is done.",
                    "summary": "The gist of something longer.",
                }
            ),
            "What kind of thing it is.",
            default="note",
        ),
        Field(
            "scope",
            Choice(
                {
                    "workspace": "For everybody in the workspace.",
                    "session": "For this session.",
                    "role": "For the role that runs.",
                    "task": "For the task at hand.",
                    "node": "For this node.",
                }
            ),
            "Who is to find it.",
            default="workspace",
        ),
        Field("tags", ListOf(Text("value", "flow")), "Words to find it by."),
        Field("output", Text("output-name"), "The name for the entry's id."),
    ),
    "write",
    example="""\
step: remember_supplier
operation: memory_store
kind: decision
title: "Supplier for {product}"
content: "Chose {supplier} because it delivers within {days} days"
tags: [purchasing]
""",
    returns="string",
    needs=_needs,
)

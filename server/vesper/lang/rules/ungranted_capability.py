"""ROL110: a capability that no parent has or grants."""

from collections.abc import Iterator

from vesper.lang.roles import CAPABILITIES
from vesper.lang.rule import Document, Finding, Related, rule
from vesper.lang.scope import Placed


@rule(
    "ROL110",
    "ungranted-capability",
    bad="""
        worker:
          capabilities: [file_read]
        deployer:
          extends: worker
          capabilities: [file_read, code_execution]
        #                           ^^^^^^^^^^^^^^ `worker` does not grant `code_execution`: list it there under `grantable`
        """,  # noqa: E501
    good="""
        worker:
          capabilities: [file_read]
          grantable: [code_execution]
        deployer:
          extends: worker
          capabilities: [file_read, code_execution]
        """,
)
def ungranted_capability(document: Document) -> Iterator[Finding]:
    """A child may add a capability only where a parent lists it under `grantable`."""
    facts = document.facts
    parents = facts.of("parent")
    if not parents or facts.is_broken:
        return
    roles, held, granted = facts.of("role"), facts.of("holds"), facts.of("grants")
    for role, places in parents.items():
        names = [str(it.export.detail) for it in places]
        if not all(it in roles and it in held for it in names):
            continue
        allowed = {str(it.export.detail) for name in names
                   for it in (*held.get(name, ()), *granted.get(name, ()))}  # fmt: skip
        for place in held.get(role, ()):
            if place.export.detail in CAPABILITIES and place.export.detail not in allowed:
                yield _finding(place, names, held[names[0]][:1])


def _finding(place: Placed, parents: list[str], first: list[Placed]) -> Finding:
    what = place.export.detail
    message = f"`{parents[0][:40]}` does not grant `{what}`: list it there under `grantable`"
    if len(parents) > 1:
        who = " nor ".join(f"`{it[:40]}`" for it in parents[:3])
        message = f"neither {who} grants `{what}`"
    related = tuple(
        Related(it.export.span.moved(it.line), f"what `{parents[0][:40]}` may do") for it in first
    )
    return Finding(place.export.span.moved(place.line), message, related=related)

"""ROL102: roles that extend one another in a circle."""

import itertools
from collections.abc import Iterator

from vesper.lang.rule import Document, Finding, Related, rule


@rule(
    "ROL102",
    "role-cycle",
    bad="""
        first:
          extends: second
        #          ^^^^^^ these roles extend one another in a circle: first -> second -> first
        second:
          extends: first
        #          ^^^^^ these roles extend one another in a circle: second -> first -> second
        """,
    good="""
        first:
          extends: second
        second:
          description: The parent
        """,
)
def role_cycle(document: Document) -> Iterator[Finding]:
    """None of the roles in the circle can be used until one of them lets go."""
    parents = {
        name: [it for role in these for it, _ in role.parents]
        for name, these in document.around.roles.items()
    }
    own = document.facts.of("role")
    for name in own:
        parents[name] = []
    for name, place in document.places("parent"):
        parents.setdefault(name, []).append(str(place.export.detail))
    for name, place in document.places("parent"):
        parent = str(place.export.detail)
        path = _way_back(name, parent, parents)
        if not path:
            continue
        circle = " -> ".join(path)
        message = f"these roles extend one another in a circle: {circle}"
        if parent == name:
            message = f"a role cannot extend itself: {circle}"
        yield Finding(
            place.export.span.moved(place.line), message, related=tuple(_others(document, path))
        )


def _others(document: Document, path: list[str]) -> Iterator[Related]:
    """Where the other roles of the circle extend the next one."""
    for role, parent in itertools.pairwise(path[1:]):
        for place in document.facts.of("parent").get(role, ()):
            if place.export.detail == parent:
                span = place.export.span.moved(place.line)
                yield Related(span, f"`{role[:40]}` extends `{parent[:40]}`")


def _way_back(start: str, first: str, parents: dict[str, list[str]]) -> list[str]:
    pending, seen = [[start, first]], {first}
    while pending:
        path = pending.pop()
        if path[-1] == start:
            return path
        for parent in parents.get(path[-1], ()):
            if parent not in seen:
                seen.add(parent)
                pending.append([*path, parent])
    return []

"""`memory_store` and `memory_search`: what the workspace keeps for later, found by words."""

import hashlib
import json
import re
from decimal import Decimal
from typing import Final

from vesper.providers.failures import argument, failed
from vesper.providers.keyed import found, now, once
from vesper.providers.surroundings import Surroundings
from vesper.runtime.handling import Call
from vesper.runtime.request import Effect
from vesper.store import memory_rows
from vesper.store.engine import Connection
from vesper.store.memory_rows import NewMemory, Wanted
from vesper.values.text import printed
from vesper.values.value import Value

LONGEST: Final = 100_000
"""Characters of an entry."""
_WORD: Final = re.compile(r"\w+")
_MOST_WORDS: Final = 32


class Memories:
    """Keeps texts, with who said them and when. What is found is data, never an instruction."""

    operations: Final = frozenset({"memory_store", "memory_search"})

    def __init__(self, around: Surroundings) -> None:
        self._around = around

    def perform(self, effect: Effect, call: Call) -> Value:
        """The id of the entry; for a search, what was found, the best first."""
        if effect.operation == "memory_search":
            return self._search(effect, call)
        return self._store(effect, call)

    def is_keyed(self, effect: Effect) -> bool:
        """An entry is kept with the key of its effect."""
        del effect
        return True

    def _store(self, effect: Effect, call: Call) -> Value:
        scope = argument(effect.arguments, "scope", "workspace")
        title, content = (printed(effect.arguments.get(it)) for it in ("title", "content"))
        kind = argument(effect.arguments, "kind", "note")
        if not content.strip() or len(title) + len(content) > LONGEST or "\0" in title + content:
            message = f"a memory has from 1 to {LONGEST:,} characters, none of them NUL"
            raise failed(message, "argument_invalid", argument="content")
        owner, tags = _owner(scope, call), _tags(effect)
        said = json.dumps([scope, owner, kind, title, content, sorted(tags)])
        digest = hashlib.blake2b(said.encode(), digest_size=16).hexdigest()
        row = NewMemory(
            digest, title, content, kind, scope, owner, json.dumps(tags), call.role or call.actor,
            call.execution, now(),
        )  # fmt: skip

        def keep(connection: Connection) -> Value:
            return str(memory_rows.insert(connection, row))

        return once(self._around, effect, call, keep)

    def _search(self, effect: Effect, call: Call) -> Value:
        scope = argument(effect.arguments, "scope", "workspace")
        words = _WORD.findall(printed(effect.arguments.get("query")))[:_MOST_WORDS]
        limit = effect.arguments.get("limit", 10)
        if not words:
            return []
        wanted = Wanted(
            " OR ".join(f'"{it}"' for it in words),
            scope,
            _owner(scope, call),
            argument(effect.arguments, "kind") or None,
            json.dumps(_tags(effect)),
            limit if isinstance(limit, int) and 1 <= limit <= 100 else 10,
        )
        rows = found(self._around, lambda it: memory_rows.find(it, wanted), [])
        return [
            {
                "id": str(row.id),
                "title": row.title,
                "content": row.content,
                "kind": row.kind,
                "score": Decimal(format(score, ".4f")),
            }
            for row, score in rows
        ]


def _owner(scope: str, call: Call) -> str:
    """Whose memory a scope means. A session is that of whoever runs the node, a task is the run."""
    match scope:
        case "workspace":
            return ""
        case "session":
            return call.actor
        case "role":
            return call.role
        case "task":
            return call.execution
        case "node":
            return call.node_id.rpartition("_v")[0]
        case _:
            raise failed(f"`{scope[:40]}` is no scope", "argument_invalid", argument="scope")


def _tags(effect: Effect) -> list[str]:
    tags = effect.arguments.get("tags")
    return list(dict.fromkeys(map(printed, tags))) if isinstance(tags, list) else []

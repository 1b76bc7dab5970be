"""What a run may do: every one who has a say must allow it, and any one of them can refuse.

A `Grant` is a stack of `Say`s: the workspace's policy, the acting role, the node, and below a call the
callee. Layers are only ever added, so a callee can never do what its caller could not.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from posixpath import normpath
from typing import Final, Literal

from vesper.lang.capabilities import covers
from vesper.lang.program import Program

SandboxLevel = Literal["none", "degraded", "strict"]
LEVELS: Final[tuple[SandboxLevel, ...]] = ("none", "degraded", "strict")
"""From the weakest to the strongest."""


@dataclass(frozen=True, slots=True)
class Say:
    """What one party allows. `who` is told in a refusal: ``the node `pay_v1` ``."""

    who: str
    allow: tuple[str, ...] | None = None
    """Capabilities, or endings in `*`; None allows whatever is not denied."""
    deny: tuple[str, ...] = ()
    """Wins over `allow`."""
    sandbox: SandboxLevel = "none"
    """The weakest sandbox that programs it starts may run in."""
    file_changes: int | None = None
    """How many different files a run may change."""
    edits: tuple[str, ...] = ()
    """Patterns, one of which must be found in the path of any file that is changed; none means any file."""
    timeout: float | None = None
    """Seconds."""

    def refusal(self, need: str) -> str:
        """Why it does not allow `need`; empty where it does."""
        for denied in self.deny:
            # A need that is as wide as `database.read.*` may turn out to be what is denied.
            if covers(denied, need) or (need.endswith("*") and covers(need, denied)):
                return f"{self.who} denies `{denied}`"
        if self.allow is None or any(covers(it, need) for it in self.allow):
            return ""
        return f"{self.who} does not list `{need}`"


@dataclass(frozen=True, slots=True)
class Grant:
    """Everybody's say together. Without any, all is allowed: whoever makes a run adds the node's."""

    says: tuple[Say, ...] = ()

    def refusal(self, need: str) -> str:
        """Why `need` is refused, in words that name who refuses; empty where it is allowed."""
        need = _settled(need)
        return next((why for it in self.says if (why := it.refusal(need))), "")

    def refusals(self, needs: Iterable[str]) -> list[tuple[str, str]]:
        """Each refused need with the reason."""
        return [(need, why) for need in needs if (why := self.refusal(need))]

    def narrowed(self, *says: Say) -> "Grant":
        """This grant where others must agree as well."""
        return Grant(self.says + says) if says else self

    def for_program(self, program: Program) -> "Grant":
        """This grant inside a node: what it lists, minus what it denies."""
        return self.narrowed(node_say(program))

    @property
    def sandbox(self) -> SandboxLevel:
        """The weakest level that everybody accepts."""
        return LEVELS[max((LEVELS.index(it.sandbox) for it in self.says), default=0)]

    @property
    def file_changes(self) -> int | None:
        """The smallest number of files that anybody allows to be changed."""
        return min(
            (it.file_changes for it in self.says if it.file_changes is not None), default=None
        )

    @property
    def timeout(self) -> float | None:
        """The shortest time that anybody allows, in seconds."""
        return min((it.timeout for it in self.says if it.timeout is not None), default=None)


NOTHING: Final = Grant((Say("this run", allow=()),))
"""Refuses everything."""


def node_say(program: Program) -> Say:
    """What a node allows itself: what it lists, minus what it denies."""
    security = program.security
    return Say(f"the node `{program.node_id}`", security.required, security.denied)


_FILES: Final = ("filesystem.read.", "filesystem.write.")


def _settled(need: str) -> str:
    """The need with its path in one form: `data/../keys` is a file of `data` by its letters only."""
    if not need.startswith(_FILES):
        return need
    family, operation, path = need.split(".", 2)
    return f"{family}.{operation}.{normpath(path)}"

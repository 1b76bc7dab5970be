"""`shell`: a program run in the workspace, in the strongest sandbox that this machine has."""

import time
from collections.abc import Mapping
from typing import Any, Final

from vesper.config import Confinement
from vesper.errors import VesperError
from vesper.providers.failures import argument, failed, stopped, timed_out
from vesper.providers.surroundings import Surroundings
from vesper.runtime.grant import LEVELS, SandboxLevel
from vesper.runtime.handling import Call
from vesper.runtime.request import Effect, Failure
from vesper.sandbox.box import Box, Finished, Limits
from vesper.sandbox.choice import choose
from vesper.sandbox.probe import proof
from vesper.sandbox.running import CannotStart, ProgramNotFound, Work, run
from vesper.values.encoding import to_json
from vesper.values.text import printed
from vesper.values.value import Value

_LONGEST: Final = 600.0
"""Seconds for a step that says nothing of its own."""


class Shell:
    """Runs programs, their words as they are: no shell reads them."""

    operations: Final = frozenset({"shell"})

    def __init__(self, around: Surroundings) -> None:
        self._around = around

    def perform(self, effect: Effect, call: Call) -> Value:
        """Run the program to its end; an exit code that is not allowed is the failure `exit_code_N`."""
        arguments = effect.arguments
        words = _words(arguments.get("command"))
        allowed = arguments.get("allowed_exit_codes")
        codes = allowed if isinstance(allowed, list) and allowed else [0]
        done = self._run(words, arguments, call)
        if done.ended == "stopped":
            raise stopped()
        if done.ended == "timeout":
            raise timed_out(f"`{words[0]}`")
        said: dict[str, Value] = {
            "exit_code": done.code,
            "stdout": done.stdout.decode("utf-8", "replace"),
            "stderr": done.stderr.decode("utf-8", "replace"),
            "sandbox": done.level,
        }
        if done.is_cut:
            said["is_cut"] = True
        if done.set_aside:
            said["set_aside"] = [*done.set_aside]
        return _judged(words[0], done, said, done.code in codes)

    def is_keyed(self, effect: Effect) -> bool:
        """Nobody knows what a program does when it runs twice."""
        del effect
        return False

    def _run(self, words: list[str], arguments: Mapping[str, Value], call: Call) -> Finished:
        confinement = self._around.settings.sandbox
        deadline = time.monotonic() + _LONGEST
        given = arguments.get("input")
        text = given if isinstance(given, str) else "" if given is None else to_json(given)
        work = Work(
            words,
            argument(arguments, "folder", "."),
            text.encode(),
            deadline if call.deadline is None else call.deadline,
            call.is_stopped,
        )
        box = Box(
            self._around.root.resolve(),
            call.grant.file_changes != 0,
            environment=_environment(arguments.get("environment")),
            limits=Limits(
                memory=confinement.memory,
                file_size=confinement.file_size,
                processes=confinement.processes,
            ),
        )
        try:
            return run(_level(confinement, call), box, work)
        except ProgramNotFound as error:
            message = f"there is no program `{words[0]}` in the sandbox"
            raise failed(message, "program_not_found", program=words[0]) from error
        except CannotStart as error:
            raise failed(f"`{words[0]}` does not start: {error}", "command_failed") from error
        except VesperError as error:
            raise failed(error.message, "argument_invalid", argument="folder") from error


def _level(confinement: Confinement, call: Call) -> SandboxLevel:
    """The level to run at; a refusal that no handler may answer where none is strong enough."""
    own: SandboxLevel = confinement.level
    if confinement.override and own == Confinement.level:
        own = "none"
    demanded = LEVELS[max(LEVELS.index(it) for it in (own, call.grant.sandbox))]
    try:
        return choose(proof(), demanded, confinement.override)
    except VesperError as error:
        raise Failure(
            ("capability_denied", "sandbox_missing"),
            f"{error.message} ({error.hint})",
            {"demanded": demanded, "offered": proof().level},
            final=True,
        ) from error


def _judged(program: str, done: Finished, said: dict[str, Value], is_allowed: bool) -> Value:
    if is_allowed and done.ended == "exited" and not done.set_aside:
        return said
    if done.ended == "crowded":
        raise failed(f"`{program}` started too many processes", "command_failed", **said)
    if done.set_aside:
        names = ", ".join(done.set_aside[:5])
        message = (
            f"`{program}` made protected files, which were moved to .vesper/set-aside: {names}"
        )
        raise failed(message, "protected_files", "command_failed", **said)
    lead = (done.stderr or done.stdout).decode("utf-8", "replace").strip()[-300:]
    message = f"`{program}` ended with exit code {done.code}{': ' if lead else ''}{lead}"
    raise failed(message, f"exit_code_{done.code}", "command_failed", **said)


def _words(given: Value) -> list[str]:
    words = [printed(it) for it in given] if isinstance(given, list) else []
    if not words or not words[0] or words[0].startswith("-"):
        raise failed(
            "a command begins with the name of a program", "argument_invalid", argument="command"
        )
    if any("\0" in it for it in words):
        raise failed(
            "a word of a command holds a null character", "argument_invalid", argument="command"
        )
    return words


def _environment(given: Value) -> dict[str, str]:
    named: dict[str, Any] = given if isinstance(given, dict) else {}
    found = {key: printed(it) for key, it in named.items()}
    for key, it in found.items():
        if not key or "=" in key or "\0" in key + it:
            message = f"`{key[:40]}` is no variable of an environment"
            raise failed(message, "argument_invalid", argument="environment")
    return found

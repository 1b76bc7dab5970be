"""Which level a program runs at, or why it does not run at all: never weaker than anybody demands."""

import os
from collections.abc import Mapping
from typing import Final

from vesper.errors import VesperError
from vesper.runtime.grant import LEVELS, SandboxLevel
from vesper.sandbox.probe import Proof

VARIABLE: Final = "VESPER_SANDBOX_OVERRIDE"
"""Set to `yes` by the user: a workspace that was cloned must not be able to switch the sandbox off."""


def choose(
    proof: Proof,
    demanded: SandboxLevel,
    override: str = "",
    environment: Mapping[str, str] = os.environ,
) -> SandboxLevel:
    """The strongest level there is. VesperError `denied` when that is weaker than is demanded.

    `override` is the reason that the workspace has on record for running programs without any sandbox;
    it counts where there is none, nobody demands one, and the user says so as well.
    """
    if proof.level != "none" and LEVELS.index(proof.level) >= LEVELS.index(demanded):
        return proof.level
    why = "; ".join(proof.reasons)
    if proof.level != "none" or demanded != "none":
        message = (
            f"a `{demanded}` sandbox is demanded and this machine offers `{proof.level}`: {why}"
        )
        raise VesperError("denied", message, "`vesper doctor` says what is missing")
    if not override:
        message = f"programs run in a sandbox only, and this machine offers none: {why}"
        hint = '`vesper doctor` says what is missing; `[sandbox] override = "why"` goes without'
        raise VesperError("denied", message, hint)
    if environment.get(VARIABLE, "").lower() not in {"1", "yes", "true"}:
        message = "vesper.toml would run programs without a sandbox; that is for you to decide"
        raise VesperError("denied", message, f"set {VARIABLE}=yes if you trust this workspace")
    return "none"

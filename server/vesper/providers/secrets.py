"""Secrets: values that are named in documents and stand nowhere in them, nor in journals, logs and errors.

They are looked for in the environment (`VESPER_SECRET_CARDS_KEY` for `cards_key`), then in the keyring of the
operating system. A keyring that keeps its values as plain text is not asked. What is kept there is for one
workspace: documents of another folder, which may come from anybody, do not reach it by its name.
"""

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from vesper.errors import VesperError
from vesper.providers.failures import failed

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,99}\Z")
LONGEST: Final = 10_000


class Secret:
    """A value that shows itself to nobody who does not ask for it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value; it goes where it is used and nowhere else."""
        return self._value

    def __repr__(self) -> str:
        return "***"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        del spec
        return "***"

    def __reduce__(self) -> str:
        raise TypeError("a secret is not written down")


class Vault:
    """Finds the secrets of the workspace at `root` by name, and keeps them in the keyring."""

    def __init__(self, root: Path) -> None:
        self._service = f"vesper {root.resolve()}"

    def find(self, name: str) -> Secret:
        """The value; the failure `secret_missing` says where it can be put."""
        found = os.environ.get(variable(checked(name)))
        if not found:
            keyring = _keyring()
            found = self._ask(keyring, name) if keyring is not None else None
        if not found:
            message = f"there is no secret `{name}`: set {variable(name)}, or run `vesper secret set {name}`"
            raise failed(message, "secret_missing", secret=name)
        if "\n" in found.strip("\n") or "\r" in found.strip("\r\n") or not found.isascii():
            message = f"the secret `{name}` holds a line break, or a character that is no ASCII; set it again"
            raise failed(message, "secret_invalid", secret=name)
        return Secret(found.strip())

    def where(self, name: str) -> str:
        """Where a secret is kept: `environment`, `keyring` or, when it is nowhere, an empty text."""
        if os.environ.get(variable(checked(name))):
            return "environment"
        keyring = _keyring()
        return "keyring" if keyring is not None and self._ask(keyring, name) else ""

    def keep(self, name: str, value: str) -> None:
        """Put a secret into the keyring; `denied` where there is none that is safe."""
        if not value or len(value) > LONGEST:
            hint = f"give from 1 to {LONGEST:,} characters"
            raise VesperError("invalid", f"the secret `{name}` has {len(value):,} characters", hint)
        keyring: Any = self._required(name)
        keyring.set_password(self._service, checked(name), value)

    def forget(self, name: str) -> None:
        """Take a secret out of the keyring; `not_found` where it is not there."""
        keyring = self._required(name)
        if self._ask(keyring, checked(name)) is None:
            raise VesperError("not_found", f"the keyring has no secret `{name}`")
        keyring.delete_password(self._service, name)

    def _ask(self, keyring: "KeyringBackend", name: str) -> str | None:
        from keyring.errors import KeyringError

        try:
            return keyring.get_password(self._service, name)
        except KeyringError:
            # A keyring that is locked, or whose service does not run, has nothing to say.
            return None

    def _required(self, name: str) -> "KeyringBackend":
        keyring = _keyring()
        if keyring is None:
            message = "this system has no keyring that is safe"
            hint = f"set the variable {variable(name)} where vesper is started"
            raise VesperError("denied", message, hint)
        return keyring


def variable(name: str) -> str:
    """The variable of the environment that has a secret."""
    return f"VESPER_SECRET_{re.sub('[^A-Za-z0-9]', '_', name).upper()}"


def is_name(name: str) -> bool:
    """Whether a secret may be called so."""
    return _NAME.match(name) is not None


def checked(name: str) -> str:
    """The name, when it is one."""
    if not is_name(name):
        raise failed(f"`{name[:60]}` is no name of a secret", "secret_missing")
    return name


def _keyring() -> "KeyringBackend | None":
    """The keyring of the system, if it encrypts what it keeps."""
    import keyring
    from keyring.backends.chainer import ChainerBackend

    found = keyring.get_keyring()
    backends = found.backends if isinstance(found, ChainerBackend) else [found]
    return next((it for it in backends if _is_safe(it)), None)


def _is_safe(backend: "KeyringBackend") -> bool:
    kind = type(backend)
    unsafe = kind.__module__.startswith(
        ("keyring.backends.fail", "keyring.backends.null", "keyrings.alt")
    )
    return not unsafe and "plaintext" not in kind.__name__.lower()

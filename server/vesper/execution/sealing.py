"""Values of runs with sensitive data, as they lie on disk: sealed with the workspace's own key.

A run can only be taken up again with the very values it had, so they are kept; but a copy of the database,
a backup or a search through files shows none of them.
"""

import contextlib
import os
import secrets
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from vesper.errors import VesperError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_FILE: Final = "seal.key"
_PLAIN: Final = b"\x00"
_SEALED: Final = b"\x01"
_KEY: Final = 32
_NONCE: Final = 12


class Seal(Protocol):
    """Closes values on their way to disk, and opens them again."""

    def close(self, data: bytes) -> bytes:
        """As it lies on disk."""
        ...

    def open(self, data: bytes) -> bytes:
        """As it was closed; VesperError `damaged` where it was changed since."""
        ...


class Seals:
    """The seals of the workspace whose state folder is given. The key is made when it is first needed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def of(self, execution: str, sensitive: bool) -> Seal:
        """The seal of one run: what it closes opens for that run only."""
        return _OfRun(self, execution.encode(), sensitive)

    @cached_property
    def cipher(self) -> "AESGCM":
        """What seals."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        return AESGCM(self._key())

    def _key(self) -> bytes:
        path = self._folder / KEY_FILE
        try:
            if not path.exists():
                self._make(path)
            key = path.read_bytes()
        except OSError as error:
            message = f"cannot make or read {path}: {error.strerror}"
            raise VesperError("denied", message, f"make {self._folder} writable") from error
        if len(key) != _KEY:
            hint = "put back the one that was there, or move it away: then older runs stay closed"
            raise VesperError("damaged", f"{path} is no key", hint)
        return key

    def _make(self, path: Path) -> None:
        self._folder.mkdir(mode=0o700, exist_ok=True)
        draft = path.with_name(f"{KEY_FILE}.{secrets.token_hex(8)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(descriptor, secrets.token_bytes(_KEY))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        # Of several processes that make one at once, the first counts.
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()


class _OfRun:
    def __init__(self, seals: Seals, about: bytes, sensitive: bool) -> None:
        self._seals = seals
        self._about = about
        self._sensitive = sensitive

    def close(self, data: bytes) -> bytes:
        """As it lies on disk."""
        if not self._sensitive:
            return _PLAIN + data
        nonce = secrets.token_bytes(_NONCE)
        return _SEALED + nonce + self._seals.cipher.encrypt(nonce, data, self._about)

    def open(self, data: bytes) -> bytes:
        """As it was closed."""
        kind, held = data[:1], data[1:]
        if kind == _PLAIN:
            return held
        from cryptography.exceptions import InvalidTag

        try:
            return self._seals.cipher.decrypt(held[:_NONCE], held[_NONCE:], self._about)
        except InvalidTag as error:
            message = f"the values of run {self._about.decode()[:12]} cannot be opened"
            hint = f"its `.vesper/{KEY_FILE}` is another one now; put back the one it was made with"
            raise VesperError("damaged", message, hint) from error

"""What runs did, for those who answer for it: a chain of sealed records that nobody can change unnoticed.

Each seal is an HMAC over the stored bytes and the seal before. The key and the anchor, which says how long
the chain is, lie outside of the database: whoever can only write that can neither mend nor shorten it.
"""

import hashlib
import hmac
import json
import os
import secrets
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Final, cast

from vesper.errors import VesperError
from vesper.store import audit_rows
from vesper.store.audit_rows import AuditRow
from vesper.store.database import Database
from vesper.store.engine import Connection
from vesper.store.lock import exclusive
from vesper.values.encoding import to_json
from vesper.values.value import Value

_GENESIS: Final = b"vesper audit"
_PAGE: Final = 500
_SECTOR: Final = 256
_WAIT: Final = 5.0


@dataclass(frozen=True, slots=True)
class Record:
    """One thing that was done, or refused. What must stay hidden is hidden already."""

    node_id: str
    user_id: str
    action: str
    """`run`, `refused`, `replay`, or the operation of an effect."""
    transaction_id: str
    """The execution, which is its trace as well."""
    inputs: Value = None
    """Names alone at level `basic`, values at `detailed`."""
    result: Mapping[str, Value] = field(default_factory=dict[str, Value])
    """`status` is `begun` for what is written down before it is done."""
    role: str = ""
    site: str = ""
    timestamp: str = ""
    """Filled in when it is kept."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A record with its number in the chain."""

    number: int
    record: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a look at the whole chain found."""

    count: int
    problems: tuple[str, ...]


class Audit:
    """The audit of the workspace whose state lies in `folder`. Nothing is made before the first record."""

    def __init__(self, folder: Path, store: Database) -> None:
        self._folder = folder
        self._store = store

    @property
    def key_file(self) -> Path:
        """What seals are made with; only its owner may read it."""
        return self._folder / "audit.key"

    @property
    def anchor_file(self) -> Path:
        """How long the chain is, sealed."""
        return self._folder / "audit.head"

    def close(self) -> None:
        """Close the database."""
        self._store.close()

    def append(self, record: Record) -> int:
        """Keep a record; its number. It is on disk when this returns."""
        at = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        said = {
            "timestamp": at,
            "node_id": record.node_id,
            "user_id": record.user_id,
            "role": record.role,
            "action": record.action,
            "site": record.site,
            "inputs": record.inputs,
            "result": dict(record.result),
            "transaction_id": record.transaction_id,
        }
        body = to_json(said).encode()

        def change(connection: Connection) -> AuditRow:
            last = audit_rows.last(connection)
            number = last.id + 1 if last else 1
            row = AuditRow(number, body, self._seal(last.seal if last else _GENESIS, number, body))
            audit_rows.append(connection, row)
            return row

        row = self._store.write(change)
        self._anchor(row)
        return row.id

    def newest(self, limit: int, node: str = "", action: str = "") -> list[Kept]:
        """The newest records, the newest first, of one node or action where one is named."""
        found: list[Kept] = []
        for it in self._backwards():
            is_wanted = node in ("", it.record.get("node_id"))
            if is_wanted and action in ("", it.record.get("action")):
                found.append(it)
                if len(found) == limit:
                    break
        return found

    def verify(self) -> Verdict:
        """Go through the whole chain and compare its end with the anchor."""
        # The anchor first: records that are added meanwhile lie behind it.
        anchor = self._read_anchor()
        rows = self._store.read(lambda connection: list(audit_rows.each(connection)), [])
        if rows and not self.key_file.exists():
            return Verdict(len(rows), (f"{self.key_file.name} is gone: nothing can be verified",))
        return Verdict(len(rows), (*self._breaks(rows), *self._against_anchor(rows, anchor)))

    @cached_property
    def _key(self) -> bytes:
        """The key of this workspace, made when there is none."""
        try:
            return self._made_key()
        except FileExistsError:
            pass
        except OSError as error:
            raise _unusable(self.key_file, str(error.strerror)) from error
        return self._read_key()

    def _made_key(self) -> bytes:
        if self.anchor_file.exists():
            # A chain was begun with another key: a new one would make a mess of it.
            if not self.key_file.exists():
                raise _unusable(self.key_file, "it is gone, and records were sealed with it")
            raise FileExistsError
        self._folder.mkdir(mode=0o700, exist_ok=True)
        descriptor = os.open(self.key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        key = secrets.token_bytes(32)
        with open(descriptor, "wb") as file:
            file.write(key.hex().encode() + b"\n")
            file.flush()
            os.fsync(descriptor)
        return key

    def _read_key(self) -> bytes:
        try:
            status = self.key_file.stat()
            if os.name == "posix" and stat.S_IMODE(status.st_mode) & 0o077:
                raise _unusable(self.key_file, "others may read it", "chmod 600 it")
            key = bytes.fromhex(self.key_file.read_text(encoding="ascii").strip())
        except (OSError, ValueError) as error:
            raise _unusable(self.key_file, str(error)) from error
        if len(key) != 32:
            raise _unusable(self.key_file, "it holds no key")
        return key

    def _seal(self, before: bytes, number: int, body: bytes) -> bytes:
        told = hmac.new(self._key, digestmod=hashlib.blake2s)
        for part in (before, number.to_bytes(8, "big"), body):
            told.update(len(part).to_bytes(8, "big"))
            told.update(part)
        return told.digest()

    def _anchored(self, number: int, seal: bytes) -> str:
        return hmac.new(self._key, b"head %d %s" % (number, seal), hashlib.blake2s).hexdigest()

    def _anchor(self, row: AuditRow) -> None:
        """Write down that the chain reaches to `row`, unless another process has already written further."""
        with exclusive(self._folder / "audit.lock", _WAIT):
            with suppress(OSError, ValueError, KeyError, TypeError):
                if int(json.loads(self.anchor_file.read_bytes())["number"]) >= row.id:
                    return
            head = {
                "number": row.id,
                "seal": row.seal.hex(),
                "proof": self._anchored(row.id, row.seal),
            }
            # One sector, written in place: after a power failure it is the old one or the new one, and an old
            # one is no alarm. So the record alone has to wait for the disk.
            is_new = not self.anchor_file.exists()
            descriptor = os.open(self.anchor_file, os.O_WRONLY | os.O_CREAT, 0o600)
            try:
                os.write(descriptor, json.dumps(head).encode().ljust(_SECTOR - 1) + b"\n")
                if is_new:
                    os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def _breaks(self, rows: list[AuditRow]) -> Iterator[str]:
        before, number = _GENESIS, 0
        for row in rows:
            if row.id != number + 1:
                missing = (
                    f"{number + 1}" if row.id == number + 2 else f"{number + 1} to {row.id - 1}"
                )
                yield f"missing: {missing}"
            elif not hmac.compare_digest(self._seal(before, row.id, row.body), row.seal):
                yield f"record {row.id} is not what was sealed: it, or the one before, was changed"
            before, number = row.seal, row.id

    def _read_anchor(self) -> bytes | None:
        try:
            return self.anchor_file.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unusable(self.anchor_file, str(error.strerror)) from error

    def _against_anchor(self, rows: list[AuditRow], anchor: bytes | None) -> Iterator[str]:
        name = self.anchor_file.name
        if anchor is None:
            if rows:
                yield f"{name} is gone: records at the end may be missing"
            return
        try:
            head = cast("dict[str, Any]", json.loads(anchor))
            number, seal, proof = (
                int(head["number"]),
                bytes.fromhex(head["seal"]),
                str(head["proof"]),
            )
        except (ValueError, KeyError, TypeError):
            yield f"{name} cannot be read: records at the end may be missing"
            return
        if not hmac.compare_digest(self._anchored(number, seal), proof):
            yield f"{name} was changed: records at the end may be missing"
            return
        last = rows[-1].id if rows else 0
        if number > last:
            yield f"missing at the end: {last + 1} to {number}"
        elif any(it.id == number and it.seal != seal for it in rows):
            yield f"record {number} is another than was sealed"

    def _backwards(self) -> Iterator[Kept]:
        before: int | None = None
        while True:
            at = before
            rows = self._store.read(lambda it, at=at: audit_rows.newest(it, at, _PAGE), [])
            for row in rows:
                try:
                    record = cast("dict[str, Any]", json.loads(row.body))
                except ValueError:
                    record = {"action": "unreadable"}
                yield Kept(row.id, record)
            if not rows:
                return
            before = rows[-1].id


def _unusable(path: Path, why: str, hint: str = "") -> VesperError:
    message = f"the audit cannot be kept: {path}: {why}"
    return VesperError("denied", message, hint or "`vesper audit verify` says what is left of it")

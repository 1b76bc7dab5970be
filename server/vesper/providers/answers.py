"""What a service answers: its body as a value, and the failure that a status of 400 and above is."""

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from vesper.providers.failures import failed
from vesper.providers.incoming import value_of
from vesper.providers.secrets import Secret
from vesper.runtime.request import Failure
from vesper.values.encoding import from_json, to_json
from vesper.values.value import Value

_WORD: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}\Z")
_TOLD: Final = 2_000
"""Characters of a body that a failure tells."""


_UNMISTAKABLE: Final = 8
"""Bytes from which on a secret is not met by chance."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it came."""

    status: int
    headers: Mapping[str, str]
    """By name in lower case, without cookies."""
    raw: bytes
    limit: int
    """Bytes that the body may have once it is unpacked."""
    host: str
    secret: Secret | None = None
    """What was sent with the request, and is not to be read in the answer."""


def hidden(data: bytes, secret: Secret | None) -> bytes:
    """The data without the secret, should a service say it back.

    A short one is hidden only where it stands alone: it may be a part of any word.
    """
    if secret is None:
        return data
    value = secret.reveal().encode()
    if len(value) >= _UNMISTAKABLE:
        return data.replace(value, b"***")
    return re.sub(rb"(?<![\w-])" + re.escape(value) + rb"(?![\w-])", b"***", data)


def body_of(answer: Answer) -> Value:
    """The value of JSON, else the text, else the bytes; null where there is none. Else `response_invalid`."""
    data = hidden(_unpacked(answer), answer.secret)
    if not data:
        return None
    kind, _, options = answer.headers.get("content-type", "").partition(";")
    kind = kind.strip().lower()
    if kind == "application/json" or kind.endswith("+json"):
        try:
            return value_of(from_json(data))
        except (ValueError, UnicodeError) as error:
            message = f"{answer.host} answers with JSON that is none: {str(error)[:200]}"
            raise failed(message, "response_invalid", host=answer.host) from None
    if not kind.startswith("text/") and kind not in {"", "application/xml"}:
        return data
    charset = re.search(r"charset=\"?([\w-]+)", options)
    try:
        return data.decode(charset[1] if charset else "utf-8")
    except (LookupError, UnicodeDecodeError):
        return data


def failure_of(answer: Answer) -> Failure:
    """The failure that an answer of 400 and above is, with the code that its body tells first."""
    try:
        body = body_of(answer)
    except Failure:
        body = None
    special = _code(body)
    family = "http_client_error" if answer.status < 500 else "http_server_error"
    codes = [it for it in (special, f"http_{answer.status}") if it]
    if answer.status == 429:
        codes.append("rate_limited")
    details: dict[str, Value] = {"status": answer.status, "host": answer.host}
    if body is not None and len(to_json(body)) <= _TOLD:
        details["body"] = body
    waits = _retry_after(answer.headers.get("retry-after", ""))
    if waits is not None:
        details["retry_after"] = waits
    said = f" ({special})" if special else ""
    message = f"{answer.host} answers with status {answer.status}{said}"
    return failed(message, *codes, family, **details)


def _code(body: Value) -> str:
    """The code of an error in a body, in lower case with `_`; empty where there is none."""
    if not isinstance(body, dict):
        return ""
    error = body.get("error")
    inner = error.get("code") if isinstance(error, dict) else None
    for it in (inner, body.get("error_code"), body.get("code"), error):
        if isinstance(it, str) and _WORD.match(it):
            return it.replace("-", "_").lower()
    return ""


def _retry_after(text: str) -> int | None:
    """Seconds, from either form of the header."""
    if re.fullmatch(r"\d{1,9}", text.strip(), re.ASCII):
        return int(text)
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0, int((moment - datetime.now(UTC)).total_seconds()))


def _unpacked(answer: Answer) -> bytes:
    """The body without its packing, which may hide a thousand times its size."""
    packing = answer.headers.get("content-encoding", "identity").strip().lower()
    if packing in {"identity", ""} or not answer.raw:
        return answer.raw
    if packing not in {"gzip", "x-gzip", "deflate"}:
        message = f"{answer.host} packs its answer as `{packing[:40]}`, which nobody asked for"
        raise failed(message, "response_invalid", host=answer.host)
    unpacking = zlib.decompressobj(47)
    try:
        data = unpacking.decompress(answer.raw, answer.limit + 1)
    except zlib.error:
        message = f"{answer.host} packs its answer in a way that cannot be undone"
        raise failed(message, "response_invalid", host=answer.host) from None
    if len(data) > answer.limit:
        message = f"the answer is larger than {answer.limit:,} bytes once it is unpacked"
        raise failed(message, "response_too_large", host=answer.host)
    if not unpacking.eof:
        message = f"the answer of {answer.host} ends in the middle"
        raise failed(message, "response_invalid", host=answer.host)
    return data

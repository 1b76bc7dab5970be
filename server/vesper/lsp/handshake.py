"""What the client says of itself in `initialize`: what it can, which folders it has, its units."""

import contextlib
from pathlib import Path
from typing import Final, cast

from lsprotocol import types

from vesper.lang.source import Encoding
from vesper.lsp.convert import Json, to_path
from vesper.lsp.protocol import Refusal, VesperProtocol

_ENCODINGS: Final[dict[str, Encoding]] = {"utf-32": "utf-32", "utf-16": "utf-16", "utf-8": "utf-8"}


def read_initialize(protocol: VesperProtocol, raw: Json) -> types.InitializeParams:
    """The parameters of `initialize`. Capabilities newer than our vocabulary are left out."""
    try:
        return protocol.structure(raw, types.InitializeParams)
    except Refusal:
        offered = raw.get("capabilities") if isinstance(raw, dict) else None  # pyright: ignore[reportUnnecessaryIsInstance]
        if not isinstance(offered, dict):
            raise
        known = _known(protocol, cast("Json", offered))
        return protocol.structure({**raw, "capabilities": known}, types.InitializeParams)


def choose_encoding(offered: types.ClientCapabilities) -> Encoding:
    """The cheapest units for us among those offered: code points, which are columns already."""
    general = offered.general
    wanted = (general.position_encodings if general else None) or ()
    names = [str(getattr(it, "value", it)) for it in wanted]
    known: list[Encoding] = [_ENCODINGS[it] for it in names if it in _ENCODINGS]
    if "utf-32" in known:
        return "utf-32"
    return known[0] if known else "utf-16"


def folders_of(params: types.InitializeParams) -> list[Path]:
    """The folders that the client has open, however old its way of saying so."""
    folders = [to_path(it.uri) for it in params.workspace_folders or ()]
    roots = [to_path(params.root_uri)] if params.root_uri else []
    paths = [Path(params.root_path)] if params.root_path else []
    found = [it for it in folders if it is not None]
    return found or [it for it in (*roots, *paths) if it is not None][:1]


def offered(capabilities: types.ClientCapabilities, *names: str) -> bool:
    """Whether the client can do what those names lead to."""
    found: object = capabilities
    for name in names:
        found = getattr(found, name, None)
    return bool(found)


def _known(protocol: VesperProtocol, offered: Json) -> Json:
    known: dict[str, Json] = {}
    for section, names in offered.items():
        each = cast("Json", names) if isinstance(names, dict) else {}
        for name, value in each.items():
            with contextlib.suppress(Refusal):
                protocol.structure({section: {name: value}}, types.ClientCapabilities)
                known.setdefault(section, {})[name] = value
    return known

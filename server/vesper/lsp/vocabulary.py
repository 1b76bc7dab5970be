"""The vocabulary of the protocol, loaded at half its price.

`lsprotocol.types` is 554 classes, each with comparisons, texts and checks of assignments that attrs
generates, compiles and keeps. Nobody here compares protocol objects or prints them, so they are left
out while the module is loaded: 130 of 290 ms of processor time, 4 of 16 MB.
"""

import importlib
import sys
from typing import Any, Final

import attrs

_TYPES: Final = "lsprotocol.types"
_LEAN: Final[dict[str, Any]] = {
    "eq": False,
    "repr": False,
    "match_args": False,
    "weakref_slot": False,
    "on_setattr": attrs.setters.NO_OP,
}


def load() -> None:
    """Load `lsprotocol.types`, unless somebody has."""
    if _TYPES in sys.modules:
        return
    define = attrs.define

    def lean(*given: Any, **options: Any) -> Any:
        return define(*given, **_LEAN | options)

    attrs.define = lean
    try:
        importlib.import_module(_TYPES)
    finally:
        attrs.define = define

"""One file per flow operation; each declares `OPERATION`."""

import importlib
import pkgutil
from functools import cache

from vesper.lang.operation import register


@cache
def load() -> None:
    """Find and register every operation of this folder."""
    for module in pkgutil.iter_modules(__path__):
        register(importlib.import_module(f"{__name__}.{module.name}").OPERATION)

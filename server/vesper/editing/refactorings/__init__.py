"""Refactorings: one file each."""

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from functools import cache

from vesper.editing.refactoring import Offer, Place


@cache
def load() -> Mapping[str, Callable[[Place], Iterator[Offer]]]:
    """Every refactoring by its name, which is that of its file."""
    names = sorted(it.name for it in pkgutil.iter_modules(__path__))
    modules = {it: importlib.import_module(f"{__name__}.{it}") for it in names}
    return {name: module.offers for name, module in modules.items()}

"""One file per diagnostic; each declares one rule with its own examples."""

import importlib
import pkgutil
from functools import cache

from vesper.lang.rule import Rule


@cache
def load() -> dict[str, Rule]:
    """Every rule of this folder by its code. Two rules with one code are a mistake in the code."""
    found: dict[str, Rule] = {}
    for info in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{info.name}")
        rule = next(it for it in vars(module).values() if isinstance(it, Rule))
        assert rule.code not in found, f"two rules are called {rule.code}"
        found[rule.code] = rule
    return found

"""Sound parameters for any method of the protocol, made from its types."""

import random
from typing import Any, get_args, get_origin, get_type_hints

import attrs
from lsprotocol import types


def sound(method: str, uri: str, chance: random.Random) -> Any:
    """Good parameters of a method, about a document."""
    kind = types.METHOD_TO_TYPES[method][2] if method in types.METHOD_TO_TYPES else None
    return sample(kind, uri, chance) if kind else {"textDocument": {"uri": uri}}


def placed(params: Any, place: dict[str, int]) -> Any:
    """The parameters with every place in them being this one."""
    if isinstance(params, list):
        return [placed(it, place) for it in params]
    if not isinstance(params, dict):
        return params
    if set(params) == {"line", "character"}:
        return place
    return {key: placed(value, place) for key, value in params.items()}


def sample(kind: Any, uri: str, chance: random.Random) -> Any:
    """Some value of a type of the protocol, as JSON."""
    if kind is type(None) or kind is Any:
        return None
    if isinstance(kind, type) and attrs.has(kind):
        hints = get_type_hints(kind)
        return {
            _camel(it.name): sample(hints[it.name], uri, chance)
            for it in attrs.fields(kind)
            if it.default is attrs.NOTHING
        }
    if isinstance(kind, type) and issubclass(kind, str | int):
        members = list(getattr(kind, "__members__", {}).values())
        if members:
            return chance.choice(members).value
        return {bool: False, int: 1, str: uri}.get(kind, 1)
    if get_origin(kind) is dict:
        return {}
    arguments = [it for it in get_args(kind) if it is not type(None)]
    if get_origin(kind) in (list, tuple) or "Sequence" in str(get_origin(kind)):
        return [sample(arguments[0], uri, chance)]
    return sample(chance.choice(arguments), uri, chance) if arguments else 0


def _camel(name: str) -> str:
    first, *others = name.rstrip("_").split("_")
    return first + "".join(it.title() for it in others)

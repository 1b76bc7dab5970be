"""What a language feature is: a function that answers one method of the protocol.

Each file of `lsp/features` holds one, or a few that belong together; nothing lists them. The
function stays an ordinary function, so a test calls `hover(server, params)` without any transport.

A request that the client cancels is answered at once, by the thread that reads; what its handler
returns later is dropped. A handler that may take longer than a few milliseconds (it goes over every
line of a document, or over many files) calls `ls.check_cancelled()` in its loop: that raises when
nobody waits for the answer any more, and the server turns to the next message. It costs less than a
microsecond. Call it where nothing is half done, since the handler is left there; what was worked out
should be kept for the next request. Code of `lang` that takes long gets it as a plain callback.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeVar

Handler = TypeVar("Handler", bound=Callable[..., Any])

_MARK = "__vesper_declared__"


class Feature(NamedTuple):
    """A method of the protocol and the function `(ls, params)` that answers it."""

    method: str
    options: object
    """What the server's capabilities say about it, such as `types.CompletionOptions`."""
    call: Callable[..., Any]


class Command(NamedTuple):
    """A command of `workspace/executeCommand` and the function `(ls, *arguments)` that runs it."""

    name: str
    call: Callable[..., Any]


def feature(method: str, options: object = None) -> Callable[[Handler], Handler]:
    """Declare the function below as the answer to `method`.

    It gets the server and the method's parameters as `lsprotocol` has them (plain JSON values for
    methods of our own), and returns protocol objects, plain JSON values, or a mix. It runs on the
    serving thread and must be quick.
    """

    def declare(function: Handler) -> Handler:
        _declared(function).append(Feature(method, options, function))
        return function

    return declare


def command(name: str) -> Callable[[Handler], Handler]:
    """Declare the function below as the command `name`; its arguments are plain JSON values."""

    def declare(function: Handler) -> Handler:
        _declared(function).append(Command(name, function))
        return function

    return declare


def discover(package: str) -> Iterator[Feature | Command]:
    """Everything declared in the modules of a package."""
    path = importlib.import_module(package).__path__
    for found in pkgutil.iter_modules(path):
        name = f"{package}.{found.name}"
        for value in vars(importlib.import_module(name)).values():
            if getattr(value, "__module__", None) == name:
                yield from getattr(value, _MARK, ())


def _declared(function: Callable[..., Any]) -> list[Feature | Command]:
    if inspect.iscoroutinefunction(function) or inspect.isgeneratorfunction(function):
        raise TypeError(f"{function.__qualname__} must be a plain function")
    declared: list[Feature | Command] = function.__dict__.setdefault(_MARK, [])
    return declared

"""A server whose extra handlers misbehave, to see that everything else goes on."""

import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from vesper.errors import VesperError
from vesper.lsp.feature import Feature
from vesper.lsp.server import VesperServer, create_server


def add_odd_handlers(server: VesperServer) -> None:
    """Give the server methods that are slow, that fail, and that write where they must not."""

    def busy(_: VesperServer, params: dict[str, float]) -> float:
        time.sleep(params["seconds"])
        return params["seconds"]

    def hang(ls: VesperServer, _: Any) -> None:
        ls.notify("test/hanging")
        threading.Event().wait()

    def deny(_: VesperServer, params: Any) -> None:
        what = (params or {}).get("what", "this")
        raise VesperError("denied", f"{what} may not be done", "ask somebody who may")

    def crash(_: VesperServer, params: Any) -> float:
        return 1 / params["divisor"]

    def echo(_: VesperServer, params: Any) -> Any:
        return params

    def unwritable(_: VesperServer, __: Any) -> object:
        return object()

    def say(_: VesperServer, params: Any) -> None:
        print(params["text"], flush=True)

    def later(ls: VesperServer, params: Any) -> None:
        threading.Thread(target=ls.soon, args=[lambda: ls.notify("test/late", params)]).start()

    for name, handler in {
        "busy": busy,
        "hang": hang,
        "gate": _gate,
        "deny": deny,
        "crash": crash,
        "echo": echo,
        "unwritable": unwritable,
        "print": say,
        "heed": _heed,
        "later": later,
    }.items():
        server.add(Feature(f"test/{name}", None, handler))


def _heed(ls: VesperServer, _: Any) -> None:
    ls.notify("test/heeding")
    while True:
        ls.check_cancelled()
        time.sleep(0.001)


def _gate(ls: VesperServer, _: Any) -> str:
    with tempfile.TemporaryDirectory() as folder:
        opened = Path(folder, "open")
        ls.notify("test/waiting", {"gate": str(opened)})
        while not opened.exists():
            time.sleep(0.005)
    return "late"


if __name__ == "__main__":
    served = create_server()
    add_odd_handlers(served)
    served.start_io()
    sys.exit(served.exit_code)

"""Trials of what lies outside: files that never end, and addresses that a document names."""

import os
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from bench.torture.server import Lost, Server, Target
from bench.torture.trial import Effort, Result, Trial, counted, short


def _endless_files(target: Target, folder: Path, _: Effort) -> Result:
    """Requests about a FIFO and a device: an answer soon, and no memory."""
    fifo = folder / "pipe.vsp"
    os.mkfifo(fifo)
    uris = {"a FIFO": fifo.as_uri(), "/dev/zero": "file:///dev/zero", "a folder": folder.as_uri()}
    faults: list[str] = []
    slowest = 0.0
    for name, uri in uris.items():
        for method in ("hover", "documentSymbol", "completion", "definition"):
            with Server(target, folder) as server:
                server.initialize()
                before = server.memory()
                begun = time.monotonic()
                try:
                    server.about(uri, method, seconds=5)
                except Lost as lost:
                    faults.append(f"{method} of {name}: {lost}")
                slowest = max(slowest, time.monotonic() - begun)
                if server.process.poll() is None and server.memory() - before > 50:
                    faults.append(f"{method} of {name}: +{server.memory() - before:.0f} MB")
    return Result(f"slowest {short(slowest)}", faults)


def _fetching(target: Target, folder: Path, _: Effort) -> Result:
    """Documents that name a URL in every way there is: nobody may call it."""
    called: list[str] = []

    class Listening(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            called.append(self.path)
            self.send_response(404)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    listener = ThreadingHTTPServer(("127.0.0.1", 0), Listening)
    Thread(target=listener.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{listener.server_address[1]}"
    texts = {
        "modeline": f"# yaml-language-server: $schema={url}/modeline\nnode_id: a_v1\n",
        "dollar": f"$schema: {url}/dollar\nnode_id: a_v1\n",
        "quoted": f'"$schema": "{url}/quoted"\nnode_id: a_v1\n',
        "value": f"node_id: a_v1\nmetadata:\n  documentation: {url}/value\n",
        "tag": f"%TAG ! {url}/tag:\n---\nnode_id: !x a_v1\n",
    }
    try:
        with Server(target, folder) as server:
            server.initialize()
            for name, text in texts.items():
                uri = server.open(f"{name}.vsp", text)
                server.diagnostics(uri)
                for method in ("hover", "documentSymbol", "documentLink"):
                    server.about(uri, method)
            time.sleep(1)
    finally:
        listener.shutdown()
        listener.server_close()
    faults = [f"{it} was called" for it in called]
    return counted(faults, len(texts)) if not faults else Result("called", faults)


TRIALS = (
    Trial("URI of a FIFO, a device, a folder", "an answer, < 5 s", _endless_files),
    Trial("`$schema` and modelines", "nothing fetched", _fetching),
)

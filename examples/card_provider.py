"""A card provider for the examples, on this machine only: no money moves, and nothing is kept.

`python examples/card_provider.py` serves on 127.0.0.1:8701, where `examples/vesper.toml` looks for it;
`--port 0` takes a free port and prints it. A charge is known by its `Idempotency-Key`: the same key gives
the same charge, and only once. The card `tok_declined` is refused, `tok_busy` answers at the third try.
"""

import argparse
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PORT = 8701


class Bank:
    """What the provider knows: charges by their keys, and how often each request came."""

    def __init__(self) -> None:
        self.charges: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, str] = {}
        self.requests: list[str] = []
        self._tries: dict[str, int] = {}
        self._lock = threading.Lock()

    def charge(self, key: str, wanted: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Take a charge, or tell it again; the status of HTTP and the answer."""
        with self._lock:
            known = self.charges.get(key)
            if known is not None:
                if known["wanted"] != wanted:
                    return 409, failure("key_reused", "this key belongs to another charge")
                return 200, known["answer"]
            if wanted.get("card") == "tok_declined":
                return 402, failure("declined", "the bank refuses this card")
            if wanted.get("card") == "tok_busy":
                self._tries[key] = self._tries.get(key, 0) + 1
                if self._tries[key] < 3:
                    return 503, failure("busy", "try again in a moment")
            number = len(self.charges) + 1
            answer = {"id": f"ch_{number:04}", "status": "captured", "amount": wanted.get("amount")}
            self.charges[key] = {"wanted": wanted, "answer": answer}
            return 201, answer

    def refund(self, charge: str) -> tuple[int, dict[str, Any]]:
        """Give a charge back; a second time changes nothing."""
        with self._lock:
            if all(it["answer"]["id"] != charge for it in self.charges.values()):
                return 404, failure("unknown_charge", f"there is no charge {charge}")
            number = self.refunds.setdefault(charge, f"re_{len(self.refunds) + 1:04}")
            return 200, {"id": number, "charge": charge, "status": "refunded"}

    def statement(self) -> dict[str, Any]:
        """All that happened, for whoever wants to see that nothing was charged twice."""
        with self._lock:
            charges = [it["answer"] for it in self.charges.values()]
            return {"charges": charges, "refunds": self.refunds, "requests": self.requests}


def failure(code: str, message: str) -> dict[str, Any]:
    """An error as such services write it."""
    return {"error": {"code": code, "message": message}}


def handler(bank: Bank, quiet: bool) -> type[BaseHTTPRequestHandler]:
    """What answers the requests for one bank."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if self.path == "/v1/charges":
                self._answer(200, bank.statement())
            else:
                self._answer(404, failure("not_found", f"there is nothing at {self.path}"))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            bank.requests.append(f"POST {self.path}")
            if not self.headers.get("Authorization", "").startswith("Bearer "):
                self._answer(401, failure("no_key", "send your key as the bearer token"))
            elif self.path == "/v1/charges":
                key = self.headers.get("Idempotency-Key") or f"none-{len(bank.requests)}"
                self._answer(*bank.charge(key, json.loads(body or b"{}")))
            elif self.path.startswith("/v1/charges/") and self.path.endswith("/refund"):
                self._answer(*bank.refund(self.path.split("/")[3]))
            else:
                self._answer(404, failure("not_found", f"there is nothing at {self.path}"))

        def log_message(self, format: str, *args: Any) -> None:
            if not quiet:
                super().log_message(format, *args)

        def _answer(self, status: int, said: dict[str, Any]) -> None:
            data = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    return Handler


def main() -> None:
    """Serve until somebody ends the process."""
    parser = argparse.ArgumentParser(
        description="A card provider for the examples; no money moves."
    )
    parser.add_argument("--port", type=int, default=PORT, help="0 takes a free one")
    parser.add_argument("--quiet", action="store_true", help="say nothing about requests")
    given = parser.parse_args()
    server = ThreadingHTTPServer(("127.0.0.1", given.port), handler(Bank(), given.quiet))
    print(f"card provider on http://127.0.0.1:{server.server_address[1]}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


if __name__ == "__main__":
    main()

"""The servers that are measured: how each is started, told its schema, and installed."""

import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import orjson

HERE = Path(__file__).parent
CACHE = HERE.parent / ".cache" / "lsp"
SCHEMA = HERE.parents[1] / "schemas" / "vsp.schema.json"


class CannotMeasure(Exception):
    """Something the measurement needs is missing; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Server:
    """A language server as an editor would be set up for it.

    `settings` is what it gets for `workspace/configuration`: dotted sections are looked up in it.
    """

    name: str
    command: Sequence[str]
    language: str
    settings: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def answer(self, method: str, params: Any) -> Any:
        """What the client says to the server's own requests."""
        if method == "workspace/configuration":
            return [self._section(it.get("section") or "") for it in params["items"]]
        return None

    def _section(self, name: str) -> Any:
        found: Any = self.settings
        for part in filter(None, name.split(".")):
            found = (
                cast("Mapping[str, Any]", found).get(part) if isinstance(found, Mapping) else None
            )
        return found


def vesper(command: Sequence[str] = ()) -> Server:
    """Ours, as an editor starts it."""
    return Server("vesper", command or (sys.executable, "-m", "vesper", "lsp"), "vsp")


def yaml_language_server(schema: Path, command: Sequence[str] = ()) -> Server:
    """The peer, with the schema for `*.vsp` as an extension would contribute it; installs it if need be."""
    if not schema.is_file():
        raise CannotMeasure(f"{schema} does not exist: name the generated schema with --schema")
    settings = {
        "yaml": {
            "validate": True,
            "completion": True,
            "hover": True,
            "format": {"enable": True},
            "schemas": {schema.resolve().as_uri(): ["*.vsp"]},
            # The public store would send it to the network, which no figure should depend on.
            "schemaStore": {"enable": False},
            "maxItemsComputed": 5000,
        },
        "[yaml]": {"editor.tabSize": 2},
    }
    return Server("yaml-language-server", command or _installed(), "yaml", settings)


def version_of_peer() -> str:
    """The version that `package-lock.json` pins, and the node it runs on."""
    installed = CACHE / "node_modules" / "yaml-language-server" / "package.json"
    if not installed.is_file():
        return "unknown"
    node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False)
    return f"{orjson.loads(installed.read_bytes())['version']}, node {node.stdout.strip()}"


def _installed() -> Sequence[str]:
    """The peer's command, after `npm ci` where the pinned versions are not there yet."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise CannotMeasure("the peer needs node 20 or later and npm on PATH")
    CACHE.mkdir(parents=True, exist_ok=True)
    lock = "package-lock.json"
    pinned, present = HERE / lock, CACHE / lock
    program = CACHE / "node_modules" / "yaml-language-server" / "bin" / "yaml-language-server"
    if not program.is_file() or not present.is_file() or _differ(pinned, present):
        present.unlink(missing_ok=True)
        shutil.copy(HERE / "package.json", CACHE)
        staged = shutil.copy(pinned, CACHE / lock)
        done = subprocess.run(
            [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            cwd=CACHE,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            Path(staged).unlink()
            raise CannotMeasure(f"npm could not install the peer:\n{done.stderr.strip()[-2000:]}")
    return (node, str(program), "--stdio")


def _differ(one: Path, other: Path) -> bool:
    return one.read_bytes() != other.read_bytes()

"""The wheel holds all that it needs: it is built, unpacked far from the sources, and used."""

import configparser
import importlib.metadata
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import NamedTuple

import pytest

import vesper
from tests.lsp.process import frame, frames, initialize, notification, request

ROOT = Path(__file__).parents[2]
DATA = {".md", ".typed", ".sql", ".json", ".toml", ".html"}

pytestmark = pytest.mark.e2e


class Installed(NamedTuple):
    """A wheel, and the folder it was unpacked into."""

    wheel: Path
    folder: Path

    def command(self) -> list[str]:
        """The installed `vesper`: what an installer makes of its entry point."""
        (points,) = self.folder.glob("vesper-*.dist-info/entry_points.txt")
        config = configparser.ConfigParser()
        config.read(points)
        module, _, function = config["console_scripts"]["vesper"].partition(":")
        return [sys.executable, "-c", f"import sys; from {module} import {function}; {function}()"]

    def run(self, *arguments: str, cwd: Path, said: bytes = b"") -> subprocess.CompletedProcess:
        """Run the installed command where only the unpacked wheel can be imported."""
        return subprocess.run(
            [*self.command(), *arguments],
            cwd=cwd,
            env={**os.environ, "PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1"},
            input=said,
            capture_output=True,
            timeout=40,
            check=False,
        )


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel of the sources as they are, built without a network."""
    home = tmp_path_factory.mktemp("wheel")
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(home)],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        timeout=50,
        check=False,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    (wheel,) = home.glob("vesper-*.whl")
    folder = home / "site packages"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return Installed(wheel, folder)


def test_it_holds_every_file_of_both_packages_and_no_other(installed: Installed):
    sources = {
        path.relative_to(root).as_posix()
        for root in (ROOT / "server", ROOT / "mcp_tools")
        for path in root.rglob("*")
        if path.suffix in DATA | {".py"} and path.parts[-2] != "__pycache__"
    }
    packed = {it for it in zipfile.ZipFile(installed.wheel).namelist() if ".dist-info/" not in it}
    assert packed == sources
    assert "vesper_mcp/instructions.md" in packed


def test_it_says_what_it_is_and_what_it_needs(installed: Installed):
    (found,) = importlib.metadata.distributions(name="vesper", path=[str(installed.folder)])
    assert found.version == vesper.__version__
    assert found.metadata["Requires-Python"] == ">=3.11"
    assert {"pygls", "mcp", "pyyaml"} <= {it.split(">")[0] for it in found.requires or ()}
    assert [it.name for it in found.files or () if it.name == "LICENSE"] == ["LICENSE"]


def test_the_command_runs_from_the_wheel_and_not_from_the_sources(
    installed: Installed, tmp_path: Path
):
    done = installed.run("--version", cwd=tmp_path)
    assert (done.returncode, done.stdout.split()) == (0, [b"vesper", vesper.__version__.encode()])
    where = subprocess.run(
        [
            sys.executable,
            "-c",
            "import vesper, vesper_mcp; print(vesper.__file__, vesper_mcp.__file__, sep='\\n')",
        ],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(installed.folder)},
        capture_output=True,
        encoding="utf-8",
        timeout=40,
        check=True,
    )
    files = [Path(it) for it in where.stdout.splitlines()]
    assert [it for it in files if not it.is_relative_to(installed.folder)] == []


def test_a_first_workspace_is_made_and_checked(installed: Installed, tmp_path: Path):
    assert installed.run("init", cwd=tmp_path).returncode == 0
    done = installed.run("check", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, b"")
    (tmp_path / "bad.vsp").write_text("node_id: bad_v1\ntype: funtion\n")
    done = installed.run("check", "bad.vsp", cwd=tmp_path)
    assert done.returncode == 1
    assert b"`funtion` is not allowed here" in done.stdout


def test_its_language_server_has_every_feature_of_the_sources(installed: Installed, tmp_path: Path):
    messages = [
        initialize(1),
        notification("initialized", {}),
        request(2, "shutdown"),
        notification("exit"),
    ]
    done = installed.run("lsp", cwd=tmp_path, said=b"".join(map(frame, messages)))
    assert done.returncode == 0, done.stderr
    answer = next(it for it in frames(done.stdout) if it.get("id") == 1)["result"]
    assert answer["serverInfo"] == {"name": "vesper", "version": vesper.__version__}
    offered = answer["capabilities"].keys()
    assert {"hoverProvider", "completionProvider", "codeActionProvider"} <= offered
    assert "vesper.createTask" in answer["capabilities"]["executeCommandProvider"]["commands"]


def test_its_mcp_server_brings_its_instructions_and_its_tools(installed: Installed, tmp_path: Path):
    client = {"name": "test", "version": "1"}
    params = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client}
    messages = [
        request(1, "initialize", params),
        notification("notifications/initialized"),
        request(2, "tools/list"),
    ]
    said = b"".join(json.dumps(it).encode() + b"\n" for it in messages)
    done = installed.run("mcp", cwd=tmp_path, said=said)
    assert done.returncode == 0, done.stderr
    answers = {it["id"]: it["result"] for it in map(json.loads, done.stdout.splitlines())}
    written = (ROOT / "mcp_tools/vesper_mcp/instructions.md").read_text(encoding="utf-8")
    assert answers[1]["instructions"] == written
    assert "task_claim" in {it["name"] for it in answers[2]["tools"]}

"""Microsoft's own client for tests of debug adapters, the real adapter and real documents."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
CLIENT = REPOSITORY / ".tools" / "debug-adapter-client" / "node_modules"
VESPER = Path(sys.executable).with_name("vesper")
SESSIONS = [
    "a breakpoint by line, values, stepping, the end",
    "entry, steps into called nodes and out of them, two engines",
    "violated contracts and conditions",
    "what cannot be launched is refused in words",
    "a run is ended by whoever watches it",
]


@pytest.mark.e2e
def test_a_real_client_debugs_real_documents(tmp_path: Path) -> None:
    node = shutil.which("node")
    assert node, "Node.js is missing: `make test-clients` needs version 20 or later"
    assert CLIENT.is_dir(), "the client is missing: run `make test-clients`, which fetches it"
    (tmp_path / "vesper.toml").touch()
    for name in ("payment_handler.vsp", "parcel_quote.vsp"):
        shutil.copy(REPOSITORY / "examples" / name, tmp_path)
    script = Path(__file__).parent / "debug_adapter" / "session.js"
    done = subprocess.run(
        [node, str(script), str(VESPER), str(tmp_path.resolve())],
        env={**os.environ, "NODE_PATH": str(CLIENT)},
        capture_output=True,
        text=True,
        timeout=55,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines() == [f"ok {it}" for it in SESSIONS]

"""Bad input gets a clear answer in an envelope, on every engine, and leaves nothing behind."""

from pathlib import Path

import pytest

from tests.execution.bad_inputs import BAD, Bad
from vesper.errors import VesperError
from vesper.execution.runs import RunOptions
from vesper.project import Project
from vesper.runtime.envelope import RUN_ERRORS, Envelope
from vesper.values.encoding import from_json


def answer(folder: Path, bad: Bad, engine: str) -> Envelope | VesperError:
    (folder / "vesper.toml").write_text("", "utf-8")
    (folder / "bad.vsp").write_text(bad.document, "utf-8")
    project = Project(folder)
    try:
        return project.runs.run("bad.vsp", from_json(bad.given), RunOptions(engine))
    except VesperError as refused:
        return refused
    finally:
        project.close()


@pytest.mark.parametrize("engine", ["interp", "python"])
@pytest.mark.parametrize("bad", BAD, ids=lambda it: it.name)
def test_bad_input_is_told_with_its_code_and_step(tmp_path: Path, bad: Bad, engine: str) -> None:
    found = answer(tmp_path, bad, engine)
    if isinstance(found, VesperError):
        assert bad.code == "document_invalid", found.message
        assert found.kind == "invalid"
        assert found.hint
        return
    assert found.error is not None, found.output
    assert found.error.code == bad.code, found.error
    assert bad.code in RUN_ERRORS
    assert found.error.message
    if bad.step:
        assert found.error.details.get("step") == bad.step
    for name, value in bad.told.items():
        assert found.error.details.get(name) == value
    assert not (tmp_path / "PWNED").exists()
    assert not (tmp_path / ".git").exists()

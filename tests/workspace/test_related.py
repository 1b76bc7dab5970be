"""Which files have to do with a few others: as many as decide about their problems, and no more."""

from pathlib import Path

import pytest

from tests.workspace.test_index import workspace
from vesper.lang.piece import DocumentKind
from vesper.workspace.files import MAX_BYTES, document_kind
from vesper.workspace.related import File, related

EXAMPLES = Path(__file__).parents[2] / "examples"
CALL = "  - step: go{0}\n    operation: call_node\n    node_id: {0}\n"


def node(name: str, *calls: str) -> str:
    return f"node_id: {name}\nflow:\n" + "".join(CALL.format(it) for it in calls)


WORKSPACE = {
    "shop.vsp": node("shop_v1", "pay_v2", "mail_v1.*"),
    "pay.vsp": node("pay_v2", "bank_v1"),
    "bank.vsp": node("bank_v1"),
    "mail.vsp": node("mail_v1.3.0"),
    "second.vsp": node("shop_v1"),
    "other.vsp": node("weather_v1", "sun_v1"),
    "sun.vsp": node("sun_v1"),
    "empty.vsp": "",
    "lost.vsp": node("lost_v1", "sum_v1"),
    "roles.yaml": "writer:\n  extends: worker\n",
    "worker.role.yaml": "worker:\n  capabilities: [file_read]\n",
}


def found(tmp_path: Path, *wanted: str) -> set[str]:
    workspace(tmp_path, WORKSPACE)
    files = {it: _file(tmp_path / it) for it in WORKSPACE}
    others = [file for it, file in files.items() if it not in wanted]
    return {name for name, _, _ in related([files[it] for it in wanted], others, MAX_BYTES)}


def _file(path: Path) -> File:
    kind: DocumentKind = document_kind(path) or "vsp"
    return (path.name, path, kind)


@pytest.mark.parametrize(
    ("wanted", "needed"),
    [
        (["shop.vsp"], {"pay.vsp", "bank.vsp", "mail.vsp", "second.vsp"}),
        (["bank.vsp"], {"pay.vsp"}),
        (["other.vsp"], {"sun.vsp"}),
        (["roles.yaml"], {"worker.role.yaml"}),
        (["sun.vsp", "worker.role.yaml"], {"other.vsp", "roles.yaml"}),
    ],
)
def test_what_a_file_relies_on_and_who_else_has_its_names_is_found(
    tmp_path: Path, wanted: list[str], needed: set[str]
):
    assert needed <= found(tmp_path, *wanted)
    assert not {"lost.vsp"} & found(tmp_path, *wanted)


def test_a_name_that_nobody_defines_may_have_been_meant_to_be_any(tmp_path: Path):
    assert found(tmp_path, "lost.vsp") == WORKSPACE.keys() - {"lost.vsp"}


@pytest.mark.parametrize("name", WORKSPACE)
def test_a_file_checked_alone_has_the_problems_it_has_among_all(tmp_path: Path, name: str):
    project = workspace(tmp_path, WORKSPACE)
    everyone = {it.path.name: it.found for it in project.check_files(project.documents())}
    (alone,) = project.check_files([tmp_path / name])
    assert alone.found == everyone[name]


def test_what_cannot_be_read_is_passed_over(tmp_path: Path):
    workspace(tmp_path, {"a.vsp": node("a_v1"), "b.vsp": "x"})
    (tmp_path / "b.vsp").write_bytes(b"\xff a_v1")
    assert related([_file(tmp_path / "a.vsp")], [_file(tmp_path / "b.vsp")], MAX_BYTES) == []

"""The names of a workspace across files: what is known of each, and who notices a change of it."""

from pathlib import Path

import pytest

from vesper.lang.check import Analysis, check
from vesper.lang.source import Span
from vesper.project import Project
from vesper.workspace.index import Index

MAIL = """\
node_id: send_mail_v1
type: function
intent: Sends one mail
types:
  Address: {base: string}
inputs:
  to: Address
  subject: {type: string, default: none}
  copies: integer?
outputs:
  success: {id: string}
  error: {error_code: "enum[no_such_address, mail_down]"}
flow:
  - step: say
    operation: event_publish
    event_type: mail_sent
security:
  capabilities_required: [event_bus.publish.mail_sent]
"""
ORDER = """\
node_id: order_v2
type: workflow
flow:
  - step: confirm
    operation: call_node
    node_id: send_mail_v1.*
    parameters: {to: "a@b.c"}
    output: mail
  - step: think
    operation: agent_run
    role: writer
    goal: Write
"""
ROLES = """\
teammate:
  display_name: Teammate
  capabilities: [file_read]
  grantable: [file_write]
writer:
  extends: teammate
  description: Writes
  restrictions: ["max_file_changes: 5"]
"""


def workspace(root: Path, files: dict[str, str]) -> Project:
    (root / "vesper.toml").touch()
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Project(root)


@pytest.fixture
def index(tmp_path: Path) -> Index:
    files = {
        "mail.vsp": MAIL,
        "flows/order.vsp": ORDER,
        "roles.yaml": ROLES,
        "notes.txt": "node_id: x",
    }
    return workspace(tmp_path, files).scan.finish()


def test_a_node_is_known_by_what_callers_rely_on(index: Index):
    (node,) = index.nodes("send_mail_v1")
    assert (node.file, node.span, node.kind, node.intent) == (
        "mail.vsp", Span(0, 9, 0, 21), "function", "Sends one mail",
    )  # fmt: skip
    assert [(it.name, it.required) for it in node.inputs] == [
        ("to", True), ("subject", False), ("copies", False),
    ]  # fmt: skip
    assert str(node.inputs[0].type) == "Primitive(name='string')"
    assert [it.name for it in node.outputs] == ["id"]
    assert node.error_codes == ("no_such_address", "mail_down")
    assert node.grants == ("event_bus.publish.mail_sent",)
    assert node.publishes == ("mail_sent",)


def test_a_role_is_known_by_what_children_rely_on(index: Index):
    (role,) = index.roles("writer")
    assert (role.file, role.description) == ("roles.yaml", "Writes")
    assert role.parents == (("teammate", Span(5, 11, 5, 19)),)
    assert role.restrictions == (("max_file_changes", "5"),)
    (parent,) = index.roles("teammate")
    assert (parent.capabilities, parent.grantable) == (("file_read",), ("file_write",))
    assert [it.entry.container for it in index.uses("role", "teammate")] == ["writer"]


@pytest.mark.parametrize("is_open", [False, True])
def test_names_are_found_where_they_are_defined_and_used(index: Index, is_open: bool):
    if is_open:
        for file, text in (("mail.vsp", MAIL), ("flows/order.vsp", ORDER)):
            index.take(file, Analysis(text))
        index.take("roles.yaml", Analysis(ROLES, "role"))
    places = {
        "defined": index.definitions("node", "send_mail_v1"),
        "called": index.uses("node", "send_mail_v1"),
        "role": index.uses("role", "writer"),
        "parent": index.uses("role", "teammate"),
        "event": index.definitions("publishes", "mail_sent"),
        "output": index.definitions("variable", "mail"),
        "capability": index.uses("grant", "event_bus.publish.mail_sent"),
    }
    assert {
        name: [(it.file, it.entry.span.line, it.entry.container) for it in found]
        for name, found in places.items()
    } == {
        "defined": [("mail.vsp", 0, "send_mail_v1")],
        "called": [("flows/order.vsp", 5, "order_v2")],
        "role": [("flows/order.vsp", 10, "order_v2")],
        "parent": [("roles.yaml", 5, "writer")],
        "event": [("mail.vsp", 15, "send_mail_v1")],
        "output": [("flows/order.vsp", 7, "order_v2")],
        "capability": [("mail.vsp", 14, "send_mail_v1")],
    }


def test_calls_lead_to_the_nodes_they_mean_and_back(index: Index):
    (node,) = index.nodes("order_v2")
    (call,) = node.calls
    assert (call.node_id, call.span.line) == ("send_mail_v1.*", 5)
    meant = index.around_for("flows/order.vsp").called(call.node_id)
    assert [it.node_id for it in meant] == ["send_mail_v1"]
    (used,) = [it for it in index.uses("node", "send_mail_v1") if it.entry.detail == "call"]
    assert (used.entry.container, used.file) == ("order_v2", "flows/order.vsp")


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("send_mail_v1", ["send_mail_v1"]),
        ("mail", ["mail_down", "send_mail_v1"]),
        ("tm", ["teammate"]),
        ("sndml", ["send_mail_v1"]),
        ("zzz", []),
    ],
)
def test_symbols_are_found_by_some_of_their_letters(index: Index, query: str, names: list[str]):
    assert [it.entry.name for it in index.symbols(query)][: len(names) or None] == names


def test_the_surroundings_of_a_file_leave_out_its_own_names(index: Index):
    around = index.around_for("mail.vsp")
    assert "order_v2" in around.nodes
    assert "send_mail_v1" not in around.nodes
    assert sorted(around.nodes) == ["order_v2"]
    assert sorted(index.around_for("new.vsp").nodes) == ["order_v2", "send_mail_v1"]


def test_surroundings_stay_the_same_object_while_others_stay_the_same(index: Index):
    mine, theirs = index.around_for("flows/order.vsp"), index.around_for("mail.vsp")
    analysis = Analysis(ORDER)
    assert index.take("flows/order.vsp", analysis) is False
    analysis.edit(Span(9, 0, 9, 0), "    description: nobody elsewhere can notice this\n")
    assert index.take("flows/order.vsp", analysis) is False
    assert index.around_for("mail.vsp") is theirs

    analysis.edit(Span(0, 9, 0, 17), "order_v3")
    assert index.take("flows/order.vsp", analysis) is True
    assert index.around_for("flows/order.vsp") is mine
    assert index.around_for("mail.vsp") is not theirs
    assert sorted(index.around_for("mail.vsp").nodes) == ["order_v3"]
    assert sorted(theirs.nodes) == ["order_v2"]


def test_a_dropped_file_leaves_nothing_behind(index: Index):
    assert index.drop("mail.vsp") is True
    assert index.nodes("send_mail_v1") == ()
    assert index.definitions("step", "say") == []
    assert index.drop("mail.vsp") is False


def test_a_file_that_changed_on_disk_is_read_again_and_others_are_not(tmp_path: Path):
    project = workspace(tmp_path, {"mail.vsp": MAIL, "order.vsp": ORDER})
    project.scan.finish()
    (tmp_path / "mail.vsp").write_text(MAIL.replace("_v1", "_v10"), encoding="utf-8")
    (tmp_path / "order.vsp").unlink()
    project.scan.again()
    steps = 0
    while project.scan.step():
        steps += 1
    assert project.index.node_ids() == ("send_mail_v10",)
    assert steps == 4, "one folder, the end of the walk, and one file in two steps"


def test_several_documents_of_one_text_know_one_another():
    text = f"{MAIL}---\n{ORDER}"
    analysis = Analysis(text)
    assert sorted(analysis.around_at(3).nodes) == ["order_v2"]
    assert sorted(analysis.around_at(len(MAIL.splitlines()) + 3).nodes) == ["send_mail_v1"]
    index = Index()
    index.is_complete = True
    assert "VSP701" not in [it.code for it in check(text, "vsp", index.around_for("both.vsp"))]
    assert "VSP701" in [it.code for it in check(ORDER, "vsp", index.around_for("both.vsp"))]

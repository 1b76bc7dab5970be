"""The language server as an editor has it: a process of its own, spoken to over its real pipes."""

import asyncio
import shutil
from pathlib import Path

import pytest
import pytest_lsp
from lsprotocol import types

from tests.e2e.editor import CONFIG, PATIENCE, Editor, offset, units, vesper
from tests.requirements import requirement
from vesper.lang import ops
from vesper.lang.operation import operations

EXAMPLES = Path(__file__).parents[2] / "examples"
BROKEN = EXAMPLES / "broken"
EXPECTED = (BROKEN / "expected.txt").read_text(encoding="utf-8").splitlines()
NAMES = sorted({it.partition(":")[0] for it in EXPECTED})

pytestmark = pytest.mark.e2e


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A workspace with the broken examples."""
    folder = tmp_path / "work spaß"
    shutil.copytree(BROKEN, folder)
    (folder / ".vesper").mkdir()
    return folder


@pytest_lsp.fixture(config=CONFIG)
async def editor(editor: Editor, workspace: Path):
    """An editor as VS Code is; it leaves in good order."""
    await editor.start_session(workspace, pytest_lsp.client_capabilities("visual_studio_code"))
    yield
    assert await editor.leave() == 0
    assert editor.error is None


@requirement("V22")
async def test_each_broken_example_gets_the_problems_that_are_written_beside_it(
    editor: Editor, workspace: Path
):
    uris = {name: (await editor.open(workspace / name))[0] for name in NAMES}

    def said() -> list[str]:
        latest = {it.uri: it.diagnostics for it in editor.published}
        return [
            told(editor, name, uri, it) for name, uri in uris.items() for it in latest.get(uri, ())
        ]

    # What a file says of another is known once the workspace has been read.
    await editor.until(lambda: len(said()) == len(EXPECTED))
    assert said() == EXPECTED


def told(editor: Editor, name: str, uri: str, found: types.Diagnostic) -> str:
    """A problem as `vesper check` prints it."""
    line, character = found.range.start.line, found.range.start.character
    column = offset(editor.texts[uri].splitlines()[line], types.Position(0, character))
    assert found.source == "vesper"
    assert found.severity is not None
    severity = found.severity.name.lower()
    return f"{name}:{line + 1}:{column + 1}: {severity}: {found.message} {found.code}"


async def test_every_published_list_carries_the_version_of_its_text(
    editor: Editor, workspace: Path
):
    uri, _ = await editor.open(workspace / "sum.vsp")
    end = types.Position(10_000, 0)
    for _ in range(3):
        await editor.apply(uri, [types.TextEdit(types.Range(end, end), "\n# more\n")])
    versions = [it.version for it in editor.published]
    assert versions == sorted(versions)
    assert {versions[0], versions[-1]} == {1, 4}


async def test_positions_count_as_the_editor_counts(editor: Editor, workspace: Path):
    uri, _ = await editor.open(workspace / "greeting.vsp")
    place = editor.find(uri, "'Hello'")
    wide = types.TextEdit(types.Range(place, place), "'\U0001f44b' + wrods + ")
    problems = await editor.apply(uri, [wide])
    (found,) = [it for it in problems if "wrods" in it.message]
    assert found.range.start == editor.find(uri, "wrods")
    assert found.range.end.character - found.range.start.character == units("wrods")


async def test_completion_offers_every_operation_and_inserting_one_mends_the_step(
    editor: Editor, workspace: Path
):
    uri, before = await editor.open(workspace / "greeting.vsp")
    at = editor.find(uri, "string_tempalte", after="operation: ")
    params = types.CompletionParams(types.TextDocumentIdentifier(uri), at)
    found = await editor.text_document_completion_async(params)
    assert isinstance(found, types.CompletionList)
    ops.load()
    assert operations().keys() <= {it.label for it in found.items}
    (item,) = [it for it in found.items if it.label == "string_template"]
    assert isinstance(item.text_edit, types.InsertReplaceEdit)
    edit = types.TextEdit(item.text_edit.replace, item.text_edit.new_text)
    after = await editor.apply(uri, [edit])
    assert {it.code for it in before} - {it.code for it in after} == {"VSP501"}


async def test_completion_inside_an_expression_knows_the_names_set_so_far(
    editor: Editor, workspace: Path
):
    uri, _ = await editor.open(workspace / "greeting.vsp")
    at = editor.find(uri, "words}, {trim", after='template: "{')
    params = types.CompletionParams(types.TextDocumentIdentifier(uri), at)
    found = await editor.text_document_completion_async(params)
    assert isinstance(found, types.CompletionList)
    labels = [it.label for it in found.items]
    assert {"name", "language", "words", "trim"} <= set(labels)


async def test_hover_explains_keys_operations_functions_and_names(editor: Editor, workspace: Path):
    uri, _ = await editor.open(workspace / "greeting.vsp")

    async def told(words: str, after: str = "") -> str:
        at = editor.find(uri, words, after)
        params = types.HoverParams(types.TextDocumentIdentifier(uri), at)
        found = await editor.text_document_hover_async(params)
        assert found is not None
        assert isinstance(found.contents, types.MarkupContent)
        return found.contents.value

    assert "What the node is for" in await told("intent:")
    assert "every guard holds" in await told("validation", "operation: ")
    assert "Without white space" in await told("trim(name)", "{words}, {")
    assert "`name: string` — input" in await told("name)}", "{words}, {trim(")


async def test_definition_leads_to_the_step_output_and_to_the_input(
    editor: Editor, workspace: Path
):
    uri, _ = await editor.open(workspace / "greeting.vsp")

    async def defined(words: str, after: str) -> list[str]:
        at = editor.find(uri, words, after)
        params = types.DefinitionParams(types.TextDocumentIdentifier(uri), at)
        found = await editor.text_document_definition_async(params)
        assert isinstance(found, list)
        lines = editor.texts[uri].splitlines()
        places = [it for it in found if isinstance(it, types.LocationLink)]
        assert {it.target_uri for it in places} <= {uri}
        return [lines[it.target_selection_range.start.line].strip() for it in places]

    outputs = await defined("words}", 'template: "{')
    assert outputs
    assert set(outputs) == {"output: words"}
    assert await defined("name)}", "{words}, {trim(") == ["name:"]


async def test_the_outline_has_sections_fields_and_steps(editor: Editor, workspace: Path):
    uri, _ = await editor.open(workspace / "greeting.vsp")
    params = types.DocumentSymbolParams(types.TextDocumentIdentifier(uri))
    found = await editor.text_document_document_symbol_async(params)
    symbols: dict[str, types.DocumentSymbol] = {}

    def collect(level: object) -> None:
        assert isinstance(level, list | tuple)
        for it in level:
            assert isinstance(it, types.DocumentSymbol)
            symbols[it.name] = it
            collect(it.children or [])

    collect(found)
    assert {"inputs", "outputs", "contracts", "flow", "language", "choose_words"} <= symbols.keys()
    flow = symbols["flow"].children or []
    assert [it.name for it in flow] == ["need_a_name", "choose_words", "greet"]


async def test_words_inside_expressions_are_coloured_by_what_they_are(
    editor: Editor, workspace: Path
):
    uri, _ = await editor.open(workspace / "greeting.vsp")
    params = types.SemanticTokensParams(types.TextDocumentIdentifier(uri))
    found = await editor.text_document_semantic_tokens_full_async(params)
    assert found is not None
    assert editor.offered is not None
    provider = editor.offered.semantic_tokens_provider
    assert isinstance(provider, types.SemanticTokensOptions)
    legend = provider.legend.token_types
    lines, colours, line, column = editor.texts[uri].splitlines(), set(), 0, 0
    for index in range(0, len(found.data), 5):
        down, right, length, kind, _ = found.data[index : index + 5]
        line, column = line + down, right if down else column + right
        colours.add((lines[line][column : column + length], legend[kind]))
    assert {("trim", "function"), ("CONTAINS", "keyword")} <= colours
    assert len({kind for _, kind in colours}) >= 5


async def test_quick_fixes_turn_the_broken_greeting_into_the_clean_one(
    editor: Editor, workspace: Path
):
    uri, problems = await editor.open(workspace / "greeting.vsp")
    assert len(problems) == 5
    while problems:
        left = len(problems)
        fixes = [it for it in await editor.actions(uri, problems[0]) if it.is_preferred]
        (fix,) = [it for it in fixes if (it.diagnostics or [None])[0] == problems[0]]
        assert fix.kind == types.CodeActionKind.QuickFix
        assert fix.edit is not None
        (change,) = fix.edit.document_changes or ()
        assert isinstance(change, types.TextDocumentEdit)
        assert change.text_document.version == editor.versions[uri]
        edits = [it for it in change.edits if isinstance(it, types.TextEdit)]
        problems = await editor.apply(uri, edits)
        assert len(problems) == left - 1
    assert editor.texts[uri] == (EXAMPLES / "greeting.vsp").read_text(encoding="utf-8")


async def test_a_problem_becomes_a_task_that_other_processes_see_and_finish(
    editor: Editor, workspace: Path
):
    uri, problems = await editor.open(workspace / "greeting.vsp")
    (problem,) = [it for it in problems if it.code == "VSP501"]
    line = problem.range.start.line
    actions = await editor.actions(uri, problem)
    (create,) = [it for it in actions if it.title == "Create task from this problem"]
    made = await editor.run(create)
    await editor.until(lambda: editor.task_news)

    (task,) = await vesper(workspace, "task", "list")
    assert task["id"] == made["id"]
    assert task["status"] == "pending"
    assert (task["place"]["path"], task["place"]["line"]) == ("greeting.vsp", line)
    assert task["place"]["code"] == "VSP501"
    assert problem.message in task["title"]
    assert await editor.lenses(uri) == {line: f"Task {task['id']}: {task['title']}"}

    heard = len(editor.task_news)
    await vesper(workspace, "task", "claim", str(task["id"]), "--as", "ann")
    await editor.until(lambda: len(editor.task_news) > heard)
    assert await editor.lenses(uri) == {line: f"Task {task['id']}: {task['title']}, ann is on it"}

    heard = len(editor.task_news)
    await vesper(workspace, "task", "done", str(task["id"]), "--as", "ann", "--summary", "renamed")
    await editor.until(lambda: len(editor.task_news) > heard)
    assert await editor.lenses(uri) == {}
    assert editor.task_news == sorted(set(editor.task_news)), "each change is told once"


async def test_asking_twice_for_a_task_makes_one(editor: Editor, workspace: Path):
    uri, problems = await editor.open(workspace / "greeting.vsp")
    actions = await editor.actions(uri, problems[0])
    (create,) = [it for it in actions if it.title == "Create task from this problem"]
    assert (await editor.run(create))["id"] == (await editor.run(create))["id"]
    assert len(await vesper(workspace, "task", "list")) == 1


async def test_all_problems_of_a_file_become_tasks_at_once(editor: Editor, workspace: Path):
    uri, problems = await editor.open(workspace / "roles.yaml")
    actions = await editor.actions(uri, problems[0])
    (create,) = [it for it in actions if it.title.startswith("Create tasks for all")]
    await editor.run(create)
    tasks = await vesper(workspace, "task", "list")
    assert {it["place"]["code"] for it in tasks} == {it.code for it in problems}
    assert {it["place"]["path"] for it in tasks} == {"roles.yaml"}
    assert (await editor.lenses(uri)).keys() == {it.range.start.line for it in problems}


async def test_a_role_file_completes_and_its_parents_can_be_followed(
    editor: Editor, workspace: Path
):
    uri, _ = await editor.open(workspace / "roles.yaml")
    document = types.TextDocumentIdentifier(uri)
    for words, after, offered in (
        ("teamate", "extends: ", {"teammate", "orchestrator", "writer"}),
        ("file_write", "    - ", {"file_write", "network_access"}),
        ("max_cost_us:", "    ", {"max_cost_usd", "max_tokens"}),
    ):
        at = editor.find(uri, words, after)
        found = await editor.text_document_completion_async(types.CompletionParams(document, at))
        assert isinstance(found, types.CompletionList)
        assert offered <= {it.label for it in found.items}
    at = editor.find(uri, "implementer", after="extends: ")
    place = await editor.text_document_definition_async(types.DefinitionParams(document, at))
    assert isinstance(place, list)
    lines = editor.texts[uri].splitlines()
    links = [it for it in place if isinstance(it, types.LocationLink)]
    assert [lines[it.target_selection_range.start.line] for it in links] == ["implementer:"]


async def test_closing_a_document_takes_its_problems_away(editor: Editor, workspace: Path):
    uri, problems = await editor.open(workspace / "sum.vsp")
    assert problems
    document = types.TextDocumentIdentifier(uri)
    editor.text_document_did_close(types.DidCloseTextDocumentParams(document))
    await editor.until(lambda: not editor.published[-1].diagnostics)
    assert editor.published[-1].uri == uri


@pytest_lsp.fixture(
    config=CONFIG,
    params=["visual_studio_code", "neovim@0.6.1", "neovim@0.11.0", "emacs"],
)
async def any_editor(any_editor: Editor, request: pytest.FixtureRequest, workspace: Path):
    """Editors with the capabilities that real ones declare."""
    offered = pytest_lsp.client_capabilities(request.param)
    await any_editor.start_session(workspace, offered)
    yield
    assert await any_editor.leave() == 0
    assert any_editor.error is None


async def test_every_editor_gets_problems_and_can_ask_for_everything(
    any_editor: Editor, workspace: Path
):
    # pytest-lsp checks each answer against what the editor has said it understands.
    uri, problems = await any_editor.open(workspace / "greeting.vsp")
    assert len(problems) == 5
    document, at = types.TextDocumentIdentifier(uri), any_editor.find(uri, "trim(name)}")
    asked = (
        any_editor.text_document_completion_async(types.CompletionParams(document, at)),
        any_editor.text_document_hover_async(types.HoverParams(document, at)),
        any_editor.text_document_document_symbol_async(types.DocumentSymbolParams(document)),
        any_editor.text_document_semantic_tokens_full_async(types.SemanticTokensParams(document)),
        any_editor.actions(uri, problems[0]),
    )
    async with asyncio.timeout(PATIENCE):
        answers = await asyncio.gather(*asked)
    assert all(answers)


async def test_the_server_ends_when_its_editor_says_so(editor: Editor, workspace: Path):
    await editor.open(workspace / "sum.vsp")
    assert await editor.leave() == 0

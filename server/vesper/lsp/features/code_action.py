"""Code actions: quick fixes, and problems turned into tasks."""

from collections.abc import Iterator, Sequence

from lsprotocol import types

from vesper.lang.check import Diagnostic
from vesper.lsp.documents import OpenDocument
from vesper.lsp.feature import feature
from vesper.lsp.server import VesperServer

CREATE_TASK = "vesper.createTask"
CREATE_TASKS = "vesper.createTasks"
_OPTIONS = types.CodeActionOptions(
    code_action_kinds=[types.CodeActionKind.QuickFix, types.CodeActionKind.Source]
)


@feature(types.TEXT_DOCUMENT_CODE_ACTION, _OPTIONS)
def code_action(ls: VesperServer, params: types.CodeActionParams) -> list[types.CodeAction]:
    """Offer the fixes of the problems in the range, and tasks for what cannot be fixed now."""
    document = ls.document(params.text_document.uri)
    span = ls.span_of(document, params.range)
    found = document.analysis.diagnostics()
    here = [it for it in found if it.span[:2] <= span[2:] and span[:2] <= it.span[2:]]
    actions = [it for problem in here for it in _for_problem(ls, document, problem)]
    if found:
        title = "Create tasks for all problems in this file"
        arguments = [{"uri": document.uri}]
        command = types.Command(title, CREATE_TASKS, arguments=arguments)
        actions.append(types.CodeAction(title, types.CodeActionKind.Source, command=command))
    wanted = params.context.only
    if wanted:
        actions = [it for it in actions if _is_wanted(it, wanted)]
    return actions


def _is_wanted(action: types.CodeAction, wanted: Sequence[types.CodeActionKind | str]) -> bool:
    kind = str(getattr(action.kind, "value", action.kind))
    names = [str(getattr(it, "value", it)) for it in wanted]
    return any(kind == it or kind.startswith(f"{it}.") for it in names)


def _for_problem(
    ls: VesperServer, document: OpenDocument, problem: Diagnostic
) -> Iterator[types.CodeAction]:
    diagnostic = ls.diagnostic(document, problem)
    if problem.fix is not None:
        edits = [types.TextEdit(ls.range(document, it.span), it.text) for it in problem.fix.edits]
        target = types.OptionalVersionedTextDocumentIdentifier(document.uri, document.version)
        change = types.TextDocumentEdit(target, list(edits))
        yield types.CodeAction(
            problem.fix.title,
            types.CodeActionKind.QuickFix,
            [diagnostic],
            is_preferred=True,
            edit=types.WorkspaceEdit(document_changes=[change]),
        )
    title = "Create task from this problem"
    argument = {
        "uri": document.uri,
        "code": problem.code,
        "message": problem.message,
        "line": problem.span.line,
    }
    command = types.Command(title, CREATE_TASK, arguments=[argument])
    yield types.CodeAction(title, types.CodeActionKind.QuickFix, [diagnostic], command=command)

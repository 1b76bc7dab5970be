"""Code actions: quick fixes, refactorings, and problems turned into tasks. Edits come when asked for."""

from collections.abc import Iterator, Sequence
from typing import Any

from lsprotocol import types

from vesper.editing import refactorings
from vesper.editing.refactoring import Offer, Place, place_at
from vesper.errors import VesperError
from vesper.lang.check import Diagnostic
from vesper.lang.rule import Edit
from vesper.lang.source import Span
from vesper.lsp.documents import OpenDocument
from vesper.lsp.feature import feature
from vesper.lsp.server import VesperServer

CREATE_TASK = "vesper.createTask"
CREATE_TASKS = "vesper.createTasks"
_KINDS = ("quickfix", "refactor.extract", "refactor.rewrite", "source", "source.fixAll",
          "source.organizeKeys")  # fmt: skip
_OPTIONS = types.CodeActionOptions(code_action_kinds=_KINDS, resolve_provider=True)


@feature(types.TEXT_DOCUMENT_CODE_ACTION, _OPTIONS)
def code_action(ls: VesperServer, params: types.CodeActionParams) -> list[types.CodeAction]:
    """Offer the fixes of the problems in the range, refactorings, and tasks for the rest."""
    document = ls.document(params.text_document.uri)
    wanted = [str(getattr(it, "value", it)) for it in params.context.only or ()]
    place = place_at(document.analysis, ls.span_of(document, params.range))
    writer = _Writer(ls, document, place)
    actions = [it for problem in place.problems for it in writer.for_problem(problem)]
    for name, offers in refactorings.load().items():
        actions += [writer.offered(name, it) for it in offers(place) if writer.is_shown(it, wanted)]
    if document.analysis.diagnostics():
        actions.append(writer.for_all())
    return [it for it in actions if _is_wanted(it, wanted)]


@feature(types.CODE_ACTION_RESOLVE)
def resolve(ls: VesperServer, params: types.CodeAction) -> types.CodeAction:
    """Work out the edits of an action, for the text as it is now."""
    match params.data:
        case {"uri": str(uri), "refactoring": str(name), "span": [*numbers]}:
            document = ls.document(uri)
            place = place_at(document.analysis, Span(*map(int, numbers)))
            offers = refactorings.load().get(name)
            found = next(
                (it for it in (offers(place) if offers else ()) if it.title == params.title), None
            )
            if found is None or found.disabled:
                hint = "ask for actions again"
                raise VesperError("not_found", "this change is no longer possible here", hint)
            params.edit = _Writer(ls, document, place).edit(found.edits())
        case _:
            pass
    return params


def _is_wanted(action: types.CodeAction, wanted: Sequence[str]) -> bool:
    kind = str(getattr(action.kind, "value", action.kind))
    return not wanted or any(kind == it or kind.startswith(f"{it}.") for it in wanted)


class _Writer:
    """Writes the actions of one answer."""

    def __init__(self, ls: VesperServer, document: OpenDocument, place: Place) -> None:
        self._ls, self._document, self._place = ls, document, place
        can = ls.protocol.client_capabilities.text_document
        action = can.code_action if can else None
        lazy = action.resolve_support if action else None
        self._resolves = lazy is not None and "edit" in lazy.properties
        self._disables = bool(action and action.disabled_support)

    def edit(self, edits: Sequence[Edit]) -> types.WorkspaceEdit:
        """Edits of the text as it is now: a client with another version refuses them."""
        document = self._document
        written: list[Any] = [
            types.TextEdit(self._ls.range(document, it.span), it.text) for it in edits
        ]
        target = types.OptionalVersionedTextDocumentIdentifier(document.uri, document.version)
        return types.WorkspaceEdit(document_changes=[types.TextDocumentEdit(target, written)])

    def is_shown(self, offer: Offer, wanted: Sequence[str]) -> bool:
        """What cannot be done is shown to those who look for its kind."""
        looked_for = any(it.startswith("refactor") for it in wanted)
        return not offer.disabled or (self._disables and looked_for)

    def offered(self, name: str, offer: Offer) -> types.CodeAction:
        """A refactoring; its edits come now only to clients that cannot ask for them later."""
        action = types.CodeAction(
            offer.title,
            offer.kind,
            self._diagnostics(offer.problem),
            is_preferred=offer.is_preferred or None,
        )
        if offer.disabled:
            action.disabled = types.CodeActionDisabled(offer.disabled)
        elif self._resolves:
            span = list(self._place.span)
            action.data = {"uri": self._document.uri, "refactoring": name, "span": span}
        else:
            action.edit = self.edit(offer.edits())
        return action

    def for_problem(self, problem: Diagnostic) -> Iterator[types.CodeAction]:
        """The fix of a problem, which is worked out already, and a task for it."""
        diagnostics = self._diagnostics(problem)
        if problem.fix is not None:
            yield types.CodeAction(
                problem.fix.title,
                types.CodeActionKind.QuickFix,
                diagnostics,
                is_preferred=True,
                edit=self.edit(problem.fix.edits),
            )
        title = "Create task from this problem"
        argument = {
            "uri": self._document.uri,
            "code": problem.code,
            "message": problem.message,
            "line": problem.span.line,
        }
        command = types.Command(title, CREATE_TASK, arguments=[argument])
        yield types.CodeAction(title, types.CodeActionKind.QuickFix, diagnostics, command=command)

    def for_all(self) -> types.CodeAction:
        """Tasks for every problem of the file."""
        title = "Create tasks for all problems in this file"
        command = types.Command(title, CREATE_TASKS, arguments=[{"uri": self._document.uri}])
        return types.CodeAction(title, types.CodeActionKind.Source, command=command)

    def _diagnostics(self, problem: Diagnostic | None) -> list[types.Diagnostic] | None:
        return [self._ls.diagnostic(self._document, problem)] if problem is not None else None

"""VSP607: a sensitive field that nobody declares."""

from collections.abc import Iterator

from vesper.lang.exports import ExportKind
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, nearest, replace, rule, shortened, suggestion
from vesper.lang.scope import Scope
from vesper.lang.types import Array, MapType, RecordType, Type, is_type, unwrapped


@rule(
    "VSP607",
    "unknown-sensitive-field",
    bad="""
        inputs:
          card_number: string
        security:
          sensitive_data: [card_nubmer]
        #                  ^^^^^^^^^^^ nothing here is called `card_nubmer`; did you mean `card_number`?
        """,
    good="""
        inputs:
          card_number: string
        security:
          sensitive_data: [card_number]
        """,
)
def unknown_sensitive_field(piece: Piece, scope: Scope) -> Iterator[Finding]:
    """What is misspelt here stays readable in every log and trace."""
    mine = [it for it in piece.exports if it.kind == "sensitive" and not _is_named(scope, it.name)]
    if not mine or scope.is_broken():
        return
    known = tuple(dict.fromkeys(_known(scope)))
    for export in mine:
        if not any(part in known for part in export.name.split(".")) and known:
            near = nearest(export.name, known)
            fix = replace(f"Change it to `{near}`", export.span, near) if near else None
            hint = suggestion(export.name, known)
            message = f"nothing here is called `{shortened(export.name)}`{hint}"
            # A path may mean data that the steps find elsewhere.
            severity = "warning" if "." in export.name else "error"
            yield Finding(export.span, message, fix, severity=severity)


_KINDS: tuple[ExportKind, ...] = ("input", "output", "error-field", "variable", "fact")


def _is_named(scope: Scope, name: str) -> bool:
    """Whether that is the name of a value itself, and not of a field in one."""
    first = name.split(".", maxsplit=1)[0]
    return not name or any(scope.find(kind, first) is not None for kind in _KINDS)


def _known(scope: Scope) -> Iterator[str]:
    named = scope.types()
    for kind in _KINDS:
        for name in scope.names(kind):
            yield name
            found = scope.find(kind, name)
            detail = found[0] if found else None
            if is_type(detail):
                yield from _fields(detail, named)
    for kind in named.values():
        yield from _fields(kind, {})


def _fields(kind: Type, named: dict[str, Type]) -> Iterator[str]:
    match unwrapped(kind, named):
        case RecordType(fields=fields):
            yield from (name for name, _ in fields)
        case Array(item) | MapType(value=item):
            yield from _fields(item, {})
        case _:
            pass

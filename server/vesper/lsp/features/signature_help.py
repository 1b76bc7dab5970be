"""Signature help: the function whose arguments are being written, and which one it is."""

from lsprotocol import types

from vesper.editing.signatures import signature_at
from vesper.lsp.convert import markup
from vesper.lsp.feature import feature
from vesper.lsp.server import VesperServer

_OPTIONS = types.SignatureHelpOptions(trigger_characters=["(", ","], retrigger_characters=[")"])


@feature(types.TEXT_DOCUMENT_SIGNATURE_HELP, _OPTIONS)
def signature_help(
    ls: VesperServer, params: types.SignatureHelpParams
) -> types.SignatureHelp | None:
    """The innermost call around the cursor."""
    document = ls.document(params.text_document.uri)
    found = signature_at(document.analysis, *ls.place(document, params.position))
    if found is None:
        return None
    can = ls.protocol.client_capabilities.text_document
    told = can.signature_help.signature_information if can and can.signature_help else None
    offsets = bool(
        told and told.parameter_information and told.parameter_information.label_offset_support
    )
    parameters = [
        types.ParameterInformation((start, end) if offsets else found.label[start:end])
        for start, end in found.parameters
    ]
    doc = markup(found.function.doc, told.documentation_format if told else None)
    signature = types.SignatureInformation(found.label, doc, parameters, found.active)
    return types.SignatureHelp([signature], 0, found.active)

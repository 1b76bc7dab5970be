"""ROL108: a fallback that falls back to nothing else."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.exports import words_of
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, Related, rule
from vesper.lang.scope import Scope


@rule(
    "ROL108",
    "useless-fallback",
    severity="warning",
    bad="""
        worker:
          preferred_llm: local:ollama:llama3
          fallback_llms: [local:ollama:llama3]
        #                 ^^^^^^^^^^^^^^^^^^^ this model has been asked already when its turn comes
        writer:
          fallback_llms: []
        # ^^^^^^^^^^^^^ an empty list of fallbacks: name one, or leave the key out
        """,
    good="""
        worker:
          preferred_llm: local:ollama:llama3
          fallback_llms: [local:ollama:mistral]
        """,
)
def useless_fallback(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """A fallback is asked when the model before it did not answer, so it must be another one."""
    for slot in piece.walked.slots:
        if slot.path[-1:] != ("fallback_llms",) or slot.owner is None:
            continue
        key = slot.owner.entry("fallback_llms")
        if isinstance(slot.node, tree.Sequence) and not slot.node.items and key is not None:
            yield Finding(
                key.key.span, "an empty list of fallbacks: name one, or leave the key out"
            )
        first = slot.owner.get("preferred_llm")
        for model in words_of(slot.node):
            if isinstance(first, tree.Scalar) and model.text == first.text:
                related = (Related(first.span, "asked first"),)
                message = "this model has been asked already when its turn comes"
                yield Finding(model.span, message, related=related, unused=True)

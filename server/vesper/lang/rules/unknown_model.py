"""ROL107: a model of a provider that nobody knows."""

import re
from collections.abc import Iterator

from vesper.lang.models import provider_of
from vesper.lang.piece import Piece
from vesper.lang.roles import PROVIDERS
from vesper.lang.rule import Finding, nearest, replace, rule, shortened
from vesper.lang.scope import Scope
from vesper.lang.source import RelativeSource

_SECRET = re.compile(r"\bsk-|[A-Za-z0-9_-]{40,}")


@rule(
    "ROL107",
    "unknown-model",
    severity="warning",
    bad="""
        worker:
          preferred_llm: locl:ollama:llama3
        #                ^^^^ no provider is called `locl`; did you mean `local`?
        """,
    good="""
        worker:
          preferred_llm: local:ollama:llama3
          fallback_llms: [claude-sonnet-4-5, openai/gpt-5]
        """,
)
def unknown_model(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """A model is a name of its maker's, such as `claude-...`, or `provider:model`, `provider/model`."""
    for node, _ in piece.texts.get("model", ()):
        if "{" in node.text or "$" in node.text:
            continue
        source = RelativeSource(piece.reading.lines, node.span, node.style, node.text)
        if _SECRET.search(node.text):
            message = "this looks like a key, not a model: keys belong into the environment"
            yield Finding(node.span, message)
            continue
        provider, end = provider_of(node.text)
        if provider is None or provider in PROVIDERS:
            continue
        near = nearest(provider, PROVIDERS)
        span = source.span(0, end)
        known = ", ".join(f"`{it}`" for it in list(PROVIDERS)[:6])
        hint = f"did you mean `{near}`?" if near else f"known are {known} and others"
        fix = replace(f"Change it to `{near}`", span, near) if near else None
        yield Finding(span, f"no provider is called `{shortened(provider)}`; {hint}", fix)

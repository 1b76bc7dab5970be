"""Names of language models: `provider:model`, `provider/model`, or a maker's own name alone."""

import re

_MAKERS = re.compile(
    r"(?:claude|gpt|chatgpt|o[1-9]|gemini|gemma|llama|mistral|mixtral|codestral|qwen|deepseek|command|grok|"
    r"phi|text-|sonar|nova)[\w.:@-]*\Z",
    re.IGNORECASE,
)
_PREFIXED = re.compile(r"([A-Za-z][\w-]*)[:/]")


def provider_of(text: str) -> tuple[str | None, int]:
    """The provider that a model's name begins with, and where it ends.

    None where the name is a maker's own, such as `claude-sonnet-4-5`; a name in no known form counts as a
    provider's whole.
    """
    prefixed = _PREFIXED.match(text)
    if prefixed is not None and not _MAKERS.match(text):
        return prefixed[1], prefixed.end(1)
    return (None, 0) if _MAKERS.match(text) else (text, len(text))

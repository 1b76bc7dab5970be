"""The field table of role files: a mapping of role names to what they are and may do."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.fields import (
    Choice,
    Either,
    Field,
    Flag,
    ListOf,
    MapOf,
    Number,
    Record,
    Text,
    Walked,
)

CAPABILITIES = {
    "file_read": "Read files of the workspace.",
    "file_write": "Change files of the workspace.",
    "file_create": "Create files in the workspace.",
    "code_execution": "Run code.",
    "network_access": "Reach the network.",
    "database_read": "Read databases.",
    "database_write": "Change databases.",
    "spawn_tasks": "Create tasks for others.",
    "agent_coordination": "Assign and review the work of others.",
    "user_interaction": "Ask a person.",
}

TOOL_GROUPS = {
    "read": "Tools that only look.",
    "edit": "Tools that change files; `file_regex` limits which.",
    "browser": "Tools that open pages.",
    "command": "Tools that run commands.",
    "mcp": "Tools of other MCP servers.",
    "coordination": "Tools that plan and hand out work.",
}

PROVIDERS = {
    "local": "A model on this machine: `local:ollama:llama3`.",
    "ollama": "A model served by Ollama.",
    "anthropic": "Claude, from Anthropic.",
    "openai": "GPT, from OpenAI.",
    "google": "Gemini, from Google.",
    "mistral": "Mistral's own service.",
    "azure": "Models in Azure.",
    "bedrock": "Models in AWS Bedrock.",
    "vertex": "Models in Google's Vertex.",
    "vertex_ai": "Models in Google's Vertex.",
    "gemini": "Gemini, from Google.",
    "groq": "Models served by Groq.",
    "cohere": "Command, from Cohere.",
    "deepseek": "DeepSeek's own service.",
    "openrouter": "Many models behind one address.",
    "xai": "Grok, from xAI.",
    "together_ai": "Open models, served by Together.",
    "fireworks_ai": "Open models, served by Fireworks.",
    "huggingface": "Models served by Hugging Face.",
    "lmstudio": "A model served by LM Studio on this machine.",
    "lm_studio": "A model served by LM Studio on this machine.",
    "llamacpp": "A model served by llama.cpp on this machine.",
    "vllm": "A model served by vLLM.",
    "hosted_vllm": "A model served by vLLM.",
    "perplexity": "Sonar, from Perplexity.",
    "litellm_proxy": "A LiteLLM proxy of your own.",
    "custom": "An endpoint of your own.",
}
"""Who serves language models, as the first part of a model's name."""

RESTRICTIONS = Record(
    "`restrictions`",
    (
        Field("max_file_changes", Number(True, 0, 1_000_000), "The most files changed in a task."),
        Field("single_codeblock_only", Flag(), "Answers hold one code block."),
        Field("no_database_modifications", Flag(), "Databases are only read."),
        Field("max_task_depth", Number(True, 0, 100), "How deep its subtasks may nest."),
        Field("max_cost_usd", Number(minimum=0), "The most a task may cost, in US dollars."),
        Field("max_tokens", Number(True, 1), "The most tokens of a task."),
        Field("timeout", Text("duration"), "The longest a task may take."),
        Field("require_approval", Flag(), "A person approves what it does."),
    ),
)

TOOL_GROUP = Either(
    (
        Choice(TOOL_GROUPS),
        ListOf(
            Either(
                (
                    Choice(TOOL_GROUPS),
                    Record(
                        "tool group",
                        (
                            Field("file_regex", Text("pattern"), "The files it may touch."),
                            Field("description", Text(), "The same in words."),
                        ),
                    ),
                )
            )
        ),
    )
)

ROLE = Record(
    "role",
    (
        Field("display_name", Text(), "The name people see."),
        Field("description", Text(), "What the role is for."),
        Field(
            "extends",
            Either((ListOf(Text("role-ref")), Text("role-ref"))),
            "The role or roles it narrows; a child never escapes a parent's limits.",
        ),
        Field("system_prompt", Text(), "What a model is told first."),
        Field("role_definition", Text(), "The same, in the older notation."),
        Field("expertise", ListOf(Text()), "What it knows."),
        Field("approach", ListOf(Text()), "How it works."),
        Field("output_format", Text(), "What its answers look like."),
        Field("preferred_llm", Text("model"), "The model to ask first, such as `local:ollama:llama3`."),
        Field("fallback_llms", ListOf(Text("model")), "The models to ask next, in order."),
        Field("capabilities", ListOf(Choice(CAPABILITIES)), "What it may do at all."),
        Field("grantable", ListOf(Choice(CAPABILITIES)), "What its children may add."),
        Field("tool_groups", ListOf(TOOL_GROUP), "The tools it is offered."),
        Field(
            "restrictions",
            Either((RESTRICTIONS, ListOf(Either((Text("restriction"), RESTRICTIONS))))),
            "Its limits, as keys or as texts such as `max_file_changes: 5`.",
        ),
        Field("context_requirements", ListOf(Text("name")), "What it must be shown before it begins."),
        Field("validation_rules", ListOf(Text("name")), "What must hold for its work to count."),
        Field("task_types", ListOf(Text("name")), "The kinds of task it takes."),
        Field("tags", ListOf(Text("name")), "Words to find it by."),
    ),
    kind="role",
)  # fmt: skip

ROLES = MapOf(ROLE, Text("name"))


def roles_of(walked: Walked) -> Iterator[tuple[str, tree.Mapping]]:
    """Each role with its name."""
    for slot in walked.slots:
        is_role = isinstance(slot.shape, Record) and slot.shape.kind == "role"
        if is_role and isinstance(slot.node, tree.Mapping):
            yield str(slot.path[-1]), slot.node

"""What a tool is: a function over a `Project`, and how the protocol sees it.

Every tool refuses arguments it does not know, publishes the smallest schema that says what it
takes, and answers with compact structured data: hosts give the model either the structured content
or the text, so both hold everything.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Generic, ParamSpec, TypeVar, cast

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError, UnexpectedToolError
from mcp.server.mcpserver.resolve import Resolve
from mcp.server.mcpserver.tools import Tool
from mcp.server.mcpserver.utilities.func_metadata import ArgModelBase
from mcp.types import CallToolResult, InputRequiredResult, TextContent, ToolAnnotations
from pydantic import AfterValidator, ConfigDict, ValidationError, create_model

from vesper.errors import VesperError
from vesper.project import Project
from vesper_mcp.arguments import explain

P = ParamSpec("P")
Answer = TypeVar("Answer", bound=Mapping[str, object])

LARGEST_ID: Final = 2**53 - 1
"""Every host can carry it exactly as a JSON number, and SQLite can store it."""
NAME_LIMIT: Final = 64


async def _project(context: Context[Project, Any]) -> Project:
    return context.request_context.lifespan_context


async def _caller(context: Context[Project, Any]) -> str:
    params = context.request_context.session.client_params
    name = params.client_info.name if params else ""
    return "".join(it for it in name if it.isprintable()).strip()[:NAME_LIMIT] or "agent"


def _positive(value: int) -> int:
    if not 1 <= value <= LARGEST_ID:
        raise ValueError("must be 1 or more" if value < 1 else f"must be at most {LARGEST_ID}")
    return value


Workspace = Annotated[Project, Resolve(_project)]
"""The project this server works on. It comes from the lifespan and is not in the schema."""
Caller = Annotated[str, Resolve(_caller)]
"""The name the client gave of itself, or `agent`. It is not in the schema."""
Positive = Annotated[int, AfterValidator(_positive)]
"""A whole number from 1. The bounds are checked but not published: they would cost tokens."""


@dataclass(frozen=True, slots=True)
class Declaration(Generic[P, Answer]):
    """A function declared to be a tool; it stays callable, so it can be used without a protocol.

    `reads` says that calling it changes nothing, `writes_outside` that it may change anything, beyond
    the workspace too. `otherwise` is said after a refusal that names no tool: which one to call to see
    what can be done instead.
    """

    function: Callable[P, Answer]
    reads: bool
    otherwise: str
    writes_outside: bool = False

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Answer:
        return self.function(*args, **kwargs)


def tool(
    *, reads: bool = False, otherwise: str = "", writes_outside: bool = False
) -> Callable[[Callable[P, Answer]], Declaration[P, Answer]]:
    """Declare a tool. Its name, description and schema are those of the function.

    The function runs in a worker thread. It raises `VesperError` for what cannot be done.
    """

    def declare(function: Callable[P, Answer]) -> Declaration[P, Answer]:
        return Declaration(function, reads, otherwise, writes_outside)

    return declare


class StrictTool(Tool):
    """A tool of the SDK that refuses what it does not know and answers compactly.

    This is where `VesperError` becomes what the model reads.
    """

    otherwise: str = ""

    async def run(
        self,
        arguments: dict[str, Any],
        context: Context[Any, Any],
        convert_result: bool = False,
    ) -> object:
        """Call the function and make its answer a result.

        `ToolError` holds one line for the model; `UnexpectedToolError` means a defect of ours,
        whose trace goes to the log.
        """
        names = list(self.parameters["properties"])
        # Hosts that fill in every argument send null for those they leave out.
        given = {
            name: value
            for name, value in arguments.items()
            if value is not None or name not in names
        }
        try:
            answer = await super().run(given, context)
        except ToolError as error:
            raise self._readable(error.__cause__) from error.__cause__
        return _result(answer) if convert_result else answer

    def _readable(self, cause: BaseException | None) -> ToolError:
        match cause:
            case VesperError(kind=kind, message=message, hint=hint):
                if kind in {"not_found", "conflict"} and self.otherwise and "task_" not in hint:
                    hint = f"{hint}; {self.otherwise}" if hint else self.otherwise
                return ToolError(str(VesperError(kind, message, hint)))
            case ValidationError():
                return ToolError(
                    f"{self.name}: {explain(cause, list(self.parameters['properties']))}"
                )
            case ToolError():
                return cause
            case _:
                message = (
                    "failed inside the server: a defect of Vesper. Its log on stderr says more"
                )
                return UnexpectedToolError(f"{self.name} {message}")


def strict_tool(declaration: Declaration[..., Any]) -> StrictTool:
    """The declared tool as the SDK takes it."""
    function = declaration.function
    made = StrictTool.from_function(
        function,
        description=" ".join((function.__doc__ or "").split()),
        annotations=ToolAnnotations(
            read_only_hint=declaration.reads,
            destructive_hint=declaration.writes_outside,
            open_world_hint=declaration.writes_outside,
        ),
        structured_output=False,
    )
    # `from_function` is declared to return the base class; it builds the class it is called on.
    strict = cast("StrictTool", made)
    metadata = strict.fn_metadata
    metadata.arg_model = create_model(
        metadata.arg_model.__name__, __base__=(metadata.arg_model, _StrictArguments)
    )
    schema = metadata.arg_model.model_json_schema(by_alias=True)
    strict.otherwise = declaration.otherwise
    strict.parameters = cast("dict[str, Any]", slim(schema))
    return strict


def slim(schema: object) -> object:
    """A JSON schema without what a model cannot use: titles, null alternatives, empty defaults.

    Some hosts refuse `anyOf` with null outright; null is accepted in a call all the same.
    """
    if isinstance(schema, list):
        return [slim(it) for it in cast("list[object]", schema)]
    if not isinstance(schema, dict):
        return schema
    fields = dict(cast("dict[str, object]", schema))
    title = fields.get("title")
    if isinstance(title, str):
        del fields["title"]
    match cast("list[object] | None", fields.get("anyOf")):
        case [only, {"type": "null"}]:
            del fields["anyOf"]
            fields = {**cast("dict[str, object]", only), **fields}
        case _:
            pass
    if "default" in fields and fields["default"] in (None, "", []):
        del fields["default"]
    if fields.get("additionalProperties") is True:
        del fields["additionalProperties"]
    return {name: slim(value) for name, value in fields.items()}


class _StrictArguments(ArgModelBase):
    model_config = ConfigDict(extra="forbid", strict=True)


def _result(answer: object) -> CallToolResult | InputRequiredResult:
    if isinstance(answer, InputRequiredResult):
        return answer
    text = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
    return CallToolResult(
        content=[TextContent(type="text", text=text)],
        structured_content=cast("dict[str, Any]", answer),
    )

"""Ready-made parts of documents, with places to fill in.

They are written in the notation editors use for snippets; `filled` makes plain text of one.
"""

from vesper.editing.samples import sample_inputs
from vesper.editing.suggestion import escaped, indented
from vesper.lang.fields import (
    Choice,
    Either,
    Field,
    Flag,
    ListOf,
    MapOf,
    Number,
    Record,
    Shape,
    Text,
    resolve,
)
from vesper.lang.operation import Operation
from vesper.lang.scope import Facts

NODE = """\
node_id: ${1:new_node}_v1
type: ${2:function}
intent: ${3:Say what this node is for}

inputs:
  ${4:name}: ${5:string}

outputs:
  ${6:greeting}: ${7:string}

flow:
  - step: ${8:greet}
    operation: string_template
    template: "Hello, {${4:name}}!"
    output: ${6:greeting}
"""

ROLE = """\
${1:worker}:
  display_name: ${2:Worker}
  description: ${3:What this role is for}
  system_prompt: ${4:You do one piece of work at a time and say what you did.}
  capabilities:
    - file_read
  tool_groups: [read]
  restrictions:
    max_file_changes: ${5:5}
    timeout: ${6:30m}
"""

INPUT = """\
${1:name}:
  type: ${2:string}
  description: ${3:What the value means}
  constraints:
    - ${4:non_empty}
"""

RECORD_TYPE = """\
${1:Item}:
  fields:
    ${2:name}: ${3:string}
"""

MACHINE = """\
${1:order}:
  states: [${2:open}, ${3:closed}]
  initial: ${2:open}
  final: [${3:closed}]
  transitions:
    - {from: ${2:open}, to: ${3:closed}}
"""

CONTRACTS = """\
contracts:
  preconditions:
    - "${1:amount > 0}"
  postconditions:
    - "${2:total >= old(amount)}"
"""

SECURITY = """\
security:
  capabilities_required:
    - ${1:database.read.orders}
"""


def step(operation: Operation) -> str:
    """A step of one operation, with the fields it must have and the name of what it gives."""
    lines = [f"step: ${{1:{_verb(operation.name)}}}", f"operation: {operation.name}"]
    number = 2
    for field in operation.fields:
        if field.required or (field.name == "output" and operation.returns):
            written, number = _field(field, number)
            lines += written
    return "\n".join(lines)


def _verb(operation: str) -> str:
    return "".join(it if it.isalnum() else "_" for it in operation)


def _field(field: Field, number: int, depth: int = 0) -> tuple[list[str], int]:
    indent = "  " * depth
    shape = resolve(field.shape, None)
    match shape:
        case Record() if not isinstance(field.shape, Either) or not _is_text(field.shape):
            lines = [f"{indent}{field.name}:"]
            for it in shape.fields:
                if it.required:
                    more, number = _field(it, number, depth + 1)
                    lines += more
            return lines, number
        case ListOf():
            item = indented(_item(shape.item, number), 2 * depth + 4)
            return [f"{indent}{field.name}:\n{indent}  - {item}"], number + 1
        case MapOf():
            return [f"{indent}{field.name}:\n{indent}  ${{{number}:name}}: "], number + 1
        case _:
            word = _value(field.name, shape)
            return [f"{indent}{field.name}: {_quoted(shape, f'${{{number}:{word}}}')}"], number + 1


def _is_text(shape: Shape) -> bool:
    return isinstance(shape, Either) and any(isinstance(it, Text) for it in shape.shapes)


def _quoted(shape: Shape, text: str) -> str:
    asks = isinstance(shape, Text) and shape.kind in ("expression", "template", "value", "sql")
    return f'"{text}"' if asks else text


def _value(name: str, shape: Shape) -> str:
    match shape:
        case Choice(values):
            return next(iter(values))
        case Number():
            return str(shape.minimum or 1)
        case Flag():
            return "true"
        case Text("duration"):
            return "30s"
        case Text("expression"):
            return "true"
        case Text("output-name"):
            return "result"
        case _:
            return name


def _item(shape: Shape, number: int) -> str:
    found = resolve(shape, None)
    if isinstance(found, Record) and found.kind == "step":
        return f'step: ${{{number}:next}}\noperation: log\nmessage: "Done"'
    expression = isinstance(found, Text) and found.kind == "expression"
    return f'"${{{number}:true}}"' if expression else f"${{{number}:item}}"


def case(facts: Facts) -> str:
    """A test case of a node: every input that must be given, and the outputs to fill in."""
    lines = ["name: ${1:what_it_shows}", "inputs:"]
    number = 2
    for name, value in sample_inputs(facts):
        lines.append(f"  {name}: ${{{number}:{escaped(value)}}}")
        number += 1
    lines += ["expected_output:", "  success: true"]
    return "\n".join(lines if number > 2 else [lines[0], *lines[2:]])

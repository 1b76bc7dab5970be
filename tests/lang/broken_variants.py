"""Fifty small mistakes: each example with one thing wrong, and the one place that must be told.

Examples are named without `.vsp`. In `place` the marks `«»` are around what the problem is shown at.
"""

from typing import NamedTuple


class Variant(NamedTuple):
    """`before` of an example becomes `after`; then `code` is found at the marked place, and nothing else."""

    example: str
    before: str
    after: str
    code: str
    place: str


VARIANTS = [Variant(*row) for row in [
    # The document and its sections.
    ("hello_world", "intent: Greet", "intent Greet", "VSP100", "«intent» Greet somebody"),
    ("hello_world", "somebody by name", "somebody: by name", "VSP100", "intent: Greet somebody«:» by name"),
    ("sum", 'expression: "AVG(amounts)"', 'expression: "AVG(amounts)', "VSP102",
     'expression: «"AVG(amounts)»\n'),
    ("greeting", "    default: en\n", "\tdefault: en\n", "VSP101", "«\t»default: en"),
    ("payment_handler", 'currency: "{currency}"', 'amount: "{currency}"', "VSP103", '«amount»: "{currency}"'),
    ("invoice", "dependencies: [sum_v1]", "<<: {dependencies: [sum_v1]}", "VSP107", "«<<»: {dep"),
    ("parcel_quote", "height: *side", "height: *sides", "VSP109", "height: «*sides»"),
    ("hello_world", "testing:", "tests:", "VSP112", "«tests»:"),
    ("payment_handler", "max_attempts: 3", "attempts: 3", "VSP112", "«attempts»: 3"),
    ("sum", '    expression: "AVG(amounts)"\n', "", "VSP113", "- «step»: average"),
    ("greeting", "intent: Greet a person by name, in the language they like\n", "", "VSP114",
     "«node_id»: greeting_v1"),
    ("greeting", " Greet a person by name, in the language they like\n", "\n", "VSP135", "intent:«»\n"),
    ("user_validation", 'guards:\n      - "accepts_terms"', 'guards: "accepts_terms"', "VSP115",
     'guards: «"accepts_terms"»'),
    ("support_ticket", "type: state_machine", "type: statemachine", "VSP116", "type: «statemachine»"),
    ("payment_handler", "audit_level: detailed", "audit_level: full", "VSP116", "audit_level: «full»"),
    ("publish_release", "max_length: 20", "max_length: -20", "VSP117", "max_length: «-20»"),
    ("sum", "node_id: sum_v1", "node_id: Sum", "VSP119", "node_id: «Sum»"),
    ("payment_handler", "timeout: 45s", "timeout: 45 sec", "VSP121", "timeout: «45 sec»"),
    # Types and constraints.
    ("sum", "mean: decimal?", "mean: float?", "VSP201", "mean: «float»?"),
    ("invoice", "type: array<Line>", "type: array<Line", "VSP202", "type: array<Line«»\n"),
    ("data_pipeline", "default: 0.00", "default: none", "VSP203", "default: «none»"),
    ("user_validation", "min_length: 2", "min_length: 50", "VSP204", "max_length: «40»"),
    ("support_ticket", "- non_negative", "- not_negative", "VSP205", "- «not_negative»"),
    ("payment_handler", "{8}$'", "{8$'", "VSP206", "[a-z0-9]«{»8$'"),
    # Expressions.
    ("sum", '"count == len(amounts)"', '"count == len(amounts"', "VSP301", '"count == len(amounts«"»'),
    ("invoice", '"gross == net + tax"', '"gross = net + tax"', "VSP302", '"gross «=» net + tax"'),
    ("payment_handler", '- "amount > 0"\n    - "amount <= 50000.00"', '- "0 < amount <= 50000.00"',
     "VSP303", '"0 < amount «<=» 50000.00"'),
    ("hello_world", "{name}!", "{trimm(name)}!", "VSP304", "{«trimm»(name)}"),
    ("data_pipeline", "to_decimal(row.amount)", "to_decimal(row.amount, 2)", "VSP305",
     "amount: «to_decimal(row.amount, 2)»}"),
    ("parcel_quote", '"billed >= weight"', '"biled >= weight"', "VSP306", '"«biled» >= weight"'),
    ("data_pipeline", "output: groups", "output: grouped", "VSP306", 'input: "«groups»"'),
    ("nightly_cleanup", 'collect: "rows"', 'collect: "row"', "VSP306", 'collect: "«row»"'),
    ("parcel_quote", '"billed <= 20"', '"old(billed) <= 20"', "VSP307", '"«old(billed)» <= 20"'),
    ("invoice", '"net + tax"', '"net + country"', "VSP308", '"«net + country»"'),
    ("order_workflow", '- "quantity > 0"\n    - "total > 0"', '- "quantity > \'0\'"\n    - "total > 0"',
     "VSP308", '"«quantity > \'0\'»"'),
    ("invoice", "coalesce(discount, 0) / 100", "discount / 100", "VSP309", "(1 - «discount» / 100)"),
    ("user_validation", '"account.email ==', '"account.mail ==', "VSP313", '"account.«mail» =='),
    ("support_ticket", "action == 'assign'", "action == 'assing'", "VSP314", "action == «'assing'»"),
    # The flow.
    ("greeting", "operation: string_template", "operation: string_tempalte", "VSP501",
     "operation: «string_tempalte»"),
    ("greeting", "- step: greet\n", "- step: choose_words\n", "VSP502",
     "- step: «choose_words»\n    operation: string"),
    ("sum", "    output: mean\n", "    output: total\n", "VSP505", "«flow»:"),
    ("greeting", "        error_code: name_missing", "        error_code: name_mising", "VSP506",
     "error_code: «name_mising»"),
    ("support_ticket", "to: waiting\n", "to: waitng\n", "VSP507", "to: «waitng»"),
    ("payment_handler", '          fee: "{fee}"\n', "", "VSP508",
     '«return_success»:\n          payment_id: "{earlier'),
    # Capabilities, and the rest of the workspace.
    ("payment_handler", "    - database.write.payments\n", "", "VSP601",
     "operation: «database_write»"),
    ("payment_handler", "- shell.run\n", "- database.write.payments\n", "VSP603",
     "- «database.write.payments»\n    - network"),
    ("payment_handler", "- shell.run\n", "- run a shell\n", "VSP604", "- «run a shell»"),
    ("user_validation", "- database.read.accounts", "- database.*", "VSP605", "- «database.*»"),
    ("sum", "node_id: sum_v1", "node_id: hello_world_v1", "VSP702", "node_id: «hello_world_v1»"),
    ("invoice", '"{line_totals}"', '"{country}"', "VSP705", 'amounts: «"{country}"»'),
]]  # fmt: skip

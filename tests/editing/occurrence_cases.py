"""Documents in which every place of one thing is marked.

`«d:x»` is where it is defined, `«w:x»` where it is set, `«x»` where it is read.
"""

CASES: dict[str, str] = {
    "an input, from its definition to contracts, flow, SQL, tests and limits on what is shown": """
        inputs:
          «d:amount»:
            type: decimal
            constraints: ["> 0", "«amount» < 100"]
          amount_limit: decimal
        outputs: {fee: decimal}
        contracts:
          preconditions: ["«amount» > 0 AND amount_limit > «amount»"]
          postconditions: ["fee < old(«amount»)"]
        flow:
          - step: amount
            operation: validation
            guards: ['«amount» > 0']
          - step: find
            operation: database_query
            query: >-
              SELECT amount FROM payments
              WHERE amount = {«amount»} AND note = 'amount'
            output: rows
          - step: tell
            operation: log
            message: "{{amount}} is {«amount»}: {row.amount}"
        security:
          sensitive_data: ["«amount»"]
        testing:
          test_cases:
            - name: amount
              inputs: {«amount»: 1.00}
              expected_output: {success: true}
        """,
    "an input is one thing with what a step puts into its name": """
        inputs: {«d:total»: decimal}
        flow:
          - step: a
            operation: compute
            expression: "«total» + 1"
            output: «w:total»
          - step: b
            operation: log
            message: "{«total»}"
        """,
    "an output and a variable of its name are two things where the flow returns": """
        outputs: {success: {«d:fee»: decimal}}
        contracts:
          postconditions: ["«fee» > 0"]
        flow:
          - step: a
            operation: compute
            expression: "1"
            output: fee
          - step: b
            operation: return
            return_success: {«w:fee»: "{fee}"}
        testing:
          test_cases:
            - {name: a, expected_output: {«fee»: 1}}
        """,
    "the variable beside an output that the flow returns": """
        outputs: {success: {fee: decimal}}
        contracts:
          postconditions: ["fee > 0"]
        flow:
          - step: a
            operation: compute
            expression: "1"
            output: «d:fee»
          - step: b
            operation: return
            return_success: {fee: "{«fee»}"}
        """,
    "an output is its variable where the flow hands it out by name": """
        outputs: {«d:fee»: decimal}
        contracts:
          postconditions: ["«fee» > 0"]
        flow:
          - step: a
            operation: compute
            expression: "1"
            output: «d:fee»
          - step: b
            operation: log
            message: "{«fee»}"
        """,
    "a loop variable stays in its step, and not in the list it goes through": """
        inputs: {order: "array<string>"}
        flow:
          - step: first
            operation: for_each
            items: "order"
            as: «d:order»
            steps:
              - step: a
                operation: log
                message: "{«order»}"
              - step: b
                operation: conditional
                condition: "«order» != ''"
                then:
                  - step: c
                    operation: log
                    message: "«{»«order»}"
            collect: "«order»"
            output: logged
          - step: second
            operation: for_each
            items: "order"
            as: order
            steps:
              - step: d
                operation: log
                message: "{order}"
        """.replace("«{»", "{"),
    "the input of the same name": """
        inputs: {«d:order»: "array<string>"}
        flow:
          - step: first
            operation: for_each
            items: "«order»"
            as: order
            steps:
              - step: a
                operation: log
                message: "{order}"
          - step: second
            operation: log
            message: "{«order»}"
        """,
    "an inner loop hides the outer one": """
        inputs: {rows: "array<array<string>>"}
        flow:
          - step: outer
            operation: for_each
            items: rows
            as: «d:it»
            steps:
              - step: inner
                operation: for_each
                items: «it»
                as: it
                steps:
                  - step: a
                    operation: log
                    message: "{it}"
              - step: b
                operation: log
                message: "{«it»}"
        """,
    "an element that nobody named is called after its list": """
        inputs: {orders: "array<string>"}
        flow:
          - step: large
            operation: data_transform
            transform: filter
            input: orders
            function: "«order» != '' AND len(«order») < 9"
            output: found
          - step: others
            operation: data_transform
            transform: filter
            input: orders
            function: "order != ''"
            output: more
        """,
    "a quantifier hides the input, but not in the list it goes through": """
        inputs: {«d:x»: "array<integer>"}
        contracts:
          preconditions:
            - "FORALL x IN «x»: x > 0"
            - "len(«x») > 1"
            - "EXISTS y IN «x»: FORALL z IN «x»: y >= z AND len(«x») > y"
        """,
    "a quantifier's name, inside of it": """
        inputs: {x: "array<integer>"}
        contracts:
          preconditions:
            - "len(x) > 0 AND FORALL «d:x» IN x: «x» > 0 AND (EXISTS x IN [1]: x > 0) OR «x» < 2"
        """,
    "a parameter of a query hides the input": """
        inputs: {id: string}
        flow:
          - step: a
            operation: database_query
            query: "SELECT 1 FROM t WHERE id = {«id»} OR old = {«id»}"
            parameters:
              «d:id»: "{id}"
            output: rows
        """,
    "the output names of one step in several branches": """
        inputs: {large: boolean}
        flow:
          - step: a
            operation: conditional
            condition: "large"
            then:
              - {step: b, operation: compute, expression: "1", output: «d:size»}
            else:
              - {step: c, operation: compute, expression: "2", output: "«d:size»"}
          - step: d
            operation: external_api_call
            endpoint: "/v1/{«size»}"
            on_success:
              extract:
                id: "{response.size + «size»}"
        """,
    "what is taken from an answer": """
        flow:
          - step: a
            operation: external_api_call
            endpoint: /v1
            on_success:
              extract:
                «d:charge»: "{response.charge}"
          - step: b
            operation: log
            message: |
              The charge:
                {«charge»}
        """,
    "the answer itself, in one step": """
        flow:
          - step: a
            operation: external_api_call
            endpoint: /v1
            on_success:
              extract:
                charge: "{«response».charge}"
                other: "{«response».other}"
          - step: b
            operation: external_api_call
            endpoint: /v1
            on_success:
              extract:
                third: "{response.charge}"
        """,
    "an error code in its enum, in answers, comparisons, tests and maps of errors": """
        inputs: {error_code: string}
        outputs:
          success: {ok: boolean}
          error:
            error_code: enum[«d:bad», bad_too, other]
            message: string
        contracts:
          postconditions: ["error_code != '«bad»' OR error_code IN ['«bad»', 'other']"]
        flow:
          - step: a
            operation: validation
            guards: ["true"]
            on_failure: {return_error: «bad»}
          - step: b
            operation: return
            return_error: {error_code: "«bad»", message: bad}
        error_handling:
          «bad»: {map_to: other}
          other: {map_to: «bad»}
        testing:
          test_cases:
            - {name: a, expected_output: {error_code: «bad»}}
        """,
    "an error code of a list of values": """
        outputs:
          success: {ok: boolean}
          error:
            error_code:
              type: enum
              values: [«d:bad», 'other']
        flow:
          - {step: b, operation: return, return_error: «bad»}
        """,
    "a field of the error": """
        outputs:
          success: {ok: boolean}
          error: {error_code: "enum[bad]", «d:reason»: string}
        contracts:
          postconditions: ["error_code == 'bad' => «reason» != ''"]
        flow:
          - step: b
            operation: return
            return_error: {error_code: bad, «w:reason»: "reason"}
        testing:
          test_cases:
            - {name: a, expected_output: {error_code: bad, «reason»: reason}}
        """,
    "a type, wherever a type is written": """
        types:
          «d:Order»: {fields: {id: string, next: "«Order»?"}}
          Orders: {base: 'array<«Order»>'}
        inputs:
          one: «Order»
          many: {type: "map<string, array<«Order»>>"}
          other: Orders
        outputs: {Order: «Order»}
        """,
    "a field of a record, where the type is known": """
        types:
          Order:
            fields:
              «d:total»: decimal
              parts: array<Part>
          Part: {fields: {total: decimal}}
        inputs: {orders: "array<Order>", total: decimal}
        outputs: {total: decimal}
        contracts:
          postconditions:
            - "total == SUM(orders.«total») AND orders[0].parts.total == old(orders)[0].«total»"
            - "FORALL order IN orders: order.«total» > 0 AND ALL(order.parts.total > 0)"
        flow:
          - step: a
            operation: for_each
            items: "orders"
            as: it
            steps:
              - {step: b, operation: log, message: "{it.«total»} {it.parts[0].total}"}
          - step: c
            operation: data_transform
            transform: filter
            input: orders
            function: "order.«total» > total"
            output: found
        """,
    "a field of a record written in place": """
        inputs:
          order:
            type: object
            fields:
              customer:
                type: object
                fields: {«d:name»: string}
              name: string
        contracts:
          preconditions: ["order.customer.«name» != order.name"]
        """,
    "a fact": """
        inputs: {total: decimal}
        contracts:
          facts:
            «d:is_large»: "total > 10"
          postconditions: ["«is_large» => total > 1"]
        """,
    "a step and the tests that answer for it": """
        flow:
          - {step: «d:ask», operation: wait, duration: 1s}
          - {step: other, operation: log, message: ask}
        testing:
          test_cases:
            - {name: ask, mocks: {«ask»: {}}, expected_output: {}}
        """,
    "a state machine, also inside a capability": """
        state_machines:
          «d:order»: {states: [a, b], initial: a, transitions: [{from: a, to: b}]}
        inputs: {order: string}
        flow:
          - {step: order, operation: state_machine_transition, state_machine: «order», from: a, to: b}
        security:
          capabilities_required: [state.transition.«order», database.read.order]
        """,
    "a state of one machine": """
        state_machines:
          order:
            states: [«d:new», done]
            initial: «new»
            final: [done]
            transitions:
              - {from: «new», to: done}
              - {from: [«new», done], to: «new»}
          parcel: {states: [new], initial: new}
        flow:
          - {step: a, operation: state_machine_transition, state_machine: order, from: [«new»], to: done}
          - {step: b, operation: state_machine_transition, state_machine: parcel, from: new, to: new}
        """,
    "a role": """
        flow:
          - {step: a, operation: agent_run, role: «writer», goal: "writer", review: editor}
          - {step: b, operation: agent_run, role: editor, goal: "writer", review: "«writer»"}
        security:
          capabilities_required: [agent.run.«writer», agent.run.editor]
        """,
    "a node": """
        metadata:
          dependencies: ["«send_v1.2.0»", send_v1.3.0, resend_v1.2.0]
        flow:
          - {step: b, operation: call_node, node_id: send_v2, parameters: {to: x}}
          - {step: c, operation: event_subscribe, event_type: e, handler: «send_v1.2.0»}
        security:
          capabilities_required: [node.call.«send_v1.2.0»]
        """,
    "an anchor": """
        testing:
          test_cases:
            - {name: a, inputs: {x: &«d:small» {a: 1}, y: &smaller 1}}
            - {name: b, inputs: {x: *«small», y: *smaller}}
            - name: c
              inputs: &other
                small: *«small»
        """,
    "a capability, granted and denied": """
        security:
          capabilities_required: [«shell.run», shell.run.ls]
          denied_capabilities: ["«shell.run»"]
        """,
    "names in quotes, escapes and folds": """
        inputs: {"«d:am\\u006funt»": decimal}
        contracts:
          preconditions:
            - '«amount» != 1 AND ''amount'' != ''x'' AND «amount» > 2'
            - "\\x31 > 2 OR \\"amount\\" != 'b' AND «\\u0061mount» > 0"
            - "1 < 2 AND
               «amount» > 0 AND

               «amount» < 9"
            - >
              1 < 2 AND
              «amount» > 0
            - |-
              2 > 1 AND
                «amount» > 0
        """,
    "a name that nobody defines": """
        inputs: {a: string}
        contracts:
          preconditions: ["a == «b»", "«b» != ''"]
        """,
    "in a text that is half typed": """
        inputs:
          «d:amount»: decimal
          other
        contracts:
          preconditions:
            - "«amount» > 0
        flow:
          - step: a
            operation: compute
            expression: "«amount» * 2"
            output: [
          - step: b
          operation: log
            message: "{«amount»"
          - step: c
            operation: log
            message: "{«amount»}"
        """.replace('{«amount»"\n', '{amount"\n'),
    "in one of several documents": """
        inputs: {«d:a»: string}
        contracts: {preconditions: ["«a» != ''"]}
        ---
        node_id: other_v1
        inputs: {a: string}
        contracts: {preconditions: ["a != ''"]}
        """,
    "the inputs of a node that another document of the file calls": """
        inputs: {«d:a»: string}
        contracts: {preconditions: ["«a» != ''"]}
        ---
        node_id: other_v1
        inputs: {a: string}
        flow:
          - {step: b, operation: call_node, node_id: pay_v1, parameters: {«a»: "{a}"}}
        """,
}

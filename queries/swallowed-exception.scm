; Every handler. What it does with the exception is judged in the rule.
(except_clause) @handler

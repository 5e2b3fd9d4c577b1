; raise New(…) without `from`. Whether it stands in a handler is judged in the rule.
(raise_statement
  . (_) @value
  !cause) @anchor

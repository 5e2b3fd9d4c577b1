; x["key"], whether read or stored: the rule leaves stores alone.
(subscript
  value: (_) @object
  . subscript: (string) @key .) @anchor

; logger.info("…", payload): a call that writes a log line.
(call
  function: (attribute
    object: (_) @object
    attribute: (identifier) @name)
  arguments: (argument_list) @arguments
  (#any-of? @name
    "debug" "info" "warning" "warn" "error" "critical" "fatal" "exception" "log" "success"
    "notice" "trace")) @call

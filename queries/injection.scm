; Calls that run what they are given: as SQL, as a command line, as Python, as pickled objects.
(call
  function: (attribute attribute: (identifier) @name) @function
  arguments: (argument_list) @arguments
  (#any-of? @name
    "execute" "executemany" "executescript" "execute_sql" "raw" "RawSQL" "text" "mogrify"
    "fetch" "fetchrow" "fetchval" "fetch_all" "fetch_one" "fetch_val" "read_sql" "read_sql_query"
    "exec_driver_sql" "query" "sql"
    "run" "call" "check_call" "check_output" "Popen" "getoutput" "getstatusoutput" "system" "popen"
    "create_subprocess_shell" "eval" "exec" "load" "loads" "load_all" "unsafe_load"
    "unsafe_load_all" "Unpickler" "read_pickle" "decode" "open" "render_template_string")) @call

; An imported function may have any name: `from subprocess import call as c`.
(call
  function: (identifier) @name @function
  arguments: (argument_list) @arguments) @call

; Connection(url), subprocess.run(command): a name handed on as the first argument.
(call
  function: (_) @function
  arguments: (argument_list . (identifier) @value)) @call

; socket.create_connection((host, port))
(call
  function: (_) @function
  arguments: (argument_list . (tuple . (identifier) @value))) @call

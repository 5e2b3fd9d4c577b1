"""A server that takes the connection and never answers must not hold its caller for ever."""

import socket
import threading

import program
import requests

silent = socket.create_server(("127.0.0.1", 0))
url = f"http://127.0.0.1:{silent.getsockname()[1]}/health"
outcome = []


def call():
    try:
        outcome.append(program.fetch_status(url))
    except requests.Timeout as error:
        outcome.append(error)


caller = threading.Thread(target=call, daemon=True)
caller.start()
caller.join(6)
assert not caller.is_alive(), "still waiting for a server that hangs"
assert isinstance(outcome[0], requests.Timeout), outcome
silent.close()
print("works")

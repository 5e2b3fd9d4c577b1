"""The body of an HTTP 500 must not be taken for an order."""

import http.server
import json
import threading

import program
import requests


class Service(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        status = 200 if self.path == "/good" else 500
        body = {"total": 12} if status == 200 else {"error": "database is down"}
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *args):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}"

assert program.fetch_order(f"{url}/good") == {"total": 12}
try:
    order = program.fetch_order(f"{url}/broken")
except (requests.RequestException, ValueError) as error:
    cause = error if isinstance(error, requests.HTTPError) else error.__cause__
    assert isinstance(cause, requests.HTTPError), repr(error)
    assert "500" in str(cause), cause
else:
    raise AssertionError(f"an HTTP 500 was taken for data: {order}")
server.shutdown()
server.server_close()
print("works")

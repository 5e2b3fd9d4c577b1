"""An event without an id must be refused clearly, or be handled and logged."""

import logging

import program

records = []
handler = logging.Handler()
handler.emit = records.append
logging.getLogger().addHandler(handler)

assert program.process_event({"id": "7"}) == "Processed 7"
assert not records, "an event that is complete needs no log line"
try:
    said = program.process_event({"data": "x"})
except ValueError as error:
    assert "id" in str(error), f"the message does not name the key: {error}"
else:
    assert records, f"a default was used silently: {said}"
print("works")

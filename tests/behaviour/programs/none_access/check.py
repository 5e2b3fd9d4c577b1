"""A subject without a number must be refused clearly, or be skipped and logged."""

import logging

import program

records = []
handler = logging.Handler()
handler.emit = records.append
logging.getLogger().addHandler(handler)

assert program.order_number("order 17 is late") == "17"
assert not records, "a subject with a number needs no log line"
try:
    number = program.order_number("where is my parcel")
except ValueError as error:
    assert str(error), "the message is empty"
else:
    assert not number, f"a number was made up: {number}"
    assert records, "the subject was skipped silently"
print("works")

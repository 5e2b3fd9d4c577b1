"""The error that a caller sees must name the one that caused it."""

import program

assert program.read_port("8080") == 8080
try:
    program.read_port("http")
except RuntimeError as error:
    assert isinstance(error.__cause__, ValueError), "the cause is not named"
print("works")

"""A string must not be doubled as if it were a number."""

import program

assert program.process_count(4) == 8
assert program.process_count(0) == 0
try:
    doubled = program.process_count("2")
except TypeError as error:
    assert "count" in str(error) and "str" in str(error), error
else:
    raise AssertionError(f"a wrong type was silently accepted: {doubled!r}")
print("works")

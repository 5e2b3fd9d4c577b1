"""The hotfix reads `order #17` as well, and still refuses a subject without a number."""

import program

assert program.order_number("order #17 is late") == "17"
try:
    number = program.order_number("where is my parcel")
except ValueError:
    print("works")
else:
    raise AssertionError(f"a number was made up: {number}")

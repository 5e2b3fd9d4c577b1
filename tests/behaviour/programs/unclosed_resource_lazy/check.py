"""What reads on from a file must not find it closed."""

import gc
import warnings

import program

with warnings.catch_warnings():
    # `handed_on` leaves its file to the caller.
    warnings.simplefilter("ignore")
    program.write("table.csv", [["id", "name"], ["1", "Ada"]])
    gc.collect()
    assert program.read("table.csv") == [{"id": "1", "name": "Ada"}]
    assert program.lines("table.csv") == [(0, "id,name"), (1, "1,Ada")]
    assert program.counted("table.csv") == 2
    assert list(program.handed_on("table.csv")) == [["id", "name"], ["1", "Ada"]]
    gc.collect()
print("works")

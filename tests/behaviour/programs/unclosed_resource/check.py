"""Reading settings must not leave the file open."""

import gc
import json
import pathlib
import warnings

import program

path = pathlib.Path("settings.json")
path.write_text(json.dumps({"port": 8080}), encoding="utf-8")
with warnings.catch_warnings(record=True) as seen:
    warnings.simplefilter("always")
    assert program.read_config(str(path)) == {"port": 8080}
    gc.collect()
leaks = [str(one.message) for one in seen if issubclass(one.category, ResourceWarning)]
assert not leaks, f"leaked: {leaks}"
print("works")

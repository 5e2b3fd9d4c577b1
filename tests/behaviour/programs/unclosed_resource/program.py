"""Reads the settings of a service."""

import json


def read_config(path: str) -> dict:
    handle = open(path, encoding="utf-8")
    return json.load(handle)

"""Reads a port from text."""


def read_port(text: str) -> int:
    try:
        return int(text)
    except ValueError as error:
        raise RuntimeError(f"{text!r} is no port")

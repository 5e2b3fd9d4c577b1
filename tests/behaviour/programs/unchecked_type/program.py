"""Counts packages."""


def process_count(count: int) -> int:
    return count * 2

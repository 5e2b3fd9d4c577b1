"""Writes a table and reads it again, by objects that are made from the open file."""

import csv


def write(path: str, rows: list) -> None:
    writer = csv.writer(open(path, "w", encoding="utf-8", newline=""))
    for row in rows:
        writer.writerow(row)


def read(path: str) -> list:
    reader = csv.DictReader(open(path, encoding="utf-8", newline=""))
    found = []
    for row in reader:
        found.append(dict(row))
    return found


def lines(path: str) -> list:
    stripped = map(str.strip, open(path, encoding="utf-8"))
    numbered = enumerate(stripped)
    return list(numbered)


def handed_on(path: str) -> object:
    return csv.reader(open(path, encoding="utf-8", newline=""))


def counted(path: str) -> int:
    rows = list(csv.reader(open(path, encoding="utf-8", newline="")))
    return len(rows)

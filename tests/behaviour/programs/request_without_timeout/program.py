"""Asks another service whether it is well."""

import requests


def fetch_status(url: str) -> int:
    response = requests.get(url)
    return response.status_code

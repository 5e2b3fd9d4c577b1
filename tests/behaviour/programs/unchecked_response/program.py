"""Fetches orders from another service."""

import logging

import requests

logger = logging.getLogger(__name__)


def fetch_order(url: str) -> dict:
    response = requests.get(url, timeout=5)
    return response.json()

"""Handles the events of a queue."""

import logging

logger = logging.getLogger(__name__)


def process_event(event: dict) -> str:
    event_id = event["id"]
    return f"Processed {event_id}"

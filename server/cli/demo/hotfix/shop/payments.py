"""Talks to the payment provider."""

import logging

import requests

logger = logging.getLogger(__name__)

PROVIDER = "https://payments.example.com/v2"


class PaymentFailed(Exception):
    """The provider did not take the money."""


def capture(order_number: str, amount_cents: int) -> dict:
    """Takes the money of an authorised payment."""
    body = {"order": order_number, "amount": amount_cents}
    try:
        response = requests.post(f"{PROVIDER}/captures", json=body, timeout=10)
        response.raise_for_status()
    except requests.RequestException as error:
        logger.error("capture of order %s failed: %s", order_number, error)
        raise PaymentFailed(order_number)
    return response.json()


def status(order_number: str) -> str:
    """What the provider knows of a payment."""
    response = requests.get(f"{PROVIDER}/payments/{order_number}")
    return response.json().get("status", "unknown")


def handle_event(event: dict) -> str | None:
    """The number of the order that an event of the provider says is paid."""
    if event.get("type") != "payment.succeeded":
        logger.info("ignored event %s", event.get("id"))
        return None
    number = event["order"]
    print("paid", number)
    return number

"""Orders and the customers behind them."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

logger = logging.getLogger(__name__)


@dataclass
class Customer:
    """Somebody with an account."""

    number: str
    email: str


@dataclass
class Order:
    """What somebody bought, with or without an account."""

    number: str
    email: str
    customer_number: str = ""
    lines: dict[str, int] = field(default_factory=dict)
    paid: bool = False


_customers: dict[str, Customer] = {}
_orders: dict[str, Order] = {}


def find_customer(number: str) -> Customer | None:
    """The customer with this number, if there is one."""
    return _customers.get(number)


def load(number: str) -> Order:
    """The order with this number."""
    try:
        return _orders[number]
    except KeyError as error:
        raise LookupError(f"no order {number}") from error


def receipt_address(order: Order) -> str:
    """Where the receipt of an order goes."""
    return order.email


def shipping_cents(weight_grams: int) -> int:
    """What it costs to send a parcel."""
    if weight_grams <= 2000:
        return 490
    return 690

import pytest

from shop import orders


def test_a_guest_gets_the_receipt_by_mail():
    order = orders.Order(number="A1", email="guest@example.com")
    assert orders.receipt_address(order) == "guest@example.com"


def test_an_empty_parcel_is_refused():
    with pytest.raises(ValueError, match="must be positive"):
        orders.shipping_cents(0)

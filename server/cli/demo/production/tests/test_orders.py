from shop import orders


def test_a_guest_gets_the_receipt_by_mail():
    order = orders.Order(number="A1", email="guest@example.com")
    assert orders.receipt_address(order) == "guest@example.com"

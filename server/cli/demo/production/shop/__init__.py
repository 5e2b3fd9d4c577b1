"""The shop: orders, payments, stock."""

__version__ = "1.2.0"

"""Vendors: whom we owe."""

from connectors.sandbox.bill import rules, shapes
from connectors.sandbox.bill.ways import Way, creating, listing, reading

WAYS = (
    Way("GET", "/vendors", "list_vendors", listing("vendor", shapes.vendor_row)),
    Way("POST", "/vendors", "create_vendor", creating(rules.create_vendor, shapes.vendor)),
    Way("GET", "/vendors/{id}", "get_vendor", reading("vendor", shapes.vendor)),
)

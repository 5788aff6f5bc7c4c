"""What we owe to vendors."""

from connectors.sandbox.bill import rules, shapes
from connectors.sandbox.bill.ways import Way, creating, listing, reading

WAYS = (
    Way("GET", "/bills", "list_bills", listing("bill", shapes.bill)),
    Way("POST", "/bills", "create_bill", creating(rules.create_bill, shapes.plain)),
    Way("GET", "/bills/{id}", "get_bill", reading("bill", shapes.bill)),
)

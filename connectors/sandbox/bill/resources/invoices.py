"""What customers owe."""

from connectors.sandbox.bill import rules, shapes
from connectors.sandbox.bill.ways import Way, creating, listing, reading

WAYS = (
    Way("GET", "/invoices", "list_invoices", listing("invoice", shapes.plain)),
    Way("POST", "/invoices", "create_invoice", creating(rules.create_invoice, shapes.plain)),
    Way("GET", "/invoices/{id}", "get_invoice", reading("invoice", shapes.plain)),
)

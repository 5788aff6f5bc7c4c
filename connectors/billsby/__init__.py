"""Billsby: customers, subscriptions, invoices and what finance staff do to them."""

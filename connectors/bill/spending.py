"""BILL Spend & Expense in mirror words: budgets, cards and what was bought with them, all in dollars."""

from collections.abc import Mapping

from connectors.bill.mapping import (
    HOME_CURRENCY,
    NOBODY,
    Raw,
    amount_minor,
    day,
    identifier,
    moment,
    part,
    text,
)
from connectors.registry import Record


def budget_record(raw: Raw) -> Record:
    """What it may spend in the running period, what of that is assigned, and what is spent."""
    period = part(raw, "currentPeriod")
    fields = {
        "name": text(raw, "name"),
        "status": "RETIRED" if raw.get("retired") else "ACTIVE",
        "currency": HOME_CURRENCY,
        "recurring_interval": text(raw, "recurringInterval"),
        "limit_minor": amount_minor(period, "limit", HOME_CURRENCY),
        "assigned_minor": amount_minor(period, "assigned", HOME_CURRENCY),
        "spent_minor": amount_minor(part(period, "spent"), "total", HOME_CURRENCY),
        "period_start_on": day(period, "startDate"),
        "period_end_on": day(period, "endDate"),
    }
    return Record("budget", identifier(raw), fields, dict(raw))


def card_record(raw: Raw, people: Mapping[str, str] = NOBODY) -> Record:
    """people: names of users by their id."""
    period = part(raw, "currentPeriod")
    fields = {
        "name": text(raw, "name"),
        "status": text(raw, "status") or "UNDEFINED",
        "type": text(raw, "type"),
        "last_four": text(raw, "lastFour"),
        "valid_through": text(raw, "validThru"),
        "budget_vendor_id": text(raw, "budgetId"),
        "user_vendor_id": text(raw, "userId"),
        "user_name": people.get(text(raw, "userId"), ""),
        "currency": HOME_CURRENCY,
        "limit_minor": amount_minor(period, "limit", HOME_CURRENCY),
        "spent_minor": amount_minor(period, "spent", HOME_CURRENCY),
        "created_at": moment(raw, "createdTime"),
    }
    return Record("spend_card", identifier(raw), fields, dict(raw))


def transaction_record(raw: Raw) -> Record:
    """`status`: newer answers have one of their own; in others the kind of transaction tells as much."""
    fields = {
        "merchant_name": text(raw, "merchantName") or text(raw, "rawMerchantName"),
        "status": text(raw, "status") or text(raw, "transactionType") or "UNDEFINED",
        "spend_card_vendor_id": text(raw, "cardId"),
        "card_last_four": text(raw, "cardLastFour"),
        "budget_vendor_id": text(raw, "budgetId"),
        "budget_name": text(raw, "budgetName"),
        "user_name": text(raw, "userName"),
        "currency": HOME_CURRENCY,
        "amount_minor": amount_minor(raw, "amount", HOME_CURRENCY),
        "is_credit": bool(raw.get("isCredit")),
        "is_complete": bool(raw.get("complete")),
        "receipt_status": text(raw, "receiptStatus"),
        "occurred_at": moment(raw, "occurredTime"),
    }
    return Record("spend_transaction", identifier(raw), fields, dict(raw))

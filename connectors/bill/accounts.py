"""Bank accounts in mirror words. Their numbers come masked; nothing but the last four is ever kept."""

import re
from typing import Any

from connectors.bill.mapping import Raw, currency_of, identifier, text
from connectors.registry import Record


def vendor_bank_account_record(raw: Raw, vendor: str) -> Record:
    """A vendor has one at most, and BILL gives it no id of its own."""
    fields = {
        "vendor_vendor_id": vendor,
        **_account(raw),
        "currency": currency_of(raw, "paymentCurrency") if text(raw, "paymentCurrency") else "",
    }
    return Record("vendor_bank_account", identifier(raw), fields, dict(raw))


def _account(raw: Raw) -> dict[str, Any]:
    return {
        "name_on_account": text(raw, "nameOnAccount"),
        "last_four": last_four(text(raw, "accountNumber")),
        "account_type": text(raw, "type"),
        "owner_type": text(raw, "ownerType"),
    }


def last_four(masked: str) -> str:
    """Without the dots or stars before it."""
    return re.sub(r"\W", "", masked)[-4:]

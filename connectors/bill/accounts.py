"""Bank accounts and contacts in mirror words. Of a number that comes masked the last four are kept."""

import re
from typing import Any

from connectors.bill.mapping import Raw, currency_of, identifier, part, text
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


def customer_bank_account_record(raw: Raw, customer: str) -> Record:
    archived = bool(raw.get("archived"))
    fields = {
        "customer_vendor_id": customer,
        **_account(raw),
        "nickname": text(raw, "nickname"),
        "status": "ARCHIVED" if archived else text(raw, "status") or "UNDEFINED",
        "is_archived": archived,
    }
    return Record("customer_bank_account", identifier(raw), fields, dict(raw))


def contact_record(raw: Raw, customer: str) -> Record:
    fields = {
        "customer_vendor_id": customer,
        "name": f"{text(raw, 'firstName')} {text(raw, 'lastName')}".strip(),
        "email": text(raw, "email"),
        "phone": text(raw, "phone"),
    }
    return Record("customer_contact", identifier(raw), fields, dict(raw))


def bank_account_record(raw: Raw) -> Record:
    """One of our own."""
    return _funding_account(raw, "BANK_ACCOUNT", text(raw, "bankName"), text(raw, "accountNumber"))


def card_account_record(raw: Raw) -> Record:
    name = " ".join(filter(None, (text(raw, "issuingBankName"), text(raw, "brand"))))
    return _funding_account(raw, "CARD_ACCOUNT", name, text(raw, "last4"))


def ap_card_record(raw: Raw) -> Record:
    return _funding_account(raw, "AP_CARD", "AP card", "")


def _funding_account(raw: Raw, kind: str, name: str, number: str) -> Record:
    archived = bool(raw.get("archived"))
    fields = {
        "type": kind,
        "name": name,
        "name_on_account": text(raw, "nameOnAccount"),
        "last_four": last_four(number),
        "status": "ARCHIVED" if archived else text(raw, "status") or "UNDEFINED",
        "pays_by_default": bool(part(raw, "default").get("payables")),
        "is_archived": archived,
    }
    return Record("funding_account", identifier(raw), fields, dict(raw))

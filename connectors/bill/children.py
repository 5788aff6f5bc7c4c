"""What BILL tells of one vendor or customer alone and lists nowhere: a call for each, once a day."""

from collections.abc import Callable
from functools import partial
from typing import Any

from connectors.bill import accounts
from connectors.bill.mapping import Raw
from connectors.registry import Children, Record, Row

NO_ACCOUNT = "NO_ACCOUNT"
MOST = 100  # BILL's largest page


def _vendor_bank_account(answer: Any, key: str, _vendor: Raw) -> list[Row]:
    """BILL gives it no id: it is its vendor's only one."""
    name, raw = "bill_get_vendor_bank_account", {"id": f"{key}/account", **answer} if answer else {}
    reads = partial(accounts.vendor_bank_account_record, vendor=key)
    return [Row.of("vendor_bank_account", name, "id", raw, reads, beside=key)] if raw else []


def _of_customer(kind: str, operation: str, reads: Callable[..., Record]) -> Children:
    def rows(answer: Any, key: str, _customer: Raw) -> list[Row]:
        return [
            Row.of(kind, operation, "id", raw, partial(reads, customer=key), beside=key) for raw in answer
        ]

    def arguments(key: str) -> dict[str, Any]:
        return {"customerId": key, "limit": MOST}

    return Children(kind, "customer", operation, arguments, rows, is_in_turn=True)


# Asked in turn: of the three calls that BILL takes at a time, a walk leaves two to everybody else.
CHILDREN = (
    Children(
        "vendor_bank_account",
        "vendor",
        "bill_get_vendor_bank_account",
        lambda key: {"vendorId": key},
        _vendor_bank_account,
        has_none=lambda vendor: vendor.get("bankAccountStatus") == NO_ACCOUNT,
        is_missing_none=True,
        is_in_turn=True,
    ),
    _of_customer("customer_contact", "bill_list_customer_contacts", accounts.contact_record),
    _of_customer(
        "customer_bank_account", "bill_list_customer_bank_accounts", accounts.customer_bank_account_record
    ),
)

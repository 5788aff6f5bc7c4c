"""What BILL tells of one vendor or customer alone and lists nowhere: a call for each, once a day."""

from functools import partial
from typing import Any

from connectors.bill import accounts
from connectors.bill.mapping import Raw
from connectors.registry import Children, Row

NO_ACCOUNT = "NO_ACCOUNT"


def _vendor_bank_account(answer: Any, key: str, _vendor: Raw) -> list[Row]:
    """BILL gives it no id: it is its vendor's only one."""
    name, raw = "bill_get_vendor_bank_account", {"id": f"{key}/account", **answer} if answer else {}
    reads = partial(accounts.vendor_bank_account_record, vendor=key)
    return [Row.of("vendor_bank_account", name, "id", raw, reads, beside=key)] if raw else []


CHILDREN = (
    Children(
        "vendor_bank_account",
        "vendor",
        "bill_get_vendor_bank_account",
        lambda key: {"vendorId": key},
        _vendor_bank_account,
        has_none=lambda vendor: vendor.get("bankAccountStatus") == NO_ACCOUNT,
        is_missing_none=True,
        is_in_turn=True,  # of the three calls that BILL takes at a time, a walk leaves two to everybody else
    ),
)

"""What is to be known before a payment: where the money comes from and goes to, and what BILL says of it."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.bill.judgements.bank_details import bank_account
from connectors.bill.judgements.common import Raw
from connectors.bill.mapping import HOME_CURRENCY, moment
from connectors.errors import ArgumentsError, RefusedError
from connectors.hiding import dotted
from connectors.judging import Read
from connectors.money import format_money, to_minor

ENDED = {"CANCELED", "CANCELLED", "VOID", "VOIDED", "FUNDING_FAILED_VOIDED"}  # BILL spells it in two ways
WAYS = {"ACH": "by bank transfer", "CHECK": "by check", "VIRTUAL_CARD": "by virtual card"}
RECENTLY = timedelta(days=14)
PAYEE_WORDS = ("bank", "pay", "account", "address")  # in the names of a vendor's fields that say who is paid
BLANK = {"fee": "", "fee_minor": None, "process_on": "", "arrives_on": "", "unavailable": ""}


def is_standing(payment: Raw) -> bool:
    return not {payment.get("status"), payment.get("singleStatus")} & ENDED


def has_left(payment: Raw) -> bool:
    """Whether its money has left us, so that the bill shows it as paid; a state we do not know says no."""
    return payment.get("status") == "PAID"


def touches(payment: Raw, bill_id: str) -> bool:
    parts = payment.get("billPayments") or ()
    return payment.get("billId") == bill_id or any(part.get("billId") == bill_id for part in parts)


def payments_since(read: Read, since: datetime, **narrowed: Any) -> list[Raw]:
    """All of them, page by page; a payment is never archived."""
    asked = since.astimezone(UTC).isoformat(timespec="seconds")
    found, after = {}, None
    while True:
        given = {"createdSince": asked, "limit": 500, **narrowed} | ({"after": after} if after else {})
        rows = read("bill_list_payments", given)
        found |= {row["id"]: row for row in rows}
        if not (after := rows.next):
            return list(found.values())


def if_told(ask: Callable[[], Any]) -> Any:
    """What BILL answers; None where it refuses to tell."""
    try:
        return ask()
    except RefusedError:
        return None


def funding(read: Read, arguments: Raw) -> dict[str, str]:
    """The account in words, and why nothing can be paid from it ("" where it can)."""
    kind, key = arguments["fundingType"], arguments.get("fundingAccountId")
    if (kind == "WALLET") == (key is not None):
        raise ArgumentsError(["fundingAccountId names the account to pay from; only WALLET has none."])
    if kind in ("WALLET", "AP_CARD") and "processDate" not in arguments:
        raise ArgumentsError([f"processDate is needed to pay from {kind}."])
    if kind == "WALLET":
        return {"funding": "BILL balance", "no_funding": ""}
    if kind == "BANK_ACCOUNT":
        account = read("bill_get_bank_account", {"bankAccountId": key})
        named = f"{account['bankName']} {dotted(str(account['accountNumber']))}"
        return _standing(account, named, "VERIFIED")
    if kind == "CARD_ACCOUNT":
        card = read("bill_get_card_account", {"cardAccountId": key})
        return _standing(card, f"{card.get('brand', 'Card')} {dotted(str(card.get('last4', '')))}", "ACTIVE")
    cards = {card["id"]: card for card in read("bill_list_ap_cards", {})}
    if key not in cards:
        raise ArgumentsError([f"BILL lists no card {key} to pay from."])
    return _standing(cards[key], f"AP card {cards[key].get('nameOnAccount', '')} ({key[-4:]})", "ACTIVE")


def _standing(account: Raw, named: str, ready: str) -> dict[str, str]:
    status = "ARCHIVED" if account.get("archived") else str(account.get("status", ""))
    wrong = "" if status == ready else f"{named} is {status.lower().replace('_', ' ') or 'of unknown state'}"
    return {"funding": named, "no_funding": wrong}


def payee(read: Read, vendor: Raw) -> str:
    """Who is paid and how: "Northside by bank transfer to ••••5544"."""
    paid = vendor.get("paymentInformation") or {}
    way = WAYS.get(str(paid.get("payByType")), f"by {paid.get('payByType') or 'a way that BILL decides'}")
    account = bank_account(read, vendor)
    to = f" to {dotted(str(account['accountNumber']))}" if account.get("accountNumber") else ""
    return f"{paid.get('payeeName') or vendor['name']} {way}{to}"


def changed_lately(read: Read, vendor: Raw) -> str | None:
    """What of a vendor's payment details changed in the last days; None where BILL will not say."""
    given = {"vendorId": vendor["id"], "limit": 500}
    trail = if_told(lambda: read("bill_list_vendor_audit_trail", given))
    if trail is None:
        return None
    since = datetime.now(UTC) - RECENTLY
    return ", ".join(dict.fromkeys(_told_changes(trail, since)))


def _told_changes(trail: Iterable[Raw], since: datetime) -> Iterable[str]:
    for entry in trail:
        name, when = str((entry.get("field") or {}).get("name", "")), moment(entry, "createdTime")
        if when and when >= since and any(word in name.lower() for word in PAYEE_WORDS):
            yield f"{name} on {when:%Y-%m-%d}"


def option(read: Read, vendor_id: str, arguments: Raw) -> dict[str, Any]:
    """When it would leave and arrive and what it would cost, as BILL's payment options say."""
    asked = {"vendorId": vendor_id, "amount": arguments["amount"]}
    told = if_told(lambda: read("bill_get_payment_options", asked)) or {}
    places = told.get("fundingOptions") or {}
    offers = [*(places.get("banks") or ()), *(places.get("cards") or ())]
    mine = next((one for one in offers if one.get("id") == arguments.get("fundingAccountId")), None)
    if mine is None:
        return dict(BLANK)
    fee = mine["fee"] if "fee" in mine else (mine.get("feeInfo") or {}).get("amount")
    fee_minor = None if fee is None else to_minor(fee, HOME_CURRENCY)
    return {
        "fee": "" if fee is None else format_money(fee_minor, HOME_CURRENCY),
        "fee_minor": fee_minor,
        "process_on": str(mine.get("processDate", "")),
        "arrives_on": str(mine.get("deliveryDate", "")),
        "unavailable": ""
        if mine.get("available", True)
        else str(mine.get("reason") or "BILL does not say why."),
    }


def rate(read: Read, vendor_id: str, arguments: Raw, currency: str) -> str:
    """BILL's rate of exchange, where one is needed."""
    if currency == HOME_CURRENCY:
        return ""
    asked = {"vendorId": vendor_id, "amount": arguments["amount"]}
    told: Mapping[str, Any] = if_told(lambda: read("bill_get_payment_exchange_rate", asked)) or {}
    if "exchangeRate" not in told:
        return "BILL decides"
    base, other = told.get("baseCurrency", HOME_CURRENCY), told.get("paymentCurrency", currency)
    return f"{told['exchangeRate']} between {base} and {other} now; BILL decides on the day"

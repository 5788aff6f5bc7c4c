"""BILL's records in the mirror's words. BILL leaves out what is empty: absent is unknown, never zero."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from connectors.bill.session import TITLE
from connectors.errors import BadReplyError
from connectors.money import is_known, normal_currency, to_minor
from connectors.registry import Record

# An organization keeps its books in dollars; a customer or vendor without a currency of its own uses them.
HOME_CURRENCY = "USD"
NOBODY: Mapping[str, str] = {}
Raw = Mapping[str, Any]


def customer_record(raw: Raw) -> Record:
    currency = currency_of(raw, "invoiceCurrency")
    address = part(raw, "billingAddress")
    fields = {
        **_party(raw, currency),
        "card_status": "",
        "city": text(address, "city"),
        "country": text(address, "country"),
        "total_paid_minor": None,
    }
    return Record("customer", identifier(raw), fields, dict(raw))


def vendor_record(raw: Raw) -> Record:
    address = part(raw, "address")
    fields = {
        **_party(raw, currency_of(raw, "billCurrency")),
        "bank_account_status": text(raw, "bankAccountStatus"),
        "company_name": text(part(raw, "additionalInfo"), "companyName"),
        "city": text(address, "city"),
        "country": text(address, "country"),
    }
    return Record("vendor", identifier(raw), fields, dict(raw))


def invoice_record(raw: Raw, customer: Raw | None) -> Record:
    """customer: the customer's own record, which alone knows name and currency; None when it is gone."""
    currency = currency_of(customer, "invoiceCurrency")
    archived = bool(raw.get("archived"))
    fields = {
        "number": text(raw, "invoiceNumber"),
        "customer_vendor_id": text(raw, "customerId"),
        "customer_name": text(customer or {}, "name"),
        # Archiving is how BILL cancels; it leaves status and amounts as they were.
        "status": "ARCHIVED" if archived else text(raw, "status") or "UNDEFINED",
        "currency": currency,
        "amount_minor": amount_minor(raw, "totalAmount", currency),
        "open_minor": 0 if archived else amount_minor(raw, "dueAmount", currency),
        "refundable_minor": None,
        "issued_at": _midnight(raw, "invoiceDate"),
        "due_on": day(raw, "dueDate"),
        "invoice_type": "",
    }
    return Record("invoice", identifier(raw), fields, dict(raw))


def bill_record(raw: Raw, vendor: Raw | None, people: Mapping[str, str] = NOBODY) -> Record:
    """vendor: the vendor's own record, which alone knows the currency; None when it is gone.

    people: names of users by their id. `approvers`: who is asked, in this order, and what each said.
    """
    currency = currency_of(vendor, "billCurrency")
    document, archived = part(raw, "invoice"), bool(raw.get("archived"))
    fields = {
        "number": text(document, "invoiceNumber"),
        "vendor_vendor_id": text(raw, "vendorId"),
        "vendor_name": text(raw, "vendorName") or text(vendor or {}, "name"),
        "status": "ARCHIVED" if archived else text(raw, "paymentStatus") or "UNDEFINED",
        "approval_status": text(raw, "approvalStatus") or "UNDEFINED",
        "currency": currency,
        "amount_minor": amount_minor(raw, "amount", currency),
        "open_minor": 0 if archived else amount_minor(raw, "dueAmount", currency),
        "issued_on": day(document, "invoiceDate"),
        "due_on": day(raw, "dueDate"),
        "is_archived": archived,
    }
    if "approvers" in raw or fields["approval_status"] == "UNASSIGNED":
        fields["approvers"] = [
            {"user_vendor_id": one.user_id, "name": one.name, "status": one.status}
            for one in bill_approvers(raw, people)
        ]
    return Record("bill", identifier(raw), fields, dict(raw))


@dataclass(frozen=True)
class DocumentLine:
    """A line of a bill or invoice; quantity as BILL writes it, "" where it tells none.

    filed_under: the ids of the names that its amount is filed under, an item among them.
    """

    description: str
    quantity: str
    price_minor: int | None
    amount_minor: int | None
    filed_under: tuple[str, ...]


@dataclass(frozen=True)
class Approver:
    """Whom BILL asks about a bill, in this order, and where that stands."""

    user_id: str
    name: str
    status: str
    changed_at: datetime | None


def bill_lines(raw: Raw, currency: str) -> list[DocumentLine]:
    """Raises BadReplyError for an amount that cannot be read."""
    return [document_line(line, currency) for line in raw.get("billLineItems") or ()]


def invoice_lines(raw: Raw, currency: str) -> list[DocumentLine]:
    """Raises BadReplyError for an amount that cannot be read."""
    return [document_line(line, currency) for line in raw.get("invoiceLineItems") or ()]


def document_line(line: Raw, currency: str) -> DocumentLine:
    quantity, price_minor = line.get("quantity"), amount_minor(line, "price", currency)
    total_minor = amount_minor(line, "amount", currency)
    if total_minor is None and quantity is not None and price_minor is not None:
        total_minor = times(quantity, price_minor)
    filed = part(line, "classifications")
    names = sorted(name for name in filed if name.endswith("Id") and filed[name])
    ids = tuple(str(filed[name]) for name in names)
    return DocumentLine(text(line, "description"), str(quantity or ""), price_minor, total_minor, ids)


def times(quantity: Any, price_minor: int) -> int | None:
    """What so many of a price come to; None for what is no whole coin."""
    try:
        total = Decimal(str(quantity)) * price_minor
    except InvalidOperation:
        return None
    return int(total) if total == total.to_integral_value() else None


def bill_approvers(raw: Raw, people: Mapping[str, str] = NOBODY) -> list[Approver]:
    """people: names of users by their id."""
    asked = sorted(raw.get("approvers") or (), key=lambda row: int(row.get("approverOrder") or 0))
    return [
        Approver(
            text(row, "userId"),
            people.get(text(row, "userId"), ""),
            text(row, "status") or "UNDEFINED",
            moment(row, "statusChangedTime"),
        )
        for row in asked
    ]


def vendor_credit_record(raw: Raw, vendor: Raw | None) -> Record:
    currency, archived = currency_of(vendor, "billCurrency"), bool(raw.get("archived"))
    amount = amount_minor(raw, "amount", currency)
    applied = amount_minor(raw, "appliedAmount", currency)
    left = None if amount is None or applied is None else amount - applied
    fields = {
        "number": text(raw, "referenceNumber"),
        "vendor_vendor_id": text(raw, "vendorId"),
        "vendor_name": text(vendor or {}, "name"),
        "status": "ARCHIVED" if archived else text(raw, "status") or "UNDEFINED",
        "currency": currency,
        "amount_minor": amount,
        "open_minor": 0 if archived else left,
        "issued_on": day(raw, "creditDate"),
        "is_archived": archived,
    }
    return Record("vendor_credit", identifier(raw), fields, dict(raw))


def recurring_bill_record(raw: Raw, vendor: Raw | None) -> Record:
    """BILL shows no total; each bill that it enters is the sum of the lines."""
    currency, archived = currency_of(vendor, "billCurrency"), bool(raw.get("archived"))
    fields = {
        "number": "",
        "vendor_vendor_id": text(raw, "vendorId"),
        "vendor_name": text(vendor or {}, "name"),
        "status": "ARCHIVED" if archived else "ACTIVE",
        "currency": currency,
        "amount_minor": lines_minor(raw, "recurringBillLineItems", currency),
        "due_on": day(part(raw, "schedule"), "nextDueDate"),
        "pays_itself": bool(part(raw, "processingOptions").get("autoPayment")),
        "is_archived": archived,
    }
    return Record("recurring_bill", identifier(raw), fields, dict(raw))


def credit_memo_record(raw: Raw, customer: Raw | None) -> Record:
    currency, archived = currency_of(customer, "invoiceCurrency"), bool(raw.get("archived"))
    amount = amount_minor(raw, "amount", currency)
    applied = amount_minor(raw, "appliedAmount", currency)
    left = None if amount is None or applied is None else amount - applied
    fields = {
        "number": text(raw, "referenceNumber"),
        "customer_vendor_id": text(raw, "customerId"),
        "customer_name": text(customer or {}, "name"),
        "status": "ARCHIVED" if archived else text(raw, "status") or "UNDEFINED",
        "currency": currency,
        "amount_minor": amount,
        "open_minor": 0 if archived else left,
        "issued_on": day(raw, "creditDate"),
        "is_archived": archived,
    }
    return Record("credit_memo", identifier(raw), fields, dict(raw))


def recurring_invoice_record(raw: Raw, customer: Raw | None) -> Record:
    """BILL shows no total; each invoice that it makes is the sum of the lines."""
    currency, archived = currency_of(customer, "invoiceCurrency"), bool(raw.get("archived"))
    fields = {
        "number": "",
        "customer_vendor_id": text(raw, "customerId"),
        "customer_name": text(customer or {}, "name"),
        "status": "ARCHIVED" if archived else "ACTIVE",
        "currency": currency,
        "amount_minor": lines_minor(raw, "recurringInvoiceLineItems", currency),
        "due_on": day(part(raw, "schedule"), "nextDueDate"),
        "is_archived": archived,
    }
    return Record("recurring_invoice", identifier(raw), fields, dict(raw))


def lines_minor(raw: Raw, lines: str, currency: str) -> int | None:
    """The sum of the lines; None where one of them shows no amount."""
    amounts = [amount_minor(line, "amount", currency) for line in raw.get(lines) or ()]
    return None if not amounts or None in amounts else sum(amounts)


def _party(raw: Raw, currency: str) -> dict[str, Any]:
    archived = bool(raw.get("archived"))
    return {
        "name": text(raw, "name"),
        "email": text(raw, "email"),
        "company_name": text(raw, "companyName"),
        "status": "ARCHIVED" if archived else "ACTIVE",
        "currency": currency,
        "balance_minor": amount_minor(part(raw, "balance"), "amount", currency),
        "is_archived": archived,
        "created_at": moment(raw, "createdTime"),
        "updated_at": moment(raw, "updatedTime"),
    }


def identifier(raw: Raw) -> str:
    value = raw.get("id")
    if not isinstance(value, str) or not value:
        raise BadReplyError("BILL sent a record without its id.", field="id", vendor=TITLE)
    return value


def currency_of(owner: Raw | None, name: str) -> str:
    """Empty without the owner: amounts then cannot be read, and the mirror keeps the record aside."""
    return normal_currency(text(owner, name) or HOME_CURRENCY) if owner else ""


def known_currency(raw: Raw, name: str) -> str:
    """Raises BadReplyError where an amount could not be computed: a guess would be wrong by powers of ten."""
    currency = currency_of(raw, name)
    if not is_known(currency):
        raise BadReplyError(f"BILL gives a currency we do not know: {currency}.", vendor=TITLE)
    return currency


def amount_minor(raw: Raw, name: str, currency: str) -> int | None:
    """A decimal amount in major units, which samples also write as text; None when it is absent."""
    value = raw.get(name)
    if value is None:
        return None
    try:
        return to_minor(value, currency)
    except (TypeError, ValueError) as error:
        sentence = f"BILL sent an amount we cannot read ({name}: {error})."
        raise BadReplyError(sentence, field=name, vendor=TITLE) from None


def day(raw: Raw, name: str) -> date | None:
    value = raw.get(name)
    try:
        return date.fromisoformat(value[:10]) if value else None
    except (TypeError, ValueError):
        raise BadReplyError(f"BILL sent a date we cannot read ({name}).", field=name, vendor=TITLE) from None


def _midnight(raw: Raw, name: str) -> datetime | None:
    found = day(raw, name)
    return datetime.combine(found, time(), UTC) if found else None


def moment(raw: Raw, name: str) -> datetime | None:
    value = raw.get(name)
    try:
        when = datetime.fromisoformat(value) if value else None
        return when.astimezone(UTC) if when and when.tzinfo else when and when.replace(tzinfo=UTC)
    except (TypeError, ValueError, OverflowError):
        raise BadReplyError(f"BILL sent a time we cannot read ({name}).", field=name, vendor=TITLE) from None


def text(raw: Raw, name: str) -> str:
    value = raw.get(name)
    return value if isinstance(value, str) else ""


def part(raw: Raw, name: str) -> Raw:
    value = raw.get(name)
    return value if isinstance(value, Mapping) else {}

"""What the tests of receivables find in BILL's books: one of each, under ids that do not change."""

from typing import Any

from connectors.sandbox.client import SandboxControl

HARBOR, PIER, GONE = "0cu11HARBOR", "0cu12PIER", "0cu13GONE"
ACCOUNT = "cba11HARBOR"
ANA, LEFT = "0cc11ANA", "0cc12LEFT"
INVOICE, SECOND, ARCHIVED = "00e11HARBOR", "00e12HARBOR", "00e13ARCHIVED"
LINES = ("00f11FIRST", "00f12SECOND")
CREDIT, OTHER_CREDIT, OLD_CREDIT = "0cm11HARBOR", "0cm12HARBOR", "0cm13ARCHIVED"
RECURRING, PUT_AWAY = "rci11HARBOR", "rci12PUTAWAY"
NUMBER = "000123457890"
THEN = "2026-01-05T09:00:00.000+00:00"
ADDRESS = {"line1": "12 Pier Road", "city": "Oakland", "zipOrPostalCode": "94607", "country": "US"}


def fill(sandbox: SandboxControl) -> None:
    """Harbor Cafe owes an invoice over 200.00 euros in two lines and one over 50.00; it may be charged."""
    if sandbox.record("bill", "customer", HARBOR):
        return

    def add(kind: str, key: str, owner: str = "", **fields: Any) -> None:
        record = {"id": key, "archived": False, "createdTime": THEN, "updatedTime": THEN} | fields
        sandbox.add("bill", kind, key, owner=owner, **record)

    add("customer", HARBOR, **customer("Harbor Cafe"), authorizedToCharge=True)
    add("customer", PIER, **customer("Pier Supplies"), authorizedToCharge=False)
    add("customer", GONE, **customer("Gone Fishing"), archived=True)
    add("customer contact", ANA, HARBOR, **contact("Ana", "ana@harbor.example"))
    add("customer contact", LEFT, HARBOR, **contact("Leo", "leo@harbor.example"), archived=True)
    account = {"nameOnAccount": "Harbor Cafe", "accountNumber": NUMBER, "routingNumber": "021000021"}
    account |= {"nickname": "Main", "type": "CHECKING", "ownerType": "BUSINESS", "customerId": HARBOR}
    add("customer bank account", ACCOUNT, HARBOR, **account)
    add("invoice", INVOICE, HARBOR, **invoice("H-11"))
    line = {"id": "00f13", "description": "Training", "quantity": "1", "price": "50.00"}
    owed = {"totalAmount": "50.00", "dueAmount": "50.00", "invoiceLineItems": [line]}
    add("invoice", SECOND, HARBOR, **invoice("H-12", **owed))
    add("invoice", ARCHIVED, HARBOR, **invoice("H-13", archived=True))
    for key, number, archived in (
        (CREDIT, "CM-1", False),
        (OTHER_CREDIT, "CM-2", False),
        (OLD_CREDIT, "CM-3", True),
    ):
        add("credit memo", key, HARBOR, **credit(key, number), archived=archived)
    for key, archived in ((RECURRING, False), (PUT_AWAY, True)):
        line = {
            "id": f"{key}/1",
            "description": "Support",
            "amount": "80.00",
            "quantity": "1",
            "price": "80.00",
        }
        schedule = {"period": "MONTHLY", "frequency": 1, "nextDueDate": "2027-01-31"}
        fields = {"customerId": HARBOR, "recurringInvoiceLineItems": [line], "schedule": schedule}
        add("recurring invoice", key, HARBOR, **fields, archived=archived, sendEmail=False)


def customer(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "companyName": f"{name} LLC",
        "email": f"ap@{name.split()[0].lower()}.example",
        "contact": {"firstName": "Ana", "lastName": "Reyes"},
        "phone": "4155550134",
        "invoiceCurrency": "EUR",
        "accountType": "BUSINESS",
        "accountNumber": None,
        "billingAddress": ADDRESS | {"countryName": "United States"},
        "shippingAddress": None,
        "v2": None,
    }


def contact(name: str, email: str) -> dict[str, Any]:
    return {
        "customerId": HARBOR,
        "firstName": name,
        "lastName": "Reyes",
        "email": email,
        "phone": "4155550134",
    }


def invoice(number: str, **changes: Any) -> dict[str, Any]:
    lines = [
        {"id": LINES[0], "description": "Setup", "quantity": "2", "price": "60.00", "classifications": None},
        {
            "id": LINES[1],
            "description": "Support",
            "quantity": "1",
            "price": "80.00",
            "classifications": None,
        },
    ]
    return {
        "customerId": HARBOR,
        "invoiceNumber": number,
        "invoiceDate": "2026-12-01",
        "dueDate": "2026-12-31",
        "invoiceLineItems": lines,
        "totalAmount": "200.00",
        "dueAmount": "200.00",
        "scheduledAmount": "0",
        "creditAmount": "0",
        "status": "OPEN",
        "payments": [],
    } | changes


def credit(key: str, number: str) -> dict[str, Any]:
    line = {"id": f"{key}/1", "description": "Returned", "quantity": "1", "price": "50.00"}
    return {
        "customerId": HARBOR,
        "referenceNumber": number,
        "creditDate": "2026-12-02",
        "creditMemoLineItems": [line],
        "amount": "50.00",
        "appliedAmount": "0",
        "status": "NOT_APPLIED",
        "usage": [],
    }

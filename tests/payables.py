"""What the tests of payables find in BILL's books: one of each, under ids that do not change."""

from typing import Any

from connectors.sandbox.client import SandboxControl

VENDOR, PAID_BY_ACH, ASKED = "00901NORTHSIDE", "00902EASTSIDE", "00903SOUTHSIDE"
CUSTOMER, CONNECTED = "0cu01ACME", "0cu02ACME"
BILL, WAITING, ARCHIVED = "00n01NORTHSIDE", "00n02WAITING", "00n03ARCHIVED"
CREDIT, OTHER_CREDIT = "vcr01NORTHSIDE", "vcr02NORTHSIDE"
RECURRING, PUT_AWAY = "rcb01NORTHSIDE", "rcb02PUTAWAY"
POLICY = "apo01LARGE"
COMPANY, BILLER, ASKING = "4001", "0rv01", "4002"
ACCOUNT = "000123456789"
LINES = ("bli01FIRST", "bli02SECOND")
THEN = "2026-01-05T09:00:00.000+00:00"
ADDRESS = {"line1": "1 Pier Road", "city": "Oakland", "zipOrPostalCode": "94607", "country": "US"}
OUR_USER, OTHER_USER = "00601HALDENCONSOLE00", "00601HALDENAPPROVER0"


def fill(sandbox: SandboxControl) -> None:
    """Northside has a bill over 200.00 euros in two lines, a credit over 50.00 and a bill every month."""
    if sandbox.record("bill", "vendor", VENDOR):
        return

    def add(kind: str, key: str, owner: str = "", **fields: Any) -> None:
        record = {"id": key, "archived": False, "createdTime": THEN, "updatedTime": THEN} | fields
        sandbox.add("bill", kind, key, owner=owner, **record)

    for key, name in ((VENDOR, "Northside"), (PAID_BY_ACH, "Eastside"), (ASKED, "Southside")):
        add("vendor", key, **vendor(name))
    add("customer", CUSTOMER, name="Acme", email="ap@acme.example")
    add("customer", CONNECTED, name="Acme Abroad", email="ap@abroad.example")
    add(
        "vendor bank account",
        PAID_BY_ACH,
        nameOnAccount="Eastside",
        accountNumber="998877665544",
        routingNumber="021000021",
    )
    for key, network, asks in ((COMPANY, "BILL", False), (BILLER, "RPPS", False), (ASKING, "BILL", True)):
        company = {"name": "Northside Produce", "type": network, "addresses": [ADDRESS], "asksUs": asks}
        add("network company", key, **company, managedBy={"email": "network@northside.example"})
    for party, key in (("vendor", ASKED), ("customer", CONNECTED)):
        add("connection", f"{party}/{key}", status="CONNECTED", networkId=COMPANY, askedTime=THEN)
    add("bill", BILL, VENDOR, **bill("NP-1"))
    asked = [{"userId": OUR_USER, "status": "WAITING", "approverOrder": 0}]
    add("bill", WAITING, VENDOR, **bill("NP-2", approvalStatus="ASSIGNED", approvers=asked))
    add("bill", ARCHIVED, VENDOR, **bill("NP-3", archived=True))
    for key, number in ((CREDIT, "CN-1"), (OTHER_CREDIT, "CN-2")):
        lines = [{"id": f"{key}/1", "amount": "50.00", "description": "Returned", "classifications": None}]
        credit = {
            "vendorId": VENDOR,
            "referenceNumber": number,
            "creditDate": "2026-01-04",
            "amount": "50.00",
        }
        credit |= {"appliedAmount": "0", "status": "NOT_APPLIED", "usage": []}
        add("vendor credit", key, VENDOR, vendorCreditLineItems=lines, **credit)
    for key, archived in ((RECURRING, False), (PUT_AWAY, True)):
        lines = [{"id": f"{key}/1", "amount": "80.00", "description": "Rent", "classifications": None}]
        schedule = {"period": "MONTHLY", "frequency": 1, "nextDueDate": "2027-01-31"}
        fields = {"vendorId": VENDOR, "recurringBillLineItems": lines, "schedule": schedule}
        fields |= {"archived": archived, "processingOptions": {"autoPayment": False}}
        add("recurring bill", key, VENDOR, **fields)
    rules = [{"key": "BILL_AMOUNT", "op": "gte", "values": ["1000"]}]
    add("approval policy", POLICY, policyName="Large", rules=rules, approvers=[OUR_USER], status="ACTIVE")


def vendor(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "email": f"billing@{name.lower()}.example",
        "accountType": "BUSINESS",
        "address": ADDRESS,
        "billCurrency": "EUR",
        "paymentInformation": {"payeeName": name, "payByType": "CHECK", "payBySubType": "NONE"},
        "additionalInfo": {"track1099": False, "combinePayments": True},
        "bankAccountStatus": "NO_ACCOUNT",
        "recurringPayments": False,
        "autoPay": {"enabled": False},
    }


def bill(number: str, **changes: Any) -> dict[str, Any]:
    amounts = zip(LINES, ("120.00", "80.00"), ("Produce", "Delivery"), strict=True)
    lines = [
        {"id": key, "amount": amount, "description": text, "classifications": None}
        for key, amount, text in amounts
    ]
    return {
        "vendorId": VENDOR,
        "amount": "200.00",
        "paidAmount": "0",
        "dueAmount": "200.00",
        "scheduledAmount": "0",
        "creditAmount": "0",
        "dueDate": "2026-12-31",
        "invoice": {"invoiceNumber": number, "invoiceDate": "2026-12-01"},
        "billLineItems": lines,
        "paymentStatus": "UNPAID",
        "approvalStatus": "UNASSIGNED",
        "approvers": [],
    } | changes

"""What BILL is sent about vendors and all that is owed to them, byte for byte, and that it is taken."""

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.catalogue import find_operation
from connectors.sandbox.client import SandboxControl
from connectors.transport import Client, read, send_write
from tests import payables as books
from tests.connectors.bill_account import make_client

V3 = "/connect/v3"
VENDOR = {"vendorId": books.VENDOR}
ADDRESS = '{"line1":"1 Pier Road","city":"Oakland","zipOrPostalCode":"94607","country":"US"}'
NEW_VENDOR = {
    "name": "Westside",
    "accountType": "BUSINESS",
    "email": "ap@westside.example",
    "phone": "4155550134",
    "address": books.ADDRESS,
    "payeeName": "Westside LLC",
    "paymentPurpose": {"code": {"name": "Goods", "value": "GDS"}},
    "nameOnAccount": "Westside LLC",
    "bankAccountNumber": "000123456789",
    "bankRoutingNumber": "021000021",
    "bankAccountType": "CHECKING",
    "bankAccountOwner": "BUSINESS",
    "paymentCurrency": "USD",
    "regulatoryFields": [{"name": "taxId", "value": "11222333000181"}],
    "billCurrency": "USD",
    "shortName": "West",
    "accountNumber": "HL-1",
    "companyName": "Westside LLC",
    "taxId": "12-3456789",
    "taxIdType": "EIN",
    "track1099": True,
}
BANK = (
    '{"nameOnAccount":"Westside LLC","accountNumber":"000123456789","routingNumber":"021000021",'
    '"type":"CHECKING","ownerType":"BUSINESS","paymentCurrency":"USD",'
    '"regulatoryFields":[{"name":"taxId","value":"11222333000181"}]}'
)
NEW_VENDOR_BODY = (
    '{"name":"Westside","accountType":"BUSINESS","email":"ap@westside.example","phone":"4155550134",'
    f'"address":{ADDRESS},"paymentInformation":{{"payeeName":"Westside LLC","bankAccount":{BANK},'
    '"paymentPurpose":{"code":{"name":"Goods","value":"GDS"}}},"billCurrency":"USD","shortName":"West",'
    '"accountNumber":"HL-1","additionalInfo":{"companyName":"Westside LLC","taxId":"12-3456789",'
    '"taxIdType":"EIN","track1099":true}}'
)
BANK_PARTS = (
    "nameOnAccount bankAccountNumber bankRoutingNumber bankAccountType bankAccountOwner paymentCurrency"
    " regulatoryFields"
)
INVITATION = {"networkId": books.COMPANY, "networkType": "BILL"}
INVITATION_BODY = '{"networkId":"4001","networkType":"BILL"}'
NEW_BILL = {
    "vendorId": books.VENDOR,
    "dueDate": "2026-12-31",
    "billLineItems": [
        {"amount": "228.90", "description": "Produce", "chartOfAccountId": "0ca01", "departmentId": "0de01"}
    ],
    "invoiceNumber": "NP-9",
    "invoiceDate": "2026-12-01",
    "description": "October",
    "payFromChartOfAccountId": "0ca02",
    "locationId": "loc01",
}
NEW_BILL_BODY = (
    '{"vendorId":"00901NORTHSIDE","dueDate":"2026-12-31","billLineItems":[{"amount":228.90,'
    '"description":"Produce","classifications":{"chartOfAccountId":"0ca01","departmentId":"0de01"}}],'
    '"invoice":{"invoiceNumber":"NP-9","invoiceDate":"2026-12-01"},"description":"October",'
    '"payFromChartOfAccountId":"0ca02","classifications":{"locationId":"loc01"}'
)
POLICY = {
    "policyName": "From 1000 on",
    "rules": [{"key": "BILL_AMOUNT", "op": "gte", "values": ["1000"]}],
    "approvers": [books.OUR_USER],
}
POLICY_BODY = (
    '{"policyName":"From 1000 on","rules":[{"key":"BILL_AMOUNT","op":"gte","values":["1000"]}],'
    '"approvers":["00601HALDENCONSOLE00"]}'
)
NEW_CREDIT = {
    "vendorId": books.VENDOR,
    "referenceNumber": "CN-9",
    "creditDate": "2026-12-01",
    "vendorCreditLineItems": [{"description": "Returned", "amount": "20.50"}],
    "description": "Crates",
}
NEW_CREDIT_BODY = (
    '{"vendorId":"00901NORTHSIDE","referenceNumber":"CN-9","creditDate":"2026-12-01",'
    '"vendorCreditLineItems":[{"amount":20.50,"description":"Returned"}],"description":"Crates"}'
)
CREDIT_ANEW_BODY = (
    '"vendorId":"00901NORTHSIDE","referenceNumber":"CN-9","creditDate":"2026-12-01","description":"Crates",'
    '"vendorCreditLineItems":[{"amount":20.50,"description":"Returned"}]}'
)
NEW_RECURRING = {
    "vendorId": books.VENDOR,
    "schedule": {"period": "MONTHLY", "frequency": 2, "nextDueDate": "2027-01-31", "daysInAdvance": 10},
    "recurringBillLineItems": [{"amount": "80", "description": "Rent"}],
    "autoPayment": True,
    "bankAccountId": "bac01",
    "description": "Office",
}
SCHEDULE_BODY = '{"period":"MONTHLY","frequency":2,"nextDueDate":"2027-01-31","daysInAdvance":10}'

# (operation, arguments, method, path, query, body)
SENT = [
    (
        "bill_list_vendors",
        {"archived": False},
        "GET",
        "/vendors",
        "sort=createdTime%3Aasc&filters=archived%3Aeq%3Afalse",
        "",
    ),
    ("bill_create_vendor", NEW_VENDOR, "POST", "/vendors", "", NEW_VENDOR_BODY),
    (
        "bill_create_vendors_bulk",
        {"vendors": [NEW_VENDOR]},
        "POST",
        "/vendors/bulk",
        "",
        f"[{NEW_VENDOR_BODY}]",
    ),
    (
        "bill_get_international_payment_rules",
        {"country": "BR", "billCurrency": "BRL", "accountType": "BUSINESS"},
        "GET",
        "/vendors/configuration/international-payments",
        "country=BR&billCurrency=BRL&accountType=BUSINESS",
        "",
    ),
    ("bill_get_vendor", VENDOR, "GET", "/vendors/00901NORTHSIDE", "", ""),
    (
        "bill_update_vendor",
        VENDOR
        | {
            "email": "new@northside.example",
            "taxId": "98-7654321",
            "autoPay": True,
            "autoPayBankAccountId": "bac01",
            "autoPayMaxAmount": "500.00",
            "autoPayDaysBeforeDueDate": 3,
        },
        "PATCH",
        "/vendors/00901NORTHSIDE",
        "",
        '{"email":"new@northside.example","additionalInfo":{"taxId":"98-7654321"},"autoPay":{"enabled":true,'
        '"bankAccountId":"bac01","maxAmount":500.00,"daysBeforeDueDate":3}}',
    ),
    ("bill_archive_vendor", VENDOR, "POST", "/vendors/00901NORTHSIDE/archive", "", ""),
    ("bill_restore_vendor", VENDOR, "POST", "/vendors/00901NORTHSIDE/restore", "", ""),
    (
        "bill_get_vendor_bank_account",
        {"vendorId": books.PAID_BY_ACH},
        "GET",
        "/vendors/00902EASTSIDE/bank-account",
        "",
        "",
    ),
    (
        "bill_create_vendor_bank_account",
        VENDOR | {name: NEW_VENDOR[name] for name in BANK_PARTS.split()},
        "POST",
        "/vendors/00901NORTHSIDE/bank-account",
        "",
        BANK,
    ),
    (
        "bill_delete_vendor_bank_account",
        {"vendorId": books.PAID_BY_ACH},
        "DELETE",
        "/vendors/00902EASTSIDE/bank-account",
        "",
        "",
    ),
    ("bill_get_vendor_payment_rules", VENDOR, "GET", "/vendors/00901NORTHSIDE/configuration", "", ""),
    (
        "bill_search_network",
        {"name": "Northside Produce", "scope": "RPPS", "zipOrPostalCode": "94607", "accountNumber": "7"},
        "GET",
        "/network",
        "name=Northside%20Produce&scope=RPPS&zipOrPostalCode=94607&accountNumber=7",
        "",
    ),
    (
        "bill_accept_network_invitation",
        {"networkId": books.ASKING, "type": "VENDOR", "name": "Northside Produce"},
        "POST",
        "/network/invitation/accept",
        "",
        '{"networkId":"4002","type":"VENDOR","name":"Northside Produce"}',
    ),
    (
        "bill_get_customer_connection",
        {"customerId": books.CUSTOMER},
        "GET",
        "/network/invitation/customer/0cu01ACME",
        "",
        "",
    ),
    (
        "bill_invite_customer",
        {"customerId": books.CUSTOMER, **INVITATION},
        "POST",
        "/network/invitation/customer/0cu01ACME",
        "",
        INVITATION_BODY,
    ),
    (
        "bill_disconnect_customer",
        {"customerId": books.CONNECTED},
        "DELETE",
        "/network/invitation/customer/0cu02ACME",
        "",
        "",
    ),
    ("bill_get_vendor_connection", VENDOR, "GET", "/network/invitation/vendor/00901NORTHSIDE", "", ""),
    (
        "bill_invite_vendor",
        VENDOR
        | {"networkId": books.BILLER, "networkType": "RPPS", "rppsInformation": {"accountNumber": "7"}},
        "POST",
        "/network/invitation/vendor/00901NORTHSIDE",
        "",
        '{"networkId":"0rv01","networkType":"RPPS","rppsInformation":{"accountNumber":"7"}}',
    ),
    (
        "bill_disconnect_vendor",
        {"vendorId": books.ASKED},
        "DELETE",
        "/network/invitation/vendor/00903SOUTHSIDE",
        "",
        "",
    ),
    (
        "bill_invite_vendor_by_email",
        VENDOR | {"email": "ap@northside.example"},
        "POST",
        "/network/invitation/vendor/00901NORTHSIDE/email",
        "",
        '{"email":"ap@northside.example"}',
    ),
    (
        "bill_list_bills",
        {"vendorIds": [books.VENDOR], "paymentStatus": "UNPAID"},
        "GET",
        "/bills",
        "sort=createdTime%3Aasc&filters=vendorId%3Ain%3A%2200901NORTHSIDE%22%2CpaymentStatus%3Aeq%3AUNPAID",
        "",
    ),
    (
        "bill_create_bill",
        NEW_BILL
        | {
            "purchaseOrderNumber": "PO-1",
            "billApprovals": True,
            "vendorCredits": [{"id": books.CREDIT, "amount": "20.00"}],
        },
        "POST",
        "/bills",
        "",
        NEW_BILL_BODY
        + ',"vendorCredits":[{"id":"vcr01NORTHSIDE","amount":20.00}],"purchaseOrderNumber":"PO-1",'
        '"billApprovals":true}',
    ),
    ("bill_create_bills_bulk", {"bills": [NEW_BILL]}, "POST", "/bills/bulk", "", f"[{NEW_BILL_BODY}}}]"),
    (
        "bill_record_bill_payment",
        VENDOR | {"processDate": "2026-12-20", "payments": [{"billId": books.BILL, "amount": "70"}]},
        "POST",
        "/bills/record-payment",
        "",
        '{"vendorId":"00901NORTHSIDE","processDate":"2026-12-20","toPrintCheck":false,'
        '"payments":[{"billId":"00n01NORTHSIDE","amount":70}]}',
    ),
    ("bill_get_bill", {"billId": books.BILL}, "GET", "/bills/00n01NORTHSIDE", "", ""),
    (
        "bill_replace_bill",
        {
            "billId": books.BILL,
            "vendorId": books.VENDOR,
            "dueDate": "2026-12-31",
            "invoiceNumber": "NP-9",
            "invoiceDate": "2026-12-01",
            "billLineItems": [{"id": books.LINES[0], "amount": "100.00"}, {"amount": "5.25"}],
        },
        "PUT",
        "/bills/00n01NORTHSIDE",
        "",
        '{"vendorId":"00901NORTHSIDE","dueDate":"2026-12-31",'
        '"invoice":{"invoiceNumber":"NP-9","invoiceDate":"2026-12-01"},'
        '"billLineItems":[{"id":"bli01FIRST","amount":100.00},{"amount":5.25}]}',
    ),
    (
        "bill_update_bill",
        {
            "billId": books.BILL,
            "dueDate": "2027-01-15",
            "invoiceNumber": "NP-8",
            "billLineItems": [{"id": books.LINES[1], "description": "Carriage"}],
        },
        "PATCH",
        "/bills/00n01NORTHSIDE",
        "",
        '{"billLineItems":[{"id":"bli02SECOND","description":"Carriage"}],"dueDate":"2027-01-15",'
        '"invoice":{"invoiceNumber":"NP-8"}}',
    ),
    ("bill_archive_bill", {"billId": books.BILL}, "POST", "/bills/00n01NORTHSIDE/archive", "", ""),
    ("bill_restore_bill", {"billId": books.ARCHIVED}, "POST", "/bills/00n03ARCHIVED/restore", "", ""),
    (
        "bill_approve_or_deny_bills",
        {"decisions": [{"billId": books.WAITING, "action": "DENY", "comment": "Not ours"}]},
        "POST",
        "/bill-approvals/actions",
        "",
        '[{"billId":"00n02WAITING","action":"DENY","comment":"Not ours"}]',
    ),
    ("bill_list_pending_approvals", {}, "GET", "/bill-approvals/pending-user-approvals", "", ""),
    ("bill_list_approval_policies", {}, "GET", "/bill-approvals/policies", "", ""),
    ("bill_create_approval_policy", POLICY, "POST", "/bill-approvals/policies", "", POLICY_BODY),
    (
        "bill_replace_approval_policy",
        {"policyId": books.POLICY, **POLICY},
        "PUT",
        "/bill-approvals/policies/apo01LARGE",
        "",
        POLICY_BODY,
    ),
    (
        "bill_delete_approval_policy",
        {"policyId": books.POLICY},
        "DELETE",
        "/bill-approvals/policies/apo01LARGE",
        "",
        "",
    ),
    (
        "bill_list_vendor_credits",
        VENDOR,
        "GET",
        "/vendor-credits",
        "sort=createdTime%3Aasc&filters=vendorId%3Aeq%3A00901NORTHSIDE",
        "",
    ),
    ("bill_create_vendor_credit", NEW_CREDIT, "POST", "/vendor-credits", "", NEW_CREDIT_BODY),
    (
        "bill_create_vendor_credits_bulk",
        {"vendorCredits": [NEW_CREDIT]},
        "POST",
        "/vendor-credits/bulk",
        "",
        f"[{NEW_CREDIT_BODY}]",
    ),
    (
        "bill_replace_vendor_credits_bulk",
        {"vendorCredits": [{"id": books.CREDIT, **NEW_CREDIT}]},
        "PUT",
        "/vendor-credits/bulk",
        "",
        '[{"id":"vcr01NORTHSIDE",' + CREDIT_ANEW_BODY + "]",
    ),
    (
        "bill_update_vendor_credits_bulk",
        {"vendorCredits": [{"id": books.CREDIT, "description": "Crates"}]},
        "PATCH",
        "/vendor-credits/bulk",
        "",
        '[{"id":"vcr01NORTHSIDE","description":"Crates"}]',
    ),
    (
        "bill_archive_vendor_credits_bulk",
        {"ids": [books.CREDIT, books.OTHER_CREDIT]},
        "POST",
        "/vendor-credits/bulk/archive",
        "ids=vcr01NORTHSIDE%2Cvcr02NORTHSIDE",
        "",
    ),
    (
        "bill_get_vendor_credit",
        {"vendorCreditId": books.CREDIT},
        "GET",
        "/vendor-credits/vcr01NORTHSIDE",
        "",
        "",
    ),
    (
        "bill_replace_vendor_credit",
        {"vendorCreditId": books.CREDIT, **NEW_CREDIT},
        "PUT",
        "/vendor-credits/vcr01NORTHSIDE",
        "",
        "{" + CREDIT_ANEW_BODY,
    ),
    (
        "bill_update_vendor_credit",
        {
            "vendorCreditId": books.CREDIT,
            "vendorCreditLineItems": [{"id": "vcr01NORTHSIDE/1", "amount": "45.00"}],
        },
        "PATCH",
        "/vendor-credits/vcr01NORTHSIDE",
        "",
        '{"vendorCreditLineItems":[{"id":"vcr01NORTHSIDE/1","amount":45.00}]}',
    ),
    (
        "bill_archive_vendor_credit",
        {"vendorCreditId": books.CREDIT},
        "POST",
        "/vendor-credits/vcr01NORTHSIDE/archive",
        "",
        "",
    ),
    (
        "bill_list_recurring_bills",
        {"archived": True},
        "GET",
        "/recurringbills",
        "sort=createdTime%3Aasc&filters=archived%3Aeq%3Atrue",
        "",
    ),
    (
        "bill_create_recurring_bill",
        NEW_RECURRING,
        "POST",
        "/recurringbills",
        "",
        '{"vendorId":"00901NORTHSIDE","schedule":' + SCHEDULE_BODY + ","
        '"recurringBillLineItems":[{"amount":80,"description":"Rent"}],'
        '"processingOptions":{"autoPayment":true},"paymentInformation":{"bankAccountId":"bac01"},'
        '"description":"Office"}',
    ),
    (
        "bill_get_recurring_bill",
        {"recurringBillId": books.RECURRING},
        "GET",
        "/recurringbills/rcb01NORTHSIDE",
        "",
        "",
    ),
    (
        "bill_replace_recurring_bill",
        {"recurringBillId": books.RECURRING, **NEW_RECURRING},
        "PUT",
        "/recurringbills/rcb01NORTHSIDE",
        "",
        '{"vendorId":"00901NORTHSIDE","schedule":' + SCHEDULE_BODY + ","
        '"recurringBillLineItems":[{"amount":80,"description":"Rent"}],'
        '"paymentInformation":{"bankAccountId":"bac01"},"description":"Office",'
        '"processingOptions":{"autoPayment":true}}',
    ),
    (
        "bill_update_recurring_bill",
        {
            "recurringBillId": books.RECURRING,
            "schedule": {
                "period": "MONTHLY",
                "frequency": 2,
                "nextDueDate": "2027-01-31",
                "daysInAdvance": 10,
            },
        },
        "PATCH",
        "/recurringbills/rcb01NORTHSIDE",
        "",
        '{"schedule":' + SCHEDULE_BODY + "}",
    ),
    (
        "bill_archive_recurring_bill",
        {"recurringBillId": books.RECURRING},
        "POST",
        "/recurringbills/rcb01NORTHSIDE/archive",
        "",
        "",
    ),
    (
        "bill_restore_recurring_bill",
        {"recurringBillId": books.PUT_AWAY},
        "POST",
        "/recurringbills/rcb02PUTAWAY/restore",
        "",
        "",
    ),
]


@pytest.fixture
def client(sandbox: SandboxControl, sandbox_url: str) -> Iterator[Client]:
    books.fill(sandbox)
    client = make_client(sandbox_url)
    yield client
    client.close()


@pytest.mark.parametrize(
    ("name", "given", "method", "path", "query", "body"), SENT, ids=[row[0] for row in SENT]
)
def test_what_is_sent_is_what_bill_documents_and_is_taken(
    client: Client,
    sandbox: SandboxControl,
    name: str,
    given: dict[str, Any],
    method: str,
    path: str,
    query: str,
    body: str,
) -> None:
    operation = find_operation(name)
    if name == "bill_restore_vendor":
        sandbox.change("bill", "vendor", books.VENDOR, archived=True)
    request = operation.request(given, {})

    assert request.as_dict() == {
        "method": method,
        "path": V3 + path,
        "query": query,
        "content_type": "application/json" if body else "",
        "body": body,
    }
    if operation.is_read:
        read(client, operation, given)
        return
    send_write(client, request, operation=operation, trusted=operation.wants_trust(given))
    (effect,) = sandbox.effects(took=True)
    assert effect["operation"] == name.removeprefix("bill_")
    assert effect["request"] == {"method": method, "path": V3 + path, "query": query, "body": body}

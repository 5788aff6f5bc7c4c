"""What BILL is sent about customers and what they owe, byte for byte, and that it is taken."""

import pytest

from connectors.catalogue import find_operation
from connectors.sandbox.client import SandboxControl
from connectors.transport import Client, read
from tests import receivables as harbor
from tests.connectors.bill_requests import Row, check

HARBOR = {"customerId": harbor.HARBOR}
INVOICE = {"invoiceId": harbor.INVOICE}
CREDIT = {"creditMemoId": harbor.CREDIT}
RECURRING = {"recurringInvoiceId": harbor.RECURRING}
ACCOUNT = HARBOR | {"bankAccountId": harbor.ACCOUNT}
OLDEST = "sort=createdTime%3Aasc"
ADDRESS = '{"line1":"12 Pier Road","city":"Oakland","zipOrPostalCode":"94607","country":"US"}'
NEW_CUSTOMER = {
    "name": "Acme Corp",
    "email": "ap@acme.example",
    "companyName": "Acme Corporation Inc.",
    "contactFirstName": "Ana",
    "contactLastName": "Reyes",
    "phone": "4155550134",
    "fax": "4155550135",
    "description": "Referred by Pier Supplies",
    "invoiceCurrency": "EUR",
    "accountType": "BUSINESS",
    "paymentTermId": "0pt01",
    "accountNumber": "HL-1",
    "billingAddress": harbor.ADDRESS,
    "shippingAddress": harbor.ADDRESS,
}
NEW_CUSTOMER_BODY = (
    '{"name":"Acme Corp","email":"ap@acme.example","companyName":"Acme Corporation Inc.",'
    '"contact":{"firstName":"Ana","lastName":"Reyes"},"phone":"4155550134","fax":"4155550135",'
    '"description":"Referred by Pier Supplies","invoiceCurrency":"EUR","accountType":"BUSINESS",'
    f'"paymentTermId":"0pt01","accountNumber":"HL-1","billingAddress":{ADDRESS},"shippingAddress":{ADDRESS}}}'
)
BANK = {
    "nameOnAccount": "Pier Supplies",
    "nickname": "Main",
    "bankRoutingNumber": "021000021",
    "bankAccountNumber": "000987654321",
    "bankAccountType": "CHECKING",
    "bankAccountOwner": "BUSINESS",
}
BANK_BODY = (
    '{"nameOnAccount":"Pier Supplies","nickname":"Main","routingNumber":"021000021",'
    '"accountNumber":"000987654321","type":"CHECKING","ownerType":"BUSINESS"}'
)
NEW_LINE = {
    "description": "Seats",
    "quantity": 1,
    "price": "1234567890123.45",  # fifteen digits, each of which counts
    "chartOfAccountId": "0ca01",
    "itemId": "0ii01",
}
NEW_LINE_BODY = (
    '{"description":"Seats","quantity":1,"price":1234567890123.45,'
    '"classifications":{"chartOfAccountId":"0ca01","itemId":"0ii01"}}'
)
KEPT_LINES = [{"id": harbor.LINES[0], "quantity": 2, "price": "60.00"}, {"quantity": 1, "price": "5.25"}]
KEPT_LINES_BODY = '[{"id":"00f11FIRST","quantity":2,"price":60.00},{"quantity":1,"price":5.25}]'
NEW_INVOICE = HARBOR | {
    "invoiceNumber": "H-99",
    "invoiceDate": "2026-12-01",
    "dueDate": "2026-12-31",
    "invoiceLineItems": [NEW_LINE],
    "sendEmail": True,
    "payToChartOfAccountId": "0ca02",
    "departmentId": "0de01",
}
NEW_CREDIT = HARBOR | {
    "referenceNumber": "CM-9",
    "creditDate": "2026-12-05",
    "creditMemoLineItems": [{"description": "Returned", "quantity": 2, "price": "10.25"}],
    "description": "Two came back",
    "payToChartOfAccountId": "0ca02",
    "payToBankAccountId": "bac01",
    "locationId": "loc01",
}
CREDIT_LINES = '"creditMemoLineItems":[{"description":"Returned","quantity":2,"price":10.25}]'
CREDIT_REST = (
    '"payToChartOfAccountId":"0ca02","payToBankAccountId":"bac01","classifications":{"locationId":"loc01"}}'
)
CREDIT_HEAD = '{"customerId":"0cu11HARBOR","referenceNumber":"CM-9","creditDate":"2026-12-05"'
NEW_CREDIT_BODY = f'{CREDIT_HEAD},{CREDIT_LINES},"description":"Two came back",{CREDIT_REST}'
SCHEDULE = {
    "period": "MONTHLY",
    "frequency": 2,
    "nextDueDate": "2027-01-31",
    "endDate": "2027-12-31",
    "daysInAdvance": 10,
}
SCHEDULE_BODY = (
    '{"period":"MONTHLY","frequency":2,"nextDueDate":"2027-01-31","endDate":"2027-12-31","daysInAdvance":10}'
)
RECURRING_LINE = f"{harbor.RECURRING}/1"
IN_USE = "archived%3Aeq%3Afalse"
OF_HARBOR = "customerId%3Aeq%3A0cu11HARBOR"

ROWS = [
    Row(
        "bill_list_customers",
        {"archived": False, "nameStartsWith": "Harbor", "ids": [harbor.HARBOR]},
        "GET",
        "/customers",
        f"{OLDEST}&filters={IN_USE}%2Cname%3Asw%3A%22Harbor%22%2Cid%3Ain%3A%220cu11HARBOR%22",
    ),
    Row("bill_create_customer", NEW_CUSTOMER, "POST", "/customers", body=NEW_CUSTOMER_BODY),
    Row("bill_get_customer", HARBOR, "GET", "/customers/0cu11HARBOR"),
    Row(
        "bill_update_customer",
        HARBOR | {"contactLastName": "Ortiz", "billingAddress": harbor.ADDRESS},
        "PATCH",
        "/customers/0cu11HARBOR",
        body=f'{{"contact":{{"lastName":"Ortiz"}},"billingAddress":{ADDRESS}}}',
    ),
    Row("bill_list_customer_bank_accounts", HARBOR, "GET", "/customers/0cu11HARBOR/bank-accounts"),
    Row(
        "bill_create_customer_bank_account",
        {"customerId": harbor.PIER, **BANK},
        "POST",
        "/customers/0cu12PIER/bank-accounts",
        body=BANK_BODY,
    ),
    Row(
        "bill_get_customer_bank_account",
        ACCOUNT,
        "GET",
        "/customers/0cu11HARBOR/bank-accounts/cba11HARBOR",
    ),
    Row(
        "bill_update_customer_bank_account",
        ACCOUNT | {"nickname": "Second"},
        "PATCH",
        "/customers/0cu11HARBOR/bank-accounts/cba11HARBOR",
        body='{"nickname":"Second"}',
    ),
    Row(
        "bill_set_customer_charge_authorization",
        {"customerId": harbor.PIER, "authorizedToCharge": True},
        "POST",
        "/customers/0cu12PIER/charge-authorization",
        body='{"authorizedToCharge":true}',
    ),
    Row("bill_list_customer_contacts", HARBOR, "GET", "/customers/0cu11HARBOR/contacts"),
    Row(
        "bill_create_customer_contact",
        HARBOR
        | {
            "firstName": "Iris",
            "lastName": "Ng",
            "email": "iris@harbor.example",
            "phone": "1",
            "altPhone": "2",
            "alternateEmail": "ng@harbor.example",
        },
        "POST",
        "/customers/0cu11HARBOR/contacts",
        body='{"firstName":"Iris","lastName":"Ng","email":"iris@harbor.example","phone":"1","altPhone":"2",'
        '"alternateEmail":"ng@harbor.example"}',
    ),
    Row(
        "bill_list_invoices",
        HARBOR | {"invoiceNumber": "H-11", "archived": False},
        "GET",
        "/invoices",
        f"{OLDEST}&filters={OF_HARBOR}%2CinvoiceNumber%3Aeq%3AH-11%2C{IN_USE}",
    ),
    Row(
        "bill_create_invoice",
        NEW_INVOICE,
        "POST",
        "/invoices",
        body='{"customer":{"id":"0cu11HARBOR"},"invoiceNumber":"H-99","invoiceDate":"2026-12-01",'
        f'"dueDate":"2026-12-31","invoiceLineItems":[{NEW_LINE_BODY}],"processingOptions":{{"sendEmail":true}},'
        '"payToChartOfAccountId":"0ca02","classifications":{"departmentId":"0de01"}}',
    ),
    Row("bill_get_invoice", INVOICE, "GET", "/invoices/00e11HARBOR"),
    Row(
        "bill_update_invoice",
        INVOICE | {"invoiceLineItems": [{"id": harbor.LINES[1], "price": "81.50"}]},
        "PATCH",
        "/invoices/00e11HARBOR",
        body='{"invoiceLineItems":[{"id":"00f12SECOND","price":81.50}],"processingOptions":{"sendEmail":false}}',
    ),
    Row(
        "bill_replace_invoice",
        INVOICE | HARBOR | {"invoiceLineItems": KEPT_LINES, "invoiceNumber": "H-11", "dueDate": "2027-01-15"},
        "PUT",
        "/invoices/00e11HARBOR",
        body=f'{{"customer":{{"id":"0cu11HARBOR"}},"invoiceLineItems":{KEPT_LINES_BODY},"invoiceNumber":"H-11",'
        '"dueDate":"2027-01-15","processingOptions":{"sendEmail":false}}',
    ),
    Row("bill_archive_invoice", INVOICE, "POST", "/invoices/00e11HARBOR/archive"),
    Row("bill_restore_invoice", {"invoiceId": harbor.ARCHIVED}, "POST", "/invoices/00e13ARCHIVED/restore"),
    Row(
        "bill_send_invoice",
        INVOICE | {"to": ["ana@harbor.example"], "replyToUserId": "00601HALDENCONSOLE00"},
        "POST",
        "/invoices/00e11HARBOR/email",
        body='{"recipient":{"to":["ana@harbor.example"]},"replyTo":{"userId":"00601HALDENCONSOLE00"}}',
    ),
    Row(
        "bill_create_invoice_payment_link",
        {"invoiceId": harbor.SECOND, "email": "ap@harbor.example", "returnUrl": "https://halden.example/"}
        | HARBOR,
        "POST",
        "/invoices/00e12HARBOR/payment-link",
        body='{"customerId":"0cu11HARBOR","email":"ap@harbor.example","returnUrl":"https://halden.example/"}',
    ),
    Row(
        "bill_record_invoice_payment",
        HARBOR
        | {
            "amount": "30.75",
            "invoices": [{"invoiceId": harbor.SECOND, "amount": "20.00"}],
            "paymentDate": "2026-12-20",
            "paymentType": "CHECK",
            "description": "Check 1042",
        },
        "POST",
        "/invoices/record-payment",
        body='{"amount":30.75,"customerId":"0cu11HARBOR","invoices":[{"amount":20.00,"id":"00e12HARBOR"}],'
        '"paymentDate":"2026-12-20","paymentType":"CHECK","description":"Check 1042"}',
    ),
    Row(
        "bill_charge_customer",
        ACCOUNT
        | {
            "description": "CS-0123456789ABCDEF",
            "paymentDate": "2027-01-10",
            "invoicePayments": [{"invoiceId": harbor.SECOND, "amount": "20.50"}],
        },
        "POST",
        "/receivable-payments",
        body='{"customerId":"0cu11HARBOR","fundingAccount":{"type":"BANK_ACCOUNT","id":"cba11HARBOR"},'
        '"description":"CS-0123456789ABCDEF","paymentDate":"2027-01-10",'
        '"invoicePayments":[{"invoiceId":"00e12HARBOR","amount":20.50}]}',
    ),
    Row(
        "bill_list_received_payments",
        HARBOR | {"updatedSince": "2026-01-01T00:00:00Z"},
        "GET",
        "/receivable-payments",
        f"{OLDEST}&filters={OF_HARBOR}%2CupdatedTime%3Agte%3A%222026-01-01T00%3A00%3A00Z%22",
    ),
    Row(
        "bill_get_received_payment",
        {"receivedPaymentId": "<received>"},
        "GET",
        "/receivable-payments/<received>",
    ),
    Row(
        "bill_list_credit_memos",
        {"customerIds": [harbor.HARBOR, harbor.PIER]},
        "GET",
        "/credit-memos",
        f"{OLDEST}&filters=customerId%3Ain%3A%220cu11HARBOR%2C0cu12PIER%22",
    ),
    Row("bill_create_credit_memo", NEW_CREDIT, "POST", "/credit-memos", body=NEW_CREDIT_BODY),
    Row(
        "bill_create_credit_memos_bulk",
        {"creditMemos": [NEW_CREDIT, NEW_CREDIT]},
        "POST",
        "/credit-memos/bulk",
        body=f"[{NEW_CREDIT_BODY},{NEW_CREDIT_BODY}]",
    ),
    Row(
        "bill_replace_credit_memos_bulk",
        {"creditMemos": [{"id": harbor.CREDIT, **NEW_CREDIT}]},
        "PUT",
        "/credit-memos/bulk",
        body=f'[{{"creditDate":"2026-12-05",{CREDIT_LINES},"customerId":"0cu11HARBOR","id":"0cm11HARBOR",'
        f'"referenceNumber":"CM-9","description":"Two came back",{CREDIT_REST}]',
    ),
    Row(
        "bill_update_credit_memos_bulk",
        {"creditMemos": [{"id": harbor.CREDIT, "description": "One came back"}]},
        "PATCH",
        "/credit-memos/bulk",
        body='[{"id":"0cm11HARBOR","description":"One came back"}]',
    ),
    Row(
        "bill_archive_credit_memos_bulk",
        {"ids": [harbor.CREDIT, harbor.OTHER_CREDIT]},
        "POST",
        "/credit-memos/bulk/archive",
        "ids=0cm11HARBOR%2C0cm12HARBOR",
    ),
    Row(
        "bill_restore_credit_memos_bulk",
        {"ids": [harbor.CREDIT, harbor.OTHER_CREDIT]},
        "POST",
        "/credit-memos/bulk/restore",
        "ids=0cm11HARBOR%2C0cm12HARBOR",
    ),
    Row("bill_get_credit_memo", CREDIT, "GET", "/credit-memos/0cm11HARBOR"),
    Row(
        "bill_replace_credit_memo",
        CREDIT | NEW_CREDIT,
        "PUT",
        "/credit-memos/0cm11HARBOR",
        body=f'{CREDIT_HEAD},"description":"Two came back",{CREDIT_LINES},{CREDIT_REST}',
    ),
    Row(
        "bill_update_credit_memo",
        CREDIT | {"description": "Three came back"},
        "PATCH",
        "/credit-memos/0cm11HARBOR",
        body='{"description":"Three came back"}',
    ),
    Row("bill_archive_credit_memo", CREDIT, "POST", "/credit-memos/0cm11HARBOR/archive"),
    Row("bill_restore_credit_memo", CREDIT, "POST", "/credit-memos/0cm11HARBOR/restore"),
    Row("bill_list_recurring_invoices", {}, "GET", "/recurring-invoices", OLDEST),
    Row(
        "bill_create_recurring_invoice",
        HARBOR
        | {"schedule": SCHEDULE, "recurringInvoiceLineItems": [{"amount": "19.99", "description": "Seats"}]},
        "POST",
        "/recurring-invoices",
        body=f'{{"customerId":"0cu11HARBOR","schedule":{SCHEDULE_BODY},'
        '"recurringInvoiceLineItems":[{"amount":19.99,"quantity":1,"description":"Seats"}]}',
    ),
    Row("bill_get_recurring_invoice", RECURRING, "GET", "/recurring-invoices/rci11HARBOR"),
    Row(
        "bill_replace_recurring_invoice",
        RECURRING
        | HARBOR
        | {
            "schedule": SCHEDULE,
            "recurringInvoiceLineItems": [
                {"id": RECURRING_LINE, "amount": "80.00", "description": "Support"}
            ],
        },
        "PUT",
        "/recurring-invoices/rci11HARBOR",
        body=f'{{"customerId":"0cu11HARBOR","schedule":{SCHEDULE_BODY},"recurringInvoiceLineItems":'
        f'[{{"id":"{RECURRING_LINE}","amount":80.00,"description":"Support","quantity":1}}]}}',
    ),
    Row(
        "bill_update_recurring_invoice",
        RECURRING | {"recurringInvoiceLineItems": [{"id": RECURRING_LINE, "amount": "85.00"}]},
        "PATCH",
        "/recurring-invoices/rci11HARBOR",
        body=f'{{"recurringInvoiceLineItems":[{{"id":"{RECURRING_LINE}","amount":85.00,"quantity":1}}]}}',
    ),
    Row("bill_archive_recurring_invoice", RECURRING, "POST", "/recurring-invoices/rci11HARBOR/archive"),
    Row("bill_restore_recurring_invoice", RECURRING, "POST", "/recurring-invoices/rci11HARBOR/restore"),
    Row(
        "bill_archive_customer_bank_account",
        ACCOUNT,
        "POST",
        "/customers/0cu11HARBOR/bank-accounts/cba11HARBOR/archive",
    ),
    Row("bill_archive_customer", HARBOR, "POST", "/customers/0cu11HARBOR/archive"),
    Row("bill_restore_customer", HARBOR, "POST", "/customers/0cu11HARBOR/restore"),
]


@pytest.fixture(scope="module")
def ids(books: SandboxControl, line: Client) -> dict[str, str]:
    harbor.fill(books)
    received = read(line, find_operation("bill_list_received_payments"), {}).data
    return {"received": received[0]["id"]}


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_what_is_sent_is_what_bill_documents_and_is_taken(
    line: Client, books: SandboxControl, ids: dict[str, str], row: Row
) -> None:
    check(line, books, row, ids)

"""What BILL's older interface is sent, byte for byte, and that it is taken."""

from urllib.parse import quote

import pytest

from connectors.sandbox.client import SandboxControl
from connectors.transport import Client
from tests import receivables as harbor
from tests.connectors.bill_requests import Row, check

V2 = "/api/v2"
CREDENTIALS = "devKey={devKey}&sessionId={sessionId}"
HARBOR, PIER = {"customerId": harbor.HARBOR}, {"customerId": harbor.PIER}
ANA, LEFT = {"contactId": harbor.ANA}, {"contactId": harbor.LEFT}
OLDEST = '"sort":[{"field":"createdTime","asc":"true"}]}'
NEW_CUSTOMER = {
    "name": "Acme Corp",
    "shortName": "Acme",
    "parentCustomerId": harbor.HARBOR,
    "companyName": "Acme Corporation Inc.",
    "contactFirstName": "Ana",
    "contactLastName": "Reyes",
    "email": "ap@acme.example",
    "phone": "4155550134",
    "altPhone": "4155550136",
    "fax": "4155550135",
    "accountNumber": "HL-1",
    "description": "R&D = 100% ours + more",
    "printAs": "ACME",
    "accountType": "BUSINESS",
    "invoiceCurrency": "EUR",
    "paymentTermId": "0pt01",
    "billAddress1": "12 Pier Road",
    "billAddress2": "Floor 3",
    "billAddress3": "Door 4",
    "billAddress4": "Left",
    "billAddressCity": "Oakland",
    "billAddressState": "CA",
    "billAddressZip": "94607",
    "billAddressCountry": "USA",
    "shipAddress1": "1 Dock",
    "shipAddressCity": "Fresno",
    "shipAddressCountry": "USA",
}
NEW_CUSTOMER_OBJ = (
    '{"entity":"Customer","name":"Acme Corp","shortName":"Acme","parentCustomerId":"0cu11HARBOR",'
    '"companyName":"Acme Corporation Inc.","contactFirstName":"Ana","contactLastName":"Reyes",'
    '"email":"ap@acme.example","phone":"4155550134","altPhone":"4155550136","fax":"4155550135",'
    '"accNumber":"HL-1","description":"R&D = 100% ours + more","printAs":"ACME","accountType":"1",'
    '"invoiceCurrency":"EUR","paymentTermId":"0pt01","billAddress1":"12 Pier Road",'
    '"billAddress2":"Floor 3","billAddress3":"Door 4","billAddress4":"Left","billAddressCity":"Oakland",'
    '"billAddressState":"CA","billAddressZip":"94607","billAddressCountry":"USA","shipAddress1":"1 Dock",'
    '"shipAddressCity":"Fresno","shipAddressCountry":"USA"}'
)
CHANGED = HARBOR | {"name": "Harbor Cafe", "altPhone": "4155550137"}
CHANGED_OBJ = '{"entity":"Customer","name":"Harbor Cafe","altPhone":"4155550137","id":"0cu11HARBOR"}'
NEW_CONTACT = HARBOR | {
    "firstName": "Bo",
    "lastName": "Lund",
    "email": "bo@harbor.example",
    "phone": "4155550134",
    "altPhone": "4155550136",
    "fax": "4155550135",
    "timeZone": "EASTERN",
}
NEW_CONTACT_OBJ = (
    '{"entity":"CustomerContact","customerId":"0cu11HARBOR","firstName":"Bo","lastName":"Lund",'
    '"email":"bo@harbor.example","phone":"4155550134","altPhone":"4155550136","fax":"4155550135",'
    '"timezoneId":"6"}'
)
CHANGED_CONTACT = ANA | HARBOR | {"timeZone": "PACIFIC"}
CHANGED_CONTACT_OBJ = (
    '{"entity":"CustomerContact","customerId":"0cu11HARBOR","timezoneId":"3","id":"0cc11ANA"}'
)
BANK = PIER | {
    "nameOnAccount": "Pier Supplies",
    "nickname": "Main",
    "bankRoutingNumber": "021000021",
    "bankAccountNumber": "000987654321",
    "isSavings": False,
    "isPersonal": True,
}
BANK_OBJ = (
    '{"entity":"CustomerBankAccount","customerId":"0cu12PIER","nameOnAccount":"Pier Supplies",'
    '"nickname":"Main","routingNumber":"021000021","accountNumber":"000987654321","isSavings":false,'
    '"isPersonalAcct":true}'
)
CONDITION = {"field": "email", "op": "=", "value": "ap@harbor.example"}


def row(name: str, given: dict, path: str, data: str = "") -> Row:
    """data: the JSON text of the form field, which is percent-encoded whole."""
    body = f"{CREDENTIALS}&data={quote(data, safe='')}" if data else CREDENTIALS
    return Row(
        name,
        given,
        "POST",
        f"/{path}.json",
        body=body,
        base=V2,
        content_type="application/x-www-form-urlencoded",
    )


ROWS = [
    row("bill_v2_get_session_info", {}, "GetSessionInfo"),
    row("bill_v2_get_current_time", {}, "CurrentTime"),
    row("bill_v2_get_mfa_status", {}, "MFAStatus"),
    row(
        "bill_v2_get_entity_metadata",
        {"entities": ["Customer", "CustomerContact"]},
        "GetEntityMetadata",
        '{"entity":["Customer","CustomerContact"]}',
    ),
    row(
        "bill_v2_create_customer",
        NEW_CUSTOMER,
        "Crud/Create/Customer",
        f'{{"obj":{NEW_CUSTOMER_OBJ}}}',
    ),
    row("bill_v2_read_customer", HARBOR, "Crud/Read/Customer", '{"id":"0cu11HARBOR"}'),
    row("bill_v2_update_customer", CHANGED, "Crud/Update/Customer", f'{{"obj":{CHANGED_OBJ}}}'),
    row("bill_v2_delete_customer", HARBOR, "Crud/Delete/Customer", '{"id":"0cu11HARBOR"}'),
    row("bill_v2_undelete_customer", HARBOR, "Crud/Undelete/Customer", '{"id":"0cu11HARBOR"}'),
    row(
        "bill_v2_create_customers_bulk",
        {"customers": [NEW_CUSTOMER, {"name": "Other"}]},
        "Bulk/Crud/Create/Customer",
        f'{{"bulk":[{{"obj":{NEW_CUSTOMER_OBJ}}},{{"obj":{{"entity":"Customer","name":"Other"}}}}]}}',
    ),
    row(
        "bill_v2_update_customers_bulk",
        {"customers": [CHANGED]},
        "Bulk/Crud/Update/Customer",
        f'{{"bulk":[{{"obj":{CHANGED_OBJ}}}]}}',
    ),
    row(
        "bill_v2_delete_customers_bulk",
        {"customers": [HARBOR, PIER]},
        "Bulk/Crud/Delete/Customer",
        '{"bulk":[{"id":"0cu11HARBOR"},{"id":"0cu12PIER"}]}',
    ),
    row(
        "bill_v2_undelete_customers_bulk",
        {"customers": [HARBOR, PIER]},
        "Bulk/Crud/Undelete/Customer",
        '{"bulk":[{"id":"0cu11HARBOR"},{"id":"0cu12PIER"}]}',
    ),
    row(
        "bill_v2_list_customers",
        {"filters": [CONDITION]},
        "List/Customer",
        f'{{"filters":[{{"field":"email","op":"=","value":"ap@harbor.example"}}],{OLDEST}',
    ),
    row(
        "bill_v2_create_customer_contact",
        NEW_CONTACT,
        "Crud/Create/CustomerContact",
        f'{{"obj":{NEW_CONTACT_OBJ}}}',
    ),
    row("bill_v2_read_customer_contact", ANA, "Crud/Read/CustomerContact", '{"id":"0cc11ANA"}'),
    row(
        "bill_v2_update_customer_contact",
        CHANGED_CONTACT,
        "Crud/Update/CustomerContact",
        f'{{"obj":{CHANGED_CONTACT_OBJ}}}',
    ),
    row("bill_v2_delete_customer_contact", ANA, "Crud/Delete/CustomerContact", '{"id":"0cc11ANA"}'),
    row("bill_v2_undelete_customer_contact", ANA, "Crud/Undelete/CustomerContact", '{"id":"0cc11ANA"}'),
    row(
        "bill_v2_create_customer_contacts_bulk",
        {"contacts": [HARBOR | {"email": "cy@harbor.example"}]},
        "Bulk/Crud/Create/CustomerContact",
        '{"bulk":[{"obj":{"entity":"CustomerContact","customerId":"0cu11HARBOR","email":"cy@harbor.example"}}]}',
    ),
    row(
        "bill_v2_update_customer_contacts_bulk",
        {"contacts": [CHANGED_CONTACT]},
        "Bulk/Crud/Update/CustomerContact",
        f'{{"bulk":[{{"obj":{CHANGED_CONTACT_OBJ}}}]}}',
    ),
    row(
        "bill_v2_delete_customer_contacts_bulk",
        {"contacts": [ANA]},
        "Bulk/Crud/Delete/CustomerContact",
        '{"bulk":[{"id":"0cc11ANA"}]}',
    ),
    row(
        "bill_v2_undelete_customer_contacts_bulk",
        {"contacts": [ANA, LEFT]},
        "Bulk/Crud/Undelete/CustomerContact",
        '{"bulk":[{"id":"0cc11ANA"},{"id":"0cc12LEFT"}]}',
    ),
    row("bill_v2_list_customer_contacts", {}, "List/CustomerContact", f"{{{OLDEST}"),
    row(
        "bill_v2_create_customer_bank_account",
        BANK,
        "Crud/Create/CustomerBankAccount",
        f'{{"obj":{BANK_OBJ},"agreedWithTOS":true}}',
    ),
    row(
        "bill_v2_read_customer_bank_account",
        {"bankAccountId": harbor.ACCOUNT},
        "Crud/Read/CustomerBankAccount",
        '{"id":"cba11HARBOR"}',
    ),
    row(
        "bill_v2_delete_customer_bank_account",
        {"bankAccountId": harbor.ACCOUNT},
        "Crud/Delete/CustomerBankAccount",
        '{"id":"cba11HARBOR"}',
    ),
    row("bill_v2_list_customer_bank_accounts", {}, "List/CustomerBankAccount", f"{{{OLDEST}"),
]


@pytest.fixture(scope="module")
def ids(books: SandboxControl) -> dict[str, str]:
    harbor.fill(books)
    return {}


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_what_is_sent_is_what_bill_documents_and_is_taken(
    line: Client, books: SandboxControl, ids: dict[str, str], row: Row
) -> None:
    check(line, books, row, ids)

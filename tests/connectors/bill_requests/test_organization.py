"""Our organization, its users and its verification."""

import pytest

from connectors.sandbox.client import SandboxControl
from connectors.transport import Client
from tests.connectors.bill_account import ORGANIZATION, reader
from tests.connectors.bill_requests import Row, check

OLDEST_FIRST = "sort=createdTime%3Aasc"
OURS = f"/organizations/{ORGANIZATION}"
USER = {
    "firstName": "Ines",
    "lastName": "Costa",
    "email": "ines@halden.example",
    "roleId": "<role>",
    "acceptTermsOfService": True,
}
USER_SENT = (
    '{"firstName":"Ines","lastName":"Costa","email":"ines@halden.example","roleId":"<role>",'
    '"acceptTermsOfService":true}'
)
ORGANIZATION_GIVEN = {
    "name": "Halden Laboratories",
    "phone": "4155550134",
    "address": {"zipOrPostalCode": "94608"},
    "mailingAddress": {"line1": "PO Box 7", "country": "US"},
    "ownerName": "Mara Halden",
    "ownerBirthDate": "1979-04-12",
    "taxId": "123456789",
    "taxIdType": "EIN",
    "industry": "Retail",
    "businessCategory": "LLC",
    "accountType": "BUSINESS",
    "postGoesToAddress": False,
    "individualTransferOut": True,
    "individualTransferIn": True,
}
ORGANIZATION_SENT = (
    '{"name":"Halden Laboratories","phone":"4155550134","address":{"zipOrPostalCode":"94608"},'
    '"mailingAddress":{"line1":"PO Box 7","country":"US"},'
    '"companyOwner":{"name":"Mara Halden","dateOfBirth":"1979-04-12"},'
    '"taxId":"123456789","taxIdType":"EIN","industry":"Retail","businessCategory":"LLC","accountType":"BUSINESS",'
    '"processingOptions":{"mailingAddressSameAsPhysical":false,"individualTransferOut":true,'
    '"individualTransferIn":true}}'
)
PHONE = {"phoneNumber": "4155550134", "phoneType": "MOBILE"}
PHONE_SENT = '{"phoneNumber":"4155550134","phoneType":"MOBILE"}'
DAYS = {"invoiceDateFrom": "2026-01-01", "invoiceDateTo": "2026-12-31"}
SENT = [
    Row("bill_get_health", {}, "GET", "/health"),
    Row("bill_list_industries", {}, "GET", "/organizations/industries"),
    Row("bill_get_organization", {}, "GET", OURS),
    Row("bill_update_organization", ORGANIZATION_GIVEN, "PATCH", OURS, "", ORGANIZATION_SENT),
    Row(
        "bill_list_billing_statements",
        DAYS,
        "GET",
        f"{OURS}/billing-statements",
        "invoiceDateFrom=2026-01-01&invoiceDateTo=2026-12-31",
    ),
    Row(
        "bill_get_billing_statement",
        {"billingStatementId": "<statement>"},
        "GET",
        f"{OURS}/billing-statements/<statement>",
    ),
    Row("bill_get_price_plan", {}, "GET", f"{OURS}/price-plan"),
    Row(
        "bill_list_vendor_audit_trail",
        {"vendorId": "<vendor>", "includeArchived": True},
        "GET",
        "/reports/audit-trail/vendor/<vendor>",
        "includeArchived=true",
    ),
    Row("bill_get_risk_verification", {}, "GET", "/risk-verifications"),
    Row("bill_start_risk_verification", {}, "POST", "/risk-verifications"),
    Row("bill_get_risk_verification_phone", {}, "GET", "/risk-verifications/phone"),
    Row("bill_add_risk_verification_phone", PHONE, "POST", "/risk-verifications/phone", "", PHONE_SENT),
    Row("bill_list_roles", {}, "GET", "/roles", OLDEST_FIRST),
    Row("bill_get_role", {"roleId": "<role>"}, "GET", "/roles/<role>"),
    Row(
        "bill_list_users",
        {"archived": False, "ids": ["<user>"]},
        "GET",
        "/users",
        f"{OLDEST_FIRST}&filters=archived%3Aeq%3Afalse%2Cid%3Ain%3A%22<user>%22",
    ),
    Row("bill_get_user", {"userId": "<user>"}, "GET", "/users/<user>"),
    Row("bill_create_user", USER, "POST", "/users", "", USER_SENT),
    Row(
        "bill_update_user",
        {"userId": "<user>", "firstName": "Ines", "lastName": "Costa", "roleId": "<role>"},
        "PATCH",
        "/users/<user>",
        "",
        '{"firstName":"Ines","lastName":"Costa","roleId":"<role>"}',
    ),
    Row("bill_archive_user", {"userId": "<user>"}, "POST", "/users/<user>/archive"),
    Row("bill_restore_user", {"userId": "<user>"}, "POST", "/users/<user>/restore"),
]


@pytest.fixture(scope="module")
def ids(line: Client) -> dict[str, str]:
    ask = reader(line)
    return {
        "role": ask("bill_list_roles", {})[2]["id"],
        "user": ask("bill_list_users", {})[2]["id"],
        "vendor": ask("bill_list_vendors", {})[0]["id"],
        "statement": ask("bill_list_billing_statements", {})[0]["id"],
    }


@pytest.mark.parametrize("row", SENT, ids=str)
def test_what_is_sent_is_what_bill_documents_and_is_taken(
    line: Client, books: SandboxControl, ids: dict[str, str], row: Row
) -> None:
    check(line, books, row, ids)

"""Making a customer. BILL takes the same name twice without a word."""

from collections.abc import Iterator, Mapping
from typing import Any

from connectors.bill.judgements.common import (
    LIMIT,
    Raw,
    listed,
    made_since,
    named_like,
    now_text,
    same_words,
    verdict,
)
from connectors.bill.mapping import customer_record
from connectors.errors import RefusedError
from connectors.judgements import card, only_reference, sent_changes, undo
from connectors.judging import Attempted, Expectation, Flag, Money, Read, Snapshot, Verdict

LABELS = {
    "name": "Name",
    "email": "E-mail",
    "companyName": "Company",
    "contactFirstName": "Contact's first name",
    "contactLastName": "Contact's last name",
    "phone": "Telephone",
    "description": "Note",
    "invoiceCurrency": "Invoice currency",
    "accountType": "Kind",
    "accountNumber": "Our number",
    "fax": "Fax",
    "paymentTermId": "Payment term",
    "billingAddress": "Billing address",
    "shippingAddress": "Shipping address",
}


class CustomerJudge:
    operation = "bill_create_customer"

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        """What BILL has already under that name or address; nothing is a good sign."""
        only_reference(arguments)
        name, email = arguments["name"], arguments.get("email", "")
        by_name = named_like(read, "bill_list_customers", name)
        fields = {
            "name": name,
            "email": email,
            "same_name": listed(by_name),
            "same_email": customers_with(read, email) if email else "",
        }
        return Snapshot("customer", "", name, name, fields, now_text())

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        name = arguments["name"]
        return Expectation(
            sentence=card(self.operation, name=name),
            summary=f"BILL gets a new customer, {name}. No money moves and nothing is sent to the customer.",
            money=Money(None, None, "none"),
            goes_to="BILL",
            undo=undo(self.operation),
            changes=tuple(sent_changes(arguments, LABELS)),
            flags=tuple(_flags(before)),
        )

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        name, email = attempt.arguments["name"], attempt.arguments.get("email", "")

        def search() -> list[Raw]:
            known = str(attempt.before.fields.get("same_name") or "")
            return made_since(read, "bill_list_customers", attempt, known=known)

        def differs(found: Raw) -> str:
            if not same_words(found.get("name", ""), name):
                return f"its name is {found.get('name', 'missing')}"
            same = same_words(found.get("email") or "", email)
            return "" if same else "its e-mail address is another"

        return verdict(
            attempt,
            get=lambda key: read("bill_get_customer", {"customerId": key}),
            search=search,
            alike=lambda row: same_words(row.get("name", ""), name),
            thing="customer",
            differs=differs,
            told=_told,
        )


def customers_with(read: Read, email: str) -> str | None:
    """Customers of that e-mail address; only v2 can look for one, and None says that it would not."""
    asked = {"filters": [{"field": "email", "op": "=", "value": email}], "limit": LIMIT}
    try:
        return listed(read("bill_v2_list_customers", asked))
    except RefusedError:
        return None


def _flags(before: Snapshot) -> list[Flag]:
    flags = []
    if same := before.fields.get("same_name"):
        flags.append(Flag("caution", "BILL has a customer of that name", str(same)))
    return [*flags, *email_flags(before)]


def email_flags(before: Snapshot) -> Iterator[Flag]:
    same = before.fields.get("same_email")
    if same:
        yield Flag("caution", "BILL has a customer with that e-mail address", str(same))
    elif same is None:
        detail = "BILL would not look for customers by e-mail address; one may be there under another name."
        yield Flag("info", "E-mail address not compared", detail)


def _told(found: Raw) -> Verdict:
    record = customer_record(found)
    after = {name: record.fields[name] for name in ("name", "email", "status", "currency")}
    sentence = f"BILL shows customer {record.fields['name']} ({record.vendor_id})."
    return Verdict("took", sentence, {"id": record.vendor_id}, after)


JUDGES = {"create_customer": CustomerJudge()}

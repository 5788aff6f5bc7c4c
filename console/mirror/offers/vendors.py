"""The forms on BILL's vendors, and for one that is not there yet."""

from collections.abc import Mapping
from typing import Any

from connectors.bill.judgements.bank_details import bank_account
from connectors.bill.judgements.network import companies, company
from connectors.bill.judgements.vendors import flat_vendor
from connectors.hiding import dotted
from console.approvals.proposing import StepDraft
from console.connections.clients import reader
from console.mirror.actions import Action, Menu, Option
from console.mirror.forms import ActionForm, Line
from console.mirror.lines import Lines
from console.mirror.models import Vendor
from console.mirror.offers.common import is_in_use, shelve

MADE = {"$ref": {"step": 1, "result": "id"}}
NAMED_SHORTLY = 3
OF_VENDOR = {"vendorId": "vendor_id"}
VENDOR = {
    "name": "Name",
    "email": "E-mail",
    "phone": "Telephone",
    "address.line1": "Street and number",
    "address.line2": "More of the address",
    "address.city": "City",
    "address.stateOrProvince": "State or province",
    "address.zipOrPostalCode": "ZIP or postal code",
    "address.country": "Country",
    "payeeName": "Payments are made out to",
    "companyName": "Legal name",
    "accountNumber": "Our customer number there",
}
BANK = {
    "nameOnAccount": "Account holder",
    "bankAccountNumber": "Account number or IBAN",
    "bankRoutingNumber": "Routing number",
    "bankAccountType": "Kind of account",
    "bankAccountOwner": "Held by a",
    "paymentCurrency": "Paid in",
}


def as_given(vendor: Vendor) -> Mapping[str, Any]:
    """What BILL holds of it, as last read."""
    flat, address = flat_vendor(vendor.raw), vendor.raw.get("address") or {}
    held = {name: flat.get(name) for name in VENDOR if "." not in name}
    held |= {f"address.{name}": value for name, value in address.items() if f"address.{name}" in VENDOR}
    return {name: value or "" for name, value in held.items()}


def paid_to(vendor: Vendor, given: Mapping[str, Any]) -> list[Line]:
    there = bank_account(reader(vendor.connection), {"id": vendor.vendor_id})
    number = str(there.get("accountNumber") or "")
    return [Line("Paid to now", dotted(number) if number else "no bank account")]


def known_companies(vendor: Vendor) -> list[Option]:
    """Companies of the BILL network that may be this one."""
    found = companies(reader(vendor.connection), vendor.name) or ()
    return [
        Option(company(row), {"networkId": str(row["id"]), "networkType": row.get("type", "BILL")})
        for row in found
    ]


def said_of(options: list[Option]) -> str:
    count = len(options)
    if not count:
        return "BILL knows no company of this name."
    known = f"BILL knows {count} compan{'y' if count == 1 else 'ies'} of this name."
    return f"{known} One that is chosen is asked to connect to us, once the vendor is there."


def invited(form: ActionForm) -> list[StepDraft]:
    """The company that was chosen, asked to connect to the vendor that is made."""
    option = form.chosen("company")
    return [StepDraft("bill_invite_vendor", {"vendorId": MADE, **option.arguments})] if option else []


def of_this_name(vendor: Vendor, given: Mapping[str, Any]) -> list[Line]:
    """Vendors that are there already."""
    there = Vendor.objects.filter(connection=vendor.connection, name__iexact=vendor.name).light()
    return [Line("There already", f"{one.name} ({one.vendor_id})") for one in there[:NAMED_SHORTLY]]


def with_paper(form: ActionForm) -> list[StepDraft]:
    """The vendor's own document beside the bill that is entered."""
    number = form.answers.get("file")
    return [StepDraft("bill_upload_bill_document", {"billId": MADE, "file": number})] if number else []


OFFERS = (
    Action(
        slug="enter-bill",
        model=Vendor,
        operation="bill_create_bill",
        label="Enter a bill…",
        title="New bill",
        icon="file-invoice",
        button="Propose to enter this bill, {amount}",
        summary="BILL would keep the bill, to be approved and paid there later. Nothing is paid by this.",
        about=OF_VENDOR,
        asks={"invoiceNumber": "Number on the bill", "invoiceDate": "Date of the bill", "dueDate": "Due on"},
        lines=Lines("billLineItems", {"description": "What it is for", "amount": "Amount"}, price="amount"),
        file="The vendor's own bill",
        then=with_paper,
        fits=is_in_use,
    ),
    Action(
        slug="edit",
        model=Vendor,
        operation="bill_update_vendor",
        label="Change details…",
        title="Change details",
        icon="pencil",
        button="Propose the changed details of {record}",
        summary="BILL would store what is changed here; the rest stays. Bank details are changed apart.",
        about=OF_VENDOR,
        asks=VENDOR,
        changes_only=True,
        fits=is_in_use,
        starts=as_given,
    ),
    Action(
        slug="bank-account",
        model=Vendor,
        operation="bill_create_vendor_bank_account",
        label="Give bank details…",
        title="Bank details",
        icon="building-bank",
        button="Propose the bank account of {record}",
        summary="BILL would pay the vendor to this account from now on, and takes two business days to "
        "verify it. Call the vendor on a number known from before, not on one from the request.",
        about=OF_VENDOR,
        asks=BANK,
        fits=is_in_use,
        tells=paid_to,
    ),
    Action(
        slug="delete-bank-account",
        model=Vendor,
        operation="bill_delete_vendor_bank_account",
        label="Delete the bank account…",
        title="Delete the bank account",
        icon="trash",
        button="Propose deleting the bank account of {record}",
        summary="BILL would forget the account for good, and pay the vendor by check until another is given.",
        about=OF_VENDOR,
        fits=is_in_use,
        tells=paid_to,
    ),
    Action(
        slug="attach",
        model=Vendor,
        operation="bill_upload_vendor_attachment",
        label="Attach a file…",
        title="Attach a file",
        icon="file-plus",
        button="Propose to attach the file to {record}",
        summary="BILL would keep the file with the vendor, and show it some minutes later.",
        about=OF_VENDOR,
        file="File",
        fits=is_in_use,
    ),
    shelve(
        Vendor,
        "Archive",
        operation="bill_archive_vendor",
        key="vendorId",
        summary="BILL would put the vendor away; its bills stay. It can be restored.",
    ),
    shelve(
        Vendor,
        "Restore",
        operation="bill_restore_vendor",
        key="vendorId",
        summary="BILL would take the vendor into use again.",
    ),
)
NEW_VENDOR = Action(
    slug="new",
    model=Vendor,
    operation="bill_create_vendor",
    label="New vendor…",
    title="New vendor",
    icon="building-store",
    button="Propose vendor {record}",
    summary="BILL would add the vendor. Nothing is paid. Bank details are given apart, once it is there.",
    about={"name": "name"},
    menus={
        "company": Menu(
            "Company in the BILL network",
            known_companies,
            is_live=True,
            is_apart=True,
            is_required=False,
            blank="None of them",
            hint=said_of,
        )
    },
    asks={"accountType": "Kind", **{name: label for name, label in VENDOR.items() if name != "name"}}
    | {"billCurrency": "Bills us in"},
    words={"PERSON": "A person", "BUSINESS": "A business", "NONE": "Not said"},
    then=invited,
    tells=of_this_name,
)

"""The forms on BILL's bills."""

from collections.abc import Mapping
from typing import Any

from connectors.bill.judgements import payment_facts as facts
from connectors.bill.judgements.at_once import remembering
from connectors.hiding import dotted
from console.connections.clients import reader
from console.mirror.actions import Action, Menu, Option
from console.mirror.forms import Line
from console.mirror.models import Bill, Record
from console.mirror.offers.common import is_in_use, major, open_of, people_of, shelve

WAITING = ("ASSIGNED", "APPROVING")
DENIED = "DENIED"
OF_BILL = {"billId": "vendor_id"}


def is_payable(bill: Bill) -> bool:
    return bill.is_open and not bill.is_archived


def held_back(bill: Bill) -> str:
    """Why BILL would not pay it now."""
    if bill.approval_status in WAITING:
        return "BILL pays it only once it is approved there. Approve it first."
    if bill.approval_status == DENIED:
        return "It was denied in BILL. Send it for approval again there first."
    if bill.status == "SCHEDULED":
        return "A payment of it is scheduled already. Cancel that payment first if it shall be another."
    return ""


def whole_payment(bill: Bill) -> Mapping[str, Any]:
    return {"amount": major(bill)}


def accounts(record: Record) -> list[Option]:
    """What there is to pay from, in the words of the bank."""
    read = reader(record.connection)
    banks = [
        Option(
            f"{bank.get('bankName', 'Bank')} {dotted(str(bank.get('accountNumber', '')))}",
            {"fundingType": "BANK_ACCOUNT", "fundingAccountId": bank["id"]},
        )
        for bank in read("bill_list_bank_accounts", {})
        if bank.get("status") == "VERIFIED" and not bank.get("archived")
    ]
    told = facts.if_told(lambda: read("bill_list_card_accounts", {"cardUserStatus": "VERIFIED"}))
    cards = [
        Option(
            f"{card.get('brand', 'Card')} {dotted(str(card.get('last4', '')))}",
            {"fundingType": "CARD_ACCOUNT", "fundingAccountId": card["id"]},
        )
        for card in (told or {}).get("cards") or ()
        if card.get("status") == "ACTIVE" and not card.get("archived")
    ]
    return [*banks, *cards]


def terms(bill: Bill, given: Mapping[str, Any]) -> list[Line]:
    """Who would be paid at what rate; and when it would leave and arrive, and its fee, by account."""
    if "amount" not in given:
        return []
    read = remembering(reader(bill.connection))
    vendor = read("bill_get_vendor", {"vendorId": bill.vendor_vendor_id})
    rate = facts.rate(read, bill.vendor_vendor_id, given, bill.currency)
    said = [Line("Pays", facts.payee(read, vendor))]
    said += [Line("Rate of exchange", rate)] if rate else []
    for account in accounts(bill):
        if given.get("fundingAccountId") in (None, account.arguments["fundingAccountId"]):
            told = facts.option(read, bill.vendor_vendor_id, {**given, **account.arguments})
            said.append(Line(f"From {account.label}", in_words(told)))
    return said


def in_words(option: Mapping[str, Any]) -> str:
    """BILL's option to pay from one account."""
    if option["unavailable"]:
        return f"not possible: {option['unavailable']}"
    parts = {
        "leaves {} at the earliest": option["process_on"],
        "arrives {}": option["arrives_on"],
        "fee {}": option["fee"],
    }
    return ", ".join(words.format(value) for words, value in parts.items() if value) or "BILL does not say"


def approvers(bill: Bill, given: Mapping[str, Any]) -> list[Line]:
    """Whom BILL asks, and what they have said."""
    names = people_of(bill)
    asked = reader(bill.connection)("bill_get_bill", {"billId": bill.vendor_id}).get("approvers") or ()
    words = {"WAITING": "has not answered", "APPROVED": "has approved", "DENIED": "has denied"}
    return [
        Line(names.get(one.get("userId"), one.get("userId", "")), words.get(one["status"], one["status"]))
        for one in asked
    ]


def decide(slug: str, verb: str, action: str, icon: str, summary: str) -> Action:
    return Action(
        slug=slug,
        model=Bill,
        operation="bill_approve_or_deny_bills",
        label=f"{verb} in BILL…",
        title=verb,
        icon=icon,
        button=f"Propose to {verb.lower()} {{record}}, {{amount}}",
        summary=summary,
        about={"decisions.billId": "vendor_id"},
        fixed={"decisions.action": action},
        asks={"decisions.comment": "Words to those who see the decision"},
        fits=lambda bill: is_in_use(bill) and bill.approval_status in WAITING,
        tells=approvers,
    )


OFFERS = (
    decide(
        "approve",
        "Approve",
        "APPROVE",
        "circle-check",
        "BILL would take it as approved by our user there; after the last approval it may be paid.",
    ),
    decide("deny", "Deny", "DENY", "ban", "BILL would take it as denied by our user there; it is not paid."),
    Action(
        slug="pay",
        model=Bill,
        operation="bill_create_payment",
        label="Pay…",
        title="Pay",
        icon="cash",
        button="Propose payment of {amount}",
        summary="BILL would take the money from our account on the day it leaves, and pay the vendor.",
        about=OF_BILL,
        menus={"account": Menu("Account to pay from", accounts, is_live=True)},
        asks={
            "amount": "Amount",
            "processDate": "Leaves our account on",
            "requestPayFaster": "Pay faster, for a fee",
            "description": "Note",
        },
        amount="amount",
        most=open_of,
        done="paid",
        fits=is_payable,
        obstacle=held_back,
        starts=whole_payment,
        tells=terms,
    ),
    Action(
        slug="record-payment",
        model=Bill,
        operation="bill_record_bill_payment",
        label="Record a payment…",
        title="Record a payment made elsewhere",
        icon="receipt",
        button="Propose to note {amount} as paid",
        summary="BILL would note that the vendor was paid outside of it. BILL pays nothing by this.",
        about={"vendorId": "vendor_vendor_id", "payments.billId": "vendor_id"},
        asks={"payments.amount": "Amount", "processDate": "Paid on"},
        amount="payments.amount",
        most=open_of,
        done="noted as paid",
        fits=is_payable,
        starts=lambda bill: {"payments.amount": major(bill)},
    ),
    Action(
        slug="attach",
        model=Bill,
        operation="bill_upload_bill_document",
        label="Attach a document…",
        title="Attach a document",
        icon="file-plus",
        button="Propose to attach the document to {record}",
        summary="BILL would keep the file beside the bill for good, and show it some minutes later.",
        about=OF_BILL,
        file="Document",
        fits=is_in_use,
    ),
    shelve(
        Bill,
        "Archive",
        operation="bill_archive_bill",
        key="billId",
        summary="BILL would put the bill away, and it would no longer be owed. It can be restored.",
    ),
    shelve(
        Bill,
        "Restore",
        operation="bill_restore_bill",
        key="billId",
        summary="BILL would take the bill into use again, and it would be owed.",
    ),
)

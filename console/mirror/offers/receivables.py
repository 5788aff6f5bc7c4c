"""The forms on BILL's customers and invoices."""

from collections.abc import Mapping
from typing import Any

from connectors.hiding import dotted
from console.connections.clients import reader
from console.mirror.actions import Action, Menu, Option
from console.mirror.lines import Lines
from console.mirror.models import Customer, Invoice
from console.mirror.offers.common import is_in_use, major, open_of, people_of, shelve

OF_INVOICE = {"invoiceId": "vendor_id"}
OF_ITS_CUSTOMER = {"customerId": "customer_vendor_id"}
OF_CUSTOMER = {"customerId": "vendor_id"}
WAYS = {
    "CASH": "In cash",
    "CHECK": "By check",
    "CREDIT_CARD": "By card",
    "ACH": "By bank transfer (ACH)",
    "PAYPAL": "Through PayPal",
    "VIRTUAL_CARD": "By virtual card",
    "WALLET": "From a BILL balance",
    "OTHER": "In another way",
}


def is_owed(invoice: Invoice) -> bool:
    return is_in_use(invoice) and open_of(invoice) > 0


def users(invoice: Invoice) -> list[Option]:
    return [Option(name, {"replyToUserId": key}) for key, name in people_of(invoice).items()]


def bank_accounts(invoice: Invoice) -> list[Option]:
    """What the customer can be charged from."""
    rows = reader(invoice.connection)(
        "bill_list_customer_bank_accounts", {"customerId": invoice.customer_vendor_id}
    )
    return [
        Option(
            f"{row.get('nameOnAccount', '')} {dotted(str(row.get('accountNumber', '')))}".strip(),
            {"bankAccountId": row["id"]},
        )
        for row in rows
        if not row.get("archived")
    ]


def address_of(invoice: Invoice) -> str:
    return invoice.customer.email if invoice.customer else ""


def as_given(invoice: Invoice) -> Mapping[str, Any]:
    return {
        "invoiceNumber": invoice.number,
        "invoiceDate": invoice.issued_at.date().isoformat() if invoice.issued_at else "",
        "dueDate": invoice.due_on.isoformat() if invoice.due_on else "",
        "sendEmail": False,
    }


INVOICE_OFFERS = (
    Action(
        slug="send",
        model=Invoice,
        operation="bill_send_invoice",
        label="E-mail it…",
        title="E-mail",
        icon="mail",
        button="Propose mailing {record}",
        summary="BILL would mail the invoice to these addresses at once. A mail cannot be taken back.",
        about=OF_INVOICE,
        menus={"replies": Menu("Person who gets the answers", users, is_live=True)},
        asks={"to": "To"},
        fits=is_in_use,
        starts=lambda invoice: {"to": address_of(invoice)},
    ),
    Action(
        slug="payment-link",
        model=Invoice,
        operation="bill_create_invoice_payment_link",
        label="Make a payment link…",
        title="Payment link",
        icon="link",
        button="Propose a link to pay {amount}",
        summary="BILL would make a link by which the customer can pay. Nothing is sent to the customer.",
        about=OF_INVOICE | OF_ITS_CUSTOMER,
        asks={"email": "Address of whoever pays"},
        fits=is_owed,
        starts=lambda invoice: {"email": address_of(invoice)},
    ),
    Action(
        slug="record-payment",
        model=Invoice,
        operation="bill_record_invoice_payment",
        label="Record a payment…",
        title="Record a payment received elsewhere",
        icon="receipt",
        button="Propose to note {amount} as received",
        summary="BILL would note that the customer paid elsewhere. It cannot be taken back through BILL.",
        about=OF_ITS_CUSTOMER | {"invoices.invoiceId": "vendor_id"},
        asks={
            "invoices.amount": "Amount",
            "paymentDate": "Received on",
            "paymentType": "Paid",
            "description": "Note",
        },
        repeats={"amount": "invoices.amount"},
        words=WAYS,
        amount="invoices.amount",
        most=open_of,
        done="noted as received",
        fits=is_owed,
        starts=lambda invoice: {"invoices.amount": major(invoice)},
    ),
    Action(
        slug="charge",
        model=Invoice,
        operation="bill_charge_customer",
        label="Charge the customer…",
        title="Charge the customer",
        icon="building-bank",
        button="Propose charge of {amount}",
        summary="BILL would take the money from the customer's bank account, which the customer must have "
        "allowed. It cannot be sent back through BILL.",
        about=OF_ITS_CUSTOMER | {"invoicePayments.invoiceId": "vendor_id"},
        menus={"account": Menu("Account to charge", bank_accounts, is_live=True)},
        asks={"invoicePayments.amount": "Amount", "paymentDate": "Charged on"},
        amount="invoicePayments.amount",
        most=open_of,
        done="charged",
        fits=is_owed,
        starts=lambda invoice: {"invoicePayments.amount": major(invoice)},
    ),
    Action(
        slug="edit",
        model=Invoice,
        operation="bill_update_invoice",
        label="Change number or dates…",
        title="Change number or dates",
        icon="pencil",
        button="Propose the changes of {record}",
        summary="BILL would store what is changed here; lines stay as they are.",
        about=OF_INVOICE,
        asks={
            "invoiceNumber": "Number",
            "invoiceDate": "Date of the invoice",
            "dueDate": "Due on",
            "sendEmail": "Mail it to the customer at once",
        },
        changes_only=True,
        fits=is_in_use,
        starts=as_given,
    ),
    shelve(
        Invoice,
        "Archive",
        operation="bill_archive_invoice",
        key="invoiceId",
        summary="BILL would put the invoice away, which is how BILL cancels one. It can be restored.",
    ),
    shelve(
        Invoice,
        "Restore",
        operation="bill_restore_invoice",
        key="invoiceId",
        summary="BILL would take the invoice into use again, and the customer would owe it.",
    ),
)
CUSTOMER_OFFERS = (
    Action(
        slug="make-invoice",
        model=Customer,
        operation="bill_create_invoice",
        label="Make an invoice…",
        title="New invoice",
        icon="file-invoice",
        button="Propose this invoice, {amount}",
        summary="BILL would make the invoice, and the customer would owe its total.",
        about=OF_CUSTOMER,
        asks={
            "invoiceNumber": "Number",
            "invoiceDate": "Date of the invoice",
            "dueDate": "Due on",
            "sendEmail": "Mail it to the customer at once",
        },
        lines=Lines(
            "invoiceLineItems",
            {"description": "What it is for", "quantity": "How many", "price": "Price of one"},
            price="price",
            count="quantity",
        ),
        fits=is_in_use,
    ),
)
OFFERS = (*INVOICE_OFFERS, *CUSTOMER_OFFERS)

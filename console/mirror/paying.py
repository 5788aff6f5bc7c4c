"""Several bills paid at once: one payment of each, from one account, in one proposal."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from django import forms

from connectors.catalogue import find_operation
from connectors.errors import VendorError
from connectors.money import format_money, to_decimal
from console.accounts.models import Person
from console.approvals.models import Proposal
from console.approvals.proposing import Origin, StepDraft, propose
from console.connections.clients import understood
from console.mirror.actions import Menu, Option
from console.mirror.fields import (
    EMPTY,
    amount_field,
    checked,
    field_for,
    menu_field,
    read_money,
    reason_field,
    up_to,
)
from console.mirror.models import Bill
from console.mirror.offers.bills import accounts, held_back, is_payable
from console.mirror.offers.common import major, open_of

OPERATION = "bill_create_payments_bulk"
MOST = 50  # as BILL says
ASKS = {
    "processDate": "Leaves our account on",
    "requestPayFaster": "Pay faster, for a fee",
    "description": "Note",
}
ACCOUNT = Menu("Account to pay from", accounts, is_live=True)


@dataclass(frozen=True)
class Part:
    """One bill, and how much of it is paid."""

    bill: Bill
    field: forms.BoundField


def why_not(bill: Bill) -> str:
    """Why it cannot be paid with others now, "" where it can."""
    if bill.connection.connector != "bill":
        return "It is not in BILL."
    if bill.gone_at or not is_payable(bill):
        return "Nothing of it is open."
    return held_back(bill)


def chosen_bills(keys: Iterable[str]) -> list[Bill]:
    numbers = [int(key) for key in keys if key.isdecimal()][: 2 * MOST]
    found = Bill.objects.filter(pk__in=numbers).select_related("connection")
    return list(found.order_by("vendor_name", "due_on", "pk"))


def not_together(payable: list[Bill], left_out: list[Any]) -> str:
    """Why what was selected cannot be paid as one, "" where it can."""
    if not payable:
        whys = " ".join(dict.fromkeys(why for _, why in left_out))
        return f"None of these can be paid. {whys}" if whys else "Select the bills to pay first."
    if len(payable) > MOST:
        return f"BILL pays at most {MOST} bills at once; {len(payable)} are selected."
    if len({bill.connection_id for bill in payable}) > 1:
        return "These bills are in two accounts at BILL. Pay those of one account at a time."
    return ""


def amount_of(bill: Bill, text: str) -> int:
    """Minor units of what is to be paid of it. Raises ValidationError."""
    amount_minor = read_money(text, bill.currency, example_minor=open_of(bill))
    return up_to(amount_minor, open_of(bill), bill.currency, done="paid")


def shape(name: str) -> Mapping[str, Any]:
    return find_operation(OPERATION).input_schema["properties"][name]


class PayBillsForm(forms.Form):
    """bills: all of one account at BILL, each with something open."""

    def __init__(self, given: Mapping[str, Any], *, bills: list[Bill]) -> None:
        amounts = {f"amount.{bill.pk}": major(bill) for bill in bills}
        super().__init__({**amounts, **given}, auto_id="%s")
        self.bills, self.problem = bills, ""
        self.options = {option.value: option for option in self._accounts()}
        self.fields["account"] = menu_field(ACCOUNT, self.options.values())
        for name, label in ASKS.items():
            self.fields[name] = field_for(shape(name), label=label, is_required=False, words={})
        for bill in bills:
            hint = f"At most {format_money(open_of(bill), bill.currency)}, as last read."
            self.fields[f"amount.{bill.pk}"] = amount_field(f"To be paid of {bill.title}", hint)
        self.fields["reason"] = reason_field()

    def _accounts(self) -> list[Option]:
        try:
            return understood(self.bills[0].connection, lambda: accounts(self.bills[0]))
        except VendorError as error:
            self.problem = str(error)
            return []

    @property
    def parts(self) -> list[Part]:
        return [Part(bill, self[f"amount.{bill.pk}"]) for bill in self.bills]

    @property
    def questions(self) -> list[forms.BoundField]:
        return [self[name] for name in ("account", *ASKS)]

    @property
    def reason_field(self) -> forms.BoundField:
        return self["reason"]

    @cached_property
    def totals(self) -> list[str]:
        """What is paid altogether, by currency; amounts that are not right are left out."""
        self.full_clean()
        sums: dict[str, int] = {}
        for bill in self.bills:
            amount_minor = self.cleaned_data.get(f"amount.{bill.pk}")
            if isinstance(amount_minor, int):
                sums[bill.currency] = sums.get(bill.currency, 0) + amount_minor
        return [format_money(amount_minor, currency) for currency, amount_minor in sorted(sums.items())]

    def clean(self) -> dict[str, Any]:
        checks = {f"amount.{bill.pk}": partial(amount_of, bill) for bill in self.bills}
        checks |= {
            name: partial(checked, shape(name), label=label)
            for name, label in ASKS.items()
            if self.cleaned_data.get(name) not in EMPTY
        }
        for name, check in checks.items():
            if name in self.cleaned_data:
                try:
                    self.cleaned_data[name] = check(self.cleaned_data[name])
                except forms.ValidationError as error:
                    self.add_error(name, error)
        return self.cleaned_data

    def arguments(self) -> dict[str, Any]:
        paid = [
            {
                "billId": bill.vendor_id,
                "amount": f"{to_decimal(self.cleaned_data[f'amount.{bill.pk}'], bill.currency):f}",
            }
            for bill in self.bills
        ]
        told = {name: self.cleaned_data[name] for name in ASKS if self.cleaned_data[name] != ""}
        return {**self.options[self.cleaned_data["account"]].arguments, "payments": paid, **told}


def propose_payments(form: PayBillsForm, *, actor: Person) -> Proposal:
    """File the proposal of a form that is valid; raises what `propose` raises."""
    arguments = form.arguments()
    said = {name: f"typed by {actor}" for name in (*ASKS, "payments") if name in arguments}
    return propose(
        actor=actor,
        steps=[StepDraft(OPERATION, arguments, dict.fromkeys(arguments, f"chosen by {actor}") | said)],
        reason=form.cleaned_data["reason"],
        origin=Origin("form", "bills"),
        connection=form.bills[0].connection,
    )

"""What a person writes into a proposal about an invoice."""

import re
from typing import Any

from django import forms

from connectors.money import format_money, is_known, to_decimal, to_minor
from console.mirror.models import Invoice

AMOUNT = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?|\d+(\.\d+)?")


class ReasonForm(forms.Form):
    """Every proposal says why, for the approver and the log."""

    reason = forms.CharField(
        max_length=500,
        strip=True,
        error_messages={"required": "Say why; the approver and the audit log see it."},
    )

    def __init__(self, *fields: Any, invoice: Invoice, **options: Any) -> None:
        super().__init__(*fields, **options)
        self.invoice = invoice

    @property
    def amount_minor(self) -> int | None:
        """The money this would move."""
        return self.invoice.open_minor


class RefundForm(ReasonForm):
    amount = forms.CharField(max_length=20, strip=True, error_messages={"required": "Say how much."})

    field_order = ("amount", "reason")

    def __init__(self, *fields: Any, invoice: Invoice, **options: Any) -> None:
        super().__init__(*fields, invoice=invoice, **options)
        if is_known(invoice.currency):
            self.initial.setdefault("amount", f"{to_decimal(self.limit_minor, invoice.currency):f}")

    @property
    def limit_minor(self) -> int:
        """What may be refunded at most, as last read."""
        known = self.invoice.refundable_minor
        return (self.invoice.amount_minor or 0) if known is None else known

    @property
    def amount_minor(self) -> int | None:
        text = self["amount"].value()
        try:
            return self.read_amount(text or "")
        except forms.ValidationError:
            return None

    def clean_amount(self) -> int:
        """Minor units."""
        return self.read_amount(self.cleaned_data["amount"])

    def read_amount(self, text: str) -> int:
        currency = self.invoice.currency
        if not is_known(currency):
            raise forms.ValidationError(f"The digits of {currency} are not known here.")
        bare = text.strip().removesuffix(currency).removeprefix(currency).strip().lstrip("$£€¥").strip()
        if not AMOUNT.fullmatch(bare):
            example = f"{to_decimal(self.limit_minor, currency):,f}"
            raise forms.ValidationError(f"Write the amount like {example}.")
        try:
            amount_minor = to_minor(bare.replace(",", ""), currency)
        except ValueError:
            raise forms.ValidationError(f"That is finer than {currency} has coins.") from None
        limit = format_money(self.limit_minor, currency)
        if amount_minor < 1:
            raise forms.ValidationError(f"Between the smallest coin and {limit}.")
        if amount_minor > self.limit_minor:
            raise forms.ValidationError(f"{limit} is the most that can be refunded.")
        return amount_minor

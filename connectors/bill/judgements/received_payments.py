"""Money from customers: noting what was paid elsewhere, and taking it from their bank accounts."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from connectors.bill.judgements.at_once import refuse_repeated
from connectors.bill.judgements.changes import Document
from connectors.bill.judgements.common import SKEW, Raw, answered_id, now_text, verdict
from connectors.bill.judgements.documents import refuse_finer
from connectors.bill.judgements.kinds import is_since
from connectors.bill.judgements.payment_facts import ENDED, if_told
from connectors.bill.judgements.receivables import InvoiceJudge
from connectors.bill.mapping import amount_minor, known_currency
from connectors.errors import ArgumentsError
from connectors.hiding import dotted
from connectors.judgements import NOTHING, card, only_reference, undo
from connectors.judging import Attempted, Change, Expectation, Flag, Money, Read, Snapshot, Verdict
from connectors.money import format_money, to_minor

INVOICE = InvoiceJudge()


class ReceivedPayment:
    """Each invoice stands in the snapshot under its id; `invoices` is all of them as one text.

    parts: the argument that says how much of each is paid.
    """

    operation: str
    parts: str

    def total(self, arguments: Raw, currency: str) -> int:
        raise NotImplementedError

    def more_fields(self, read: Read, arguments: Raw) -> dict[str, Any]:
        return {}

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        only_reference(arguments)
        parts, customer_id = arguments[self.parts], arguments["customerId"]
        refuse_repeated((one["invoiceId"] for one in parts), "Invoice")
        customer = read("bill_get_customer", {"customerId": customer_id})
        currency = known_currency(customer, "invoiceCurrency")
        refuse_finer([Decimal(one["amount"]) for one in parts], currency)
        fields: dict[str, Any] = {"currency": currency, "is_archived": bool(customer.get("archived"))}
        texts = []
        for one in parts:
            key, invoice = one["invoiceId"], Document.read(read, INVOICE, one["invoiceId"])
            if invoice.raw["customerId"] != customer_id:
                raise ArgumentsError([f"{invoice.title(INVOICE)} is not for {customer['name']}."])
            fields |= {
                f"{key} title": invoice.title(INVOICE),
                f"{key} number": invoice.fields["number"],
                f"{key} status": invoice.fields["status"],
                f"{key} open_minor": invoice.fields["open_minor"],
                f"{key} scheduled_minor": amount_minor(invoice.raw, "scheduledAmount", currency),
            }
            is_open = format_money(invoice.fields["open_minor"], currency)
            texts.append(f"{invoice.title(INVOICE)}, {is_open} open, {invoice.fields['status']}")
        fields |= {"invoices": "; ".join(texts), "known": self._known(read, customer_id)}
        fields |= self.more_fields(read, arguments)
        return Snapshot("customer", customer_id, customer["name"], customer["name"], fields, now_text())

    def _known(self, read: Read, customer_id: str) -> str:
        """What the customer paid in the last minutes: a payment of ours is none of these."""
        rows = _received_since(read, datetime.now(UTC) - 2 * SKEW)
        return ", ".join(row["id"] for row in rows if row.get("customerId") == customer_id)

    def paid(self, before: Snapshot, arguments: Raw) -> Iterator[tuple[str, int, int | None]]:
        """Each invoice with how much of it is paid, and how much of it is open."""
        for one in arguments[self.parts]:
            is_open = before.fields[f"{one['invoiceId']} open_minor"]
            paid = to_minor(one["amount"], str(before.fields["currency"]))
            yield one["invoiceId"], paid, is_open if isinstance(is_open, int) else None

    def open_after(self, before: Snapshot, arguments: Raw) -> Iterator[Change]:
        currency = str(before.fields["currency"])
        for key, paid, is_open in self.paid(before, arguments):
            title = before.fields[f"{key} title"]
            rest = "BILL decides" if is_open is None else format_money(is_open - paid, currency)
            yield Change(f"Paid of {title}", NOTHING, format_money(paid, currency), "sent")
            yield Change(f"Open of {title}", format_money(is_open, currency), rest, "expected")

    def verdict(self, read: Read, attempt: Attempted, *, differs: Any, is_ours: Any) -> Verdict:
        """By the answered id, else among what the customer paid since that touches the same invoices."""
        known, currency = str(attempt.before.fields["known"]), str(attempt.before.fields["currency"])
        customer_id = attempt.arguments["customerId"]

        def search() -> list[Raw]:
            since = attempt.sent_at - SKEW
            rows = [row for row in _received_since(read, since) if is_since(row, since)]
            return [row for row in rows if row.get("customerId") == customer_id and row["id"] not in known]

        def told(row: Raw) -> Verdict:
            total, status = format_money(amount_minor(row, "amount", currency), currency), row.get("status")
            sentence = f"BILL shows {total} from {attempt.before.party} ({row['id']}), {status}."
            after = {"amount_minor": amount_minor(row, "amount", currency), "status": status}
            kind = "cannot_tell" if status in ENDED else "took"
            return Verdict(kind, sentence, {"id": row["id"]}, after)

        return verdict(
            attempt,
            thing="payment received",
            get=lambda key: read("bill_get_received_payment", {"receivedPaymentId": key}),
            search=search,
            alike=lambda row: is_ours(row) or bool(self._asked(attempt).keys() & _settled(row, currency)),
            differs=differs,
            told=told,
        )

    def _asked(self, attempt: Attempted) -> dict[str, int]:
        return {key: paid for key, paid, _ in self.paid(attempt.before, attempt.arguments)}


class RecordInvoicePayment(ReceivedPayment):
    """BILL's books change; no money moves."""

    operation = "bill_record_invoice_payment"
    parts = "invoices"

    def total(self, arguments: Raw, currency: str) -> int:
        return to_minor(arguments["amount"], currency)

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        before = super().look(read, arguments)
        currency = str(before.fields["currency"])
        try:
            total = self.total(arguments, currency)
        except ValueError:
            raise ArgumentsError([f"amount is finer than {currency} goes."]) from None
        spread = sum(paid for _, paid, _ in self.paid(before, arguments))
        if spread > total:
            more = f"{format_money(spread, currency)} goes to invoices"
            raise ArgumentsError([f"{more}, and only {format_money(total, currency)} was received."])
        return before

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        currency = str(before.fields["currency"])
        total = self.total(arguments, currency)
        text = format_money(total, currency)
        return Expectation(
            sentence=card(self.operation, customer=before.party, total=text),
            summary=f"BILL lists {text} as received from {before.party} on {arguments['paymentDate']}. "
            "BILL takes no money; it was paid elsewhere.",
            money=Money(total, currency, "stays"),
            goes_to="BILL",
            undo=undo(self.operation),
            changes=tuple(self._changes(before, arguments, total)),
            flags=tuple(self._flags(before, arguments)),
        )

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        arguments, currency = attempt.arguments, str(attempt.before.fields["currency"])
        wanted = self.total(arguments, currency)

        def differs(row: Raw) -> str:
            if amount_minor(row, "amount", currency) != wanted:
                return "its amount is another"
            if _settled(row, currency) != self._asked(attempt):
                return "it pays other invoices, or other parts of them"
            if row.get("paymentDate") not in (None, arguments["paymentDate"]):
                return "its date is another"
            is_other = row.get("receivablesType") not in (None, "UNDEFINED", arguments["paymentType"])
            return "it was paid in another way" if is_other or row.get("onlinePayment") else ""

        return self.verdict(read, attempt, differs=differs, is_ours=lambda row: False)

    def _changes(self, before: Snapshot, arguments: Raw, total: int) -> Iterator[Change]:
        currency = str(before.fields["currency"])
        yield Change("Received", NOTHING, format_money(total, currency), "sent")
        yield Change("Received on", NOTHING, arguments["paymentDate"], "sent")
        yield Change("Paid by", NOTHING, arguments["paymentType"], "sent")
        if "description" in arguments:
            yield Change("Note", NOTHING, arguments["description"], "sent")
        yield from self.open_after(before, arguments)
        left = total - sum(paid for _, paid, _ in self.paid(before, arguments))
        if left:
            yield Change("On no invoice", NOTHING, format_money(left, currency), "expected")

    def _flags(self, before: Snapshot, arguments: Raw) -> Iterator[Flag]:
        currency = str(before.fields["currency"])
        for key, paid, is_open in self.paid(before, arguments):
            title = str(before.fields[f"{key} title"])
            if is_open is not None and paid > is_open:
                detail = f"Only {format_money(is_open, currency)} of {title} is open; BILL may refuse."
                yield Flag("high", "More than is open", detail)
            if before.fields[f"{key} scheduled_minor"]:
                detail = f"A payment of {title} is scheduled in BILL; with this one it is paid twice."
                yield Flag("high", "A payment is under way", detail)
            if before.fields[f"{key} status"] == "ARCHIVED":
                yield Flag("high", "The invoice is archived", f"{title} is archived in BILL.")


class ChargeCustomer(ReceivedPayment):
    """BILL knows no key against charging twice, so the note carries a reference of ours."""

    operation = "bill_charge_customer"
    parts = "invoicePayments"

    def total(self, arguments: Raw, currency: str) -> int:
        return sum(to_minor(one["amount"], currency) for one in arguments[self.parts])

    def more_fields(self, read: Read, arguments: Raw) -> dict[str, Any]:
        """`authorized` is None where BILL does not say."""
        named = {name: arguments[name] for name in ("customerId", "bankAccountId")}
        account = read("bill_get_customer_bank_account", named)
        number = dotted(str(account.get("accountNumber") or ""))
        return {
            "account": f"{account.get('nameOnAccount', 'the bank account')} {number}",
            "account_archived": bool(account.get("archived")),
            "account_status": str(account.get("status") or ""),
            "authorized": authorized(read, arguments["customerId"]),
        }

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        currency, account = str(before.fields["currency"]), before.fields["account"]
        total = self.total(arguments, currency)
        text = format_money(total, currency)
        numbers = [str(before.fields[f"{one['invoiceId']} number"]) for one in arguments[self.parts]]
        return Expectation(
            sentence=card(self.operation, customer=before.party, total=text, invoices=_invoices(numbers)),
            summary=f"BILL takes {text} from {account} of {before.party}. It is charged once: should "
            "no answer come, nothing is sent again before BILL was looked through.",
            money=Money(total, currency, "in"),
            goes_to=f"us, from {account}",
            undo=undo(self.operation),
            changes=tuple(self._changes(before, arguments, total)),
            flags=tuple(self._flags(before, arguments)),
        )

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        """One of the same invoices that lacks our reference may be ours if BILL shows no note."""
        arguments, currency = attempt.arguments, str(attempt.before.fields["currency"])
        ours, answered = arguments.get("description"), answered_id(attempt)
        wanted = self.total(arguments, currency)

        def is_ours(row: Raw) -> bool:
            return bool(ours) and row.get("description") == ours

        def differs(row: Raw) -> str:
            if amount_minor(row, "amount", currency) != wanted:
                return "its amount is another"
            if _settled(row, currency) != self._asked(attempt):
                return "it pays other invoices, or other parts of them"
            return "" if answered or is_ours(row) else "it does not carry our reference"

        return self.verdict(read, attempt, differs=differs, is_ours=is_ours)

    def _changes(self, before: Snapshot, arguments: Raw, total: int) -> Iterator[Change]:
        yield Change("Amount", NOTHING, format_money(total, str(before.fields["currency"])), "sent")
        yield Change("From", NOTHING, str(before.fields["account"]), "sent")
        if day := arguments.get("paymentDate"):
            yield Change("Charged on", NOTHING, day, "sent")
        else:
            yield Change("Charged on", NOTHING, "BILL decides", "vendor_decides")
        if ours := arguments.get("description"):
            yield Change("Our reference", NOTHING, ours, "sent")
        yield from self.open_after(before, arguments)

    def _flags(self, before: Snapshot, arguments: Raw) -> Iterator[Flag]:
        fields, currency = before.fields, str(before.fields["currency"])
        if fields["authorized"] is None:
            detail = f"BILL would not say whether {before.party} has allowed being charged."
            yield Flag("high", "Permission not known", detail)
        elif not fields["authorized"]:
            detail = f"{before.party} has not allowed being charged; BILL would refuse."
            yield Flag("blocked", "Not allowed by the customer", detail)
        if fields["account_archived"]:
            yield Flag("blocked", "The account is archived", f"{fields['account']} is archived in BILL.")
        elif fields["account_status"] != "VERIFIED":
            shown = str(fields["account_status"] or "of unknown state").lower().replace("_", " ")
            yield Flag("high", "The account is not verified", f"{fields['account']} is {shown} in BILL.")
        if fields["is_archived"]:
            yield Flag("high", "The customer is archived", f"{before.party} is archived in BILL.")
        for key, paid, is_open in self.paid(before, arguments):
            yield from self._invoice_flags(before, key, paid, is_open, currency)
        if _is_over(arguments.get("paymentDate")):
            yield Flag(
                "blocked", "The date is over", f"{arguments['paymentDate']} is over; BILL would refuse."
            )

    def _invoice_flags(
        self, before: Snapshot, key: str, paid: int, is_open: int | None, currency: str
    ) -> Iterator[Flag]:
        title, scheduled = str(before.fields[f"{key} title"]), before.fields[f"{key} scheduled_minor"]
        if before.fields[f"{key} status"] == "ARCHIVED":
            yield Flag("blocked", "The invoice is archived", f"{title} is archived in BILL.")
        elif is_open is None:
            yield Flag("high", "What is open is not known", f"BILL does not say what of {title} is open.")
        elif paid > is_open:
            detail = (
                f"{format_money(paid, currency)} is more than the {format_money(is_open, currency)} open."
            )
            yield Flag("blocked", f"More than is open of {title}", detail)
        if isinstance(scheduled, int) and scheduled:
            detail = f"Of {title} {format_money(scheduled, currency)} is scheduled to be paid already."
            yield Flag("blocked", "It would be paid twice", detail)


def authorized(read: Read, customer_id: str) -> bool | None:
    """Whether the customer has allowed being charged; v2 alone is documented to show it."""
    shown = if_told(lambda: read("bill_v2_read_customer", {"customerId": customer_id}))
    told = (shown or {}).get("hasAuthorizedToCharge")
    return told if isinstance(told, bool) else None


def _received_since(read: Read, since: datetime) -> list[Raw]:
    """All of them, page by page. Only the time of a change is known to be something BILL can look for."""
    asked = since.astimezone(UTC).isoformat(timespec="seconds")
    found, after = {}, None
    while True:
        given = {"updatedSince": asked, "limit": 500} | ({"after": after} if after else {})
        rows = read("bill_list_received_payments", given)
        found |= {row["id"]: row for row in rows}
        if not (after := rows.next):
            return list(found.values())


def _settled(row: Raw, currency: str) -> dict[str, int | None]:
    """Invoice → how much of it the payment pays."""
    parts: Iterable[Raw] = row.get("invoicePayments") or ()
    return {part["invoiceId"]: amount_minor(part, "amount", currency) for part in parts}


def _invoices(numbers: list[str]) -> str:
    """ "invoice INV-1", "invoices INV-1, INV-2"."""
    return f"invoice{'s' if len(numbers) > 1 else ''} {', '.join(numbers)}"


def _is_over(day: str | None) -> bool:
    return day is not None and day < (datetime.now(UTC).date() - timedelta(days=1)).isoformat()


JUDGES = {"record_invoice_payment": RecordInvoicePayment(), "charge_customer": ChargeCustomer()}

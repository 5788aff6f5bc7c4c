"""Writes one customer's past: who they are, what they subscribed to, and a bill for every period since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any

from connectors.sandbox.billsby import billing
from connectors.sandbox.billsby.catalogue import price_of
from connectors.sandbox.billsby.customers import new_customer
from connectors.sandbox.billsby.formats import later_by, moment, parsed
from connectors.sandbox.billsby.population import Party, address, card, phone
from connectors.sandbox.billsby.price_list import COUNTER_ID, YEARLY, PriceList
from connectors.sandbox.billsby.subscription_changes import renew_later, save, start_subscription
from connectors.sandbox.books import Books


@dataclass
class Past:
    """A customer with one subscription and its invoices, oldest first."""

    customer: dict[str, Any]
    subscription: dict[str, Any]
    invoices: list[dict[str, Any]]

    @property
    def latest(self) -> dict[str, Any]:
        return self.invoices[-1]


class Historian:
    """Writes pasts into the books, all from one random generator."""

    def __init__(self, books: Books, chance: Random, prices: PriceList) -> None:
        self.books = books
        self.chance = chance
        self.prices = prices
        self.now = books.now

    def write(
        self,
        who: Party,
        *,
        plan_name: str,
        periods: int,
        product: str = "desk",
        currency: str = "",
        is_yearly: bool = False,
        days_into_period: float | None = None,
        card_outcome: str = "pays",
        is_trial: bool = False,
        unique: str | None = None,
    ) -> Past:
        """A customer whose every period was paid, the last one begun `days_into_period` ago.

        card_outcome: how the card behaves from now on; what is past was paid. is_trial: nothing was
        billed yet.
        """
        currency = currency or self.prices.currency
        plan = self.prices.plans[product, currency][plan_name]
        cycle = next(cycle for cycle in plan["cycles"] if (cycle["frequencyType"] == YEARLY) == is_yearly)
        into = self.chance.uniform(3, 24) if days_into_period is None else days_into_period
        starts = _period_starts(self.now - timedelta(days=into), periods, is_yearly=is_yearly)
        customer = self._take_on(
            who, currency=currency, card_outcome=card_outcome, unique=unique, before=starts[0]
        )
        units = self.chance.randint(3, 24) if plan_name == "Team" else 1
        subscription = start_subscription(
            self.books, customer, plan, cycle, units=units, created_at=starts[0]
        )
        end = later_by(starts[-1], frequency=1, frequency_type=cycle["frequencyType"])
        subscription |= {"periodStart": moment(starts[-1]), "nextBillingDate": moment(end)}
        if product == "api":
            self._allow(subscription)
        save(self.books, subscription)
        renew_later(self.books, subscription)
        past = Past(customer, subscription, [])
        if is_trial:
            save(self.books, subscription | {"status": "InTrial", "isInFreeTrial": True})
            return past
        price = price_of(plan, cycle, units)
        lines = [billing.line(plan["displayName"], price, units=units, unit_price=cycle["price"])]
        self._bill_periods(past, lines, [*starts, end])
        return past

    def _take_on(
        self, who: Party, *, currency: str, card_outcome: str, unique: str | None, before: datetime
    ) -> dict[str, Any]:
        """A customer with a card, made shortly before the first period; most give a telephone number."""
        token_end = {"declines": "decline", "fails": "fail"}.get(card_outcome, "ok")
        customer = new_customer(
            self.books,
            first_name=who.first_name,
            last_name=who.last_name,
            email=who.email,
            address=address(self.chance, currency),
            created_at=before - timedelta(seconds=self.chance.randint(2, 90)),
            card=card(self.chance, who, year=self.now.year, outcome=token_end),
            unique=unique,
        )
        if self.chance.random() < 0.6:
            customer |= phone(self.chance, currency, customer["billingAddress"]["country"])
            self.books.put("customer", customer["customerUniqueId"], customer)
        return customer

    def _bill_periods(self, past: Past, lines: list[dict[str, Any]], turns: list[datetime]) -> None:
        """A paid invoice for each period between two neighbouring `turns`."""
        for start, end in pairwise(turns):
            invoice = billing.make_invoice(
                self.books,
                past.customer,
                currency=past.subscription["currency"],
                lines=lines,
                invoice_type="Renewal",
                at=start,
                subscription=past.subscription,
                period=(start, end),
            )
            self.collect(invoice, outcome="pays", at=start + timedelta(minutes=5))
            past.invoices.append(invoice)

    def leave_unpaid(self, past: Past, *, tries: int, position: int = -1) -> dict[str, Any]:
        """Turn an invoice into one whose payment failed `tries` times, three days apart."""
        invoice = past.invoices[position]
        number = invoice["invoiceNumber"]
        for log in self.books.find("payment_log", owner=number):
            self.books.remove("payment_log", str(log["paymentLogId"]))
        invoice["linkedTransactionsCount"] = 0
        first = parsed(invoice["createdOn"]) + timedelta(minutes=5)
        for attempt in range(tries):
            at = min(first + timedelta(days=3 * attempt), self.now - timedelta(minutes=tries - attempt))
            self.collect(invoice, outcome="declines", at=at)
        return invoice

    def charge(
        self, past: Past, description: str, amount: int, *, days_ago: float, currency: str = ""
    ) -> dict[str, Any]:
        """A one-time charge that was paid."""
        at = self.now - timedelta(days=days_ago)
        invoice = billing.make_invoice(
            self.books,
            past.customer,
            currency=currency or past.subscription["currency"],
            lines=[billing.line(description, amount)],
            invoice_type="OneTimeCharge",
            at=at,
        )
        self.collect(invoice, outcome="pays", at=at + timedelta(minutes=5))
        return invoice

    def collect(self, invoice: dict[str, Any], *, outcome: str, at: datetime) -> None:
        billing.collect(self.books, invoice, at=at, outcome=outcome)

    def set_status(self, invoice: dict[str, Any], status: str) -> None:
        invoice["status"] = status
        self.books.put("invoice", invoice["invoiceNumber"], invoice)

    def _allow(self, subscription: dict[str, Any]) -> None:
        unique = subscription["subscriptionUniqueId"]
        subscription["allowances"] = [self.prices.allowance_id]
        counter = {
            "subscriptionUniqueId": unique,
            "counterId": COUNTER_ID,
            "usage": self.chance.randint(700, 4000),
        }
        self.books.put("counter", f"{unique}/{COUNTER_ID}", counter, owner=unique)

    def set_usage(self, past: Past, usage: int) -> None:
        key = f"{past.subscription['subscriptionUniqueId']}/{COUNTER_ID}"
        counter = self.books.get("counter", key) or {}
        self.books.put("counter", key, counter | {"usage": usage})


def _period_starts(last: datetime, periods: int, *, is_yearly: bool) -> list[datetime]:
    """Starts of consecutive periods ending with `last`, oldest first."""
    # From a day that every month has, so that stepping back and forth meets the same days.
    last = last.replace(day=min(last.day, 28))
    step = 4 if is_yearly else 3
    return [later_by(last, frequency=-back, frequency_type=step) for back in range(periods - 1, -1, -1)]

"""Steps that many scripts share: the customer, the subscription, the invoices that are meant."""

from collections.abc import Callable, Generator
from typing import Any

from agent.scripted.actions import FIND, Ask, Call, ScriptStopped, looking_for
from agent.scripted.answers import choose, is_yes
from agent.scripted.names import has_pronoun, parties
from agent.scripted.records import (
    Customer,
    Invoice,
    Subscription,
    pick,
    plain_line,
    read_customer,
    read_invoice,
    read_subscription,
    rows_of,
    status_key,
)
from agent.scripted.talk import Asked

Part = Generator[Call | tuple[Call, ...] | Ask, Any, Any]
MOST_OPTIONS = 8


def shown(asked: Asked, *names: str) -> Part:
    """Looks for those of the tools that are not shown, so that their arguments can be read."""
    for name in names:
        if name not in asked.talk.tools and FIND in asked.talk.tools:
            yield looking_for(name)


def find_customer(asked: Asked, *patterns: str, connector: str = "billsby") -> Part:
    """The one customer the request is about; asks when several fit, stops when none does."""
    name, found = yield from customers_meant(asked, patterns, connector)
    asked.talk.customer = customer = yield from one_of(name, found)
    return customer


def find_in_each_system(asked: Asked, *patterns: str) -> Part:
    """The customer's record in every system that has one under the very same name; else as find_customer."""
    name, found = yield from customers_meant(asked, patterns, "any")
    same = [one for one in found if name.casefold() in one.called]
    if len(same) > 1 and len({one.connector for one in same}) == len(same):
        asked.talk.customer = next((one for one in same if one.is_billsby), same[0])
        return same
    asked.talk.customer = customer = yield from one_of(name, found)
    return [customer]


def customers_meant(asked: Asked, patterns: tuple[str, ...], connector: str) -> Part:
    """The likeliest name, and who may be meant; who was found by a later name is not taken without asking."""
    names = parties(asked.text, *patterns)
    known = asked.talk.customer
    if not names and known and has_pronoun(asked.text):
        return known.id, [known]
    if not names:
        names = [
            (yield Ask("Which customer is this about? A name, an e-mail address or an id will do.", a_name))
        ]
    for name in names[:3]:
        found = [one for one in (yield from search_customers(name)) if matches(one, connector)]
        if found:
            return names[0], found
    raise ScriptStopped(f"I found no customer for “{plain_line(names[0])}”{at(connector)}. Is it spelled so?")


def search_customers(name: str) -> Part:
    return [read_customer(row) for row in rows_of((yield records("customer", text=name)))]


def records(
    kind: str, *where: tuple[str, str, Any], text: str | None = None, limit: int | None = None
) -> Call:
    """Those of the console's copy of which all conditions (field, operator, value) hold."""
    conditions = [{"field": field, "op": op, "value": value} for field, op, value in where]
    return Call("query_records", {"kind": kind, "text": text, "where": conditions or None, "limit": limit})


def one_of(name: str, found: list[Customer]) -> Part:
    wanted = name.casefold()
    exact = [one for one in found if wanted in one.called]
    if len(exact) == 1:
        return exact[0]
    near = exact or [c for c in found if all(word in c.words for word in wanted.split())]
    if len(near) == 1:
        return near[0]
    if len(found) == 1:
        question = f"I found no “{plain_line(name)}”. The nearest is {found[0].line}. Do you mean that one?"
        if (yield Ask(question, is_yes)):
            return found[0]
        raise ScriptStopped("Then I have not found the customer, and I have done nothing.")
    options = near or found
    called = f"“{plain_line(name)}”"
    told = f"{len(near)} customers fit {called}." if near else f"I found no {called}, but some come near."
    chosen = yield Ask(
        f"{told} Which one do you mean?\n" + numbered([c.line for c in options]),
        lambda answer: choose(answer, [c.words for c in options]),
    )
    return options[chosen]


def numbered(lines: list[str]) -> str:
    shown = [f"{position}. {line}" for position, line in enumerate(lines[:MOST_OPTIONS], 1)]
    if len(lines) > MOST_OPTIONS:
        shown.append(f"… and {len(lines) - MOST_OPTIONS} more")
    return "\n".join(shown)


def bulleted(lines: list[str], most: int = 20) -> str:
    shown = [f"- {line}" for line in lines[:most]]
    if len(lines) > most:
        shown.append(f"- … and {len(lines) - most} more")
    return "\n".join(shown)


def matches(customer: Customer, connector: str) -> bool:
    return connector == "any" or customer.is_billsby == (connector == "billsby")


def at(connector: str) -> str:
    return {"billsby": " in Billsby", "bill": " in BILL"}.get(connector, "")


def a_name(answer: str) -> str | None:
    return next(iter(parties(answer)), None) or (answer.strip() if 0 < len(answer.split()) <= 4 else None)


def find_invoices(customer: Customer, status: str | None = None) -> Part:
    """A customer's invoices, newest first."""
    in_status = [("status", "=", status)] if status else []
    result = yield records("invoice", ("customer", "=", customer.id), *in_status, limit=50)
    invoices = [read_invoice(row) for row in rows_of(result)]
    invoices = [one for one in invoices if one.number and one.customer_id in ("", customer.id)]
    return sorted(invoices, key=newest_first, reverse=True)


def newest_first(invoice: Invoice) -> tuple[str, int]:
    tail = invoice.number.rpartition("-")[2]
    return invoice.issued_at[:19], int(tail) if tail.isdecimal() else 0


def get_invoice(asked: Asked, number: str) -> Part:
    rows = rows_of((yield Call("billsby_get_invoice", {"invoiceNumber": number})))
    if not rows or not pick(rows[0], "number", "invoiceNumber", "vendor_id"):
        raise ScriptStopped(f"There is no invoice {number} in what I got back, so I did nothing.")
    asked.talk.invoice_number = number
    return read_invoice(rows[0])


def find_subscription(asked: Asked, customer: Customer) -> Part:
    """The live subscription that is meant; a named plan or product decides, else the person."""
    result = yield Call("billsby_list_customer_subscriptions", {"customerUniqueId": customer.id})
    live = [one for one in (read_subscription(row) for row in rows_of(result)) if one.id and one.is_live]
    if not live:
        raise ScriptStopped(f"{customer.title} has no live subscription, so there is nothing to change.")
    if len(live) > 1:
        said = asked.text.casefold()
        named = [one for one in live if one.id.casefold() in said] or [
            one for one in live if one.product and one.product.casefold() in said
        ]
        active = [one for one in live if status_key(one.status) == "active"]
        live = next((some for some in (named, active) if len(some) == 1), live)
    if len(live) > 1:
        return live[
            (
                yield Ask(
                    f"{customer.title} has {len(live)} live subscriptions. Which one do you mean?\n"
                    + numbered([one.line for one in live]),
                    chooser([f"{one.plan} {one.product} {one.id} {one.status}" for one in live]),
                )
            )
        ]
    return live[0]


def subscription_details(subscription: Subscription) -> Part:
    rows = rows_of((yield Call("billsby_get_subscription", {"subscriptionUniqueId": subscription.id})))
    if not rows:
        raise ScriptStopped(f"Subscription {subscription.id} came back empty, so I did nothing.")
    return read_subscription(rows[0])


def chooser(options: list[str]) -> Callable[[str], int | None]:
    return lambda answer: choose(answer, options)

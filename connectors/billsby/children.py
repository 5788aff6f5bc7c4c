"""What Billsby tells of one record alone and lists nowhere: a call for each owner and each kind of child."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from connectors.billsby import mapping, parts
from connectors.billsby.mapping import Raw
from connectors.registry import Children, Record, Row

MOST_EVENTS = 500  # in one answer; further ones are asked for
OF_PRODUCT = ("productId", "displayName", "name", "billingCurrency")  # what its plans say of it


def plans(answer: Any, key: str, product: Raw) -> list[Row]:
    """A product's plans, each followed by its billing cycles."""
    name, product = "billsby_list_plans", {field: product.get(field) for field in OF_PRODUCT}
    rows = []
    for raw in answer:
        rows.append(Row.of("plan", name, "planId", raw, partial(_plan, product=product), beside=product))
        for cycle in (raw.get("cycles") or []) if isinstance(raw, Mapping) else []:
            reads = partial(parts.cycle, plan=raw, product_raw=product)
            rows.append(Row.of("cycle", name, "cycleId", cycle, reads, beside=[raw.get("planId"), product]))
    return rows


def _plan(raw: Raw, *, product: Raw) -> Record:
    return mapping.plan(raw, product=mapping.product(product))


def tags(answer: Raw) -> list[Raw]:
    """Of the subscription's plan and its own, which may have the same name. Billsby gives bare names."""
    return [
        {"id": f"{'plan' if is_of_plan else 'own'}/{name}", "name": name, "isOfPlan": is_of_plan}
        for listed, is_of_plan in (("planFeatureTags", True), ("subscriptionFeatureTags", False))
        for name in answer.get(listed) or []
    ]


def lines(answer: Raw) -> list[Raw]:
    """The lines of an invoice as they stand on it, and the tax below them where there is any."""
    listed = [
        {name: part[name] for name in part if name != "subscriptionItems"} | item
        for part in answer.get("subscriptions") or []
        for item in part.get("subscriptionItems") or []
    ]
    if str(answer.get("taxTotal") or "0") != "0":
        listed.append({"taxTotal": answer["taxTotal"], "taxes": answer.get("taxes")})
    return [{"position": at, **raw} for at, raw in enumerate(listed, start=1)]


def rows_of(
    kind: str, operation: str, own: str, reads: Callable[..., Record], listed: Callable[[Any], list[Any]]
) -> Callable[[Any, str, Raw], list[Row]]:
    """own: where a row's own id stands; before it comes its owner's."""

    def row(raw: Any, key: str) -> Row:
        found = Row.of(kind, operation, own, raw, partial(reads, owner=key), beside=key)
        found.vendor_id = found.vendor_id and f"{key}/{found.vendor_id}"
        return found

    return lambda answer, key, _: [row(raw, key) for raw in listed(answer)]


def children(
    kind: str,
    owner: str,
    operation: str,
    own: str,
    reads: Callable[..., Record],
    *,
    arguments: Callable[[str], dict[str, Any]] | None = None,
    listed: Callable[[Any], list[Any]] = list,
) -> Children:
    rows = rows_of(kind, operation, own, reads, listed)
    return Children(kind, owner, operation, arguments or ARGUMENTS[owner], rows)


ARGUMENTS: Mapping[str, Callable[[str], dict[str, Any]]] = {
    "product": lambda key: {"productId": int(key)},
    "customer": lambda key: {"customerUniqueId": key},
    "subscription": lambda key: {"subscriptionUniqueId": key},
    "invoice": lambda key: {"invoiceNumber": key},
}


def _events(key: str) -> dict[str, Any]:
    return {"subscriptionUniqueId": key, "limit": MOST_EVENTS}


def _payments(key: str) -> dict[str, Any]:
    return {"customerUniqueId": mapping.customer_of(key), "invoiceNumber": key}


PLANS = Children(
    "plan",
    "product",
    "billsby_list_plans",
    ARGUMENTS["product"],
    plans,
    beside=("cycle",),
    is_cheap=True,
)
# What changes most stands first, and what is asked about most records, invoices, last.
CHILDREN = (
    children("usage", "subscription", "billsby_list_subscription_allowances", "id", parts.usage),
    children(
        "subscription_add_on",
        "subscription",
        "billsby_list_subscription_addons",
        "id",
        parts.subscription_add_on,
    ),
    children("tag", "subscription", "billsby_get_subscription_tags_split", "id", parts.tag, listed=tags),
    children(
        "event",
        "subscription",
        "billsby_list_subscription_events",
        "subscriptionEventLogId",
        parts.event,
        arguments=_events,
    ),
    children(
        "custom_field_response",
        "customer",
        "billsby_list_custom_field_responses",
        "customFieldResponseId",
        parts.answer,
    ),
    children(
        "payment_log",
        "invoice",
        "billsby_list_payment_logs",
        "paymentLogId",
        parts.payment_log,
        arguments=_payments,
    ),
    children("invoice_line", "invoice", "billsby_get_invoice", "position", parts.invoice_line, listed=lines),
)

"""Billsby's paths, spelled as documented, and who answers them."""

from __future__ import annotations

from starlette.routing import Route

from connectors.sandbox.billsby import (
    billing,
    catalogue,
    catalogue_changes,
    counters,
    custom_fields,
    customer_changes,
    customers,
    invoices,
    subscription_changes,
    subscription_starts,
    subscription_updates,
    subscriptions,
)
from connectors.sandbox.billsby.answering import check_access, refused
from connectors.sandbox.books import Books
from connectors.sandbox.core import Core
from connectors.sandbox.endpoint import Call, Endpoint, Guard, Work

CORE, BILLING = "/api/v1/rest/core", "/api/v1/rest/billing"
USAGE, OPERATIONS = "/api/v1/rest/counters/usage", "/api/v1/rest/counters/operations"
# Where the specification puts what the documentation puts elsewhere.
MISPLACED = {BILLING: CORE, USAGE: f"{CORE}/usage", OPERATIONS: f"{CORE}/operations"}
COMPANY = "/{domain}/companies"
CUSTOMERS, CUSTOMER = "/{domain}/customers", "/{domain}/customers/{customer_id}"
SUBSCRIPTIONS, SUBSCRIPTION = "/{domain}/subscriptions", "/{domain}/subscriptions/{subscription_id}"
INVOICE = "/{domain}/invoices/{number}"
PRODUCTS, PRODUCT = "/{domain}/products", "/{domain}/products/{product_id}"
PLAN = f"{PRODUCT}/plans/{{plan_id}}"
COUNTER = f"{SUBSCRIPTION}/counters/{{counter_id}}"

READS: tuple[tuple[str, str, str, Work], ...] = (
    ("billsby_list_customers", CORE, CUSTOMERS, customers.list_customers),
    ("billsby_get_customer", CORE, CUSTOMER, customers.get_customer),
    (
        "billsby_list_customer_subscriptions",
        CORE,
        f"{CUSTOMER}/subscriptions",
        subscriptions.list_customer_subscriptions,
    ),
    ("billsby_list_customer_invoices", CORE, f"{CUSTOMER}/invoices", invoices.list_customer_invoices),
    (
        "billsby_list_payment_logs",
        CORE,
        f"{CUSTOMER}/invoices/{{number}}/paymentlogs",
        invoices.list_payment_logs,
    ),
    # A customer's list has a capital N, the company's has none.
    (
        "billsby_list_customer_credit_notes",
        CORE,
        f"{CUSTOMER}/creditNotes",
        invoices.list_customer_credit_notes,
    ),
    ("billsby_list_credit_notes", CORE, f"{COMPANY}/creditnotes", invoices.list_credit_notes),
    ("billsby_list_invoices", CORE, f"{COMPANY}/invoices", invoices.list_invoices),
    # The number alone addresses an invoice: no company in this path.
    ("billsby_get_invoice", CORE, "/invoices/{number}", invoices.get_invoice),
    ("billsby_list_subscriptions", CORE, SUBSCRIPTIONS, subscriptions.list_subscriptions),
    ("billsby_get_subscription", CORE, SUBSCRIPTION, subscriptions.get_subscription),
    (
        "billsby_list_customer_tags",
        CORE,
        f"{CUSTOMER}/subscriptions/featuretags",
        subscriptions.list_customer_tags,
    ),
    (
        "billsby_get_shipping_address",
        CORE,
        f"{SUBSCRIPTION}/shippingAddress",
        subscriptions.get_shipping_address,
    ),
    ("billsby_list_subscription_tags", CORE, f"{SUBSCRIPTION}/tags", subscriptions.list_subscription_tags),
    (
        "billsby_get_subscription_tags_split",
        CORE,
        f"{SUBSCRIPTION}/tags/split",
        subscriptions.get_subscription_tags_split,
    ),
    (
        "billsby_list_subscription_events",
        CORE,
        f"{SUBSCRIPTION}/logs",
        subscriptions.list_subscription_events,
    ),
    ("billsby_list_products", CORE, PRODUCTS, catalogue.list_products),
    ("billsby_get_product", CORE, PRODUCT, catalogue.get_product),
    ("billsby_list_plans", CORE, f"{PRODUCT}/plans", catalogue.list_plans),
    (
        "billsby_list_subscription_addons",
        BILLING,
        f"{SUBSCRIPTION}/addons",
        subscriptions.list_subscription_addons,
    ),
    (
        "billsby_list_subscription_allowances",
        BILLING,
        f"{SUBSCRIPTION}/allowances",
        subscriptions.list_subscription_allowances,
    ),
    ("billsby_list_addons", BILLING, "/{domain}/addons", catalogue.list_addons),
    ("billsby_get_addon", BILLING, "/{domain}/addons/{addon_id}", catalogue.get_addon),
    ("billsby_list_allowances", BILLING, "/{domain}/allowances", catalogue.list_allowances),
    ("billsby_get_allowance", BILLING, "/{domain}/allowances/{allowance_id}", catalogue.get_allowance),
    ("billsby_list_custom_fields", CORE, "/{domain}/customfields", custom_fields.list_custom_fields),
    (
        "billsby_list_custom_field_responses",
        CORE,
        "/{domain}/customfieldResponses",
        custom_fields.list_responses,
    ),
    ("billsby_get_counter", USAGE, COUNTER, counters.get_counter),
)
# Those whose base is told nowhere.
UNCERTAIN = ("billsby_list_addons", "billsby_get_addon", "billsby_list_allowances", "billsby_get_allowance")
WRITES: tuple[tuple[str, str, str, str, Work], ...] = (
    ("billsby_create_customer", "POST", CORE, CUSTOMERS, customers.create_customer),
    ("billsby_update_customer", "PUT", CORE, CUSTOMER, customer_changes.update_customer),
    ("billsby_delete_customer", "DELETE", CORE, CUSTOMER, customer_changes.delete_customer),
    (
        "billsby_request_payment_details",
        "GET",
        CORE,
        f"{CUSTOMER}/paymentdetailsrequest",
        customer_changes.request_payment_details,
    ),
    ("billsby_replace_payment_card", "PUT", CORE, f"{CUSTOMER}/paymentCard", customer_changes.replace_card),
    ("billsby_erase_customer_data", "PUT", CORE, f"{CUSTOMER}/gdprcleanup", customer_changes.erase_data),
    (
        "billsby_add_subscription",
        "POST",
        CORE,
        f"{CUSTOMER}/subscriptions",
        subscription_starts.add_subscription,
    ),
    ("billsby_create_subscription", "POST", CORE, SUBSCRIPTIONS, subscription_starts.create_subscription),
    (
        "billsby_update_shipping_address",
        "PUT",
        CORE,
        f"{SUBSCRIPTION}/shippingAddress",
        subscription_updates.update_shipping_address,
    ),
    ("billsby_add_subscription_tags", "POST", CORE, f"{SUBSCRIPTIONS}/tags", subscription_updates.add_tags),
    (
        "billsby_remove_subscription_tag",
        "DELETE",
        CORE,
        f"{SUBSCRIPTIONS}/tags/{{tag}}",
        subscription_updates.remove_tag,
    ),
    (
        "billsby_change_renewal_date",
        "PUT",
        CORE,
        f"{SUBSCRIPTION}/renewaldate",
        subscription_updates.change_renewal_date,
    ),
    ("billsby_charge_customer", "POST", CORE, f"{CUSTOMER}/invoices", invoices.charge_customer),
    ("billsby_refund_invoice", "POST", CORE, f"{CUSTOMER}/refunds", invoices.refund_invoice),
    ("billsby_retry_invoice_payment", "PUT", CORE, f"{INVOICE}/Payment", invoices.retry_payment),
    ("billsby_mark_invoice_paid_offline", "PUT", CORE, f"{INVOICE}/PaidOffline", invoices.pay_offline),
    ("billsby_write_off_invoice", "PUT", CORE, f"{INVOICE}/WrittenOff", invoices.write_off),
    (
        "billsby_retry_credit_note_payment",
        "PUT",
        CORE,
        "/{domain}/creditNotes/{number}/Payment",
        invoices.retry_credit_note,
    ),
    ("billsby_change_plan", "PUT", CORE, f"{SUBSCRIPTION}/plan", subscription_changes.change_plan),
    (
        "billsby_cancel_subscription",
        "DELETE",
        CORE,
        SUBSCRIPTION,
        subscription_changes.cancel_subscription,
    ),
    ("billsby_create_product", "POST", CORE, PRODUCTS, catalogue_changes.create_product),
    ("billsby_update_product", "PUT", CORE, PRODUCT, catalogue_changes.update_product),
    ("billsby_create_plan", "POST", CORE, f"{PRODUCT}/plans", catalogue_changes.create_plan),
    # Before the plan: `orders` stands where its number would.
    ("billsby_reorder_plans", "PUT", CORE, f"{PRODUCT}/plans/orders", catalogue_changes.reorder_plans),
    ("billsby_update_plan", "PUT", CORE, PLAN, catalogue_changes.update_plan),
    ("billsby_create_cycles", "POST", CORE, f"{PLAN}/cycles", catalogue_changes.create_cycles),
    (
        "billsby_create_custom_field",
        "POST",
        CORE,
        "/{domain}/customfields",
        custom_fields.create_custom_field,
    ),
    (
        "billsby_update_custom_field",
        "PUT",
        CORE,
        "/{domain}/customfields/{field_id}",
        custom_fields.update_custom_field,
    ),
    (
        "billsby_update_custom_field_response",
        "PUT",
        CORE,
        "/{domain}/customfieldResponses/{response_id}",
        custom_fields.update_response,
    ),
    ("billsby_update_counter", "POST", OPERATIONS, COUNTER, counters.update_counter),
)


def routes(core: Core) -> list[Route]:
    """The documented paths, and the specification's wrong ones for when they are let in."""
    store = core.store
    store.when_due("billsby", "settle_invoice", billing.settle_invoice)
    store.when_due("billsby", "settle_credit_note", billing.settle_credit_note)
    store.when_due("billsby", "renew", subscription_changes.renew)
    store.when_due("billsby", "count", counters.count)
    operations = [(name, "GET", base, path, work) for name, base, path, work in READS] + list(WRITES)
    # Not the method tells: one of Billsby's GETs sends mail.
    written = {name for name, *_ in WRITES}
    found = []
    for name, method, base, path, work in operations:
        guards: dict[str, Guard] = {base: check_access}
        if base in MISPLACED:
            guards[MISPLACED[base]] = _check_leniency
        if name in UNCERTAIN:
            guards = {BILLING: _check_billing, CORE: _check_core}
        for its_base, guard in guards.items():
            endpoint = Endpoint(core, "billsby", name, work, guard=guard, writes=name in written)
            found.append(Route(f"{its_base}{path}", endpoint, methods=[method]))
    return found


def _check_leniency(books: Books, call: Call) -> None:
    _check_path(books, call, is_there=books.setting("lenient_bases"))


def _check_billing(books: Books, call: Call) -> None:
    _check_path(books, call, is_there=not books.setting("extras_under_core"))


def _check_core(books: Books, call: Call) -> None:
    is_there = books.setting("extras_under_core") or books.setting("lenient_bases")
    _check_path(books, call, is_there=is_there)


def _check_path(books: Books, call: Call, *, is_there: bool) -> None:
    if not is_there:
        raise refused(books, "No such path.", status=404)
    check_access(books, call)

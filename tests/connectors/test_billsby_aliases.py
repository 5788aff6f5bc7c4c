"""Prompts and clients written for other tool servers of Billsby find the same operations here."""

import pytest

from connectors.catalogue import catalogue

BILLSBY = catalogue("billsby")
# name elsewhere → operation here; two names are one call.
ALIASES = {
    "list_all_billsby_customers": "list_customers",
    "create_a_billsby_customer": "create_customer",
    "get_single_billsby_customer_by_id": "get_customer",
    "update_a_billsby_customer_by_id": "update_customer",
    "delete_a_billsby_customer_by_id": "delete_customer",
    "update_a_billsby_clear_customer_datum_by_id": "erase_customer_data",
    "get_single_billsby_payment_details_request_by_id": "request_payment_details",
    "update_a_billsby_payment_card_token_by_id": "replace_payment_card",
    "list_all_billsby_customer_subscriptions": "list_customer_subscriptions",
    "update_a_billsby_customer_subscription_by_id": "add_subscription",
    "delete_a_billsby_customer_subscription_by_id": "cancel_subscription",
    "list_all_billsby_customer_feature_tags": "list_customer_tags",
    "list_all_billsby_payments": "list_payment_logs",
    "list_all_billsby_customer_invoices": "list_customer_invoices",
    "billsby_invoices_customer_invoices": "list_customer_invoices",
    "create_a_billsby_one_time_charge": "charge_customer",
    "list_all_billsby_customer_credit_notes": "list_customer_credit_notes",
    "list_all_billsby_subscriptions": "list_subscriptions",
    "create_a_billsby_subscription": "create_subscription",
    "get_single_billsby_subscription_by_id": "get_subscription",
    "get_single_billsby_subscription_shipping_address_by_id": "get_shipping_address",
    "update_a_billsby_subscription_shipping_address_by_id": "update_shipping_address",
    "list_all_billsby_subscription_feature_tags": "list_subscription_tags",
    "get_single_billsby_subscription_feature_tag_by_id": "get_subscription_tags_split",
    "create_a_billsby_subscription_feature_tag": "add_subscription_tags",
    "delete_a_billsby_subscription_feature_tag_by_id": "remove_subscription_tag",
    "list_all_billsby_event_logs": "list_subscription_events",
    "billsby_subscriptions_change_plan": "change_plan",
    "billsby_subscriptions_update_next_renewal_date": "change_renewal_date",
    "get_single_billsby_invoice_by_id": "get_invoice",
    "list_all_billsby_invoices": "list_invoices",
    "billsby_invoices_refund_invoice": "refund_invoice",
    "billsby_invoices_reattempt_invoice_payment": "retry_invoice_payment",
    "billsby_invoices_invoice_paid_offline": "mark_invoice_paid_offline",
    "billsby_invoices_invoice_written_off": "write_off_invoice",
    "list_all_billsby_company_credit_notes": "list_credit_notes",
    "billsby_company_credit_notes_reattempt_credit_note_payment": "retry_credit_note_payment",
    "list_all_billsby_products": "list_products",
    "create_a_billsby_product": "create_product",
    "get_single_billsby_product_by_id": "get_product",
    "update_a_billsby_product_by_id": "update_product",
    "list_all_billsby_plans": "list_plans",
    "create_a_billsby_plan": "create_plan",
    "update_a_billsby_plan_by_id": "update_plan",
    "update_a_billsby_plan_order_by_id": "reorder_plans",
    "create_a_billsby_cycle": "create_cycles",
    "list_all_billsby_add_ons": "list_addons",
    "get_single_billsby_add_on_by_id": "get_addon",
    "list_all_billsby_allowances": "list_allowances",
    "get_single_billsby_allowance_by_id": "get_allowance",
    "list_all_billsby_subscription_add_ons": "list_subscription_addons",
    "list_all_billsby_subscription_allowances": "list_subscription_allowances",
    "get_single_billsby_counter_value_by_id": "get_counter",
    "update_a_billsby_counter_value_by_id": "update_counter",
    "list_all_billsby_custom_fields": "list_custom_fields",
    "create_a_billsby_custom_field": "create_custom_field",
    "update_a_billsby_custom_field_by_id": "update_custom_field",
}
OFFERED = {alias: f"billsby_{name}" for alias, name in ALIASES.items() if f"billsby_{name}" in BILLSBY}


def test_there_are_57_names_and_no_others() -> None:
    assert len(ALIASES) == 57
    assert BILLSBY.aliases.keys() <= ALIASES.keys()


@pytest.mark.parametrize(("alias", "name"), OFFERED.items())
def test_a_name_from_elsewhere_finds_its_operation(alias: str, name: str) -> None:
    assert BILLSBY[alias].name == name
    assert alias in BILLSBY[name].aliases

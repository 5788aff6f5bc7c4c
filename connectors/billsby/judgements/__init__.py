"""What each Billsby write would do, and whether it did: one judge an operation, named in the catalogue."""

from collections.abc import Mapping

from connectors.billsby.judgements import contacts, custom_fields, products
from connectors.billsby.judgements.charges import ChargeCustomer
from connectors.billsby.judgements.counters import UpdateCounter
from connectors.billsby.judgements.credit_notes import RetryCreditNote
from connectors.billsby.judgements.customer_changes import (
    DeleteCustomer,
    EraseCustomerData,
    ReplacePaymentCard,
    RequestPaymentDetails,
)
from connectors.billsby.judgements.customers import CreateCustomer
from connectors.billsby.judgements.cycles import CreateCycles
from connectors.billsby.judgements.invoices import MarkPaidOffline, RetryPayment, WriteOff
from connectors.billsby.judgements.refunds import RefundInvoice
from connectors.billsby.judgements.renewals import ChangeRenewalDate
from connectors.billsby.judgements.subscription_starts import AddSubscription, CreateSubscription
from connectors.billsby.judgements.subscriptions import CancelSubscription, ChangePlan
from connectors.billsby.judgements.tags import AddTags, RemoveTag
from connectors.judging import Judge

JUDGES: Mapping[str, Judge] = {
    "retry_payment": RetryPayment(),
    "refund_invoice": RefundInvoice(),
    "write_off": WriteOff(),
    "mark_paid_offline": MarkPaidOffline(),
    "charge_customer": ChargeCustomer(),
    "change_plan": ChangePlan(),
    "cancel_subscription": CancelSubscription(),
    "update_counter": UpdateCounter(),
    "create_customer": CreateCustomer(),
    "update_customer": contacts.UPDATE_CUSTOMER,
    "update_shipping_address": contacts.UPDATE_SHIPPING_ADDRESS,
    "delete_customer": DeleteCustomer(),
    "erase_customer_data": EraseCustomerData(),
    "request_payment_details": RequestPaymentDetails(),
    "replace_payment_card": ReplacePaymentCard(),
    "create_subscription": CreateSubscription(),
    "add_subscription": AddSubscription(),
    "change_renewal_date": ChangeRenewalDate(),
    "add_subscription_tags": AddTags(),
    "remove_subscription_tag": RemoveTag(),
    "retry_credit_note": RetryCreditNote(),
    "create_custom_field": custom_fields.CREATE,
    "update_custom_field": custom_fields.UPDATE,
    "update_custom_field_response": custom_fields.UPDATE_RESPONSE,
    "create_product": products.CREATE_PRODUCT,
    "update_product": products.UPDATE_PRODUCT,
    "create_plan": products.CREATE_PLAN,
    "update_plan": products.UPDATE_PLAN,
    "reorder_plans": products.REORDER_PLANS,
    "create_cycles": CreateCycles(),
}

"""What each write to BILL would do, and whether it did."""

from collections.abc import Mapping

from connectors.bill.judgements.contacts import ContactJudge
from connectors.bill.judgements.customers import CustomerJudge
from connectors.bill.judgements.invoices import InvoiceJudge
from connectors.bill.judgements.payable_judges import PAYABLE_JUDGES
from connectors.judging import Judge

JUDGES: Mapping[str, Judge] = {
    "create_customer": CustomerJudge("bill_create_customer"),
    "create_customer_through_v2": CustomerJudge("bill_v2_create_customer"),
    "create_customer_contact": ContactJudge(),
    "create_invoice": InvoiceJudge(),
    **PAYABLE_JUDGES,
}

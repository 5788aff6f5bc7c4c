"""What Billsby's events say to us: which record to read, and nothing else."""

import pytest

from connectors.billsby.webhooks import RECORDS, WEBHOOKS
from connectors.registry import Event

ID = "11111111-2222-4333-8444-555555555555"
KEYS = {
    "customer": {"CustomerUniqueId": "7KQ2M9XTRB", "Email": "noor.falk@example.test"},
    "subscription": {"SubscriptionUniqueId": "Q4W8ZJ6N1D", "CustomerUniqueId": "7KQ2M9XTRB"},
    "invoice": {"InvoiceNumber": "7KQ2M9XTRB-3", "InvoiceAmount": 2999},
    "credit_note": {"InvoiceNumber": "7KQ2M9XTRB-4", "Amount": 1000},
}
NAMED = {"customer": "7KQ2M9XTRB", "subscription": "Q4W8ZJ6N1D"}
NAMED |= {"invoice": "7KQ2M9XTRB-3", "credit_note": "7KQ2M9XTRB-4"}


def test_there_are_nine_events():
    assert len(RECORDS) == 9


@pytest.mark.parametrize(("word", "kind"), [(word, kind) for word, (kind, _) in RECORDS.items()])
def test_each_event_names_its_record(word, kind):
    told = WEBHOOKS.event({**KEYS[kind], "Type": word, "Id": ID})
    assert told == Event(ID, word, kind, NAMED[kind])


@pytest.mark.parametrize(
    "body",
    [
        {"Type": "PaymentSettled", "Id": ID, "InvoiceNumber": "7KQ2M9XTRB-3"},
        {"Type": "InvoiceUpdated", "Id": ID},
        {"Type": "InvoiceUpdated", "Id": ID, "InvoiceNumber": 3},
        {"Type": "InvoiceUpdated", "Id": ID, "InvoiceNumber": "../customers"},
        {"Type": "CustomerUpdated", "Id": ID, "CustomerUniqueId": "A" * 61},
    ],
)
def test_an_event_of_an_unknown_type_or_without_a_key_names_no_record(body):
    assert WEBHOOKS.event(body) == Event(ID, body["Type"], "", "")


@pytest.mark.parametrize(
    "body",
    [
        [],
        "InvoiceUpdated",
        None,
        {},
        {"Type": "InvoiceUpdated"},
        {"Id": ID},
        {"Type": "InvoiceUpdated", "Id": 7},
        {"Type": "InvoiceUpdated", "Id": "a\0b"},
        {"Type": "InvoiceUpdated", "Id": "\ud800"},
        {"Type": "InvoiceUpdated", "Id": "i" * 101},
        {"Type": ["InvoiceUpdated"], "Id": ID},
        {"Type": "T" * 61, "Id": ID},
    ],
)
def test_what_is_no_event_is_told_so(body):
    with pytest.raises(ValueError, match="no"):
        WEBHOOKS.event(body)

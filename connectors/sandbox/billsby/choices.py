"""What Billsby's documentation leaves open, and what this sandbox chose.

Anything here may differ at the real vendor; the settings are switches a test can turn to see that a client
survives the other reading too. What is not named here is documented.
"""

from __future__ import annotations

from typing import Final

DEFAULTS: Final = {
    # New invoices and credit notes are Pending until the next five-minute batch of the clock, as the vendor
    # describes its processing. True settles them with the request that made them.
    "settle_at_once": False,
    # Counter operations are queued. How long a read still shows the old usage is not told.
    "counter_lag_s": 2,
    # The format of error bodies is not told: "message" sends {"message", "errors": [{"field", "message"}]},
    # "empty" sends {}, "html" a page.
    "error_body": "message",
    # Whether the bare success words arrive as a JSON string or as naked text is not told.
    "bare_success_words": False,
    # `rowCount` counts all rows, or with this switch the rows of the page.
    "row_count_of_page": False,
    # The list of subscriptions spells its id subscriptionUniqueId on one page, …ID on another.
    "capital_subscription_id": False,
    # Plan answers are documented without prices; this switch adds price, priceFormatted and tiers.
    "prices_in_plans": False,
    # An event is sent once. With this switch it is tried three times more while nobody takes it.
    "webhook_retries": False,
    # Where the lists and details of add-ons and allowances answer is told nowhere: under `billing`, like
    # those of one subscription, or with this switch under `core` alone.
    "extras_under_core": False,
    # The specification puts counters, add-ons and allowances under `core`, the documentation under bases of
    # their own. Only the latter answer, unless this is on.
    "lenient_bases": False,
}

WEBHOOK_RETRIES_AFTER_S: Final = (1, 5, 25)

# Two tenants, so that a valid key of the wrong one can be tried. Missing or unknown key: 401. A key of
# another tenant, or a domain that is not the key's: 403. The domain's case does not matter, as in any host.
COMPANY_DOMAIN: Final = "halden"
API_KEYS: Final = {
    "halden_" + "0" * 32: COMPANY_DOMAIN,
    "otherco_" + "0" * 32: "otherco",
}

# Codes: unknown record 404, everything that is wrong with a request or the state it meets 400. The calls
# whose 400 is documented as {} answer {}. Unknown keys of a body are ignored, known ones bind in any case;
# numbers sent as text are refused. Nothing guards against the same request twice: it happens twice.

# Invoices and credit notes are processed in batches at :00, :05, …
BATCH_S: Final = 5 * 60

# Pages count from 1 and 0 means 1. Above this size: 400 where the limit is documented, cut elsewhere.
LARGEST_PAGE: Final = 100

# Lists are newest first unless told; `orderByDescending` may name the field or be the direction; filter
# flags of one list widen each other; isActive counts trials.

# Words for statuses that the product shows with blanks.
PAID_OFFLINE: Final = "PaidOffline"
WRITTEN_OFF: Final = "WrittenOff"
TO_BE_WRITTEN_OFF: Final = "ToBeWrittenOff"
OPEN_STATUSES: Final = ("Pending", "Unpaid", TO_BE_WRITTEN_OFF)

# A write-off takes the amount to 0. Retrying, paying offline and writing off need an invoice in one of these.
RETRIED_FROM: Final = ("Unpaid",)
CLOSED_FROM: Final = ("Unpaid", "Pending")
# Only these can be refunded: money that came over the gateway. A refund makes a credit note with the
# customer's next number, Pending until the next batch; the invoice stays Paid.
REFUNDED_FROM: Final = ("Paid",)

# A retry adds one payment log and is answered with success whether or not the card paid. How a card behaves
# follows from the end of its token's name; every other token pays.
CARD_OUTCOMES: Final = {"decline": "declines", "fail": "fails", "pending": "pends"}
# outcome → (status of the payment log, status of the invoice)
PAYMENT_RESULTS: Final = {
    "pays": ("success", "Paid"),
    "declines": ("failed", "Unpaid"),
    "fails": ("failed", "Unpaid"),
    "pends": ("pending", "Pending"),
}

# A credit note is tried again only when it failed. The answer is success, as with an invoice, whatever the
# gateway does: the money arrives where a payment with the customer's card would go through. Each try is one
# more linked transaction.
PAID_OUT_FROM: Final = ("Failed",)
# outcome → status of the credit note
PAYOUT_RESULTS: Final = {"pays": "Paid", "declines": "Failed", "fails": "Failed", "pends": "Pending"}

# Totals over invoices of several currencies are told in the company's, at fixed rates to the US dollar.
RATES_TO_USD: Final = {"USD": "1", "EUR": "1.08", "GBP": "1.27", "JPY": "0.0067"}

# A charge is in minor units; 0, an unknown currency or a customer without a card is refused; a negative one
# makes a credit note. Neither waits for dunning, which is not played at all.

# A subscription without a shipping address of its own answers with empty texts. A customer's tags are those
# of all subscriptions that are not cancelled, the plans' tags among them.

# Cancelling is refused with a wrong customer, with any invoice in OPEN_STATUSES, and the second time.

# A new subscription charges the stored card at once: a cycle of no plan, an inactive customer, no card, or a
# second subscription to a tiered product are refused. What is told of one without units has one unit. A card
# that would not pay is refused and leaves neither customer nor subscription; Billsby's own list of failed
# transactions, which no call shows, is not kept. A coupon must name the plan that is started; any code is
# taken and takes nothing off, since no call tells which coupons there are.
TIERED: Final = 1
REFUSED_FIRST_PAYMENTS: Final = ("declines", "fails")

# A renewal date must lie ahead and belong to a subscription that runs or is paused. Paused is the word for
# the latter: nothing is billed until the date, which ends the pause; so does a change without pausing.

# Updating a customer keeps telephone fields that are left out; so does a shipping address its lines.

# A deleted customer is gone with everything of theirs, and refused while a subscription is not cancelled.
# Erasing is allowed with a running one; the marker stands in every personal field, the card is removed.
ERASED: Final = "gdpr"

# A tag is removed from the one subscription that is named, 400 without; an unknown one is no problem.

# A plan is changed within its product only; the credit for unused time never exceeds the new price.
# An invoice made by a change of plan is a Renewal. Add-ons and allowances that a change names take the place
# of those held (an empty list, of all of them); a list left out keeps them. On renewal they come with the
# plan: until then add-ons show their next quantity, and allowances nothing.
PLAN_CHANGE_INVOICE_TYPE: Final = "Renewal"

# Products and plans: an update leaves what it does not name, answers are as documented. A product needs name,
# display name and one of the company's currencies (fixed once it has plans), a plan name and pricing model.
# The misspelt keys of the specification bind like the right ones. Feature tags are separated by commas. A new
# order names every plan of the product once; plans made later come last. Renaming shows in subscriptions.
# An update's `cycles` may be one object or a list of one, its `tiers` an object or a list. Reserved units are
# priced like units. Tiered: each unit at its tier's price; volume: all at the price of the tier reached;
# ranged: that price once. Prices of add-ons and allowances take the place of those for the same currency and
# period. Set-up fees, trials and terms of cycles are kept and told; no subscription has them.

# Custom fields: an update leaves what it does not name; a dropdown needs options. Answers come with a new
# subscription and belong to its customer and product. They are listed by either or both (a customer nobody
# knows has none); with neither the answer is 400 with {}. An answer may be emptied.

# Counters: a decrement stops at 0, a negative value is refused, a window that does not meet the running
# period has seen no usage.

# Periods end when the clock says so, and a new one is invoiced. Usage is not started afresh by that.

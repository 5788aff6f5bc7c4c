"""Where BILL's documents leave a choice open, the sandbox's choice as a setting."""

DEFAULTS = {
    # The HTTP status of the limits is not documented: clients must go by the code in the body.
    "bill_limit_status": 400,
    "bill_requests_per_hour": 20_000,
    "bill_logins_per_hour": 200,
    # Nor is how calls above the limits of a minute are refused; here with HTTP 429.
    "bill_spend_per_minute": 60,
    "bill_messages_per_minute": 5,
    # Nor the refusal of an untrusted session where one is needed; BILL's own sandbox does not refuse at all.
    "bill_wants_trust": True,
    # The code that BILL sends to a phone; nobody has a phone here.
    "bill_mfa_code": "123456",
    # Whether there is an OAuth token endpoint. What it answers is known from a few words only.
    "bill_oauth": False,
    # Nor is whether lists hold archived records when nobody says which are wanted.
    "bill_lists_archived": True,
    # Nor is when a company that we ask accepts to be connected.
    "bill_network_accepts_after_days": 3,
    # Nor is how long BILL is busy with a file before it shows.
    "bill_document_ready_s": 120,
    # Nor is whether a bill that was approved must be approved anew once its amount or vendor changes.
    "bill_changed_bills_are_approved_anew": True,
    # Nor for which reasons, and when, BILL tells that it did not make a payment: here at once, for every one
    # that was asked for rightly and could not be made, by a call or by a bill that pays itself.
    "bill_tells_failed_payments": True,
    # Nor is when a recurring bill that pays itself does so: here it is scheduled as the bill is entered.
    "bill_pays_recurring_bills": True,
    # Nor is whether a customer's name can be taken; nothing says that it can.
    "bill_refuses_customers_of_a_name": False,
    # The waits after a delivery that failed are 2, 4, 8 and 16 seconds, times this.
    "bill_event_retry_scale": 1.0,
    # Both forms are told of: the payload as an object, or as a JSON text that holds one.
    "bill_events_as_text": False,
}

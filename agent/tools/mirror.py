"""Questions about many records, answered by the database from our own copy of them."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from agent.tools.cutting import cut
from agent.tools.tool import Context, Tool, ToolError
from connectors.schemas import checked, is_reference
from console.mirror import payment_queries, queries
from console.mirror.models.syncs import words_for

MOST_ROWS = 50
OLDEST_DAYS = 36_500
YEARS = range(1900, 2201)
# Under which of the catalogues' tags each kind of record goes: those of the operations that read it live.
TAGS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("customer", "customer_contact"), ("customers",)),
    "customer_bank_account": ("customers", "bank accounts"),
    "custom_field_response": ("customers", "custom fields"),
    "custom_field": ("custom fields",),
    **dict.fromkeys(("subscription", "subscription_add_on", "tag", "event"), ("subscriptions",)),
    "usage": ("subscriptions", "counters"),
    **dict.fromkeys(("invoice", "invoice_line"), ("invoices",)),
    "payment_log": ("invoices", "payments"),
    "credit_note": ("credit notes",),
    "credit_memo": ("credit memos",),
    "received_payment": ("received payments",),
    **dict.fromkeys(("product", "plan", "cycle", "add_on"), ("products",)),
    "allowance": ("counters",),
    **dict.fromkeys(("vendor", "vendor_bank_account"), ("vendors",)),
    "bill": ("bills",),
    "payment": ("payments",),
    "vendor_credit": ("vendor credits",),
    "classification": ("classifications",),
    "funding_account": ("funding",),
    "budget": ("budgets",),
    **dict.fromkeys(("spend_card", "spend_transaction"), ("cards",)),
}
QUERY_NAMES = {"from": "date_from", "to": "date_to"}  # where a tool's word is none for Python
CONNECTOR = {
    "type": "string",
    "enum": ["billsby", "bill"],
    "description": "Only records of this system; both when left out.",
}
TEXT = {"type": "string", "maxLength": 200, "description": "Words of name, e-mail or company, or an id."}
CUSTOMER = {
    "type": "string",
    "maxLength": 200,
    "description": "A customer's id at the vendor, or words of name or e-mail.",
}
STATUS = {
    "type": "string",
    "maxLength": 40,
    "description": "The vendor's status word, such as Unpaid or Active.",
}
IS_OPEN = {"type": "boolean", "description": "Whether something is still to be paid."}
LIMIT = {
    "type": "integer",
    "minimum": 1,
    "maximum": MOST_ROWS,
    "default": 20,
    "description": "How many rows at most.",
}
OFFSET = {
    "type": "integer",
    "minimum": 0,
    "maximum": 1_000_000,
    "default": 0,
    "description": "Rows to skip: an earlier answer's next_offset.",
}
PAGED = {"limit": LIMIT, "offset": OFFSET}


def day(description: str) -> dict[str, str]:
    return {"type": "string", "format": "date", "description": description}


def tools() -> list[Tool]:
    return [
        _tool(
            "find_customers",
            "customer",
            queries.find_customers,
            "Find customers of both systems by name, e-mail, company or id.",
            {"text": TEXT, "connector": CONNECTOR, **PAGED},
        ),
        _tool(
            "find_invoices",
            "invoice",
            queries.find_invoices,
            "Find invoices we issued, with how many there are and their totals by currency.",
            {
                "text": TEXT,
                "customer": CUSTOMER,
                "status": STATUS,
                "is_open": IS_OPEN,
                "connector": CONNECTOR,
                "currency": {
                    "type": "string",
                    "maxLength": 3,
                    "description": "Only this currency, such as USD.",
                },
                "min_age_days": {
                    "type": "integer",
                    "minimum": 0,
                    "maximum": OLDEST_DAYS,
                    "description": "Only those at least so old.",
                },
                **PAGED,
            },
        ),
        _tool(
            "find_subscriptions",
            "subscription",
            queries.find_subscriptions,
            "Find Billsby subscriptions by customer, plan, product, feature tag or id.",
            {
                "text": TEXT,
                "customer": CUSTOMER,
                "status": STATUS,
                "tag": {
                    "type": "string",
                    "maxLength": 100,
                    "description": "Only those with this feature tag.",
                },
                "connector": CONNECTOR,
                **PAGED,
            },
        ),
        _tool(
            "find_usage",
            "usage",
            queries.find_usage,
            "Find what Billsby subscriptions have used of their allowances, the furthest past them first.",
            {
                "text": TEXT,
                "customer": CUSTOMER,
                "is_past": {"type": "boolean", "description": "Whether more was used than is included."},
                **PAGED,
            },
        ),
        _tool(
            "find_vendors",
            "vendor",
            queries.find_vendors,
            "Find vendors, whom we pay through BILL.",
            {"text": TEXT, "connector": CONNECTOR, **PAGED},
        ),
        _tool(
            "find_bills",
            "bill",
            queries.find_bills,
            "Find bills that vendors sent us, the earliest due first, with totals by currency.",
            {
                "text": TEXT,
                "status": STATUS,
                "is_open": IS_OPEN,
                "due_from": day("Due on or after this day."),
                "due_to": day("Due on or before this day."),
                **PAGED,
            },
        ),
        _tool(
            "find_payments",
            "payment",
            payment_queries.find_payments,
            "Find payments to vendors and where on its way the money is, with totals by currency.",
            {
                "text": {**TEXT, "description": "Words of number or vendor, or a bill's id."},
                "status": {**STATUS, "description": "BILL's word, such as SCHEDULED, CLEARED or VOIDED."},
                "process_from": day("To be sent on or after this day."),
                "process_to": day("To be sent on or before this day."),
                **PAGED,
            },
        ),
        _tool(
            "find_received_payments",
            "received_payment",
            payment_queries.find_received_payments,
            "Find payments that customers made through BILL or that were noted there, newest first.",
            {
                "text": {**TEXT, "description": "Words of number or customer, or an invoice's id."},
                "customer": CUSTOMER,
                "status": {**STATUS, "description": "BILL's word, such as SCHEDULED or PAID."},
                "received_from": day("Received on or after this day."),
                "received_to": day("Received on or before this day."),
                **PAGED,
            },
        ),
        _tool(
            "find_bill_approvals",
            "bill",
            payment_queries.find_bill_approvals,
            "Find bills that wait for somebody's approval at BILL, and whose, the earliest due first.",
            {
                "text": {**TEXT, "description": "Words of the bill's number or its vendor."},
                "person": {
                    "type": "string",
                    "maxLength": 200,
                    "description": "Words of the name of whom the bills wait for.",
                },
                **PAGED,
            },
        ),
        _tool(
            "find_budgets",
            "budget",
            payment_queries.find_budgets,
            "Find budgets of BILL Spend & Expense with their limits and what of them is spent.",
            {
                "text": {**TEXT, "description": "Words of the budget's name, or its id."},
                "status": {**STATUS, "description": "ACTIVE or RETIRED."},
                **PAGED,
            },
        ),
        _tool(
            "customer_spend",
            "spend",
            queries.customer_spend,
            "Add up what a customer paid and was credited in a year or between two days, by currency.",
            {
                "customer": CUSTOMER,
                "year": {
                    "type": "integer",
                    "minimum": 2000,
                    "maximum": 2100,
                    "description": "A calendar year.",
                },
                "from": day("The first day counted."),
                "to": day("The last day counted."),
                "limit": LIMIT,
            },
            required=["customer"],
            reads=("invoice", "credit_note"),
        ),
        _tool(
            "receivables_by_age",
            "receivable",
            queries.receivables_by_age,
            "Add up open invoices by customer and currency: who owes us, how much, and for how long.",
            {
                "min_days": {
                    "type": "integer",
                    "minimum": 0,
                    "maximum": OLDEST_DAYS,
                    "default": 0,
                    "description": "Only invoices at least so many days old.",
                },
                "connector": CONNECTOR,
                "limit": LIMIT,
            },
            reads=("invoice",),
        ),
    ]


def _tool(
    name: str,
    kind: str,
    query: Callable[..., dict[str, Any]],
    description: str,
    properties: Mapping[str, Any],
    *,
    required: list[str] | None = None,
    reads: tuple[str, ...] = (),
) -> Tool:
    """A query as a tool, days given as text. reads: the kinds of records it reads, where `kind` is none."""
    reads = reads or (kind,)
    schema = {
        "type": "object",
        "properties": dict(properties),
        "required": required or [],
        "additionalProperties": False,
    }

    def run(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
        refuse_outside(context, reads)
        if any(map(is_reference, arguments.values())):
            raise ToolError("Only a plan's steps can refer to results of other steps.")
        given = {
            QUERY_NAMES.get(key, key): _read_day(value) if properties[key].get("format") == "date" else value
            for key, value in checked(schema, arguments).items()
        }
        answer, was_cut = cut(query(**given, connection_ids=context.connection_ids))
        if was_cut:
            answer |= {"more": True, "how": "The answer was cut. Ask for fewer rows, or narrower."}
        if was_cut and "rows" in answer and "offset" in given:
            answer["next_offset"] = given["offset"] + len(answer["rows"])
        return {"kind": kind, **answer, "source": "Our copy of the records"}

    return Tool(
        name=name,
        description=f"{description} From our copy of the records.",
        schema=schema,
        run=run,
        tags=tags_of(reads),
    )


def tags_of(kinds: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tag for kind in kinds for tag in TAGS[kind]))


def refuse_outside(context: Context, kinds: Iterable[str]) -> None:
    """Raises ToolError where one of these kinds is not among what may be reached."""
    for kind in kinds:
        if context.tags is not None and context.tags.isdisjoint(TAGS[kind]):
            raise ToolError(f"This access does not reach {words_for(kind)}.")


def _read_day(text: str) -> date:
    read = date.fromisoformat(text)
    if read.year not in YEARS:  # at the ends of the calendar the next day, or the same in UTC, does not exist
        raise ToolError(f"{text} is not a day that a record could have.")
    return read

"""Made-up records in the shapes the console's tools answer with."""

from collections.abc import Callable
from typing import Any

from tests.agent.scripted_desk import Desk

Tool = Callable[[dict[str, Any]], Any]
PLANS = ((34, "Team"), (35, "Enterprise"), (36, "Enterprise Plus"), (37, "Business"))


def customer(name: str, **changes: Any) -> dict[str, Any]:
    email = f"{name.split()[0].lower().strip('.,')}@post.example"
    row = {"id": 5, "vendor_id": "7KQ2M9XTRB", "connector": "billsby", "name": name, "email": email}
    return row | {"company_name": "", "status": "Active", "link": "/customers/5/"} | changes


def invoice(number: str = "7KQ2M9XTRB-3", **changes: Any) -> dict[str, Any]:
    row = {
        "id": 8,
        "connector": "billsby",
        "number": number,
        "vendor_id": number,
        "customer_vendor_id": number.rpartition("-")[0],
        "status": "Unpaid",
        "amount_minor": 34800,
        "amount": "$348.00",
        "open_minor": 34800,
        "open": "$348.00",
        "refundable_minor": 0,
        "currency": "USD",
        "issued_at": "2026-03-01T09:00:00Z",
        "link": "/invoices/8/",
    }
    return row | changes


def paid(number: str, minor: int, **changes: Any) -> dict[str, Any]:
    return invoice(
        number,
        **{
            "status": "Paid",
            "amount_minor": minor,
            "amount": f"${minor / 100:,.2f}",
            "open_minor": 0,
            "open": "$0.00",
        }
        | {"refundable_minor": minor}
        | changes,
    )


def rows(*items: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"rows": list(items), "as_of": "2026-03-20T08:00:00Z", "note": "", "more": False} | more


def live(data: Any) -> dict[str, Any]:
    return {"data": data, "source": "Billsby, live", "as_of": "2026-03-20T08:00:00Z"}


def by_text(*customers: dict[str, Any]) -> Tool:
    """Customers as the mirror does it: every word somewhere in name, e-mail, company or id."""

    def find(arguments: dict[str, Any]) -> dict[str, Any]:
        words = arguments["text"].casefold().split()
        fields = ("name", "email", "company_name", "vendor_id")
        found = [
            row
            for row in customers
            if all(any(word in str(row[name]).casefold() for name in fields) for word in words)
        ]
        return rows(*found)

    return find


def subscription(**changes: Any) -> dict[str, Any]:
    row = {
        "subscriptionId": "Q4W8ZJ6N1D",
        "productId": 12,
        "productName": "Cloud desk",
        "planId": 34,
        "planName": "Team",
        "status": "Active",
        "currency": "USD",
        "revenue": "$29.99",
        "nextBilling": "2026-04-11T09:30:12.450Z",
        "createdOn": "2024-02-11T09:30:12.450Z",
        "units": 1,
    }
    return row | changes


def plan(plan_id: int, name: str, product_id: int = 12) -> dict[str, Any]:
    """A plan with a yearly cycle before a monthly one, so that taking the first is wrong."""
    yearly = {"cycleId": plan_id * 10 + 1, "pricingModel": {"frequency": 1, "frequencyType": 4}}
    monthly = {"cycleId": plan_id * 10, "pricingModel": {"frequency": 1, "frequencyType": 3}}
    return {
        "planId": plan_id,
        "name": f"{name.lower().replace(' ', '-')}-2024",
        "displayName": name,
        "productId": product_id,
        "cycles": [yearly, monthly],
    }


def subscription_page(currency: str = "USD") -> dict[str, Any]:
    return {
        "subscriptionUniqueId": "Q4W8ZJ6N1D",
        "customerUniqueId": "7KQ2M9XTRB",
        "cycleId": 340,
        "planId": 34,
        "planName": "Team",
        "productId": 12,
        "productName": "Cloud desk",
        "currency": currency,
        "status": "Active",
        "planPricingModel": {"frequency": 1, "frequencyType": "Monthly"},
        "nextBillingDate": "2026-04-11T09:30:12.450123",
    }


def desk_for(
    name: str, *, invoices: list[dict[str, Any]] | None = None, usage: int = 1412, **changes: Any
) -> Desk:
    """A desk with one customer, their subscription and invoices."""
    currency = changes.pop("currency", "USD")
    found = [invoice()] if invoices is None else invoices
    return Desk(
        {
            "query_records customer": by_text(customer(name, **changes)),
            "query_records invoice": rows(*found),
            "billsby_get_invoice": lambda given: live(
                next((one for one in found if one["number"] == given["invoiceNumber"]), {})
            ),
            "billsby_list_customer_subscriptions": live([subscription(currency=currency)]),
            "billsby_get_subscription": live(subscription_page(currency)),
            "billsby_list_products": live(
                {"currentPage": 1, "results": [{"productId": 12, "name": "Cloud desk"}]}
            ),
            "billsby_list_plans": live([plan(*one) for one in PLANS]),
            "billsby_list_subscription_allowances": live(
                {
                    "allowances": [
                        {"id": 8, "name": "API calls", "status": "Active", "usage": 9, "includedUnits": 1000}
                    ]
                }
            ),
            "billsby_get_allowance": live(
                {"allowanceId": 8, "pluralUnitName": "calls", "counter": {"counterId": "api-calls"}}
            ),
            "billsby_get_counter": live({"usage": usage, "timestamp": "2026-03-20T08:00:00.078+00:00"}),
            "billsby_get_customer": live({"customerUniqueId": "7KQ2M9XTRB", "cardStatus": "Valid"}),
            "customer_spend": {
                "customer": name,
                "from": "2026-01-01",
                "to": "2026-03-20",
                "totals": [
                    {"currency": "USD", "amount_minor": 120000, "amount": "$1,200.00", "invoices": 3},
                    {"currency": "EUR", "amount_minor": 5000, "amount": "€50.00", "invoices": 1},
                ],
            },
        }
    )

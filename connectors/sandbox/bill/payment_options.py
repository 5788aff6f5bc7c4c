"""What BILL tells before it pays: days, fees and rates of exchange. Made up, and the same every time."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from starlette.responses import JSONResponse, Response

from connectors.sandbox.bill import rules
from connectors.sandbox.bill.errors import invalid, refusal
from connectors.sandbox.bill.resources import vendors
from connectors.sandbox.bill.ways import existing
from connectors.sandbox.books import Books
from connectors.sandbox.endpoint import Call

# How much of a currency a dollar buys.
RATES = {"USD": "1", "EUR": "0.92", "GBP": "0.79", "CAD": "1.36", "AUD": "1.52", "JPY": "151.2"}
DAYS_TO_ARRIVE = {"CHECK": 5, "ACH": 2}
CARD_RATE = Decimal("2.9")  # percent
FEES = {"CHECK": "1.99", "ACH": "0.59"}


def working_day(day: date) -> date:
    """The next one after a day."""
    day += timedelta(days=1)
    while day.weekday() >= 5:
        day += timedelta(days=1)
    return day


def first_day(books: Books, vendor: Mapping[str, Any]) -> date:
    """The next working day, and not before the vendor's bank account is verified."""
    day = working_day(books.now.date())
    return max(day, vendors.payable_from(books, vendor["id"]) or day)


def delivery_day(day: date, way: str) -> date:
    for _ in range(DAYS_TO_ARRIVE.get(way, 3)):
        day = working_day(day)
    return day


def funding_amount(amount: Decimal, currency: str) -> dict[str, str]:
    """In dollars, at the rate of the moment."""
    return {"fundingAmount": rules.cents(amount / Decimal(RATES[currency])), "exchangeRate": RATES[currency]}


def options(books: Books, call: Call) -> Response:
    vendor, amount = _asked(books, call)
    way, day = vendor["paymentInformation"]["payByType"], first_day(books, vendor)
    dates = {"processDate": day.isoformat(), "deliveryDate": delivery_day(day, way).isoformat()}
    banks, cards = [], []
    for account in books.find("bank account", newest_first=False):
        available = account["status"] == "VERIFIED" and not account["archived"]
        shown = {"id": account["id"], "name": account["bankName"], "available": available, "conditions": []}
        why = {} if available else {"reason": "The bank account is not verified."}
        banks.append(shown | dates | why | {"fee": float(FEES.get(way, "0.99"))})
    for card in books.find("card account", newest_first=False):
        fee = {"amount": float(rules.cents(amount * CARD_RATE / 100)), "rate": float(CARD_RATE)}
        shown = {"id": card["id"], "name": card["nameOnAccount"], "brand": card["brand"], "conditions": []}
        cards.append(shown | {"available": not card["archived"], "feeInfo": fee} | dates)
    funding = {"banks": banks, "cards": cards}
    told = {"amount": float(amount), "vendorId": vendor["id"], "fundingOptions": funding}
    return JSONResponse(told)


def exchange_rate(books: Books, call: Call) -> Response:
    vendor, _amount = _asked(books, call)
    base, currency = call.parameter("baseCurrency") or "USD", vendor["billCurrency"]
    if base not in RATES:
        raise invalid("baseCurrency: is not supported")
    rate = Decimal(RATES[currency]) / Decimal(RATES[base])
    until = books.now.replace(minute=0, second=0, microsecond=0).isoformat(timespec="milliseconds")
    return JSONResponse(
        {
            "paymentCurrency": currency,
            "baseCurrency": base,
            "exchangeRate": float(round(rate, 6)),
            "amountRange": {"from": 0, "to": 100000},
            "expirationTime": until,
        }
    )


def _asked(books: Books, call: Call) -> tuple[dict[str, Any], Decimal]:
    missing = [f"{name}: must not be null" for name in ("vendorId", "amount") if not call.parameter(name)]
    if missing:
        raise invalid(*missing)
    vendor, amount = existing(books, "vendor", call.parameter("vendorId")), call.parameter("amount")
    if rules.decimal(amount) <= 0:
        raise refusal(422, "BDC_1119", "amount", amount)
    return vendor, rules.decimal(amount)

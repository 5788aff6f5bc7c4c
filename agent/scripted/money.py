"""Amounts as people write them → minor units, and back."""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

NO_DECIMALS = {
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV",
    "XAF", "XOF", "XPF",
}  # fmt: skip
THREE_DECIMALS = {
    "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND",
}  # fmt: skip
CODES = (
    NO_DECIMALS
    | THREE_DECIMALS
    | frozenset(
        [
            "AED",
            "ARS",
            "AUD",
            "BGN",
            "BRL",
            "CAD",
            "CHF",
            "CNY",
            "COP",
            "CZK",
            "DKK",
            "EGP",
            "EUR",
            "GBP",
            "HKD",
            "HUF",
            "IDR",
            "ILS",
            "INR",
            "KES",
            "MAD",
            "MXN",
            "MYR",
            "NGN",
            "NOK",
            "NZD",
            "PEN",
            "PHP",
            "PKR",
            "PLN",
            "QAR",
            "RON",
            "SAR",
            "SEK",
            "SGD",
            "THB",
            "TRY",
            "TWD",
            "UAH",
            "USD",
            "ZAR",
        ]
    )
)
SYMBOLS = {
    "US$": "USD", "CA$": "CAD", "C$": "CAD", "A$": "AUD", "AU$": "AUD", "NZ$": "NZD",
    "HK$": "HKD", "S$": "SGD",
    "R$": "BRL", "MX$": "MXN", "$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "￥": "JPY",
    "₹": "INR", "₩": "KRW",
    "₪": "ILS", "₫": "VND", "₺": "TRY", "₴": "UAH", "₱": "PHP", "₦": "NGN", "zł": "PLN", "Fr.": "CHF",
}  # fmt: skip
# The same sign serves several currencies: the customer's own decides when it is one of them.
SHARED = {"USD": ["USD", "CAD", "AUD", "NZD", "HKD", "SGD", "MXN"], "JPY": ["JPY", "CNY"]}
WORDS = {
    "dollar": "USD", "buck": "USD", "euro": "EUR", "pound": "GBP", "quid": "GBP", "yen": "JPY",
    "rupee": "INR",
    "franc": "CHF", "won": "KRW", "yuan": "CNY", "zloty": "PLN", "dinar": "KWD",
}  # fmt: skip

NUMBER = r"\d{1,3}(?:['  ]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)*"
SIGN = "|".join(re.escape(sign) for sign in sorted(SYMBOLS, key=len, reverse=True))
# Codes count in capitals; only these also in small letters ("try", "ron" and "all" are words).
CODE = "|".join(sorted(CODES)) + "|(?i:usd|eur|gbp|jpy|chf|cad|aud|nzd|sek|nok|dkk|pln|inr)"
WORD = "(?i:" + "|".join(f"{word}s?" for word in WORDS) + ")"
AMOUNT = re.compile(
    rf"(?<![\w.-])(?:(?P<before>{SIGN}"
    rf"|(?:{CODE})(?=[\s\d]))\s?)(?P<n1>{NUMBER})(?P<k1>[kK]\b)?(?:\s?(?P<also>{CODE})\b)?"
    rf"|(?<![\w.,-])(?P<n2>{NUMBER})(?P<k2>[kK]\b)?\s?(?P<after>(?:{SIGN})(?!\d)|(?:{CODE})\b|(?:{WORD})\b)"
)


@dataclass(frozen=True)
class Amount:
    number: Decimal
    currency: str
    is_exact: bool  # False: a sign that several currencies share
    written: str

    def in_currency(self, own: str | None) -> "Amount":
        """Read a shared sign as the customer's own currency."""
        if not self.is_exact and own in SHARED.get(self.currency, ()):
            return Amount(self.number, own, True, self.written)
        return self

    @property
    def minor(self) -> int | None:
        """None when the currency has no unit that small."""
        scaled = self.number.scaleb(exponent(self.currency))
        return int(scaled) if scaled == scaled.to_integral_value() else None


def find_amounts(text: str) -> list[Amount]:
    found = []
    for match in AMOUNT.finditer(text):
        sign = match["also"] or match["before"] or match["after"]
        currency, is_exact = currency_of(sign)
        number = read_number(match["n1"] or match["n2"], exponent(currency))
        if match["k1"] or match["k2"]:
            number *= 1000
        found.append(Amount(number, currency, is_exact, match[0].strip()))
    return found


def currency_of(sign: str) -> tuple[str, bool]:
    if sign.upper() in CODES:
        return sign.upper(), True
    currency = next((SYMBOLS[one] for one in SYMBOLS if one.casefold() == sign.casefold()), None)
    currency = currency or WORDS[sign.casefold().removesuffix("s")]
    return currency, currency not in SHARED or len(sign) > 1 and sign[-1:] == "$"


def read_number(text: str, decimals: int) -> Decimal:
    """Either separator may be the decimal one; a lone one before three digits groups thousands unless the
    currency has three decimals."""
    text = re.sub(r"['  ]", "", text)
    last = max(text.rfind("."), text.rfind(","))
    if last < 0:
        return Decimal(text)
    tail = text[last + 1 :]
    both = "." in text and "," in text
    groups = len(tail) == 3 and not both and not (text[last] == "." and decimals == 3)
    if groups or text.count(text[last]) > 1:
        return Decimal(re.sub(r"[.,]", "", text))
    return Decimal(re.sub(r"[.,]", "", text[:last]) + "." + tail)


def exponent(currency: str) -> int:
    return 0 if currency in NO_DECIMALS else 3 if currency in THREE_DECIMALS else 2


def show(amount_minor: int, currency: str) -> str:
    places = exponent(currency)
    number = Decimal(abs(amount_minor)).scaleb(-places)
    sign = next((one for one, code in SYMBOLS.items() if code == currency and len(one) == 1), "")
    text = f"{sign}{number:,.{places}f}" if sign else f"{currency} {number:,.{places}f}"
    return f"-{text}" if amount_minor < 0 else text


def percent_of(amount_minor: int, percent: Decimal) -> int:
    return int((amount_minor * percent / 100).quantize(Decimal(1), ROUND_HALF_UP))

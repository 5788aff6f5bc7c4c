"""Minor units and decimals, both ways, by the currency's ISO 4217 exponent."""

from decimal import Decimal

# ISO 4217 currencies by their digits after the point.
NO_DIGITS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
TWO_DIGITS = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF"
    " CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD"
    " HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT"
    " MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR"
    " SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU"
    " UZS VED VES WST XCD XCG YER ZAR ZMW ZWG"
)
THREE_DIGITS = "BHD IQD JOD KWD LYD OMR TND"
FOUR_DIGITS = "CLF UYW"
EXPONENTS = {
    code: digits
    for digits, codes in ((0, NO_DIGITS), (2, TWO_DIGITS), (3, THREE_DIGITS), (4, FOUR_DIGITS))
    for code in codes.split()
}
LARGEST_POWER = 1000  # of ten; "1e999999" would otherwise be written out digit by digit
SYMBOLS = {"USD": "$", "GBP": "£", "EUR": "€", "JPY": "¥"}


class UnknownCurrencyError(ValueError):
    """A currency whose exponent we do not know: its amounts cannot be converted, only shown as they came."""


def normal_currency(currency: str) -> str:
    """The code in upper case (Billsby has been seen to write "gbp")."""
    return currency.strip().upper()


def is_known(currency: str) -> bool:
    return normal_currency(currency) in EXPONENTS


def exponent(currency: str) -> int:
    """Digits after the point; raises UnknownCurrencyError, since a guess would be wrong by powers of ten."""
    try:
        return EXPONENTS[normal_currency(currency)]
    except KeyError:
        raise UnknownCurrencyError(f"{currency!r} is not a currency we know.") from None


def to_minor(amount: Decimal | int | str, currency: str) -> int:
    """Minor units of a decimal amount; refuses floats and digits finer than the currency has."""
    if isinstance(amount, bool | float):
        raise TypeError("money is never a float")
    try:
        exact = Decimal(amount).scaleb(exponent(currency))
        whole = exact.to_integral_value()
    except ArithmeticError:
        raise ValueError(f"{amount!r} is not an amount") from None
    if exact.is_finite() and exact.adjusted() > LARGEST_POWER:
        raise ValueError(f"{amount} is too large for an amount")
    if not exact.is_finite() or whole != exact:
        raise ValueError(f"{amount} is not a whole number of minor units of {currency}")
    return int(whole)


def to_decimal(amount_minor: int, currency: str) -> Decimal:
    """The decimal amount with exactly the currency's digits: 124000 USD is 1240.00."""
    return Decimal(amount_minor).scaleb(-exponent(currency))


def format_money(amount_minor: int | None, currency: str | None) -> str:
    """The amount for people: "$1,240.00", "¥48,000", "CHF 12.50"; "−" before the symbol when negative.

    An unknown amount is "—". An unknown currency gives "124000 minor units of XYZ": no point is guessed.
    """
    if amount_minor is None:
        return "—"
    if not currency or not is_known(currency):
        return f"{amount_minor:,} minor units of {currency or 'an unknown currency'}"
    code = normal_currency(currency)
    digits = f"{to_decimal(abs(amount_minor), code):,f}"
    symbol = SYMBOLS.get(code, f"{code}\u00a0")
    return f"{'−' if amount_minor < 0 else ''}{symbol}{digits}"

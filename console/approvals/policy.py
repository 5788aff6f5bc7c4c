"""How many people a proposal needs. Computed once, when it is made, and kept on the row with its version."""

from dataclasses import asdict, dataclass

from connectors import money

VERSION = 1
TWO_PEOPLE_FROM = 10_000  # major units of whatever currency; for the yen and its like a hundred times that


@dataclass(frozen=True)
class Ruling:
    """needed: people who must approve, the requester never among them. rule: the sentence shown beside it."""

    needed: int
    rule: str
    version: int = VERSION

    def as_dict(self) -> dict:
        return asdict(self)


def rule_on(*, amount_minor: int | None, currency: str) -> Ruling:
    """Rule on one proposal. amount_minor: money at stake, None when no one amount is known."""
    if amount_minor is None or abs(amount_minor) < large_amount_minor(currency):
        return Ruling(1, "One person other than the requester approves.")
    limit = money.format_money(large_amount_minor(currency), currency)
    return Ruling(2, f"From {limit} on, two people other than the requester approve.")


def large_amount_minor(currency: str) -> int:
    exponent = money.exponent(currency) if currency else 2
    return TWO_PEOPLE_FROM * 100 if exponent == 0 else TWO_PEOPLE_FROM * 10**exponent

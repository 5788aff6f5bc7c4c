"""How many people a proposal needs. Computed once, when it is made, and kept on the row with its version."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction

from connectors import money
from connectors.judging import Money
from console.approvals.errors import NotAllowedError

VERSION = 2
TWO_PEOPLE_FROM = 10_000  # major units of whatever currency; for the yen and its like a hundred times that


@dataclass(frozen=True)
class Ruling:
    """needed: people who must approve, the requester never among them. rule: the sentence shown beside it."""

    needed: int
    rule: str
    version: int = VERSION

    def as_dict(self) -> dict:
        return asdict(self)


def rule_on(moneys: Sequence[Money]) -> Ruling:
    """Rule on one proposal by the money of each of its steps.

    Amounts of a plan count together whatever their direction and currency, each as its share of that
    currency's limit, so that no cutting up or setting off gets round it. What only the vendor can price (a
    plan change) adds nothing; a sum of ours in a currency that nobody knows yet counts as large.
    """
    moving = [
        one for one in moneys if one.direction not in ("none", "unknown") or one.amount_minor is not None
    ]
    if not all(_is_measurable(one) for one in moving):
        return Ruling(2, "An amount in an unknown currency: two people other than the requester approve.")
    if sum(_share(one) for one in moving) < 1:
        return Ruling(1, "One person other than the requester approves.")
    currencies = {money.normal_currency(one.currency) for one in moving}
    if len(currencies) > 1:
        return Ruling(2, "For this much together, two people other than the requester approve.")
    currency = currencies.pop()
    limit = money.format_money(large_amount_minor(currency), currency)
    return Ruling(2, f"From {limit} on, two people other than the requester approve.")


def keep_below(ceilings: Mapping[str, int], moneys: Sequence[Money]) -> None:
    """Refuse what moves more than whoever asks may, all steps together; and what cannot be measured.

    ceilings: minor units by currency; a currency that is not named may not be moved. Raises NotAllowedError.
    """
    moved: Counter[str] = Counter()
    for one in moneys:
        if one.direction == "none":
            continue
        if not _is_measurable(one):
            raise NotAllowedError(
                "How much this moves is not known beforehand; from here only what is below a ceiling may "
                "be asked."
            )
        moved[money.normal_currency(one.currency)] += abs(one.amount_minor)
    for currency, amount_minor in moved.items():
        if currency not in ceilings:
            raise NotAllowedError(
                f"Only amounts in {', '.join(sorted(ceilings))} may be moved from here, not {currency}."
            )
        if amount_minor > ceilings[currency]:
            wanted = money.format_money(amount_minor, currency)
            most = money.format_money(ceilings[currency], currency)
            raise NotAllowedError(f"This moves {wanted}; from here at most {most} may be asked for at once.")


def _is_measurable(one: Money) -> bool:
    return one.amount_minor is not None and bool(one.currency) and money.is_known(one.currency)


def _share(one: Money) -> Fraction:
    return Fraction(abs(one.amount_minor), large_amount_minor(one.currency))


def large_amount_minor(currency: str) -> int:
    exponent = money.exponent(currency)
    return TWO_PEOPLE_FROM * 100 if exponent == 0 else TWO_PEOPLE_FROM * 10**exponent

"""A plan's billing cycles, in words."""

from dataclasses import dataclass

from connectors.billsby.judgements.subscriptions import period
from connectors.money import format_money
from console.mirror.models import Plan


@dataclass(frozen=True)
class Cycle:
    id: str
    period: str
    price_minor: int | None
    currency: str

    @property
    def words(self) -> str:
        """ "every month, $29.00"; lists of plans leave most prices out."""
        if self.price_minor is None:
            return self.period
        return f"{self.period}, {format_money(self.price_minor, self.currency)}"


def cycles_of(plan: Plan) -> list[Cycle]:
    return [
        Cycle(
            cycle["cycle_id"],
            period({"frequency": cycle["frequency"], "frequencyType": cycle["frequency_type"]}),
            cycle["price_minor"],
            plan.currency,
        )
        for cycle in plan.cycles
    ]

"""The forms on budgets of Spend & Expense and on the cards that spend from them."""

from collections.abc import Mapping
from typing import Any

from connectors.bill.judgements.spending import every_row
from connectors.bill.mapping import HOME_CURRENCY, amount_minor
from connectors.money import to_decimal
from console.connections.clients import reader
from console.mirror.actions import Action, Menu, Option
from console.mirror.models import Budget, Record, SpendCard

OF_BUDGET = {"budgetId": "vendor_id"}
OF_CARD = {"cardId": "vendor_id"}
LIMITS = {"limit": "Limit of this period", "recurringLimit": "Limit of each later period"}
LATER = "recurringLimit"
ENDED = ("RETIRED", "DELETED")
INTERVALS = {
    "NONE": "Never: it is for one period",
    "DAILY": "Every day",
    "WEEKLY": "Every week",
    "MONTHLY": "Every month",
    "QUARTERLY": "Every quarter",
    "YEARLY": "Every year",
}
FATES = {
    "CANCELLED": "No longer needed",
    "LOST": "Lost",
    "STOLEN": "Stolen",
    "MISPLACED": "Misplaced",
}


def is_in_use(record: Budget | SpendCard) -> bool:
    return record.status not in ENDED


def limits_now(record: Budget | SpendCard) -> Mapping[str, Any]:
    """As last read; nothing where there is no limit."""
    later_minor = amount_minor(record.raw, LATER, HOME_CURRENCY)
    held = {"limit": record.limit_minor, LATER: later_minor}
    return {
        name: "" if minor is None else f"{to_decimal(minor, record.currency):f}"
        for name, minor in held.items()
    }


def people(record: Record, argument: str, *, several: bool = False) -> list[Option]:
    """Who is in use at Spend & Expense. several: the argument is a list, of one here."""
    rows = every_row(reader(record.connection), "bill_list_spend_users", retired=False)
    return [
        Option(
            f"{row.get('firstName', '')} {row.get('lastName', '')}".strip() or row["id"],
            {argument: [row["id"]] if several else row["id"]},
        )
        for row in rows
    ]


def holders(budget: Budget) -> list[Option]:
    return people(budget, "userId")


def owners(budget: Budget) -> list[Option]:
    return people(budget, "owners", several=True)


def fates(card: SpendCard) -> list[Option]:
    return [Option(label, {"reason": reason}) for reason, label in FATES.items()]


def shared(card: SpendCard) -> str:
    """Why a card has no limit to change."""
    if card.raw.get("shareBudgetFunds"):
        return "This card may spend all that its budget has. Change the budget's limit instead."
    return ""


def limit_of(model: type[Record], operation: str, about: Mapping[str, str], **more: Any) -> Action:
    return Action(
        slug="limit",
        model=model,
        operation=operation,
        label="Change the limit…",
        title="Change the limit",
        icon="pencil",
        button="Propose a limit of {amount}",
        about=about,
        asks=LIMITS,
        amount="limit",
        more_money=(LATER,),
        least_minor=0,
        changes_only=True,
        fits=is_in_use,
        starts=limits_now,
        **more,
    )


OFFERS = (
    limit_of(
        Budget,
        "bill_update_budget",
        OF_BUDGET,
        summary="BILL would let the budget's members spend up to the new limit. Nothing is paid by this.",
    ),
    Action(
        slug="new-card",
        model=Budget,
        operation="bill_create_spend_card",
        label="New virtual card…",
        title="New virtual card",
        icon="credit-card",
        button="Propose a card with {amount}",
        summary="BILL would make the card, and its holder could spend with it from this budget at once.",
        about=OF_BUDGET,
        menus={"holder": Menu("Holder", holders, is_live=True)},
        asks={
            "name": "Name of the card",
            **LIMITS,
            "shareBudgetFunds": "It may spend all that the budget has, without a limit of its own",
            "expirationDate": "Pays until",
        },
        amount="limit",
        more_money=(LATER,),
        fits=is_in_use,
    ),
    Action(
        slug="retire",
        model=Budget,
        operation="bill_delete_budget",
        label="Retire…",
        title="Retire",
        icon="file-x",
        button="Propose to retire {record}",
        summary="BILL would delete the budget for good, and nobody could spend from it any more.",
        about=OF_BUDGET,
        fits=is_in_use,
    ),
    limit_of(
        SpendCard,
        "bill_update_spend_card",
        OF_CARD,
        summary="BILL would let the holder spend up to the new limit. Nothing is paid by this.",
        obstacle=shared,
    ),
    Action(
        slug="freeze",
        model=SpendCard,
        operation="bill_freeze_spend_card",
        label="Freeze…",
        title="Freeze",
        icon="hand-stop",
        button="Propose to freeze {record}",
        summary="BILL would refuse whatever is bought with the card until it is unfrozen.",
        about=OF_CARD,
        fits=lambda card: card.status == "ACTIVE",
    ),
    Action(
        slug="unfreeze",
        model=SpendCard,
        operation="bill_unfreeze_spend_card",
        label="Unfreeze…",
        title="Unfreeze",
        icon="player-play",
        button="Propose to unfreeze {record}",
        summary="BILL would let the holder spend with the card again, up to its limit.",
        about=OF_CARD,
        fits=lambda card: card.status == "FROZEN",
    ),
    Action(
        slug="delete",
        model=SpendCard,
        operation="bill_delete_spend_card",
        label="Delete…",
        title="Delete",
        icon="trash",
        button="Propose to delete {record}",
        summary="BILL would delete the card for good; it could not be used again.",
        about=OF_CARD,
        menus={"fate": Menu("What became of it", fates, is_required=False, blank="Not said")},
        fits=is_in_use,
    ),
)
NEW_BUDGET = Action(
    slug="new",
    model=Budget,
    operation="bill_create_budget",
    label="New budget…",
    title="New budget",
    icon="coins",
    button="Propose a budget of {amount}",
    summary="BILL would make the budget, from which its owner, and whoever is let, could spend.",
    about={},
    menus={"owner": Menu("Owner", owners, is_live=True)},
    asks={
        "name": "Name",
        "recurringInterval": "Begins anew",
        **LIMITS,
        "description": "What it is for",
        "expirationDate": "Last day",
    },
    words=INTERVALS,
    amount="limit",
    more_money=(LATER,),
)

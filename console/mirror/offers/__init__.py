"""The forms there are, as data: which operation, on whose page, when it fits, and what it asks."""

from collections.abc import Mapping

from console.accounts.models import Person
from console.mirror.actions import Action
from console.mirror.models import Record
from console.mirror.offers import bills, billsby, payments, receivables, spending, vendors

BILL = (*vendors.OFFERS, *bills.OFFERS, *payments.OFFERS, *receivables.OFFERS, *spending.OFFERS)
OFFERS = (*billsby.OFFERS, *BILL)
ACTIONS: Mapping[str, Action] = {action.route: action for action in OFFERS}


def actions_for(person: Person, record: Record) -> list[Action]:
    """What may be proposed by this person on this record, as it was last read."""
    if not person.has_perm("approvals.propose"):
        return []
    return [action for action in OFFERS if action.is_about(record) and fits(action, record)]


def fits(action: Action, record: Record) -> bool:
    return record.gone_at is None and action.fits(record)

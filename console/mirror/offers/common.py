"""What the forms on BILL's records share."""

from connectors.bill.judgements.payment_facts import if_told
from connectors.money import is_known, to_decimal
from console.connections.clients import reader
from console.mirror.actions import Action
from console.mirror.models import Bill, Invoice, Record

ARCHIVED = "ARCHIVED"


def is_in_use(record: Record) -> bool:
    return record.status != ARCHIVED


def open_of(record: Bill | Invoice) -> int:
    return record.open_minor or 0


def major(record: Bill | Invoice) -> str:
    return f"{to_decimal(open_of(record), record.currency):f}" if is_known(record.currency) else ""


def people_of(record: Record) -> dict[str, str]:
    """The names of our users at BILL, by id; none where BILL would not tell them."""
    read = reader(record.connection)
    return {
        user["id"]: f"{user.get('firstName', '')} {user.get('lastName', '')}".strip() or user["id"]
        for user in if_told(lambda: read("bill_list_users", {})) or ()
    }


def shelve(model: type[Record], verb: str, *, operation: str, key: str, summary: str) -> Action:
    """Archiving, or restoring what is archived."""
    is_back = verb == "Restore"
    return Action(
        slug=verb.lower(),
        model=model,
        operation=operation,
        label=f"{verb}…",
        title=verb,
        icon="arrow-back-up" if is_back else "file-x",
        button=f"Propose to {verb.lower()} {{record}}",
        summary=summary,
        about={key: "vendor_id"},
        fits=lambda record: is_in_use(record) != is_back,
    )

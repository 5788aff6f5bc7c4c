"""Records of BILL that stand by themselves: names in the books, our own accounts, Spend & Expense."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from connectors.bill.accounts import ap_card_record, bank_account_record, card_account_record
from connectors.bill.classifications import FAMILIES, classification_record
from connectors.bill.mapping import Raw
from connectors.bill.reading import listed
from connectors.bill.session import TITLE
from connectors.bill.spending import budget_record, card_record, transaction_record
from connectors.bill.streams import People, pages
from connectors.errors import NotFoundError, RefusedError
from connectors.judging import Read
from connectors.registry import Page, Record, Row, Stream

SPEND_TOKEN = "spend_token"
Reads = Callable[[Raw], Record]


def classification_pages(read: Read, place: str) -> Iterator[Page]:
    """Family by family; a place says in which one, and where in its list."""
    names = list(FAMILIES)
    at, _, inner = place.partition("/")
    for family in names[names.index(at or names[0]) :]:
        operation = f"bill_list_{FAMILIES[family]}"
        for part in listed(read, operation, inner):
            after = names[names.index(family) + 1 :]
            goes_on = f"{family}/{part.following}" if part.following else f"{after[0]}/" if after else ""
            rows = tuple(classification(family, operation, row) for row in part.rows)
            yield Page(rows, None, goes_on, part.asked_at)
        inner = ""


def classification(family: str, operation: str, raw: Any) -> Row:
    reads = partial(classification_record, family=family)
    return Row.of("classification", operation, "id", raw, reads, beside=family)


def funding_account_pages(read: Read, place: str) -> Iterator[Page]:
    """Bank accounts page by page, and then the cards, of which there are few."""
    name = "bill_list_bank_accounts"
    for part in listed(read, name, place) if place != "cards" else ():
        rows = tuple(funding_account(name, row, bank_account_record) for row in part.rows)
        yield Page(rows, None, part.following or "cards", part.asked_at)
    yield Page(tuple(cards(read)), None, "")


def cards(read: Read) -> Iterator[Row]:
    """An organization without them, or whose user may not see them, has none to show."""
    name = "bill_list_card_accounts"
    told = if_allowed(lambda: read(name, {"cardUserStatus": "VERIFIED"})) or {}
    yield from (funding_account(name, row, card_account_record) for row in told.get("cards") or ())
    name = "bill_list_ap_cards"
    rows = if_allowed(lambda: read(name, {})) or ()
    yield from (funding_account(name, row, ap_card_record) for row in rows)


def if_allowed(ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except RefusedError:
        return None


def funding_account(operation: str, raw: Any, reads: Reads) -> Row:
    return Row.of("funding_account", operation, "id", raw, reads)


def spend_pages(kind: str, operation: str, read: Read, place: str) -> Iterator[Page]:
    people = People(read, "bill_list_spend_users")
    for part in listed(read, operation, place):
        rows = tuple(spent(kind, operation, row, people) for row in part.rows)
        yield Page(rows, None, part.following, part.asked_at)


def spent(kind: str, operation: str, raw: Any, people: People) -> Row:
    """A card names its holder by id alone."""
    if kind != "spend_card":
        return Row.of(kind, operation, "id", raw, SPENDING[kind])
    named = people.among([raw])
    return Row.of(kind, operation, "id", raw, partial(card_record, people=named), beside=named)


SPENDING: Mapping[str, Callable[..., Record]] = {
    "budget": budget_record,
    "spend_card": card_record,
    "spend_transaction": transaction_record,
}


def _classification(family: str, read: Read, key: str) -> list[Row]:
    operation = f"bill_list_{FAMILIES[family]}"
    found = [row for rows in pages(read, operation, ids=[key]) for row in rows]
    return [classification(family, operation, row) for row in found]


def _any_classification(read: Read, key: str) -> list[Row]:
    """An id does not say of which family it is."""
    return next(filter(None, (_classification(family, read, key) for family in FAMILIES)), [])


def _any_funding_account(read: Read, key: str) -> list[Row]:
    rows = [row for page in funding_account_pages(read, "") for row in page.rows]
    return [row for row in rows if row.vendor_id == key]


def _spent(kind: str, operation: str, argument: str, read: Read, key: str) -> list[Row]:
    raw = read(operation, {argument: key})
    return [spent(kind, operation, raw, People(read, "bill_list_spend_users"))]


def _card_with_budget(read: Read, key: str) -> list[Row]:
    card, *_ = _spent("spend_card", "bill_get_spend_card", "cardId", read, key)
    return [card, *_of_budget(read, card.raw)]


def _transaction_with_budget(read: Read, key: str) -> list[Row]:
    """What was spent moves with it, of its card and of its budget."""
    spent_on, *_ = _spent("spend_transaction", "bill_get_spend_transaction", "transactionId", read, key)
    card = spent_on.raw.get("cardId")
    of_card = _spent("spend_card", "bill_get_spend_card", "cardId", read, card) if card else []
    return [spent_on, *of_card, *_of_budget(read, spent_on.raw)]


def _of_budget(read: Read, raw: Raw) -> list[Row]:
    budget = raw.get("budgetId")
    return _spent("budget", "bill_get_budget", "budgetId", read, budget) if budget else []


def found(refresh: Callable[[Read, str], list[Row]]) -> Callable[[Read, str], list[Row]]:
    """Raises NotFoundError where the list it looks into has no such record."""

    def look(read: Read, key: str) -> list[Row]:
        rows = refresh(read, key)
        if not rows:
            raise NotFoundError(f"{TITLE} has no {key} any more.", vendor=TITLE, status=404)
        return rows

    return look


# Records that go by another name in BILL's own operations are found under that too.
REFRESHERS: Mapping[str, Callable[[Read, str], list[Row]]] = {
    "classification": found(_any_classification),
    **{family: found(partial(_classification, family)) for family in FAMILIES},
    **dict.fromkeys(("funding_account", "bank_account", "card_account"), found(_any_funding_account)),
    "budget": partial(_spent, "budget", "bill_get_budget", "budgetId"),
    "spend_card": _card_with_budget,
    "spend_transaction": _transaction_with_budget,
}
KINDS_OF = {
    **dict.fromkeys(FAMILIES, "classification"),
    **dict.fromkeys(("bank_account", "card_account"), "funding_account"),
}

STREAMS = (
    Stream("classification", classification_pages),
    Stream("funding_account", funding_account_pages),
    Stream("budget", partial(spend_pages, "budget", "bill_list_budgets"), needs=SPEND_TOKEN),
    Stream("spend_card", partial(spend_pages, "spend_card", "bill_list_spend_cards"), needs=SPEND_TOKEN),
    Stream(
        "spend_transaction",
        partial(spend_pages, "spend_transaction", "bill_list_spend_transactions"),
        needs=SPEND_TOKEN,
    ),
)

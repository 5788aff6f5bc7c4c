"""What amounts are filed under, in mirror words: seven families of names, read as one kind."""

from collections.abc import Mapping

from connectors.bill.mapping import Raw, identifier, part, text
from connectors.registry import Record

# Each family, with what its list is called.
FAMILIES: Mapping[str, str] = {
    "accounting_class": "accounting_classes",
    "chart_of_account": "chart_of_accounts",
    **{family: f"{family}s" for family in ("department", "employee", "item", "job", "location")},
}


def classification_record(raw: Raw, family: str) -> Record:
    """`code`: its short name, of a ledger account its number."""
    account, archived = part(raw, "account"), bool(raw.get("archived"))
    person = f"{text(raw, 'firstName')} {text(raw, 'lastName')}".strip()
    fields = {
        "family": family,
        "name": text(raw, "name") or person,
        "code": text(account, "number") or text(raw, "shortName"),
        "type": text(account, "type") or text(raw, "type"),
        "parent_vendor_id": text(raw, "parentId"),
        "status": "ARCHIVED" if archived else "ACTIVE",
        "is_archived": archived,
    }
    return Record("classification", identifier(raw), fields, dict(raw))

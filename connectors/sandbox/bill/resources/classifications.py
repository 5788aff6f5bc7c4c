"""What amounts are filed under: seven families of names, all alike."""

from connectors.sandbox.bill.fields import Field
from connectors.sandbox.bill.lists import SAME
from connectors.sandbox.bill.resource import Resource

EVERYTHING = "list get create update archive restore create_bulk update_bulk archive_bulk restore_bulk"
NAME = frozenset({"eq", "sw"})


def family(kind: str, prefix: str, path: str, bulk_key: str, *fields: Field, plural: str = "") -> Resource:
    """A parent is of the same family."""
    return Resource(
        kind=kind,
        prefix=prefix,
        path=f"/classifications/{path}",
        verbs=EVERYTHING,
        plural=plural,
        fields=(*fields, Field("parentId", to=kind)),
        filters={"name": NAME, "parentId": SAME},
        bulk_key=bulk_key,
    )


DEPARTMENT = family(
    "department",
    "0de",
    "departments",
    "departments",
    Field("name", required=True, longest=100),
    Field("shortName", longest=100),
    Field("description", longest=4000),
)
RESOURCES = (DEPARTMENT,)

"""Customers, the people at them, and the bank accounts they are charged from."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from starlette.responses import JSONResponse

from connectors.sandbox.bill import lists, rules, shapes
from connectors.sandbox.bill.errors import invalid, refusal, v3_time
from connectors.sandbox.bill.fields import Field
from connectors.sandbox.bill.resource import Change, Resource
from connectors.sandbox.bill.ways import Way, existing, parsed
from connectors.sandbox.books import Books
from connectors.sandbox.endpoint import Call, Outcome

CURRENCIES = tuple(sorted(rules.CURRENCIES))
VERIFYING_DAYS = 2  # business days until an account can be charged
FIELDS = (
    Field("name", required=True, longest=100),
    Field("email", "email", required=True),
    Field("companyName", longest=250),
    Field("contact", "object", parts=(Field("firstName"), Field("lastName"))),
    Field("phone"),
    Field("fax"),
    Field("description", longest=4000),
    Field("invoiceCurrency", one_of=CURRENCIES),
    Field("accountType", one_of=tuple(sorted(rules.ACCOUNT_TYPES))),
    Field("paymentTermId"),
    Field("accountNumber", longest=100),
    Field("billingAddress", "address"),
    Field("shippingAddress", "address"),
)
# What the older interface alone knows of a customer; countries are free text there.
OLD_ONLY = (
    *("shortName", "altPhone", "printAs", "parentCustomerId"),
    *("billAddress3", "billAddress4", "billAddressCountry"),
    *("shipAddress3", "shipAddress4", "shipAddressCountry"),
)
ANY_ADDRESS = tuple(
    Field(name) for name in ("line1", "line2", "city", "stateOrProvince", "zipOrPostalCode", "country")
)


def _follow(books: Books, change: Change) -> None:
    """A customer's first contact is made with the customer."""
    customer = change.record
    if change.verb == "create" and customer["contact"]:
        person = {**customer["contact"], "email": customer["email"], "phone": customer["phone"]}
        CONTACT.create(
            books,
            {name: value for name, value in person.items() if value},
            {"customerId": customer["id"]},
        )


def _refuse_name(books: Books, change: Change) -> None:
    """Names may be there twice, unless the sandbox was told otherwise."""
    if change.verb != "create" or not books.setting("bill_refuses_customers_of_a_name"):
        return
    name = change.record["name"]
    if any(row["name"] == name for row in books.find("customer", where={"archived": False})):
        raise refusal(422, "BDC_1171", "Customer", name)


CUSTOMER = Resource(
    kind="customer",
    prefix="0cu",
    path="/customers",
    verbs="list get create update archive restore",
    fields=FIELDS,
    filters=lists.FILTERS["customer"],
    initial={"authorizedToCharge": False, "v2": None},
    refine=_refuse_name,
    follow=_follow,
    shape=shapes.customer,
)
# As the older interface takes one: without an address to write to, and with what it alone knows.
OLD_CUSTOMER = replace(
    CUSTOMER,
    fields=(
        *(replace(one, required=one.name == "name") for one in FIELDS if one.type != "address"),
        Field("billingAddress", "address", parts=ANY_ADDRESS),
        Field("shippingAddress", "address", parts=ANY_ADDRESS),
        Field("v2", "object", parts=tuple(Field(name) for name in OLD_ONLY)),
    ),
)


def _refuse_taken(books: Books, change: Change) -> None:
    """An e-mail address is there once within a customer; nobody who was deleted has one."""
    email, customer_id = (change.record.get("email") or "").casefold(), change.record["customerId"]
    others = books.find("customer contact", owner=customer_id, where={"archived": False})
    taken = {(row.get("email") or "").casefold() for row in others if row["id"] != change.record["id"]}
    if email and email in taken and not change.record["archived"]:
        raise refusal(422, "BDC_1119", "email", change.record["email"])


CONTACT = Resource(
    kind="customer contact",
    prefix="0cc",
    path="/customers/{customerId}/contacts",
    verbs="list create",
    owner="customer",
    owner_field="customerId",
    fields=(
        Field("firstName"),
        Field("lastName"),
        Field("email", "email"),
        Field("phone"),
        Field("altPhone"),
        Field("alternateEmail", "email"),
        Field("fax"),
        Field("timezoneId"),
    ),
    hidden=frozenset({"fax", "timezoneId"}),
    refine=_refuse_taken,
)


def _refuse_account(books: Books, change: Change) -> None:
    """A customer has one account in use, and a billing address before it has any."""
    owner = change.owner or {}
    if change.verb == "create" and not owner.get("billingAddress"):
        raise refusal(422, "BDC_1117", "billingAddress")
    in_use = books.find("customer bank account", owner=owner["id"], where={"archived": False})
    if change.verb == "create" and in_use:
        raise refusal(422, "BDC_1119", "accountNumber", "the customer has a bank account already")


def _masked(books: Books, account: dict[str, Any]) -> dict[str, Any]:
    number = account["accountNumber"]
    hidden = "*" * (len(number) - 4) + number[-4:]
    return account | {"accountNumber": hidden, "status": status_of(books, account)}


def status_of(books: Books, account: dict[str, Any]) -> str:
    """Verified once two business days have passed."""
    day, left = date.fromisoformat(account["createdTime"][:10]), VERIFYING_DAYS
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5
    return "VERIFIED" if books.now.date() >= day else "PENDING"


CUSTOMER_BANK_ACCOUNT = Resource(
    kind="customer bank account",
    prefix="cba",
    path="/customers/{customerId}/bank-accounts",
    verbs="list get create update archive",
    owner="customer",
    owner_field="customerId",
    fields=(
        Field("nameOnAccount", required=True),
        Field("nickname"),
        Field("routingNumber", required=True, longest=20),
        Field("accountNumber", required=True, longest=40),
        Field("type", required=True, one_of=("CHECKING", "SAVINGS")),
        Field("ownerType", required=True, one_of=("BUSINESS", "PERSON")),
    ),
    hidden=frozenset({"customerId"}),
    refine=_refuse_account,
    shape=_masked,
)


def set_authorization(books: Books, call: Call) -> Outcome:
    customer, given = existing(books, "customer", call.parts["id"]), parsed(call.body)
    allows = given.get("authorizedToCharge") if isinstance(given, dict) else None
    if not isinstance(allows, bool):
        raise invalid("authorizedToCharge: must not be null")
    customer |= {"authorizedToCharge": allows, "updatedTime": v3_time(books.now)}
    books.put("customer", customer["id"], customer)
    return Outcome(JSONResponse({"authorizedToCharge": allows}), record=customer["id"])


RESOURCES = (CUSTOMER, CONTACT, CUSTOMER_BANK_ACCOUNT)
WAYS = (
    Way(
        "POST",
        "/customers/{id}/charge-authorization",
        "set_customer_charge_authorization",
        set_authorization,
    ),
)

"""What the demo puts into an empty console: five people and two accounts at the local vendors."""

from datetime import timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone

from connectors.sandbox.client import SandboxControl
from console.accounts.models import Person
from console.connections import webhooks
from console.connections.models import Connection

PEOPLE = {
    "priya": ("Priya Raman", "Analyst"),
    "dana": ("Dana Whitfield", "Finance manager"),
    "luis": ("Luis Ortega", "Approver"),
    "omar": ("Omar Haddad", "Auditor"),
    "ada": ("Ada Lindqvist", "Administrator"),
}
SANDBOX_CALLS_PER_S = 500  # it has no limit, and nobody else asks it


def create_people(password: str) -> list[Person]:
    """Make the five people, or give those that are there this password.

    They share one hash, since each costs half a second. Who has it already stays signed in.
    """
    held = Person.objects.filter(username__in=PEOPLE).values_list("password", flat=True).first()
    shared = held if held and check_password(password, held) else make_password(password)
    Person.objects.bulk_create(
        [
            Person(
                username=username, full_name=full_name, email=f"{username}@halden.example", password=shared
            )
            for username, (full_name, _) in PEOPLE.items()
        ],
        update_conflicts=True,
        unique_fields=["username"],
        update_fields=["password"],
    )
    people = Person.objects.in_bulk(PEOPLE, field_name="username")
    roles = Group.objects.in_bulk(field_name="name")
    belongs = Person.groups.through
    belongs.objects.filter(person__in=people.values()).delete()
    belongs.objects.bulk_create(
        belongs(person=people[username], group=roles[role]) for username, (_, role) in PEOPLE.items()
    )
    return [people[username] for username in PEOPLE]


def connect_sandbox(base_url: str) -> list[Connection]:
    """Point the two accounts at a sandbox. base_url: where it stands, such as http://127.0.0.1:8000/sandbox."""
    billsby, _ = Connection.objects.update_or_create(
        slug="billsby-halden",
        defaults={
            "connector": "billsby",
            "name": "Billsby, halden",
            "base_url": f"{base_url}/billsby",
            "injected": {"companyDomain": "halden"},
            "is_sandbox": True,
            "calls_per_s": SANDBOX_CALLS_PER_S,
        },
    )
    billsby.credentials = {"api_key": "halden_" + "0" * 32}
    bill, _ = Connection.objects.update_or_create(
        slug="bill-halden-labs",
        defaults={
            "connector": "bill",
            "name": "BILL, Halden Labs",
            "base_url": f"{base_url}/bill",
            "injected": {"organization_id": "00801HALDEN000000000"},
            "is_sandbox": True,
            "calls_per_s": SANDBOX_CALLS_PER_S,
        },
    )
    bill.credentials = {
        "username": "console@halden.example",
        "password": "sandbox",
        "dev_key": "sandbox-dev-key",
        "spend_token": "sandbox-spend-token",
        **second_factor(bill),
    }
    for connection in (billsby, bill):
        connection.save(update_fields=["sealed_credentials", "trusted_until"])
    return [billsby, bill]


def second_factor(bill: Connection) -> dict[str, str]:
    """What the sandbox remembers from its beginning, or what a person has renewed since."""
    if bill.trusted_until is None:
        bill.trusted_until = timezone.now() + timedelta(days=30)
        return {"remember_me_id": "sandbox-remember-me", "device": "countersign-demo"}
    held = bill.credentials
    return {name: held[name] for name in ("remember_me_id", "device") if name in held}


def hear_sandbox(base_url: str, console_url: str) -> None:
    """Let the sandbox, which must answer already, send Billsby's events to this console."""
    path, secret = webhooks.renew(Connection.objects.get(slug="billsby-halden"))
    address = console_url + reverse("connections:receive-event", args=[path])
    with SandboxControl(base_url) as control:
        control.send_events("billsby", url=address, secret=secret)

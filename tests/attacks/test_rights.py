"""Who gets what: every address of the console, asked by everybody; a new one without a rule fails."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from console.audit.models import Entry

pytestmark = pytest.mark.django_db

PEOPLE = ("anonymous", "priya", "dana", "luis", "omar", "ada")


@dataclass(frozen=True)
class Rule:
    """Status codes in the order of PEOPLE. row: whose number stands in the address."""

    get: tuple[int, ...]
    post: tuple[int, ...]
    row: str = ""


SHUT_OUT = 302  # to the sign-in page
ALL = (SHUT_OUT, 200, 200, 200, 200, 200)
NO_SUCH_WAY = (SHUT_OUT, 405, 405, 405, 405, 405)
AUDIT = (SHUT_OUT, 403, 200, 200, 200, 200)
EXPORT = (SHUT_OUT, 403, 200, 403, 200, 403)
PROPOSERS = (SHUT_OUT, 200, 200, 200, 403, 403)
PROPOSERS_POST = (SHUT_OUT, 422, 422, 422, 403, 403)  # an empty form
MANAGERS = (SHUT_OUT, 403, 302, 302, 403, 302)
ADMINISTRATOR = (SHUT_OUT, 403, 403, 403, 403, 200)
SYNCERS = (SHUT_OUT, 302, 302, 302, 403, 302)

DEEDS = {
    "invoice": ("refund", "retry", "mark-paid", "write-off"),
    "credit_note": ("retry",),
    "customer": ("charge", "edit", "replace-card", "ask-for-card", "erase", "delete"),
    "subscription": (
        *("change-plan", "move-renewal", "change-usage", "add-tags", "remove-tag", "ship-to", "cancel"),
    ),
}

BILL_DEEDS = {
    "invoice": (*("send", "payment-link", "record-payment", "charge", "edit", "archive", "restore"),),
    "customer": ("make-invoice",),
    "vendor": (
        *("enter-bill", "edit", "bank-account", "delete-bank-account", "attach", "archive", "restore"),
    ),
    "bill": ("approve", "deny", "pay", "record-payment", "attach", "archive", "restore"),
    "payment": ("cancel", "void"),
    "budget": ("limit", "new-card", "retire"),
    "spend_card": ("limit", "freeze", "unfreeze", "delete"),
}
OWED = ("bill", "invoice")
PAPERS = ("bill", "vendor", "invoice", "customer")

RULES = {
    "overview:home": Rule(ALL, NO_SUCH_WAY),
    "overview:waiting": Rule(ALL, NO_SUCH_WAY),
    "overview:sync-ages": Rule(ALL, NO_SUCH_WAY),
    "overview:cash_flow": Rule(ALL, NO_SUCH_WAY),
    "accounts:sign-in": Rule((200, 302, 302, 302, 302, 302), (422, 302, 302, 302, 302, 302)),
    "accounts:sign-out": Rule(NO_SUCH_WAY, (302,) * 6),
    "accounts:theme": Rule((405,) * 6, (302,) * 6),
    "approvals:inbox": Rule(ALL, NO_SUCH_WAY),
    "approvals:list": Rule(ALL, NO_SUCH_WAY),
    "approvals:files": Rule(PROPOSERS, PROPOSERS_POST),
    "approvals:file": Rule(ALL, NO_SUCH_WAY, "file"),
    "approvals:detail": Rule(ALL, NO_SUCH_WAY, "proposal"),
    "approvals:card": Rule(ALL, NO_SUCH_WAY, "proposal"),
    "approvals:checks": Rule(ALL, NO_SUCH_WAY, "proposal"),
    "approvals:approve": Rule(NO_SUCH_WAY, (SHUT_OUT, 403, 302, 302, 403, 403), "proposal"),
    "approvals:reject": Rule(NO_SUCH_WAY, (SHUT_OUT, 403, 302, 302, 403, 403), "proposal"),
    "approvals:withdraw": Rule(NO_SUCH_WAY, (SHUT_OUT, 302, 403, 403, 403, 403), "proposal"),
    "approvals:settle": Rule(NO_SUCH_WAY, (SHUT_OUT, 403, 409, 409, 403, 403), "proposal"),
    "audit:log": Rule(AUDIT, NO_SUCH_WAY),
    "audit:newer": Rule(AUDIT, NO_SUCH_WAY),
    "audit:verify": Rule(NO_SUCH_WAY, (SHUT_OUT, 403, 302, 302, 302, 302)),
    "audit:verifier": Rule(AUDIT, NO_SUCH_WAY),
    "audit:export-csv": Rule(EXPORT, NO_SUCH_WAY),
    "audit:export-jsonl": Rule(EXPORT, NO_SUCH_WAY),
    "audit:entry": Rule(AUDIT, NO_SUCH_WAY, "entry"),
    "connections:list": Rule(ALL, NO_SUCH_WAY),
    "connections:card": Rule(ALL, NO_SUCH_WAY, "connection"),
    "connections:sync": Rule(NO_SUCH_WAY, SYNCERS, "connection"),
    "connections:stop": Rule(NO_SUCH_WAY, SYNCERS, "connection"),
    "connections:gone": Rule(NO_SUCH_WAY, MANAGERS, "sync"),
    "connections:pause": Rule(NO_SUCH_WAY, MANAGERS, "connection"),
    "connections:resume": Rule(NO_SUCH_WAY, MANAGERS, "connection"),
    "connections:events": Rule(ADMINISTRATOR, NO_SUCH_WAY, "connection"),
    "connections:propose-events": Rule(NO_SUCH_WAY, (SHUT_OUT, 302, 302, 302, 403, 403), "connection"),
    "connections:make-events-address": Rule(NO_SUCH_WAY, (SHUT_OUT, 403, 403, 403, 403, 302), "connection"),
    "connections:connect": Rule(ADMINISTRATOR, (SHUT_OUT, 403, 403, 403, 403, 422), "vendor_word"),
    "connections:credentials": Rule(ADMINISTRATOR, (SHUT_OUT, 403, 403, 403, 403, 422), "connection"),
    "connections:trust": Rule(ADMINISTRATOR, (SHUT_OUT, 403, 403, 403, 403, 422), "trusting connection"),
    # This one knows no second factor: asking for a code calls the vendor, which no transaction may wait for.
    "connections:ask-for-code": Rule(NO_SUCH_WAY, (SHUT_OUT, 403, 403, 403, 403, 404), "connection"),
    "connections:receive-event": Rule((405,) * 6, (403,) * 6, "events_path"),
    **{
        f"mirror:{kind}-list": Rule(ALL, NO_SUCH_WAY)
        for kind in (
            "customer",
            "subscription",
            "usage",
            "invoice",
            "credit_note",
            "product",
            "vendor",
            "bill",
            "payment",
            "vendor_credit",
            "received_payment",
            "credit_memo",
            "budget",
            "spend_card",
        )
    },
    **{
        f"mirror:{kind}-detail": Rule(ALL, NO_SUCH_WAY, kind)
        for kind in (
            "customer",
            "subscription",
            "invoice",
            "credit_note",
            "product",
            "plan",
            "vendor",
            "bill",
            "payment",
            "budget",
            "spend_card",
        )
    },
    "mirror:subscription-now": Rule(ALL, NO_SUCH_WAY, "subscription"),
    **{
        f"mirror:{kind}-{deed}": Rule(PROPOSERS, PROPOSERS_POST, kind)
        for kind, deeds in DEEDS.items()
        for deed in deeds
    },
    **{
        f"mirror:{kind}-{deed}": Rule(PROPOSERS, PROPOSERS_POST, f"BILL's {kind}")
        for kind, deeds in BILL_DEEDS.items()
        for deed in deeds
    },
    "mirror:budget-new": Rule(PROPOSERS, PROPOSERS_POST),
    "mirror:vendor-new": Rule(PROPOSERS, PROPOSERS),  # a first look, which files nothing
    **{f"mirror:{kind}-new": Rule(PROPOSERS, (SHUT_OUT, 405, 405, 405, 403, 403)) for kind in OWED},
    "mirror:pay-bills": Rule(*[(SHUT_OUT, 302, 302, 302, 403, 403)] * 2),  # with none chosen
    **{f"mirror:{kind}-papers": Rule(ALL, NO_SUCH_WAY, f"BILL's {kind}") for kind in PAPERS},
    **{
        f"mirror:{kind}-paper": Rule((SHUT_OUT,) + (502,) * 5, NO_SUCH_WAY, f"paper of BILL's {kind}")
        for kind in PAPERS
    },
    "imports:list": Rule(ALL, PROPOSERS_POST),
    "imports:template": Rule(ALL, NO_SUCH_WAY),
    "imports:detail": Rule(ALL, PROPOSERS_POST, "import"),
    "imports:not-made": Rule(ALL, NO_SUCH_WAY, "import"),
    "agent:chat-list": Rule(ALL, NO_SUCH_WAY),
    "agent:new": Rule(NO_SUCH_WAY, (302,) * 6),
    "agent:conversations": Rule(ALL, NO_SUCH_WAY),
    "agent:chat": Rule(ALL, NO_SUCH_WAY, "conversation"),
    "agent:rail": Rule(ALL, NO_SUCH_WAY, "conversation"),
    **{
        f"oauth2_provider:{name}": Rule((200,) * 6, (405,) * 6)
        for name in ("oauth-resource-metadata", "oauth-resource-metadata-mcp", "oauth-server-metadata")
    },
    "oauth2_provider:authorize": Rule(*[(SHUT_OUT,) + (400,) * 5] * 2),  # a request without a client
    **{
        f"oauth2_provider:{name}": Rule((405,) * 6, (status,) * 6)
        for name, status in (("token", 400), ("revoke-token", 400), ("dcr-register", 400))
    },
    "mcp:list": Rule(ALL, NO_SUCH_WAY),
    "mcp:new": Rule(ALL, (SHUT_OUT,) + (422,) * 5),
    "mcp:matching": Rule(ALL, NO_SUCH_WAY),
    "mcp:detail": Rule((SHUT_OUT, 200, 404, 404, 404, 200), NO_SUCH_WAY, "access"),  # Priya's
    "mcp:revoke": Rule(NO_SUCH_WAY, (SHUT_OUT, 302, 404, 404, 404, 302), "access"),
    "mcp:remove": Rule(NO_SUCH_WAY, (SHUT_OUT, 302, 404, 404, 404, 302), "access"),
    "healthz": Rule((200,) * 6, (405,) * 6),
}
FORMS = {
    "approvals:reject": {"reason": "No."},
    "approvals:settle": {"finding": "happened", "evidence": "Seen at the vendor."},
}


def addresses(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern, f"{pattern.namespace}:" if pattern.namespace else namespace)
        else:
            yield f"{namespace}{pattern.name}", pattern


EVERY = dict(addresses(get_resolver()))


def address(name: str, rows: dict) -> str:
    numbers = rows[RULES[name].row] if RULES[name].row else ()
    return reverse(name, args=numbers if isinstance(numbers, tuple) else (numbers,))


def form(name: str, rows: dict) -> dict[str, str]:
    return {"digest": rows["digest"], **FORMS.get(name, {})}


def ask(name: str, who: str, people: dict, rows: dict, *, posts: bool) -> int:
    """The status code, and nothing left behind."""
    browser = Client(raise_request_exception=False)
    if who != "anonymous":
        browser.force_login(people[who])
    with transaction.atomic():
        where = address(name, rows)
        answer = browser.post(where, form(name, rows)) if posts else browser.get(where, {"amount": "1"})
        transaction.set_rollback(True)
    return answer.status_code


def test_every_address_has_a_rule():
    assert set(EVERY) == set(RULES)


@pytest.fixture
def everything(rows, client, people) -> dict:
    client.force_login(people["ada"])  # an entry of the log
    return {**rows, "entry": Entry.objects.first().seq}


@pytest.mark.parametrize("name", sorted(RULES))
def test_everybody_gets_what_the_rules_say(name, everything, people):
    rule = RULES[name]
    given = {who: ask(name, who, people, everything, posts=False) for who in PEOPLE}
    assert given == dict(zip(PEOPLE, rule.get, strict=True)), "GET"
    given = {who: ask(name, who, people, everything, posts=True) for who in PEOPLE}
    assert given == dict(zip(PEOPLE, rule.post, strict=True)), "POST"


@pytest.mark.parametrize("name", ["agent:chat", "agent:rail"])
def test_a_conversation_that_proposed_nothing_is_its_owners_alone(name, rows, people):
    given = {}
    for who in PEOPLE:
        browser = Client()
        if who != "anonymous":
            browser.force_login(people[who])
        given[who] = browser.get(reverse(name, args=[rows["private"]])).status_code
    assert given == dict(zip(PEOPLE, (SHUT_OUT, 200, 404, 404, 404, 404), strict=True))


@pytest.mark.parametrize("name", sorted(name for name, rule in RULES.items() if 302 in rule.post[1:]))
def test_a_post_without_its_token_changes_nothing(name, everything, people):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(people["dana"])
    assert browser.post(address(name, everything), form(name, everything)).status_code == 403
    browser.cookies["csrftoken"] = "a" * 32
    assert browser.post(address(name, everything), {"csrfmiddlewaretoken": "b" * 32}).status_code == 403

"""What people ask every day, answered by the chat with the scripted model and the local vendors.

`python -m agent.bench.scenarios SANDBOX_URL`, with DATABASE_URL naming a fresh, migrated database; prints a
JSON list of {"text", "is_passed", "shown": for each request the names of the tools that it showed}.
"""

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import django
import httpx
from channels.db import database_sync_to_async as in_db

URL = sys.argv[1]
os.environ.update(MODEL_BASE_URL=f"{URL}/model/v1", MODEL_NAME="countersign-scripted")
django.setup()

from agent import turns  # noqa: E402
from agent.loop import Turn  # noqa: E402
from agent.models import Conversation, ToolCall  # noqa: E402
from console import demo  # noqa: E402
from console.accounts.models import Person  # noqa: E402
from console.approvals.models import Step  # noqa: E402
from console.mirror.sync import sync_connection  # noqa: E402


@dataclass(frozen=True)
class Scenario:
    """part: whose story the sandbox tells. calls: live reads that must answer, if any will not do.
    steps: what is proposed.
    """

    text: str
    part: str = ""
    calls: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()


SCENARIOS = (
    Scenario("What did {customer_name} spend this year?", "spend"),
    Scenario("Who owes us more than 60 days, by customer?"),
    Scenario("Which plan is {customer_name} on?", "upgrade", ("billsby_list_customer_subscriptions",)),
    Scenario("Why did the payment of {invoiceNumber} fail?", "retry_pays", ("billsby_list_payment_logs",)),
    Scenario(
        "{customer_name} just emailed that she updated her card. Find her failed invoices and retry.",
        "retry_pays",
        steps=("billsby_retry_invoice_payment",),
    ),
    Scenario(
        "{customer_name} wants to cancel and get her latest invoice refunded.",
        "cancel_refund",
        steps=("billsby_refund_invoice", "billsby_cancel_subscription"),
    ),
    Scenario(
        "Move {customer_name} to the {to_plan} plan and charge a $1,000 implementation fee.",
        "upgrade",
        steps=("billsby_change_plan", "billsby_charge_customer"),
    ),
    Scenario(
        "Add Acme Corp to BILL with a primary contact at ops@acme.com",
        steps=("bill_create_customer", "bill_create_customer_contact"),
    ),
    Scenario(
        "Give {customer_name} 500 free API credits on its main subscription.",
        "credits",
        steps=("billsby_update_counter",),
    ),
    Scenario("Refund invoice {invoiceNumber}", "foreign", steps=("billsby_refund_invoice",)),
    Scenario("Write off invoice {invoiceNumber}", "cancel_blocked", steps=("billsby_write_off_invoice",)),
    Scenario("Which bills are due this week?"),
)


@dataclass
class Played:
    text: str
    is_passed: bool = False
    shown: list[list[str]] = field(default_factory=list)


class Watched(Turn):
    """A turn that remembers what its requests showed."""

    played: Played

    def _prepare(self) -> tuple[list[dict], list[str]]:
        messages, tools = super()._prepare()
        self.played.shown.append([json.loads(tool)["function"]["name"] for tool in tools])
        return messages, tools


async def play(scenario: Scenario, stories: Mapping[str, Mapping[str, Any]], person: Person) -> Played:
    played = Played(scenario.text.format(**stories.get(scenario.part, {})))
    conversation = await Conversation.objects.acreate(owner=person)
    turn = Watched(conversation.pk, await in_db(turns.say)(conversation.pk, person, played.text))
    turn.played = played
    await turn.run()
    played.is_passed = await in_db(is_right)(conversation, scenario)
    return played


def is_right(conversation: Conversation, scenario: Scenario) -> bool:
    """Whether it came to an end, called what it must, and proposed exactly what was asked for."""
    conversation.refresh_from_db()
    called = ToolCall.objects.filter(message__conversation=conversation, state=ToolCall.State.DONE)
    steps = Step.objects.filter(proposal__origin_id=str(conversation.pk)).order_by("proposal", "position")
    return (
        conversation.turn_state == Conversation.TurnState.IDLE
        and called.exists()
        and set(scenario.calls) <= set(called.values_list("name", flat=True))
        and tuple(steps.values_list("operation", flat=True)) == scenario.steps
    )


async def play_all(stories: Mapping[str, Mapping[str, Any]], people: list[Person]) -> list[Played]:
    """Each by the next of these people, who may say only so much in a minute."""
    return [await play(one, stories, people[at % len(people)]) for at, one in enumerate(SCENARIOS)]


def main() -> None:
    people = [person for person in demo.create_people("bench") if person.has_perm("approvals.propose")]
    for connection in demo.connect_sandbox(URL):
        sync_connection(connection)
    httpx.post(f"{URL}/model/v1/control/pace", json={"word_s": 0}).raise_for_status()
    stories = httpx.get(f"{URL}/control/stories").raise_for_status().json()
    print(json.dumps([asdict(played) for played in asyncio.run(play_all(stories, people))]))


if __name__ == "__main__":
    main()

"""A small desk to talk to the scripted model: its own customers, its own tools, no console behind it."""

import json
from dataclasses import dataclass, field
from typing import Any

from agent.scripted.actions import Do, Say
from agent.scripted.conversation import read_conversation
from agent.scripted.replay import next_action
from agent.scripted.skills import FALLBACK, SKILLS

SCHEMAS: dict[str, dict[str, Any]] = {
    "query_records": {"kind": "string", "text": "string", "where": "array"},
    "customer_spend": {"customer": "string", "year": "integer", "from": "string", "to": "string"},
    "receivables_by_age": {"min_days": "integer", "connector": ["billsby", "bill"]},
    "billsby_get_invoice": {"invoiceNumber": "string"},
    "billsby_get_customer": {"customerUniqueId": "string"},
    "billsby_list_payment_logs": {"customerUniqueId": "string", "invoiceNumber": "string"},
    "billsby_list_customer_invoices": {"customerUniqueId": "string"},
    "billsby_list_customer_subscriptions": {"customerUniqueId": "string"},
    "billsby_get_subscription": {"subscriptionUniqueId": "string"},
    "billsby_list_subscription_allowances": {"subscriptionUniqueId": "string"},
    "billsby_get_allowance": {"allowanceId": "integer"},
    "billsby_get_counter": {"subscriptionUniqueId": "string", "counterId": "string"},
    "billsby_list_products": {"page": "integer", "pageSize": "integer"},
    "billsby_list_plans": {"productId": "integer"},
    "billsby_retry_invoice_payment": {"invoiceNumber": "string"},
    "billsby_refund_invoice": {"customerUniqueId": "string", "invoiceNumber": "string", "amount": "integer"},
    "billsby_write_off_invoice": {"invoiceNumber": "string"},
    "billsby_mark_invoice_paid_offline": {"invoiceNumber": "string"},
    "billsby_charge_customer": {
        "customerUniqueId": "string",
        "currencyCode": "string",
        "amount": "integer",
        "description": "string",
    },
    "billsby_change_plan": {
        "subscriptionUniqueId": "string",
        "customerUniqueId": "string",
        "planId": "integer",
        "cycleId": "integer",
        "planChangeType": ["now", "on_renewal"],
        "issueRefund": "boolean",
    },
    "billsby_cancel_subscription": {"subscriptionUniqueId": "string", "customerUniqueId": "string"},
    "billsby_update_counter": {
        "subscriptionUniqueId": "string",
        "counterId": "string",
        "operationType": ["Increment", "Decrement", "Set"],
        "value": "integer",
    },
    "bill_create_customer": {"name": "string", "email": "string"},
    "bill_create_customer_contact": {
        "customerId": "string",
        "firstName": "string",
        "lastName": "string",
        "email": "string",
    },
    "propose_plan": {"steps": "array"},
}
WRITES = {
    name
    for name in SCHEMAS
    if name.startswith(("billsby_", "bill_")) and not name.startswith(("billsby_get", "billsby_list"))
} | {"propose_plan"}


def schema(name: str) -> dict[str, Any]:
    names = SCHEMAS[name] | ({"reason": "string"} if name in WRITES else {})
    properties = {
        key: {"type": "string", "enum": kind} if isinstance(kind, list) else {"type": kind}
        for key, kind in names.items()
    }
    optional = (
        name.startswith(("query", "customer_", "receivables")) or name == "bill_create_customer_contact"
    )
    required = [] if optional else list(names)
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


@dataclass
class Desk:
    """Plays the console's part: runs the tool calls, keeps the messages."""

    tools: dict[str, Any] = field(default_factory=dict)  # name -> result, or a function of the arguments
    offered: tuple[str, ...] = tuple(SCHEMAS)
    messages: list[dict[str, Any]] = field(
        default_factory=lambda: [
            {"role": "system", "content": "You help finance staff. Today is 2026-03-20."}
        ]
    )
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    proposed: int = 0

    def say(self, text: str) -> str:
        self.messages.append({"role": "user", "content": text})
        return self.answer()

    def news(self, text: str) -> str:
        self.messages.append({"role": "system", "content": text})
        return self.answer()

    def answer(self) -> str:
        tools = [{"type": "function", "function": {"name": n, "parameters": schema(n)}} for n in self.offered]
        for _ in range(12):
            action = next_action(read_conversation(self.messages, tools), SKILLS, FALLBACK)
            if isinstance(action, Say):
                self.messages.append({"role": "assistant", "content": action.text})
                return action.text
            self.make(action)
        raise AssertionError(f"The model never came to an end: {self.calls}")

    def make(self, action: Do) -> None:
        first = len(self.calls)
        called = [
            {
                "id": f"call_{first + position}",
                "type": "function",
                "function": {"name": call.name, "arguments": json.dumps(call.arguments)},
            }
            for position, call in enumerate(action.calls)
        ]
        self.messages.append({"role": "assistant", "content": None, "tool_calls": called})
        for call, sent in zip(action.calls, called, strict=True):
            self.calls.append((call.name, call.arguments))
            result = json.dumps(self.result(told(*self.calls[-1]), call.arguments), ensure_ascii=False)
            self.messages.append({"role": "tool", "tool_call_id": sent["id"], "content": result})

    def result(self, name: str, arguments: dict[str, Any]) -> Any:
        if name in self.tools:
            given = self.tools[name]
            return given(arguments) if callable(given) else given
        if name in WRITES:
            self.proposed += 1
            return {
                "proposal": f"P-{11 + self.proposed}",
                "status": "pending",
                "sentence": f"Do {name}",
                "note": "Proposed, not done. A person must approve it.",
            }
        return {"error": f"No such tool here: {name}"}

    def writes(self) -> list[tuple[str, dict[str, Any]]]:
        """What was proposed, without the reasons."""
        return [
            (name, {key: value for key, value in arguments.items() if key != "reason"})
            for name, arguments in self.calls
            if name in WRITES
        ]

    def called(self) -> list[str]:
        return [told(name, arguments) for name, arguments in self.calls]


def told(name: str, arguments: dict[str, Any]) -> str:
    """The tool, of a query with the kind of records that it is about."""
    return f"{name} {arguments['kind']}" if name == "query_records" else name

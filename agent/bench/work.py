"""What every way of chatting is given to do: a hundred tools, a question, and what each tool answers."""

import json

SYSTEM = "You are a billing assistant for finance staff."
QUESTION = "Which invoices are overdue for the five biggest customers?"
ROWS = [{"id": f"INV-{number}", "amount": "10.00", "status": "open"} for number in range(5)]
ANSWER = json.dumps({"rows": ROWS})
DESCRIPTION = "List or change one kind of billing record for a customer; returns JSON rows."
PARAMETERS = {
    "type": "object",
    "properties": {
        "customer_id": {"type": "string", "description": "Unique id of the customer in the billing platform"},
        "page": {"type": "integer", "description": "Page number, from 1"},
        "status": {
            "type": "string",
            "enum": ["open", "paid", "overdue", "void"],
            "description": "Only rows with this status",
        },
        "date_from": {"type": "string", "description": "First day, ISO 8601"},
        "date_to": {"type": "string", "description": "Last day, ISO 8601"},
    },
    "required": ["customer_id"],
}
NAMES = [f"billing_tool_{number}" for number in range(100)]
TOOLS = [
    {"type": "function", "function": {"name": name, "description": DESCRIPTION, "parameters": PARAMETERS}}
    for name in NAMES
]

"""Adding a customer to BILL, with a contact."""

import re

from agent.scripted.actions import Ask, Call, Script, ToolMissing
from agent.scripted.answers import is_yes
from agent.scripted.names import EMAIL, QUOTED, capitalised_runs, clean_name
from agent.scripted.records import Customer
from agent.scripted.skills.finding import Part, bulleted, numbered, search_customers
from agent.scripted.skills.proposing import propose
from agent.scripted.talk import Asked

ADD = re.compile(
    r"\b(?:add|creat\w*|set(?:ting)? ?up|register\w*|onboard\w*|enter|make|put|get|open)\b"
    r"|\bnew (?:\w+ )?(?:customer|client)\b|\b(?:needs?|has|have) to be (?:in|added)\b",
    re.I,
)
IN_BILL = re.compile(
    r"\b(?:in|to|into|on|at|within|inside|via)\s+(?:the\s+)?bill(?:\.com)?\b(?! for| \d"
    r"| [$€£])|\bBILL(?:\.com)?\b(?= (?:customer|client|account))|\bbill\.com\b|\bBILL:",
    re.I,
)
CONTACT = re.compile(r"\bcontact\b|\breach(?:able)?\b|\bperson\b", re.I)


def add_to_bill(asked: Asked) -> Script | None:
    text = EMAIL.sub("x@x.x", asked.text)
    if (
        not ADD.search(text)
        or not IN_BILL.search(text)
        or re.search(r"\b(?:vendor|supplier|bill)s?\b(?=.*\b(?:due|owe))", text)
    ):
        return None
    if re.search(r"\b(?:vendor|supplier)\b", text, re.I):
        return None
    return add(asked)


def add(asked: Asked) -> Script:
    name = new_name(asked.text)
    if not name:
        name = yield Ask("What is the customer's name?", lambda answer: clean_name(answer) or None)
    addresses = list(dict.fromkeys(EMAIL.findall(asked.text)))
    if not addresses:
        addresses = yield Ask(
            f"Which e-mail address should {name} have in BILL?", lambda answer: EMAIL.findall(answer) or None
        )
    email = addresses[0]
    twins = yield from twins_of(name, email)
    if twins:
        question = (
            f"BILL already has {'this customer' if len(twins) == 1 else 'these customers'}:\n"
            f"{bulleted([one.line for one in twins])}\n\n"
            f"Shall I propose another one called {name} all the same?"
        )
        if not (yield Ask(question, is_yes)):
            return "Then I propose nothing."
    steps = [Call("bill_create_customer", {"name": name, "email": email})]
    lines = [f"Add {name} ({email}) as a customer in BILL"]
    if CONTACT.search(asked.text) or len(addresses) > 1:
        contact = contact_name(asked.text, addresses[-1]) | {"email": addresses[-1]}
        reference = {"$ref": {"step": 1, "result": "id"}}
        steps.append(Call("bill_create_customer_contact", {"customerId": reference, **contact}))
        called = " ".join(contact[key] for key in ("firstName", "lastName") if key in contact)
        who = ", ".join(part for part in (called, contact["email"]) if part)
        lines.append(f"Add the contact {who} to it, by the id step 1 returns")
    told = yield from propose(asked, steps, f"New customer {name}.")
    return f"{numbered(lines) if len(lines) > 1 else lines[0] + '.'}\n\n{told}"


def twins_of(name: str, email: str) -> Part:
    """Customers BILL already has under this name or address."""
    found: dict[str, Customer] = {}
    for searched in (name, email):
        try:
            customers = yield from search_customers(searched)
        except ToolMissing:
            return []
        for one in customers:
            same = (
                name.casefold() in (one.name.casefold(), one.company.casefold())
                or email.casefold() == one.email.casefold()
            )
            if same and one.connector.casefold() == "bill":
                found[one.id] = one
    return list(found.values())


NEW_NAME = (
    r"\b(?:called|named)\s+(?P<who>[\w&][\w&.'’\- ]*?)\s*(?:\(|,|;|\.|\bwith\b|\bin\b|\bto\b"
    r"|\bat\b|\busing\b|$)",
    r"\b(?:add|create|set up|register|onboard|enter|make|put|get|open)\s+(?:us\s+)?(?:an?\s+"
    r"|the\s+)?(?:new\s+)?(?:bill(?:\.com)?\s+)?(?:customer|client"
    r"|account)?\s*(?:record\s+)?(?:called|named|for"
    r"|:)?\s*(?P<who>[\w&][\w&.,'’\- ]*?)\s*(?:,\s*)?(?:\(|\bas (?:an?|our)\b|\b(?:in|to|into"
    r"|on|at|within|inside|via|set up in)\s+(?:the\s+)?bill\b|\bwith\b|\bwhose\b|\busing\b"
    r"|,\s*(?:the\s+)?(?:contact|primary|e-?mail))",
    r"\b(?:customer|client|account)\s*(?:called|named|for"
    r"|:)?\s+(?P<who>[\w&][\w&.'’\- ]*?)\s*(?:\(|,|;|\bwith\b|\bin\b|\bto\b|\bat\b|\bneeds?\b"
    r"|\busing\b|\s[–-]\s|$)",
)


def new_name(text: str) -> str:
    bare = EMAIL.sub("@", text)
    if quoted := next((one or two for one, two in QUOTED.findall(bare)), ""):
        return quoted.strip()
    for pattern in NEW_NAME:
        for match in re.finditer(pattern, bare, re.I):
            name = clean_name(re.sub(r"^(?:called|named|for)\s+", "", match["who"], flags=re.I))
            if name and name.casefold() not in ("bill", "it", "them"):
                return name
    runs = (clean_name(run) for run in capitalised_runs(bare))
    return next((run for run in runs if run and not run.casefold().startswith("bill")), "")


def contact_name(text: str, email: str) -> dict[str, str]:
    """First and last name when they stand before the address: "contact Jane Doe at jane@…"."""
    before = text[: text.index(email)]
    match = re.search(
        r"([A-Z][\w'’\-]+)\s+([A-Z][\w'’\-]+(?:\s[A-Z][\w'’\-]+)?)\s*(?:,|\(|<|at|via|:)*\s*(?:at"
        r"|e-?mail)?\s*$",
        before,
    )
    is_contact = match and re.search(
        r"(?:contact|person|is|:|for|reach|,)\s*(?:\w+\s+)?$", before[: match.start()], re.I
    )
    return {"firstName": match[1], "lastName": match[2]} if match and is_contact else {}

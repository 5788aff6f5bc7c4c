"""Approval policies: which bills somebody must approve first, and the decisions on them."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from starlette.responses import JSONResponse, Response

from connectors.sandbox.bill import rules, shapes
from connectors.sandbox.bill.checks import Check
from connectors.sandbox.bill.errors import refusal, v3_time
from connectors.sandbox.bill.sessions import USER_ID
from connectors.sandbox.bill.ways import Way, existing, parsed, parsed_list
from connectors.sandbox.books import Books
from connectors.sandbox.endpoint import Call, Outcome

MOST_AT_ONCE = 50
HOLDING = {"ASSIGNED", "APPROVING", "DENIED"}  # a bill in one of these states cannot be paid
DECIDED = {"APPROVE": "APPROVED", "DENY": "DENIED"}
KEYS = {
    "BILL_AMOUNT": "amount",
    "VENDOR_ID": "vendorId",
    "CHART_OF_ACCOUNT_ID": "chartOfAccountId",
    "JOB_ID": "jobId",
    "LOCATION_ID": "locationId",
}
OPERATORS = ("eq", "ne", "gt", "gte", "lt", "lte", "in", "nin")


def list_policies(books: Books, _call: Call) -> Response:
    """A bare array, not a page."""
    return JSONResponse([_shown(books, row) for row in books.find("approval policy", newest_first=False)])


def create_policy(books: Books, call: Call) -> Outcome:
    given = parsed(call.body)
    _check(given)
    policy = rules.new_record(books, "approval policy", _fields(given) | {"status": "ACTIVE"})
    books.put("approval policy", policy["id"], policy)
    return Outcome(JSONResponse(_shown(books, policy), 201), record=policy["id"])


def replace_policy(books: Books, call: Call) -> Outcome:
    policy, given = existing(books, "approval policy", call.parts["id"]), parsed(call.body)
    _check(given)
    policy |= _fields(given) | {"updatedTime": v3_time(books.now)}
    books.put("approval policy", policy["id"], policy)
    return Outcome(JSONResponse(_shown(books, policy)), record=policy["id"])


def delete_policy(books: Books, call: Call) -> Outcome:
    """Bills that wait by it go on waiting; those to come do not."""
    policy = existing(books, "approval policy", call.parts["id"])
    books.remove("approval policy", policy["id"])
    return Outcome(JSONResponse({"status": "SUCCESS"}), record=policy["id"])


def assign(books: Books, bill: dict[str, Any]) -> None:
    """Approvers by all the policies that fit; without one the bill needs none."""
    fitting = [row for row in books.find("approval policy", newest_first=False) if _fits(row, bill)]
    users = list(dict.fromkeys(user for row in fitting for user in row["approvers"]))
    bill["approvalStatus"] = "ASSIGNED" if users else "UNASSIGNED"
    bill["approvers"] = [
        {"userId": user, "status": "WAITING", "approverOrder": at, "statusChangedTime": v3_time(books.now)}
        for at, user in enumerate(users)
    ]


def pending(books: Books, _call: Call) -> Response:
    rows = [bill for bill in books.find("bill", newest_first=False) if not bill["archived"] and _ours(bill)]
    shown = [
        {"billId": bill["id"], **{name: bill[name] for name in ("vendorId", "amount", "dueDate")}}
        for bill in rows
    ]
    return JSONResponse({"bills": [shapes.published(row) for row in shown]})


def decide(books: Books, call: Call) -> Outcome:
    """In the name of the session's user, who must be asked about each of the bills; all of them or none."""
    given = parsed_list(call.body, most=MOST_AT_ONCE)
    bills = []
    for one in given:
        check = Check(one)
        check.text("billId", required=True)
        check.text("action", required=True)
        check.one_of("action", DECIDED)
        check.finish()
        bill = existing(books, "bill", one["billId"])
        mine = _ours(bill)
        if mine is None or bill["archived"]:
            raise refusal(422, "BDC_1119", "billId", bill["id"])
        mine |= {"status": DECIDED[one["action"]], "statusChangedTime": v3_time(books.now)}
        bill["approvalStatus"] = _status(bill)
        bill["updatedTime"] = v3_time(books.now)
        books.put("bill", bill["id"], bill)
        bills.append(bill["id"])
    return Outcome(JSONResponse({"status": "SUCCESS"}), record=" ".join(bills))


def _status(bill: Mapping[str, Any]) -> str:
    states = {approver["status"] for approver in bill["approvers"]}
    if "DENIED" in states:
        return "DENIED"
    return "APPROVED" if states == {"APPROVED"} else "APPROVING"


def _ours(bill: Mapping[str, Any]) -> dict[str, Any] | None:
    """The entry of our user, while BILL waits for it."""
    if bill["approvalStatus"] == "DENIED":
        return None
    mine = (one for one in bill["approvers"] if one["userId"] == USER_ID and one["status"] == "WAITING")
    return next(mine, None)


def _fits(policy: Mapping[str, Any], bill: Mapping[str, Any]) -> bool:
    return policy["status"] == "ACTIVE" and all(_holds(rule, bill) for rule in policy["rules"])


def _holds(rule: Mapping[str, Any], bill: Mapping[str, Any]) -> bool:
    """A bill has several ledger accounts, jobs and locations: one that fits is enough."""
    name = KEYS[rule["key"]]
    if name == "amount":
        amount, limits = Decimal(bill["amount"]), [Decimal(str(value)) for value in rule["values"]]
        first = limits[0]
        return {
            "gt": amount > first,
            "gte": amount >= first,
            "lt": amount < first,
            "lte": amount <= first,
            "ne": amount not in limits,
            "nin": amount not in limits,
        }.get(rule["op"], amount in limits)
    places = [
        bill.get("classifications") or {},
        *(line.get("classifications") or {} for line in bill["billLineItems"]),
    ]
    found = {bill["vendorId"]} if name == "vendorId" else {place.get(name) for place in places}
    is_among = bool(found & set(rule["values"]))
    return not is_among if rule["op"] in ("ne", "nin") else is_among


def _check(given: Any) -> None:
    check = Check(given)
    check.text("policyName", required=True)
    rows = given.get("rules")
    if not isinstance(rows, list) or not rows:
        check.problem("rules: must not be empty")
    for at, rule in enumerate(rows or ()):
        if rule.get("key") not in KEYS or str(rule.get("op")) not in OPERATORS or not rule.get("values"):
            check.problem(f"rules[{at}]: must have a known key, an operator and values")
    users = given.get("approvers")
    if not isinstance(users, list) or not users or not all(isinstance(user, str) for user in users):
        check.problem("approvers: must be a list of user ids")
    check.finish()


def _fields(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: given[name] for name in ("policyName", "rules", "approvers")}


def _shown(_books: Books, policy: Mapping[str, Any]) -> dict[str, Any]:
    """Reads are wider than writes: values and approvers come with names, operators in capitals."""
    shown_rules = [
        {
            "key": rule["key"],
            "op": rule["op"].upper(),
            "values": [{"value": value, "displayName": value} for value in rule["values"]],
        }
        for rule in policy["rules"]
    ]
    users = [{"userId": user, "fullName": user} for user in policy["approvers"]]
    return {
        "id": policy["id"],
        "policyName": policy["policyName"],
        "status": policy["status"],
        "rules": shown_rules,
        "approvers": {"users": users, "groups": []},
    }


_ALL = "/bill-approvals/policies"
WAYS = (
    Way("POST", "/bill-approvals/actions", "approve_or_deny_bills", decide),
    Way("GET", "/bill-approvals/pending-user-approvals", "list_pending_approvals", pending),
    Way("GET", _ALL, "list_approval_policies", list_policies),
    Way("POST", _ALL, "create_approval_policy", create_policy),
    Way("PUT", f"{_ALL}/{{id}}", "replace_approval_policy", replace_policy),
    Way("DELETE", f"{_ALL}/{{id}}", "delete_approval_policy", delete_policy),
)

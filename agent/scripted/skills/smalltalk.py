"""What is not about records: thanks, who are you, what became of a proposal; and not understanding."""

import re

from agent.scripted.actions import Script
from agent.scripted.skills.payments import retry_payment
from agent.scripted.talk import Asked, Proposal

EXAMPLES = (
    "Alice Smith updated her card. Find her failed invoices and retry the payment.",
    "Give TechCorp 500 free API credits on its main subscription.",
    "Jane Doe wants to cancel and get her latest invoice refunded.",
    "Move Acme to the Enterprise plan and charge a $1,000 implementation fee.",
    "Add Acme Corp to BILL with a primary contact at ops@acme.com.",
    "What did TechCorp spend this year?",
    "Who owes us more than 60 days, by customer?",
    "Show me invoice 7KQ2M9XTRB-3.",
)
CAN = (
    "I can look up customers, invoices, subscriptions, plans, vendors and bills; say who spent or "
    "owes how much; "
    "and propose to retry, refund, write off or mark an invoice as paid, to charge, to change a "
    "plan, to give usage "
    "credits, to cancel, and to add a customer to BILL. I cannot approve or send anything: a "
    "person decides on "
    "every proposal."
)
SCRIPTED = (
    "I am the scripted model (countersign-scripted): a rule-based stand-in that plays the model "
    "in the demo and in "
    "tests. I am not a language model. I understand a number of requests about Billsby and BILL, "
    "and nothing more."
)
THANKS = re.compile(
    r"(?:ok(?:ay)?[,. ]+|great[,. ]+|perfect[,. ]+)?(?:many |no )?(?:thanks|thank you|thx"
    r"|cheers|ta|much appreciated|great|perfect|nice|good job|well done)\b[^?]{0,40}",
    re.I,
)
HELLO = re.compile(r"(?:hi|hello|hey|good (?:morning|afternoon|evening))(?: there)?[\s!.,]*", re.I)
HELP = re.compile(
    r"\bwhat (?:else )?(?:can|do|could) you (?:do|help|know|understand|offer)"
    r"|\bhelp\b(?: me)?[?!. ]*$|\bhow (?:can|do) you help|\bwhat are you able"
    r"|\byour (?:abilities|capabilities|features)|\bhow does this work|\bwhat can i (?:ask|do)",
    re.I,
)
WHO = re.compile(
    r"\bwho are you|\bwhat are you\b(?! able)|\bare you (?:an? )?(?:real|human|robot|bot|ai"
    r"|llm|gpt|chatgpt|claude|language|machine|person|model)|\bwhich (?:ai |language )?model"
    r"|\bwhat (?:ai |language )?model|\byour name\b|\bwho am i (?:talking|speaking)"
    r"|\bintroduce yourself",
    re.I,
)
DECIDE = re.compile(
    r"^(?:please |can you |could you |just |go ahead and |ok,? )*(?:approve|reject|withdraw"
    r"|execute|confirm|sign off)\b|\b(?:approve|execute|reject|withdraw)\b.{0,25}\b(?:it|that"
    r"|this|yourself|P-\d+)\b",
    re.I,
)
NUMBER = re.compile(r"\bP-\d+\b", re.I)
WORKED = re.compile(
    r"\b(?:did|has|have|was|is|were|are|what)\b.{0,50}\b(?:go(?:ne)? through|work(?:ed)?"
    r"|succeed(?:ed)?|take effect|took effect|happen(?:ed)?|approved|executed|done|sent"
    r"|confirmed|failed|rejected|status)\b|\bstatus of\b|\bwhat became of\b|\bany news\b"
    r"|\bany update",
    re.I,
)
TOLD_FAILED = re.compile(
    r"\b(?:proposal|it|that|payment|retry|card|P-\d+|refund|charge|change"
    r"|attempt)\b.{0,60}\b(?:fail(?:ed|s)?|declined|(?:did|does|has|have|was)(?:n'?t"
    r"| not)\b.{0,30}|no effect|bounced)\b",
    re.I,
)
SAID_STATUS = {
    "rejected": re.compile(
        r"\b(?:rejected|turned down|refused|said no|denied|declined your proposal)\b", re.I
    ),
    "unknown": re.compile(
        r"\boutcome\b.{0,20}\bunknown\b|\bnobody knows\b|\bunknown (?:outcome|whether)"
        r"|\btimed? ?out\b|\bnot (?:known|clear|sure) (?:whether|if)\b",
        re.I,
    ),
}


def thanks(asked: Asked) -> Script | None:
    return words("You are welcome.") if THANKS.fullmatch(asked.text.strip()) else None


def hello(asked: Asked) -> Script | None:
    return words(f"Hello. {SCRIPTED}\n\n{CAN}") if HELLO.fullmatch(asked.text.strip()) else None


def who(asked: Asked) -> Script | None:
    return words(SCRIPTED) if WHO.search(asked.text) else None


def help_wanted(asked: Asked) -> Script | None:
    return words(f"{CAN}\n\n{examples()}\n\n{SCRIPTED}") if HELP.search(asked.text) else None


def decide(asked: Asked) -> Script | None:
    if not DECIDE.search(asked.text):
        return None
    return words(
        "I cannot approve, reject, withdraw or send anything. A person does that in the approvals inbox."
    )


def about_proposal(asked: Asked) -> Script | None:
    """Questions and remarks about a proposal of this conversation, answered from what was told here."""
    said, known = asked.text, asked.talk.proposals
    named = NUMBER.search(said)
    if not (named or known):
        return None
    proposal = known.get(named[0].upper()) if named else list(known.values())[-1]
    asks = bool(WORKED.search(said)) and (bool(named) or "?" in said or len(said) < 60)
    told = len(said) < 200 and not re.search(
        r"\b(?:why|find|show|list|retry the|retry her|retry his)\b", said, re.I
    )
    remark = next((status for status, pattern in SAID_STATUS.items() if told and pattern.search(said)), "")
    if not remark and told and TOLD_FAILED.search(said) and "?" not in said and not retry_payment(asked):
        remark = "failed"
    if not (asks or remark or named):
        return None
    if proposal is None:
        assert named
        return words(
            f"I know nothing of {named[0].upper()} from this conversation. The approvals inbox shows it."
        )
    is_settled = proposal.status not in ("pending", "approved", "executing", "unknown", "manual_review")
    return words(
        state_of(proposal) if is_settled or not remark or "?" in said else remarked(proposal, remark)
    )


REMARKS = {
    "failed": "Then {it} did not take effect. I will not try it again by myself; tell me if you want "
    "a new proposal.",
    "rejected": "Then {it} was rejected and nothing was sent. I will not ask for the same again; "
    "tell me what "
    "should be different if you want something else.",
    "unknown": "Then it is not known whether {it} happened. Nothing will be sent twice; the "
    "console keeps checking "
    "the vendor's records, and I will say what it finds.",
}


def remarked(proposal: Proposal, remark: str) -> str:
    it = f"{proposal.number} ({proposal.sentence})" if proposal.sentence else proposal.number
    return REMARKS[remark].format(it=it)


def state_of(proposal: Proposal) -> str:
    it = f"{proposal.number} ({proposal.sentence})" if proposal.sentence else proposal.number
    if proposal.status == "pending":
        return f"{it} awaits approval, as far as I was told. Nothing is sent until a person approves it."
    detail = f": {proposal.detail}" if proposal.detail else ""
    return f"The last I was told: {it} is {proposal.status.replace('_', ' ')}{detail}"


def not_understood(asked: Asked) -> Script:
    return words(f"I did not understand that, or it is nothing I can do. {SCRIPTED}\n\n{CAN}\n\n{examples()}")


def examples() -> str:
    return "For example:\n" + "\n".join(f"- {example}" for example in EXAMPLES)


def words(text: str) -> Script:
    return text
    yield

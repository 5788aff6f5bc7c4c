"""What to say when a proposal changed its state."""

from agent.scripted.conversation import News

SAYINGS = {
    "succeeded": "{it} is confirmed: it took effect.{detail}",
    "failed": "{it} did not take effect.{detail} I will not try it again by myself; "
    "tell me if you want a new proposal.",
    "rejected": "{it} was rejected{reason} Nothing was sent, and I will not ask for the same again.",
    "withdrawn": "{it} was withdrawn, so nothing was sent.{detail}",
    "expired": "{it} expired before anyone approved it, so nothing was sent.{detail}",
    "stale": "{it} is out of date: the record changed after I proposed it, so nothing was sent.{detail} "
    "Tell me to look again if you still want it.",
    "superseded": "{it} was replaced by a newer proposal.{detail} Nothing of it was sent.",
    "approved": "{it} was approved and is on its way; it is not confirmed yet.{detail}",
    "executing": "{it} was approved and is being carried out; it is not confirmed yet.{detail}",
    "unknown": "The outcome of {it} is not known: it may or may not have happened.{detail} Nothing will be "
    "sent twice; the console keeps checking the vendor's records and I will tell you what it finds.",
    "partly_done": "{it} was only partly carried out.{detail} What is not done of it I will not send by "
    "myself.",
    "manual_review": "Checking did not settle whether {it} happened.{detail} A person has to look at the "
    "vendor and close it; nothing will be sent twice meanwhile.",
}


def tell(one: News, *, before: str) -> str:
    it = f"{one.number} ({one.sentence})" if one.sentence else one.number
    reason = f", with this reason: {quoted(one.detail)}." if gives_reason(one.detail) else "."
    saying = SAYINGS.get(one.status, "{it} is now " + one.status.replace("_", " ") + ".{detail}")
    told = saying.format(it=it, detail=detail_of(one), reason=reason)
    if before in ("unknown", "manual_review") and one.status in ("succeeded", "failed"):
        return f"The outcome is known now. {told}"
    return told


def detail_of(one: News) -> str:
    """The news' own words as a sentence after ours."""
    detail = one.detail
    if one.status == "failed":
        detail = detail.removeprefix("Did not take effect").lstrip(":. ")
    if not detail:
        return ""
    ending = "" if detail.endswith((".", "!", "?", "”")) else "."
    return f" {detail[0].upper()}{detail[1:]}{ending}"


def gives_reason(detail: str) -> bool:
    return bool(detail) and "Do not propose it again" not in detail


def quoted(reason: str) -> str:
    return "“" + reason.removeprefix("Reason: ").strip('“”" ') + "”"

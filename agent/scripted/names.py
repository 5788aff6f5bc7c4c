"""Small grammars over what a person wrote: who, and which record."""

import re
from collections.abc import Iterator

EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
INVOICE = re.compile(r"\b(?=[A-Z]*\d)[A-Z0-9]{7,12}-\d{1,6}\b")
RECORD_ID = re.compile(r"\b(?:(?=[A-Z]*\d)(?=\d*[A-Z])[A-Z0-9]{10}|0cu[A-Za-z0-9]{10,})\b(?!-\d)")
QUOTED = re.compile(r"[“\"«]([^”\"»]{2,80})[”\"»]|(?<!\w)['‘]([^'’]{2,80})['’](?!\w)")
PRONOUN = re.compile(
    r"\b(?:her|his|their|them|him|she|he|they|its|(?:this|that|the same|the) (?:customer"
    r"|client|company|account))\b",
    re.I,
)

VERBS = (
    "e-?mailed|e-?mails|wrote|called|phoned|says|said|told|tells|wants?|wanted|would|wishes|needs?|asks?|asked|"
    "is|was|has|had|have|just|updated|replaced|changed|put|got|gets|owes|owed|decided|requested|requests|"
    "paid|pays?|spent|spen[dt]s?|bought|signed|can|should|might|may|did|does|now|finally|added|entered|gave|sent|"
    "could|will|never|still|messaged|confirmed|reports?|reported|let|fixed|renewed|reached|contacted|on|to|from|at|in"
)
STOP = re.compile(  # words that are capitalised without being anybody's name
    r"(?:please|hi|hello|hey|can|could|would|will|you|find|retry|re-?try|give|add|move|show"
    r"|list|what|what's|who|who's|which|"
    r"whose|where|when|why|how|tell|the|a|an|her|his|their|its|she|he|they|it|we|i|i'd|i'm"
    r"|i've|my|our|us|me|and|or|but|then|"
    r"also|refund|cancel|charge|write|mark|upgrade|downgrade|switch|change|put|set|create"
    r"|register|onboard|enter|make|get|"
    r"bill|billsby|usd|eur|gbp|jpy|chf|api|for|from|to|of|on|in|at|by|with|is|are|was|did|does"
    r"|do|has|have|had|this|that|"
    r"these|those|last|next|today|yesterday|customer|customers|client|account|invoice|invoices"
    r"|plan|subscription|"
    r"subscriptions|payment|payments|credit|credits|free|grant|collect|try|send|since|because"
    r"|as|so|if|now|just|"
    r"ok|okay|thanks|thank|pls|kindly|let|let's|look|check|check|pull|fetch|display|need|want"
    r"|january|february|march|april|"
    r"june|july|august|september|october|november|december|monday|tuesday|wednesday|thursday|friday|saturday|"
    r"sunday|p-\d+|re|fw|fwd|no|yes|not|all|any|every|everybody|everyone|total|open|unpaid|failed|overdue|"
    r"transfer|bump|take|migrate|issue|return|reimburse|apply|run|re-?attempt|process|put|top|offer|award|"
    r"terminate|end|stop|close|after|before|once|good|news|apparently|heads|up|fyi|team|due|only|"
    r"approve|reject|withdraw|one|two|three|user|vendor|vendors|bills|supplier|supply|recover|reprocess|"
    r"seems|it's|there|here|some|initiate|start|begin|implement|comp|gift|extend|provide|bring|reverse|total|"
    r"sum|calculate|compute|reactivate|kick|switching|moving|upgrading|cancelling|canceling"
    r"|refunding|most|recent|latest|newest|full|whole|money|card|year|month|months|week"
    r"|quarter|days|more|over|than|half|each|much|many|about)",
    re.I,
)
JOINERS = {
    "&", "+", "of", "and", "the", "de", "del", "della", "di", "da", "van", "von", "der", "den", "la",
    "le", "y", "e", "und", "et",
}  # fmt: skip
TOKEN = re.compile(r"[\w&+][\w&+.'’\-/]*|[,;:!?()]", re.U)
FILLER = re.compile(
    r"^(?:(?:the|our|my|a|an|half|part|does|do|did|has|have|is|are|all|any|customer|client"
    r"|company|account|user|mr|mrs|ms|dr|for|to|of|from|named|called)\b\.?\s+)+",
    re.I,
)
TAIL = re.compile(
    rf"(?:[\s,]+(?:{VERBS}|please|and|customer|account|now|today|for us|us|again|the|a|her|his|their))+$",
    re.I,
)


def parties(text: str, *patterns: str) -> list[str]:
    """Whoever the text may be about, likeliest first.

    An address or id, quoted words, what the patterns catch in their group `who`, runs of
    capitalised words, then what stands where English puts a name.
    """
    found: dict[str, None] = {}
    for candidate in _candidates(text, patterns):
        name = clean_name(candidate)
        if name and name.casefold() not in {one.casefold() for one in found}:
            found[name] = None
    return list(found)


def _candidates(text: str, patterns: tuple[str, ...]) -> Iterator[str]:
    yield from EMAIL.findall(text)
    yield from RECORD_ID.findall(text)
    yield from (one or two for one, two in QUOTED.findall(text))
    bare = EMAIL.sub(" ", INVOICE.sub(" ", text))
    for pattern in patterns:
        yield from (match["who"] for match in re.finditer(pattern, bare, re.I) if match["who"])
    yield from capitalised_runs(bare)
    for pattern in PLACES:
        yield from (match["who"] for match in re.finditer(pattern, bare, re.I | re.M))


NAME = r"(?P<who>[\w&][\w&.'’\- ]{1,60}?)"
PLACES = (
    rf"\b{NAME}(?:'s|’s)\b",
    rf"(?:^|[.!?]\s+|\bthat\s+|\bcustomer\s+|\bbecause\s+){NAME}\s+(?:{VERBS})\b",
    rf"\b(?:customer|client|find|look up|about|charge|refund|cancel|move"
    rf"|give)\s+{NAME}(?=\s+(?:and|because|since|to|with|on|in|a|an|the|\d|[$€£¥])|[,.;:!?)]|$)",
    rf"\b(?:for|from|of|by|to)\s+{NAME}(?=\s+(?:and|because|since|as|at|on|in|so|to|with|this"
    rf"|last|now|please)\b|[,.;:!?)]|$)",
)


def clean_name(candidate: str) -> str:
    """The name alone, or "" when what was caught is none."""
    name = candidate.strip(" \t\n.,;:!?()'\"“”‘’")
    if EMAIL.fullmatch(name) or RECORD_ID.fullmatch(name):
        return name
    previous = None
    while previous != name:
        previous = name
        name = TAIL.sub("", FILLER.sub("", name)).strip(" ,.;:'’")
        name = re.sub(r"(?:'s|’s|['’])$", "", name)
    words = name.split()
    if words and words[0].islower() and STOP.fullmatch(words[0]):
        return ""
    is_name = bool(words) and len(words) <= 7 and not all(STOP.fullmatch(word) for word in words)
    if not is_name or PRONOUN.fullmatch(words[0]) or re.fullmatch(r"[\d.,$€£¥%]+", name):
        return ""
    return name


def capitalised_runs(text: str) -> Iterator[str]:
    """ "… for Bright & Sons Ltd. Please …" → "Bright & Sons Ltd"."""
    run: list[str] = []
    for match in TOKEN.finditer(text):
        token = match[0]
        is_end = token in ",;:!?()"
        bare = re.sub(r"(?:'s|’s|['’])$", "", token.rstrip("."))
        is_capital = any(letter.isupper() for letter in bare)
        is_stop = bool(STOP.fullmatch(bare)) and not (
            run and bare[0].isupper() and bare.casefold() in ("bill", "one", "the", "of", "supply")
        )
        if not is_end and is_capital and not is_stop:
            run.append(bare)
        elif not is_end and run and bare.casefold() in JOINERS and upper_follows(text, match.end()):
            run.append(bare)
            continue
        else:
            if run:
                yield " ".join(run)
            run = []
            continue
        if bare != token.rstrip(".") or (token.endswith(".") and ends_sentence(text, match.end(), bare)):
            yield " ".join(run)
            run = []
    if run:
        yield " ".join(run)


def upper_follows(text: str, position: int) -> bool:
    follower = re.match(r"\s+([\w&]+)", text[position:])
    if not follower or not follower[1][0].isupper():
        return bool(follower) and follower[1].casefold() in JOINERS
    return not STOP.fullmatch(follower[1])


def ends_sentence(text: str, position: int, word: str) -> bool:
    is_initial = len(word) == 1 or word.casefold() in {"mr", "mrs", "ms", "dr", "st", "jr"}
    return not is_initial or not text[position:].strip()


def has_pronoun(text: str) -> bool:
    return bool(PRONOUN.search(text))

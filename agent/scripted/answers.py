"""What a short answer to a question means."""

import re

ORDINALS = {
    "first": 0, "1st": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2,
    "fourth": 3, "4th": 3, "fifth": 4, "5th": 4,
    "last": -1,
}  # fmt: skip
CHATTER = {
    "the", "one", "please", "it's", "its", "is", "i", "mean", "meant", "that", "this", "yes", "with",
    "called", "named", "id", "email", "e-mail", "address", "number", "customer", "option", "no.", "nr",
    "a", "an", "take", "use", "choose", "go", "for", "of", "them", "yeah", "yep", "ok", "okay", "from",
    "in", "at", "who", "has", "company", "it", "was",
}  # fmt: skip

NEGATIONS = {"no", "nope", "not", "never", "nevermind", "nothing", "leave", "stop", "away", "dont"}


def choose(answer: str, options: list[str]) -> int | None:
    """Which option a short answer points at: an ordinal, a number, or words that only one option holds."""
    words = [word.strip(".,;:!?()'\"“”#") for word in answer.casefold().split()]
    words = [word for word in words if word and word not in CHATTER]
    if not words or len(words) > 8:
        return None
    if len(words) == 1:
        position = ORDINALS.get(words[0], int(words[0]) - 1 if re.fullmatch(r"\d{1,2}", words[0]) else None)
        if position is not None and -1 <= position < len(options):
            return position % len(options)
    exact = [
        i for i, option in enumerate(options) if all(word in option.casefold().split() for word in words)
    ]
    part = [i for i, option in enumerate(options) if all(word in option.casefold() for word in words)]
    return next((found[0] for found in (exact, part) if len(found) == 1), None)


def is_yes(text: str) -> bool | None:
    """True for yes, False for no, None for neither."""
    said = re.sub(r"[^\w' ]", " ", text.casefold().replace("’", "'")).split()
    if not said or len(said) > 9:
        return None
    if any(word in NEGATIONS or word.endswith("n't") for word in said):
        return False
    yes = {
        "yes",
        "yep",
        "yeah",
        "sure",
        "ok",
        "okay",
        "correct",
        "right",
        "exactly",
        "please",
        "go",
        "do",
        "proceed",
    }
    return True if said[0] in yes else None

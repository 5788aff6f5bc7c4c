"""Which tools fit what somebody wants, by the words of both. Everything is here: no service, nothing learnt.

Okapi BM25 over the words of a tool, those of its name counting most; what staff say is turned into the tools'
words by `words.yaml`, and a word that nobody knows is taken for the one it is nearest to.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path

import yaml

from agent.tools.tool import Tool
from connectors.catalogue import LOADER

WORDS = Path(__file__).with_name("words.yaml")
NAME, TAG, SENTENCE, ALIAS, ARGUMENT = 6.0, 0.4, 1.0, 0.1, 0.1
SATURATION, LENGTH = 1.1, 0.75
PHRASE, IN_PHRASE = 1.6, 0.25  # a known phrase tells more than its words
MEANT = 0.85  # a word that was meant counts less than one that was said
MISSPELT, LIKENESS = 0.7, 0.8
UNSAID = 0.5
TO_KNOW = (("get",), ("list",), ("read",))  # meant by whoever says nothing that is to be done
OTHER_SYSTEM = 0.3  # where one was named
WHOLE = 0.9  # how much a name counts that says nothing else
FOR_MANY = 0.7  # where nobody said that it is many
GAP = 3  # words between those of a phrase, at most
BRITISH = (("cheque", "check"), ("centre", "center"), ("licence", "license"), ("isation", "ization"))

Terms = Mapping[str, float]
Readings = dict[tuple[str, ...], float]


@dataclass(frozen=True)
class Vocabulary:
    """empty: words that tell nothing. meanings: a phrase of stems, and the phrases it stands for.
    phrases: those of several words, by the first.
    """

    empty: frozenset[str]
    meanings: Mapping[tuple[str, ...], tuple[tuple[str, ...], ...]]
    phrases: Mapping[str, Sequence[tuple[str, ...]]]


class Index:
    """Ranks the tools it was made of."""

    def __init__(self, tools: Sequence[Tool]) -> None:
        self._tools = sorted(tools, key=lambda one: one.name)
        said = [terms_of(one) for one in self._tools]
        mean = sum(sum(terms.values()) for terms in said) / max(1, len(said))
        known = Counter(word for terms in said for word in terms)
        self._rarity = {word: math.log(1 + len(said) / count) for word, count in known.items()}
        self._weights = [weights_of(terms, mean) for terms in said]
        self._names = [name_of(one) for one in self._tools]
        self._verbs = frozenset(name[0] for name in self._names)
        phrases = vocabulary().meanings
        self._spellings = sorted({*known, *(word for phrase in phrases for word in phrase)})

    def rank(self, text: str) -> list[tuple[float, Tool]]:
        """(score, tool) of those that have anything of it, best first, equals by name."""
        words = stems(text)
        wanted = list(self._wanted([word for word in words if not word.startswith("@")]))
        systems = {word for word in words if word.startswith("@")}
        meant = {word for readings in wanted for phrase in readings for word in phrase}
        if wanted and not meant & self._verbs:
            wanted.append(dict.fromkeys(TO_KNOW, UNSAID))
            meant.update(word for phrase in TO_KNOW for word in phrase)
        scored = []
        for tool, weights, name in zip(self._tools, self._weights, self._names, strict=True):
            score = sum(self._fit(readings, weights) for readings in wanted)
            score *= 1 + WHOLE * self._covered(name, meant)
            if "bulk" in name and "bulk" not in meant:
                score *= FOR_MANY
            if systems and f"@{tool.connector}" not in systems:
                score *= OTHER_SYSTEM
            scored.append((score, tool))
        return sorted((pair for pair in scored if pair[0] > 0), key=lambda pair: -pair[0])

    def _fit(self, readings: Readings, weights: Terms) -> float:
        """How well the best of several readings of a word fits."""
        return max(
            factor
            * sum(self._rarity.get(word, 0) * weights.get(word, 0) for word in phrase)
            / len(phrase) ** 0.5
            for phrase, factor in readings.items()
        )

    def _covered(self, name: Sequence[str], meant: Set[str]) -> float:
        """How much of a tool's name is meant: what else it says, nobody asked for."""
        return sum(self._rarity[word] for word in name if word in meant) / sum(
            self._rarity[word] for word in name
        )

    def _wanted(self, words: Sequence[str]) -> Iterator[Readings]:
        """For each word or phrase of the text, what it may mean, and how surely."""
        known = vocabulary()
        covered: set[str] = set()
        for phrase in (phrase for word in dict.fromkeys(words) for phrase in known.phrases.get(word, ())):
            if contains(words, phrase):
                covered.update(phrase)
                yield dict.fromkeys(known.meanings[phrase], PHRASE)
        for word in dict.fromkeys(words):
            if word in known.empty:
                continue
            factor = IN_PHRASE if word in covered else 1.0
            if word not in self._rarity and (word,) not in known.meanings:
                alike = [one for one in self._spellings if one[0] == word[0]] if len(word) > 3 else []
                near = get_close_matches(word, alike, n=1, cutoff=LIKENESS)
                if not near:
                    continue
                word, factor = near[0], factor * MISSPELT
            yield dict.fromkeys(known.meanings.get((word,), ()), factor * MEANT) | {(word,): factor}


def contains(words: Sequence[str], phrase: Sequence[str]) -> bool:
    """Whether the phrase stands in the text, perhaps with a few words between: put the old ones away."""
    for start, word in enumerate(words):
        if word == phrase[0]:
            rest = iter(words[start + 1 : start + len(phrase) + GAP])
            if all(any(word == one for one in rest) for word in phrase[1:]):
                return True
    return False


def terms_of(tool: Tool) -> Terms:
    """The words of a tool, each with the weight of the weightiest place it stands in."""
    places = (
        (ARGUMENT, " ".join(tool.schema["properties"])),
        (ALIAS, " ".join(tool.aliases)),
        (SENTENCE, f"{own_name(tool)} {tool.sentence or tool.description}"),
        (TAG, " ".join(tool.tags)),
        (NAME, " ".join(name_of(tool))),
    )
    terms: dict[str, float] = {}
    empty = vocabulary().empty
    for weight, text in places:
        terms |= {word: weight for word in stems(text) if word not in empty}
    return terms


def name_of(tool: Tool) -> list[str]:
    """The words of its name that tell something, the system's left out."""
    words = stems(own_name(tool))
    if "events" in tool.tags:  # staff mean by a subscription what a customer buys
        words = ["webhook" if word == "subscription" else word for word in words]
    return [word for word in words if word not in vocabulary().empty]


def own_name(tool: Tool) -> str:
    return tool.name.removeprefix(f"{tool.connector}_")


def weights_of(terms: Terms, mean: float) -> Terms:
    """BM25's damping: the second mention tells less than the first, and a long tool's words less each."""
    norm = SATURATION * (1 - LENGTH + LENGTH * sum(terms.values()) / mean)
    return {word: weight * (SATURATION + 1) / (weight + norm) for word, weight in terms.items()}


def stems(text: str) -> list[str]:
    """Its words without endings, in order. BILL in capitals is the system, a bill is a bill."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    spaced = re.sub(r"\bBILL\b(?:'s)?", " @bill ", spaced).lower()
    spaced = re.sub(r"\bbillsby\b(?:'s)?", " @billsby ", spaced).replace("_", " ")
    return [stem(word) for word in re.findall(r"@?[a-z0-9]+", re.sub(r"['’]", "", spaced))]


@cache
def stem(word: str) -> str:
    """A word without its ending, roughly: charges, charged and charging are one, and cheques are checks."""
    if word.startswith("@") or len(word) < 4:
        return word
    for british, american in BRITISH:
        word = word.replace(british, american)
    for ending, instead in (
        ("ies", "y"),
        ("ied", "y"),
        ("sses", "ss"),
        ("ss", "ss"),
        ("us", "us"),
        ("s", ""),
    ):
        if word.endswith(ending):
            word = word.removesuffix(ending) + instead
            break
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) - len(ending) > 2:
            word = word.removesuffix(ending)
            if word[-1] == word[-2] and (word[-1] not in "ls" or word[-1] == "l" and len(word) > 5):
                word = word[:-1]
            break
    word = word.removesuffix("e") if len(word) > 3 else word
    return re.sub(r"(?<=...)is$", "iz", word)


@cache
def vocabulary() -> Vocabulary:
    read = yaml.load(WORDS.read_text("utf-8"), LOADER)
    empty = frozenset(stems(read.pop("means nothing")))
    meanings = {
        tuple(stems(str(said))): tuple(
            tuple(word for word in stems(phrase) if word not in empty) for phrase in meant
        )
        for said, meant in read.items()
    }
    phrases: dict[str, list[tuple[str, ...]]] = {}
    for phrase in meanings:
        if len(phrase) > 1:
            phrases.setdefault(phrase[0], []).append(phrase)
    return Vocabulary(empty, meanings, phrases)

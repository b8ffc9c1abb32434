"""A text to the features a linear classifier counts; training and inference use the same function by name."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import combinations, pairwise
from operator import add

from models.classifier.phrases import clause_marks, speaker_marks, wish_marks
from models.classifier.shapes import Shapes, shapes_of
from models.word_tags import dictionary_tokenizer

_BREAKS = re.compile(r"[，。！？；,.!?;]+")

_BREAK = re.compile(r"[，。！？；,;!?]+")


@lru_cache(maxsize=8)
def chars(text: str) -> tuple[str, ...]:
    """Return the character 1- to 3-grams of a text, white space removed, lower case.

    Several models read the same text one after the other.
    """
    plain = folded(text)
    return (*plain, *map(add, plain, plain[1:]), *map(add, map(add, plain, plain[1:]), plain[2:]))


def words(text: str) -> list[str]:
    """Return words, pairs of neighbouring words, and character pairs: steadier than n-grams on long texts."""
    plain = folded(text)
    found = [word for word in dictionary_tokenizer().cut(plain) if len(word) > 1 or word.isalnum()]
    return [
        *found,
        *(f"{first}_{second}" for first, second in pairwise(found)),
        *(plain[start : start + 2] for start in range(len(plain) - 1)),
    ]


def edges(text: str) -> list[str]:
    """Return the character n-grams and how each clause begins and ends: a question shows at its end."""
    return [*chars(text), *edge_marks(text)]


def edge_marks(text: str) -> list[str]:
    """Return how each clause begins and ends."""
    clauses = [clause for clause in _BREAKS.split(folded(text)) if clause]
    found = [f"{clauses[-1][-size:]}>>" for size in (1, 2, 3, 4) if clauses]
    for clause in clauses:
        found += [mark for size in (1, 2, 3) for mark in (f"<{clause[:size]}", f"{clause[-size:]}>")]
    return found


def asking_marks(text: str) -> list[str]:
    """Return edges of clauses and what is asked or wanted: tells a question from a wish."""
    return [*edge_marks(text), *wish_marks(text)]


def requesting_marks(text: str) -> list[str]:
    """Return what is asked or wanted and what is complained of: tells kinds of requests apart."""
    return [*clause_marks(text, "wishes"), *clause_marks(text, "grievances")]


Analyser = Callable[[str], Sequence[str]]


class WithMarks:
    """An analyser that counts character n-grams, and beside them what a text says in marks of its own."""

    def __init__(self, marks: Analyser) -> None:
        self.marks = marks

    def __call__(self, text: str) -> list[str]:
        """Return the n-grams, then the marks."""
        return [*chars(text), *self.marks(text)]


ANALYSERS: dict[str, Analyser] = {
    "chars": chars,
    "words": words,
    "edges": edges,
    "asking": WithMarks(asking_marks),
    "requesting": WithMarks(requesting_marks),
    "speaking": WithMarks(speaker_marks),
}


class WithFamilies:
    """An analyser that also counts families of words, each pair of them in one text, both ends, and shapes of clauses.

    What was learnt of one word of a family holds for the others. The longest word at a place counts. The last clause
    says what a text is about: a question, a wish, or a threat.
    """

    def __init__(
        self, analyse: Analyser, families: Mapping[str, str], classes: Mapping[str, str] | None = None
    ) -> None:
        """Take the words of each family, separated by spaces, and the classes of words that make shapes."""
        self.shapes = Shapes(classes or {})
        self._analyse = analyse
        self.names = frozenset(families)
        self.families_of: dict[str, list[str]] = {}
        for family, members in families.items():
            for word in members.split():
                self.families_of.setdefault(word, []).append(family)
        lengths: dict[str, set[int]] = {}
        for word in self.families_of:
            lengths.setdefault(word[0], set()).add(len(word))
        self._lengths = {first: sorted(found, reverse=True) for first, found in lengths.items()}

    def __call__(self, text: str) -> list[str]:
        """Return what the analyser counts, `@family` a word, `@one+other` a pair, `^` and `$` of both ends."""
        clauses = clauses_of(text)
        held = [self.in_clause(clause) for clause in clauses]
        found = [family for families in held for family in families]
        features = [*self._analyse(text), *(f"@{family}" for family in found)]
        features += [pair_name(one, other) for one, other in combinations(sorted(set(found)), 2)]
        return features + ends(clauses, held) + shapes_of(clauses, self.shapes)

    def in_clause(self, plain: str) -> list[str]:
        """Return the families of a clause's words, in order, one as often as it stands there."""
        found: list[str] = []
        for start, first in enumerate(plain):
            for length in self._lengths.get(first, ()):
                if families := self.families_of.get(plain[start : start + length]):
                    found += families
                    break
        return found


def clauses_of(text: str) -> list[str]:
    """Return what stands between two breaks, folded."""
    return [clause for clause in _BREAK.split(folded(text)) if clause]


def pair_name(one: str, other: str) -> str:
    """Return the feature of two families in one text."""
    return f"@{one}+{other}"


def ends(clauses: Sequence[str], held: Sequence[Sequence[str]]) -> list[str]:
    """Return the features of a text's first and last clause and of the families there."""
    if not clauses:
        return []
    families = [*(f"^{family}" for family in set(held[0])), *(f"${family}" for family in set(held[-1]))]
    return [*families, *edges_of(clauses)]


def edges_of(clauses: Sequence[str]) -> tuple[str, ...]:
    """Return how a text's first clause begins and its last one ends."""
    if not clauses:
        return ()
    first, last = clauses[0], clauses[-1]
    return f"^{first[:2]}", f"${last[-2:]}", f"${last[-1]}"


def analyser(
    name: str, families: Mapping[str, str] | None = None, classes: Mapping[str, str] | None = None
) -> Analyser:
    """Return the analyser with a name, with families and classes of words where there are some."""
    return WithFamilies(ANALYSERS[name], families, classes) if families else ANALYSERS[name]


def folded(text: str) -> str:
    """Return a text without white space, in lower case."""
    return "".join(text.lower().split())

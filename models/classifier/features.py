"""A text to the features a linear classifier counts; training and inference use the same function by name."""

import logging
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from operator import add

import jieba


@lru_cache(maxsize=8)
def chars(text: str) -> tuple[str, ...]:
    """Return the character 1- to 3-grams of a text, white space removed, lower case.

    Several models read the same text one after the other.
    """
    folded = _folded(text)
    return (*folded, *map(add, folded, folded[1:]), *map(add, map(add, folded, folded[1:]), folded[2:]))


def words(text: str) -> list[str]:
    """Return words, pairs of neighbouring words, and character pairs: steadier than n-grams on long texts."""
    folded = _folded(text)
    found = [word for word in _tokenizer().cut(folded) if len(word) > 1 or word.isalnum()]
    return [
        *found,
        *(f"{first}_{second}" for first, second in pairwise(found)),
        *(folded[start : start + 2] for start in range(len(folded) - 1)),
    ]


ANALYSERS: dict[str, Callable[[str], Sequence[str]]] = {"chars": chars, "words": words}


def _folded(text: str) -> str:
    return "".join(text.lower().split())


@cache
def _tokenizer() -> jieba.Tokenizer:
    jieba.setLogLevel(logging.WARNING)
    return jieba.Tokenizer()

"""A text to the features a linear classifier counts; training and inference use the same function by name."""

import logging
from collections.abc import Callable
from functools import cache
from itertools import pairwise

import jieba

LONGEST = 3
"""Longest character n-gram of `chars`."""


def chars(text: str) -> list[str]:
    """Return the character 1- to 3-grams of a text, white space removed, lower case."""
    folded = _folded(text)
    return [
        folded[start : start + length] for length in range(1, LONGEST + 1) for start in range(len(folded) - length + 1)
    ]


def words(text: str) -> list[str]:
    """Return words, pairs of neighbouring words, and character pairs: steadier than n-grams on long texts."""
    folded = _folded(text)
    found = [word for word in _tokenizer().cut(folded) if len(word) > 1 or word.isalnum()]
    return [
        *found,
        *(f"{first}_{second}" for first, second in pairwise(found)),
        *(folded[start : start + 2] for start in range(len(folded) - 1)),
    ]


ANALYSERS: dict[str, Callable[[str], list[str]]] = {"chars": chars, "words": words}


def _folded(text: str) -> str:
    return "".join(text.lower().split())


@cache
def _tokenizer() -> jieba.Tokenizer:
    jieba.setLogLevel(logging.WARNING)
    return jieba.Tokenizer()

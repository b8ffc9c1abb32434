"""Texts made of patterns and word lists: the same deed by an organ and by a landlord, to the caller and to a neighbour.

A model of n-grams takes the words that happen to stand beside a deed for the deed. Here every word stands beside
every other of its list, so that what remains is who did it, to whom, and whether it is told, asked or wished for.
"""

import random
import re
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

import yaml

from app.config import ROOT

GRAMMAR = ROOT / "training/datasets/risk_grammar.yaml"
_SLOT = re.compile(r"\{(\w+)\}")
_BREAKS = re.compile("，+")


def made_texts(path: Path, *, times: int, seed: int) -> Iterator[tuple[str, str]]:
    """Yield the lane and the text of every pattern, filled a number of times; a text that comes twice counts once."""
    grammar = yaml.safe_load(path.read_text("utf-8"))
    draw = random.Random(seed)
    filled = partial(_SLOT.sub, lambda slot: draw.choice(grammar["slots"][slot[1]]))
    for lane, patterns in grammar["patterns"].items():
        for pattern in patterns:
            texts = [_BREAKS.sub("，", filled(pattern)).strip("，") for _ in range(times)]
            yield from ((lane, text) for text in dict.fromkeys(texts))


def word_classes(families: Mapping[str, str]) -> dict[str, str]:
    """Return the classes of words that make shapes: persons, lists of the grammar, then families of longer words."""
    grammar = yaml.safe_load(GRAMMAR.read_text("utf-8"))
    listed = {name.upper(): map(_bare, grammar["slots"][name]) for name in grammar["classes"]}
    told = {name: members.split() for name, members in families.items()}
    longer = {
        name: " ".join(word for word in words if len(word) > 1) for name, words in (*listed.items(), *told.items())
    }
    return {**grammar["persons"], **longer}


def _bare(word: str) -> str:
    """Return a word without the 的 that stands for whoever is meant."""
    return word.removesuffix("的") if len(word) > 2 else word

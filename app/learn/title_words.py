"""Titles in, the words of matters out: what hot words are counted of."""

import re
from collections.abc import Set
from functools import cached_property

import jieba

from app.domain.reference import ReferenceData
from models.word_tags import own_tokenizer, word_tags

_TAGS = ("n", "vn", "l", "i", "an", "j")
_NOT_TAGS = ("nr", "ns", "nt", "nrt", "nz")
_CHINESE = re.compile(r"[一-鿿]{2,8}")


class TitleWords:
    """Cuts titles with what citizens call their matters as known words; names of places are no matters."""

    def __init__(self, reference: ReferenceData) -> None:
        gazetteer = reference.gazetteer
        self._empty = frozenset(reference.hot_words.empty_words)
        self._places: Set[str] = {*gazetteer.district_by_name, *gazetteer.town_by_name, *gazetteer.landmark_by_name}
        self._said = {word for leaf in reference.categories.leaves for word in leaf.keywords if len(word) > 1}

    @cached_property
    def _tokenizer(self) -> jieba.Tokenizer:
        """Made at its first use: it takes seconds, and most commands count no words."""
        tokenizer = own_tokenizer()
        for word in (*self._places, *self._said):
            tokenizer.add_word(word, freq=20_000)
        return tokenizer

    def of(self, title: str) -> Set[str]:
        """Return the words of one title, each once."""
        return {word for word in self._tokenizer.lcut(title) if self._tells(word)}

    def _tells(self, word: str) -> bool:
        if word in self._said:
            return True
        if word in self._empty or word in self._places or not _CHINESE.fullmatch(word):
            return False
        tag = word_tags().get(word, "")
        return tag.startswith(_TAGS) and not tag.startswith(_NOT_TAGS)

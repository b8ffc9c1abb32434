"""jieba's words and parts of speech, loaded quicker than jieba does it."""

import logging
import marshal
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import jieba


@cache
def word_tags() -> Mapping[str, str]:
    """Return the part of speech (jieba's letters) of every word in the dictionary.

    jieba's tagger alone would be loaded for them, which takes a second.
    """
    with jieba.dt.get_dict_file() as file:
        fields = file.read().decode("utf-8").split()  # word, frequency, part of speech
    return dict(zip(fields[::3], fields[2::3], strict=True))


class _Kept(jieba.Tokenizer):  # type: ignore[misc]
    """Takes what jieba keeps of its words at one go: object by object, as jieba does, takes three times as long."""

    def initialize(self, dictionary: str | None = None) -> None:
        """Load the words; jieba makes them where they are not kept yet, or are another dictionary's."""
        with self.lock:
            if not (self.initialized or dictionary or self.dictionary):
                self._take_kept()
            super().initialize(dictionary)

    def _take_kept(self) -> None:
        kept = Path(tempfile.gettempdir()) / "jieba.cache"
        try:
            self.FREQ, self.total = marshal.loads(kept.read_bytes())
            self.initialized = True
        except (OSError, EOFError, ValueError, TypeError):
            pass  # missing or half written


@cache
def dictionary_tokenizer() -> jieba.Tokenizer:
    """Return the one that knows the dictionary's words alone, read once a process; nobody may add to it."""
    jieba.setLogLevel(logging.WARNING)
    tokenizer = _Kept()
    tokenizer.initialize()
    return tokenizer


def own_tokenizer() -> jieba.Tokenizer:
    """Return one that words may be added to; the dictionary's are not read again."""
    known, own = dictionary_tokenizer(), jieba.Tokenizer()
    own.FREQ, own.total, own.initialized = dict(known.FREQ), known.total, True
    return own

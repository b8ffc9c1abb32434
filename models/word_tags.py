"""Parts of speech of jieba's dictionary: its tagger alone would be loaded for them, which takes a second."""

from collections.abc import Mapping
from functools import cache

import jieba


@cache
def word_tags() -> Mapping[str, str]:
    """Return the part of speech (jieba's letters) of every word in the dictionary."""
    with jieba.dt.get_dict_file() as file:
        fields = file.read().decode("utf-8").split()  # word, frequency, part of speech
    return dict(zip(fields[::3], fields[2::3], strict=True))

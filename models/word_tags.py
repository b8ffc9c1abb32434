"""Parts of speech of jieba's dictionary: its tagger alone would be loaded for them, which takes a second."""

import re
from collections.abc import Mapping
from functools import cache

import jieba

_LINE = re.compile(r"^(\S+) \d+ (\S+)$", re.MULTILINE)


@cache
def word_tags() -> Mapping[str, str]:
    """Return the part of speech (jieba's letters) of every word in the dictionary."""
    with jieba.dt.get_dict_file() as file:
        return dict(_LINE.findall(file.read().decode("utf-8")))

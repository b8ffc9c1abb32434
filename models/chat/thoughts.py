"""What a model thinks aloud, left out of what it says."""

import re

from models.base import BadOutput

THOUGHT = re.compile(r"<think>.*?</think>|^.*?</think>", re.DOTALL)


def without_thoughts(text: str) -> str:
    """Return the text after the model's thoughts; thoughts that never end are BadOutput."""
    said = THOUGHT.sub("", text).strip()
    if not said or "<think>" in said:
        raise BadOutput("thoughts without an answer")
    return said

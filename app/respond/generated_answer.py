"""A question and articles in; an answer whose every sentence its article bears out, or why there is none."""

import re
from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from app.domain.frozen import Frozen
from app.domain.knowledge import Article, Citation
from app.prompting.grounding import invention, letters
from app.prompting.task import Failed, PromptTask, within
from app.prompting.untrusted import gives_orders
from app.respond.answer import citation_of

LONGEST_SENTENCE = 120
_LEAST_QUOTE = 6
_BINDING = (
    "应当",
    "必须",
    "不得",
    "禁止",
    "可以",
    "免费",
    "罚款",
    "处罚",
    "拘留",
    "赔偿",
    "无需",
    "自动",
    "一律",
    "优先",
)
"""Words that change what a sentence binds one to: none may be added."""
_BREAK = re.compile(r"[。！？；\n]")


class AnswerSentence(Frozen):
    """One sentence and the article's words that it rests on."""

    article: int
    quote: Annotated[str, Field(max_length=300)]
    text: Annotated[str, Field(max_length=200)]


class AnswerForm(Frozen):
    """The answer, sentence by sentence; empty where the articles do not answer."""

    sentences: Annotated[tuple[AnswerSentence, ...], Field(max_length=8)]


class GeneratedAnswer(Frozen):
    """What came of asking the model."""

    text: str | None = None
    citations: tuple[Citation, ...] = ()
    failure: str | None = None
    prompt_version: str
    model: str


class AnswerWriter:
    """Asks the model, and believes no sentence unchecked: one that does not hold undoes the answer."""

    def __init__(self, task: PromptTask[AnswerForm], *, seconds: float) -> None:
        self._task = task
        self._seconds = seconds

    def write(self, question: str, articles: Sequence[Article]) -> GeneratedAnswer:
        """Return the answer with a citation for each sentence's article, or the failure."""
        made = GeneratedAnswer(prompt_version=self._task.version, model=self._task.model)
        if gives_orders(question):
            return made.model_copy(update={"failure": "问题中有对模型下的指令，未交给大模型"})
        citable = [article for article in articles if not gives_orders(article.body)]
        outcome = self._task.run(
            {"question": question, "articles": citable},
            until=within(self._seconds),
            check=lambda form: complaints(form, citable),
        )
        if isinstance(outcome, Failed):
            return made.model_copy(update={"failure": outcome.reason})
        if outcome.complaints:
            return made.model_copy(update={"failure": "大模型的答复未通过出处核验"})
        sentences = outcome.form.sentences
        quotes = {s.article: s.quote for s in reversed(sentences)}
        return made.model_copy(
            update={
                "text": "".join(ended(s.text) for s in sentences),
                "citations": tuple(citation_of(citable[number], quotes[number]) for number in sorted(quotes)),
            }
        )


def complaints(form: AnswerForm, articles: Sequence[Article]) -> list[str]:
    """Return what is wrong with an answer, sentence by sentence."""
    if not form.sentences:
        return ["没有答复"]
    found = ((number, wrong_with(sentence, articles)) for number, sentence in enumerate(form.sentences, start=1))
    return [f"第{number}句：{wrong}" for number, wrong in found if wrong]


def wrong_with(sentence: AnswerSentence, articles: Sequence[Article]) -> str | None:
    """Return, in Chinese, why a sentence does not hold; None if it does."""
    if not 0 <= sentence.article < len(articles):
        return "没有这个条目"
    quote, body = letters(sentence.quote), letters(articles[sentence.article].body)
    if len(quote) < _LEAST_QUOTE or quote not in body:
        return "引文不在条目中"
    if len(sentence.text) > LONGEST_SENTENCE:
        return f"超过{LONGEST_SENTENCE}字"
    added = [word for word in _BINDING if word in sentence.text and word not in sentence.quote]
    return f"引文没有说“{added[0]}”" if added else invention(sentence.text, sentence.quote)


def ended(text: str) -> str:
    """Return a sentence with its full stop."""
    stripped = text.strip()
    return stripped if _BREAK.search(stripped[-1:]) else f"{stripped}。"

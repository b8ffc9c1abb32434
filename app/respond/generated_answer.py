"""A question and articles in; an answer whose every sentence its article bears out, or why there is none."""

import re
from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from app.domain.frozen import Frozen
from app.domain.knowledge import Article, Citation
from app.prompting.grounding import ANSWER, beyond, letters, lost_denial, new_denial, new_number
from app.prompting.task import Failed, PromptTask, within
from app.prompting.untrusted import gives_orders
from app.respond.answer import citation_of

LONGEST_SENTENCE = 120
_LEAST_QUOTE = 4
_BINDING = (
    "应当",
    "必须",
    "不得",
    "禁止",
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
_MAY, _BOUND = re.compile("可"), re.compile("不得|不能|不可|禁止|应当|必须|须")
"""That one may is no more than an article says that tells how, unless it binds one."""
_NUMERAL = re.compile(r"[一二两三四五六七八九十百千万]+(?:周岁|年|个月|月|日|天|元|人|倍|次|级|成|分之)")
_BREAK = re.compile(r"[。！？；\n]")
_SENTENCE = re.compile(r"[^。！？\n]+")


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
            check=lambda form: complaints(form, citable, question),
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


def complaints(form: AnswerForm, articles: Sequence[Article], question: str) -> list[str]:
    """Return what is wrong with an answer, sentence by sentence."""
    if not form.sentences:
        return ["没有答复"]
    told = enumerate(form.sentences, start=1)
    found = ((number, wrong_with(sentence, articles, question)) for number, sentence in told)
    return [f"第{number}句：{wrong}" for number, wrong in found if wrong]


def wrong_with(sentence: AnswerSentence, articles: Sequence[Article], question: str) -> str | None:
    """Return, in Chinese, why a sentence does not hold; None if it does.

    Its numbers and what binds one stand in its quote. Its other words may be of the sentences that the quote is taken
    from, of the title and of the question; what it denies, not of the question.
    """
    if not 0 <= sentence.article < len(articles):
        return "没有这个条目"
    article = articles[sentence.article]
    quote, body = letters(sentence.quote), letters(article.body)
    if len(quote) < _LEAST_QUOTE or quote not in body:
        return "引文不在条目中"
    if len(sentence.text) > LONGEST_SENTENCE:
        return f"超过{LONGEST_SENTENCE}字"
    added = [word for word in (*_BINDING, *_NUMERAL.findall(sentence.text)) if word in sentence.text]
    if added := [word for word in added if word not in sentence.quote]:
        return f"引文没有说“{added[0]}”"
    context = f"{article.title}。{around(article.body, quote)}"
    if "可以" in sentence.text and _BOUND.search(context) and not _MAY.search(_BOUND.sub("", context)):
        return "引文没有说“可以”"
    return (
        new_number(sentence.text, sentence.quote)
        or beyond(sentence.text, f"{context}。{question}", ANSWER)
        or new_denial(sentence.text, context)
        or lost_denial(sentence.text, sentence.quote)
    )


def around(body: str, quote: str) -> str:
    """Return the sentences of an article that a quote, given in letters alone, is taken from."""
    start = letters(body).find(quote)
    end, at, held = start + len(quote), 0, []
    for part in _SENTENCE.findall(body):
        after = at + len(letters(part))
        if at < end and after > start:
            held.append(part)
        at = after
    return "。".join(held)


def ended(text: str) -> str:
    """Return a sentence with its full stop."""
    stripped = text.strip()
    return stripped if _BREAK.search(stripped[-1:]) else f"{stripped}。"

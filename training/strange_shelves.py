"""Shelves of articles as a city brings them on the first day: unknown to the embedding, and with no listed questions.

Half of the articles are strange: the embedding learns from the other half. They keep their titles, or lose them, or
several run on as one long document; they stand alone, or beside the known ones. They are asked as citizens ask, at
length, and in their own words.
"""

import random
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

from app.domain.knowledge import Article
from training.answer_questions import FOLDS, Question, without

ANSWERED, UNANSWERED = 0.03, 0.015
"""Shares of the questions that a shelf answers, and of those that it does not, that it is asked. More of them would
make little of articles that the embedding does know."""
AT_LENGTH = 0.4
"""Share of them that is asked together with others of the same article, or of the same kind outside."""
WORDED = 0.4
"""Share of the articles, there or not, that a shelf is asked for in their own words."""
TITLED = 0.4
"""Share of the questions in an article's words that begin with its title."""
TOGETHER = 4
"""Most articles in a document, and most questions that one is asked with."""
_SENTENCE, _CLAUSE = re.compile(r"[。；\n]"), re.compile(r"[^\w%]+")
_ASKS = ("是什么", "怎么规定的", "有哪些", "是多少", "怎么办", "由谁负责", "在哪里", "什么时候", "")


@dataclass(frozen=True)
class Shelf:
    """Articles, what is asked of them, and the articles that the embedding may learn from."""

    articles: Sequence[Article]
    asked: Sequence[Question]
    known: Sequence[Article]


def strange_shelves(articles: Sequence[Article], questions: Sequence[Question], *, seed: int) -> Iterator[Shelf]:
    """Yield the shelves of both halves; a known article is asked what it does not list, the questions of one fold."""
    chance = random.Random(seed)
    mixed = [article for article in articles if article.may_hold]
    chance.shuffle(mixed)
    middle = len(mixed) // 2
    for fold, (strange, rest) in enumerate(((mixed[:middle], mixed[middle:]), (mixed[middle:], mixed[:middle]))):
        known = without(rest, questions, fold)
        told = {article.id for article in known}
        fair = [one for one in questions if one.article not in told or one.fold == fold]
        titled, bare = ([[_bare(one, title=title)] for one in strange] for title in (True, False))
        for documents, beside in product((titled, bare, _long(strange, chance)), ([], known)):
            home = {part.id: document[0].id for document in documents for part in document}
            home |= {article.id: article.id for article in beside}
            asked = [*_asked(fair, told, home, chance), *_worded(mixed, chance)]
            placed = [replace(one, article=home.get(one.article or "")) for one in asked]
            yield Shelf([*map(_joined, documents), *beside], placed, known)


def _bare(article: Article, *, title: bool = False) -> Article:
    return article.model_copy(update={"title": article.title * title, "questions": (), "owner": ""})


def _long(articles: Sequence[Article], chance: random.Random) -> list[list[Article]]:
    left = [_bare(one).model_copy(update={"body": f"{one.title}。{one.body}"}) for one in articles]
    documents = []
    while left:
        count = chance.randint(1, TOGETHER)
        documents.append(left[:count])
        left = left[count:]
    return documents


def _joined(parts: Sequence[Article]) -> Article:
    return parts[0].model_copy(update={"body": "\n".join(part.body for part in parts)})


def _asked(
    questions: Sequence[Question], known: Collection[str], home: Mapping[str, str], chance: random.Random
) -> Iterator[Question]:
    """Yield some of the questions, as many of known articles as of strange ones."""
    alike: dict[tuple[str | None, str], list[str]] = {}
    for one in questions:
        alike.setdefault((one.article, one.kind), []).append(one.text)
    for one in questions:
        share = ANSWERED if one.article in home else UNANSWERED
        if chance.random() < share * (FOLDS if one.article in known else 1):
            others = alike[one.article, one.kind] if chance.random() < AT_LENGTH else []
            more = chance.sample(others, min(len(others), chance.randint(1, TOGETHER)))
            yield replace(one, text="。".join([one.text, *more]))


def _worded(articles: Sequence[Article], chance: random.Random) -> Iterator[Question]:
    """Yield questions of some articles, made of words that stand near each other in them."""
    for article in articles:
        if chance.random() < WORDED:
            lines = [line for line in _SENTENCE.split(article.body) if len(line) > 8]
            first = chance.randrange(len(lines))
            told = "".join(_some_words(line, chance) for line in lines[first : first + chance.choice((1, 1, 2))])
            title = article.title if chance.random() < TITLED else ""
            yield Question(f"{title}{told}{chance.choice(_ASKS)}", article.id, "worded", chance.randrange(FOLDS))


def _some_words(line: str, chance: random.Random) -> str:
    clauses = [clause for clause in _CLAUSE.split(line) if len(clause) > 2]
    some = chance.sample(clauses, min(len(clauses), chance.randint(1, 3)))
    return "".join(_stretch(clause, chance) for clause in some)


def _stretch(clause: str, chance: random.Random) -> str:
    length = chance.randint(4, 12)
    start = chance.randrange(max(1, len(clause) - length + 1))
    return clause[start : start + length]

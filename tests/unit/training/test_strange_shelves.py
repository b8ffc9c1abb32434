"""Articles that the embedding does not know, and what is asked of them."""

from training.answer_questions import read_questions
from training.static_embedding import read_articles
from training.strange_shelves import strange_shelves


def test_strange_articles_list_no_questions_and_the_embedding_learns_from_others() -> None:
    articles = read_articles()
    bodies = {article.id: article.body for article in articles}
    shelves = list(strange_shelves(articles, read_questions(articles, seed=1), seed=1))
    assert len(shelves) == 12
    for shelf in shelves:
        known = {article.id for article in shelf.known}
        strange = [article for article in shelf.articles if article.id not in known]
        assert strange
        assert not any(article.questions or article.owner for article in strange)
        texts = "".join(bodies[id_] for id_ in known)
        assert not any(line in texts for article in strange for line in article.body.split("\n") if len(line) > 40)


def test_no_question_is_listed_where_it_is_asked_and_its_article_stands_there() -> None:
    articles = read_articles()
    for shelf in strange_shelves(articles, read_questions(articles, seed=1), seed=1):
        listed = {(article.id, text) for article in (*shelf.articles, *shelf.known) for text in article.questions}
        here = {article.id for article in shelf.articles}
        answered = [one for one in shelf.asked if one.article]
        assert {one.kind for one in answered} == {"listed", "worded"}
        assert not any(one.article not in here or (one.article, one.text) in listed for one in answered)
        absent = {one.id for one in shelf.known} - here
        assert any(one.article is None and one.kind == "listed" for one in shelf.asked) == bool(absent)

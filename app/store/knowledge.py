"""Articles and their versions in the relational store, which is the truth; every index is made from it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.domain.errors import Conflict, NotFound
from app.domain.knowledge import Article, ArticleVersion
from app.store.knowledge_tables import ArticleRow, ArticleVersionRow
from app.store.writing import changes_one


class SqlArticles:
    """Articles by id; every write adds a version and a change number."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, article_id: str) -> Article:
        """Return an article as it stands; raises NotFound."""
        row = self._session.get(ArticleRow, article_id)
        if row is None:
            raise NotFound(f"没有知识条目 {article_id}")
        return Article.model_validate(row.body)

    def ids(self) -> frozenset[str]:
        """Return every id that is taken, in whatever status."""
        return frozenset(self._session.scalars(select(ArticleRow.id)))

    def page(self, *, status: str | None, owner: str | None, after: str, limit: int) -> Sequence[Article]:
        """Return articles by id, after one."""
        query = select(ArticleRow.body).where(ArticleRow.id > after).order_by(ArticleRow.id).limit(limit)
        if status:
            query = query.where(ArticleRow.status == status)
        if owner:
            query = query.where(ArticleRow.owner == owner)
        return [Article.model_validate(body) for body in self._session.scalars(query)]

    def add(self, made: Sequence[ArticleVersion]) -> None:
        """Insert new articles with their first versions; a taken id is a Conflict."""
        for version in made:
            if self._session.get(ArticleRow, version.article.id) is not None:
                raise Conflict(f"知识条目 {version.article.id} 已经存在")
        changes = self._record(made)
        self._session.add_all(
            ArticleRow(**_columns(version.article), change=change)
            for version, change in zip(made, changes, strict=True)
        )
        self._session.flush()

    def save(self, made: ArticleVersion, *, expected_version: int) -> None:
        """Write a changed article; raises Conflict if the stored version is another."""
        (change,) = self._record([made])
        changed = (
            update(ArticleRow)
            .where(ArticleRow.id == made.article.id, ArticleRow.version == expected_version)
            .values(**_columns(made.article), change=change)
        )
        if not changes_one(self._session, changed):
            raise Conflict(f"知识条目 {made.article.id} 已被他人修改，请刷新后重试")

    def versions(self, article_id: str) -> Sequence[ArticleVersion]:
        """Return every version, the first one first."""
        query = (
            select(ArticleVersionRow)
            .where(ArticleVersionRow.article_id == article_id)
            .order_by(ArticleVersionRow.version)
        )
        return [_version(row) for row in self._session.scalars(query)]

    def last_change(self) -> int:
        """Return the number of the last change of any article, 0 where there is none."""
        return self._session.scalar(select(func.max(ArticleRow.change))) or 0

    def changed_at(self) -> Mapping[str, datetime]:
        """Return when each article was last changed."""
        query = select(ArticleVersionRow.article_id, func.max(ArticleVersionRow.changed_at)).group_by(
            ArticleVersionRow.article_id
        )
        return {article_id: moment for article_id, moment in self._session.execute(query)}

    def changed_since(self, change: int) -> Sequence[Article]:
        """Return the articles that changed after a change number, as they stand."""
        query = select(ArticleRow.body).where(ArticleRow.change > change).order_by(ArticleRow.id)
        return [Article.model_validate(body) for body in self._session.scalars(query)]

    def _record(self, made: Sequence[ArticleVersion]) -> list[int]:
        if self._session.get_bind().dialect.name == "postgresql":
            # One writer at a time: numbers become visible in the order in which they were given.
            self._session.execute(select(func.pg_advisory_xact_lock(_WRITING)))
        rows = [
            ArticleVersionRow(
                article_id=version.article.id,
                version=version.article.version,
                step=version.step,
                actor=version.actor,
                note=version.note,
                changed_at=version.changed_at,
                body=version.article.model_dump(mode="json"),
            )
            for version in made
        ]
        self._session.add_all(rows)
        self._session.flush()
        return [row.change for row in rows]


_WRITING = 12346
"""The advisory lock that one writer of articles holds."""


def _columns(article: Article) -> dict[str, Any]:
    return {
        "id": article.id,
        "version": article.version,
        "status": str(article.status),
        "region": article.region,
        "owner": article.owner,
        "body": article.model_dump(mode="json"),
    }


def _version(row: ArticleVersionRow) -> ArticleVersion:
    fields = {name: getattr(row, name) for name in ArticleVersion.model_fields if name != "article"}
    return ArticleVersion(article=Article.model_validate(row.body), **fields)

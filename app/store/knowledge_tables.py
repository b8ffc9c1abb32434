"""Tables of the knowledge base: articles as they stand, and every version they had."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.store.tables import Base, Moment

_ID = BigInteger().with_variant(Integer, "sqlite")


class ArticleRow(Base):
    """An article as it stands; the columns beside `body` are those that lists filter by."""

    __tablename__ = "articles"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    version: Mapped[int] = mapped_column(Integer)
    status: Mapped[str] = mapped_column(String(16), index=True)
    region: Mapped[str] = mapped_column(String(32))
    owner: Mapped[str] = mapped_column(String(64))
    change: Mapped[int] = mapped_column(BigInteger, index=True)
    """The number of its last change; rises over the whole base, so that an index can ask what is new."""
    body: Mapped[dict[str, Any]] = mapped_column(JSON)


class ArticleVersionRow(Base):
    """One version of an article; rows are only ever added."""

    __tablename__ = "article_versions"
    change: Mapped[int] = mapped_column(_ID, primary_key=True, autoincrement=True)
    article_id: Mapped[str] = mapped_column(String(64))
    version: Mapped[int] = mapped_column(Integer)
    step: Mapped[str] = mapped_column(String(16))
    actor: Mapped[str] = mapped_column(String(64))
    note: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(Moment)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)

    __table_args__ = (UniqueConstraint("article_id", "version"),)


class KnowledgeEventRow(Base):
    """A question that was asked and what became of it, without whoever asked."""

    __tablename__ = "knowledge_events"
    id: Mapped[int] = mapped_column(_ID, primary_key=True, autoincrement=True)
    answer_id: Mapped[str] = mapped_column(String(36), unique=True)
    question: Mapped[str] = mapped_column(Text)
    article_id: Mapped[str | None] = mapped_column(String(64), index=True)
    refusal: Mapped[str | None] = mapped_column(String(16))
    verdict: Mapped[str | None] = mapped_column(String(16))
    asked_at: Mapped[datetime] = mapped_column(Moment, index=True)

"""What an editor does with knowledge articles: every step is one version, in force in the very next answer."""

import difflib
import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from app.domain.errors import Conflict, InvalidInput, NotFound
from app.domain.knowledge import EVERYWHERE, Article, ArticleStatus, ArticleStep, ArticleVersion, step_article
from app.domain.ports import Clock, UnitOfWorkFactory
from app.domain.value_faults import said_of
from app.understand.area import AreaReader

SEED = "seed"
"""Who put the articles of the folder in."""
_IN_AN_ADDRESS = re.compile(r"\w[\w.-]{0,63}")
"""Ids stand in addresses."""
EDITABLE = frozenset(Article.model_fields) - {"id", "status", "version"}


class KnowledgeFlow:
    """Creates, changes, publishes, retires and compares articles. The latest version is the one in force."""

    def __init__(self, store: UnitOfWorkFactory, clock: Clock, owners: frozenset[str], areas: AreaReader) -> None:
        self._store = store
        self._clock = clock
        self._owners = owners
        self._areas = areas

    def seed(self, articles: Sequence[Article]) -> int:
        """Put in the articles whose id is not known yet; what a city edited or retired stays as it is."""
        with self._store(reading=True) as uow:
            known = uow.articles.ids()
        if all(article.id in known for article in articles):
            return 0  # as at every start but the first: no other process is kept waiting
        with self._store() as uow:
            known = uow.articles.ids()
            new = [article for article in articles if article.id not in known]
            uow.articles.add([self._version(article, ArticleStep.CREATE, SEED) for article in new])
            uow.commit()
        return len(new)

    def get(self, article_id: str) -> Article:
        """Return an article; raises NotFound."""
        with self._store(reading=True) as uow:
            return uow.articles.get(article_id)

    def page(
        self, *, status: str | None = None, owner: str | None = None, after: str = "", limit: int = 50
    ) -> Sequence[Article]:
        """Return articles by id, after one."""
        with self._store(reading=True) as uow:
            return uow.articles.page(status=status, owner=owner, after=after, limit=limit)

    def check(self, fields: Mapping[str, Any]) -> Article:
        """Return the draft that these fields would make; raises InvalidInput, or Conflict for a taken id."""
        article = self._draft(fields)
        with self._store(reading=True) as uow:
            if article.id in uow.articles.ids():
                raise Conflict(f"知识条目 {article.id} 已经存在")
        return article

    def create(self, fields: Mapping[str, Any], *, actor: str) -> Article:
        """Return a new draft; a taken id is a Conflict, one that no address can hold an InvalidInput."""
        article = self._draft(fields)
        with self._store() as uow:
            uow.articles.add([self._version(article, ArticleStep.CREATE, actor)])
            uow.commit()
        return article

    def edit(self, article_id: str, fields: Mapping[str, Any], *, actor: str, expected_version: int) -> Article:
        """Change fields. A change of a published article is in force at once; one in review is a draft again."""
        unknown = set(fields) - EDITABLE
        if unknown or not fields:
            raise InvalidInput(f"可以修改的字段：{'、'.join(sorted(EDITABLE))}", field=next(iter(unknown), "body"))
        return self._step(article_id, ArticleStep.EDIT, actor, expected_version, changes=fields)

    def step(
        self, article_id: str, step: ArticleStep, *, actor: str, expected_version: int | None, note: str = ""
    ) -> Article:
        """Submit, send back, publish, look at again and find right, or retire."""
        return self._step(article_id, step, actor, expected_version, note=note)

    def roll_back(self, article_id: str, to: int, *, actor: str, expected_version: int | None) -> Article:
        """Make a new version with the content of an earlier one; its status follows from the present one."""
        old = self._at(article_id, to).article.model_dump(include=set(EDITABLE))
        return self._step(
            article_id, ArticleStep.ROLL_BACK, actor, expected_version, changes=old, note=f"恢复第 {to} 版"
        )

    def versions(self, article_id: str) -> Sequence[ArticleVersion]:
        """Return every version, the first one first; raises NotFound."""
        with self._store(reading=True) as uow:
            uow.articles.get(article_id)
            return uow.articles.versions(article_id)

    def diff(self, article_id: str, old: int, new: int) -> str:
        """Return a unified diff of two versions, field by field and the body line by line."""
        before, after = (_lines(self._at(article_id, version).article) for version in (old, new))
        return "\n".join(difflib.unified_diff(before, after, f"第 {old} 版", f"第 {new} 版", lineterm=""))

    def _at(self, article_id: str, version: int) -> ArticleVersion:
        found = next((made for made in self.versions(article_id) if made.article.version == version), None)
        if found is None:
            raise NotFound(f"知识条目 {article_id} 没有第 {version} 版")
        return found

    def _step(
        self,
        article_id: str,
        step: ArticleStep,
        actor: str,
        expected_version: int | None,
        *,
        changes: Mapping[str, Any] | None = None,
        note: str = "",
    ) -> Article:
        with self._store() as uow:
            now = uow.articles.get(article_id)
            status = step_article(now, step)
            after = now.model_copy(update={"status": status, "version": now.version + 1})
            if step is not ArticleStep.RETIRE:  # what is wrong with an article is no reason to keep it in force
                after = self._checked({**after.model_dump(), **(changes or {})})
            expected = now.version if expected_version is None else expected_version
            uow.articles.save(self._version(after, step, actor, note), expected_version=expected)
            uow.commit()
        return after

    def _version(self, article: Article, step: ArticleStep, actor: str, note: str = "") -> ArticleVersion:
        return ArticleVersion(article=article, step=step, actor=actor, note=note, changed_at=self._clock.now())

    def _draft(self, fields: Mapping[str, Any]) -> Article:
        article = self._checked({**fields, "status": ArticleStatus.DRAFT, "version": 1})
        if not _IN_AN_ADDRESS.fullmatch(article.id):
            raise InvalidInput("id 应以文字或数字开头，只含文字、数字、下划线、连字符和点，最长 64 个字符", field="id")
        return article

    def _checked(self, fields: Mapping[str, Any]) -> Article:
        try:
            article = Article.model_validate(fields)
        except ValidationError as error:
            first = error.errors()[0]
            name = ".".join(map(str, first["loc"]))
            raise InvalidInput(f"{name} {said_of(first)}", field=name) from error
        if article.owner not in self._owners:
            raise InvalidInput(f"owner：{article.owner} 不是已有的职能", field="owner")
        region = article.region if article.region in EVERYWHERE else self._areas.full_name(article.region)
        if region is None:
            raise InvalidInput(f"region：{article.region} 应为全国、山东省、枣庄市或区（市）、镇街", field="region")
        for name, label in (("title", "标题"), ("body", "正文"), ("source", "依据")):
            if not getattr(article, name).strip():
                raise InvalidInput(f"{label}（{name}）不能为空", field=name)
        if article.effective_from and article.expires_on and article.expires_on <= article.effective_from:
            raise InvalidInput("失效日期应晚于生效日期", field="expires_on")
        return article.model_copy(update={"region": region})


def _lines(article: Article) -> list[str]:
    fields = article.model_dump(mode="json", exclude={"body", "version", "status"})
    return [*(f"{name}: {value}" for name, value in fields.items()), *article.body.splitlines()]

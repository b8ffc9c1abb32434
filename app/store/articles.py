"""knowledge_base/articles/*.md to articles: front matter checked, the text below it as it stands."""

from pathlib import Path

import yaml
from pydantic import ValidationError

from app.domain.errors import ReferenceDataError
from app.domain.knowledge import Article

_FENCE = "---\n"


def load_articles(folder: Path, *, owners: frozenset[str]) -> tuple[Article, ...]:
    """Load every article under `folder`, in order of id.

    Raises:
        ReferenceDataError: an article cannot be used; the message lists every one with file and reason.
    """
    problems: list[str] = []
    articles: dict[str, Article] = {}
    for path in sorted(folder.glob("*.md")):
        try:
            article = parse_article(path.read_text("utf-8"))
        except (ValueError, yaml.YAMLError) as error:
            problems.append(f"{path.name}: {_reason(error)}")
            continue
        if article.id != path.stem:
            problems.append(f"{path.name}: id 应与文件名一致，现为 {article.id}")
        if article.owner not in owners:
            problems.append(f"{path.name}: owner: {article.owner} 不在 functions.yaml 中")
        articles[article.id] = article
    if problems:
        raise ReferenceDataError("知识条目有误：\n" + "\n".join(problems))
    return tuple(articles.values())


def parse_article(text: str) -> Article:
    """Return the article of one Markdown file.

    Raises:
        ValueError: front matter or body is missing, or a field is unknown or of the wrong kind.
    """
    _, fence, rest = text.partition(_FENCE)
    front, closing, body = rest.partition(f"\n{_FENCE}")
    if not fence or not closing or not body.strip():
        raise ValueError("应以 --- 开始的条目信息开头，后接正文")
    fields = yaml.load(front, Loader=yaml.CSafeLoader)
    if not isinstance(fields, dict):
        raise ValueError("条目信息应为键值对")
    return Article.model_validate({**fields, "body": body.strip()})


def _reason(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return "；".join(f"{'.'.join(map(str, d['loc']))}: {d['msg']}" for d in error.errors())
    return str(error)

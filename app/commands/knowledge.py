"""`hotline kb …` and `hotline index rebuild`: what an editor does with the knowledge base at the machine itself."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from app.bootstrap import build_flows
from app.commands import HERE, console
from app.config import Settings
from app.domain.knowledge import ArticleStatus, ArticleStep
from app.domain.labels import ARTICLE_FAULT

kb = typer.Typer(no_args_is_help=True, help="知识库")
index = typer.Typer(no_args_is_help=True, help="检索索引")
Days = Annotated[int, typer.Option(min=1, max=3650, help="最近多少天")]
Ids = Annotated[list[str], typer.Argument(help="条目编号，可多个")]


@kb.command("check")
def check_articles() -> None:
    """检查全部知识条目：能否使用，有没有失效、重复、冲突。"""
    flows = build_flows(Settings())
    faults = flows.upkeep.faults()
    typer.echo(f"知识条目 {flows.consultations.count} 篇，全部可用；需关注 {len(faults)} 处（hotline kb stale 查看）")


@kb.command("search")
def search_articles(question: str, area: Annotated[str | None, typer.Option(help="区（市）")] = None) -> None:
    """按问题查找知识条目。"""
    flows = build_flows(Settings())
    table = Table("条目", "把握", "覆盖", "依据", "适用")
    for scored in flows.consultations.search(question, on=flows.clock.now().date(), area=area)[:5]:
        article = scored.article
        basis = f"{article.source} {article.clause or ''}"
        table.add_row(article.title, f"{scored.fit:.0%}", f"{scored.coverage:.0%}", basis, article.region)
    console.print(table)


@kb.command("import")
def import_document(
    source: Annotated[Path, typer.Argument(exists=True, help="md、html、docx、pdf、xlsx，或含这些文件的目录")],
    owner: Annotated[str, typer.Option(help="负责的职能，文档里没写时用")] = "",
    origin: Annotated[str, typer.Option("--source", help="来源，文档里没写时用")] = "",
    region: Annotated[str, typer.Option(help="适用地区，文档里没写时用")] = "",
    preview: Annotated[bool, typer.Option(help="只看会得到什么，不保存")] = False,
) -> None:
    """由文档导入草稿；草稿经审核发布后才用于答复。"""
    flows = build_flows(Settings())
    common = {"owner": owner, "source": origin, "region": region}
    files = sorted(path for path in source.rglob("*") if path.is_file()) if source.is_dir() else [source]
    table = Table("编号", "标题", "节", "字数", "结果")
    taken = 0
    for file in files:
        content = file.read_bytes()
        made = (
            flows.imports.preview(file.name, content, common)
            if preview
            else flows.imports.run(file.name, content, common, actor=HERE.name)
        )
        taken += sum(draft.taken for draft in made)
        for draft in made:
            result = draft.problem or ("已存为草稿" if draft.taken else "可以导入")
            table.add_row(draft.id, draft.title, str(draft.sections), str(draft.characters), result)
    console.print(table)
    console.print("预览，未保存" if preview else f"存为草稿 {taken} 篇")


@kb.command("publish")
def publish(article_ids: Ids, note: str = "") -> None:
    """发布条目，下一次答复即可引用；草稿先提交审核。"""
    flows = build_flows(Settings())
    for id_ in article_ids:
        if flows.knowledge.get(id_).status is ArticleStatus.DRAFT:
            flows.knowledge.step(id_, ArticleStep.SUBMIT, actor=HERE.name, expected_version=None)
        flows.knowledge.step(id_, ArticleStep.PUBLISH, actor=HERE.name, expected_version=None, note=note)
        console.print(f"已发布 {id_}")


@kb.command("retire")
def retire(article_ids: Ids, note: str = "") -> None:
    """停用条目，下一次答复起不再引用。"""
    flows = build_flows(Settings())
    for id_ in article_ids:
        flows.knowledge.step(id_, ArticleStep.RETIRE, actor=HERE.name, expected_version=None, note=note)
        console.print(f"已停用 {id_}")


@kb.command("stale")
def stale() -> None:
    """列出失效、即将失效、久未复核、重复和冲突的条目。"""
    table = Table("问题", "条目", "标题", "说明")
    for fault in build_flows(Settings()).upkeep.faults():
        table.add_row(ARTICLE_FAULT[fault.fault], fault.article_id, fault.title, fault.reason)
    console.print(table)


@kb.command("gaps")
def gaps(days: Days = 30) -> None:
    """列出答不上和不被采纳的问题，相近的归为一组。"""
    table = Table("问题", "次数", "其中不采纳", "最近")
    for gap in build_flows(Settings()).upkeep.gaps(days=days):
        table.add_row(gap.example, str(gap.count), str(gap.badly_rated), gap.last_asked.isoformat(timespec="minutes"))
    console.print(table)


@kb.command("usage")
def usage(days: Days = 30) -> None:
    """列出各条目的引用次数和采纳率。"""
    table = Table("条目", "标题", "引用", "采纳", "不采纳")
    for one in build_flows(Settings()).upkeep.usage(days=days):
        if one.hits:
            table.add_row(one.article_id, one.title, str(one.hits), str(one.accepted), str(one.rejected))
    console.print(table)


@kb.command("mine")
def mine() -> None:
    """由已办结工单的答复生成常见问题草稿：去标识、去重，待审核。"""
    made = build_flows(Settings()).upkeep.mine(actor=HERE.name)
    for article in made:
        console.print(f"{article.id}  {article.title}")
    console.print(f"草稿 {len(made)} 篇")


@index.command("rebuild")
def rebuild() -> None:
    """由数据库重建知识条目和工单的检索索引。"""
    flows = build_flows(Settings())
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        articles, tickets = bar.add_task("条目", total=None), bar.add_task("工单", total=flows.ticket_index.count())
        made = flows.live.rebuild(lambda n: bar.advance(articles, n))
        indexed = flows.ticket_index.rebuild(lambda n: bar.advance(tickets, n))
    flows.close()
    console.print(f"已重建条目 {made} 篇，工单 {indexed} 件")

"""A city's worth of tickets made from the project's own texts, for measurement: as many as asked, each worded anew.

A ticket joins, at random: an opening; a place (one of the city's towns, one of 40 made-up sites in each, a building);
when it began; one written demand of 5,471; with even odds a clause of another demand of the same function; how many
are concerned; a wish. Two in five belong to an issue: one site and one written scenario, told in other demands of the
scenario, by others, within days. Issues' sizes fall off as a power. The same seed makes the same tickets.
"""

import random
import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from app.domain.duplicate import TicketFacts
from app.domain.place import Gazetteer
from eval.base import read_jsonl

DEMANDS = Path("training/datasets/demands.jsonl")
START = datetime.fromisoformat("2023-09-01T00:00:00+08:00")
DAYS = 780
SITES_A_TOWN = 40
IN_ISSUES = 0.4
_FIRST = (
    "金银翠绿蓝碧紫锦华福祥瑞嘉丽文景凤龙龙鑫盛兴恒泰安康宁和平阳光春秋云湖山林桃杏"
    "柳松竹梅兰荷枫槐榆柏枣石泉溪河滨江海天星月东西南北"
)
_SECOND = "苑园庭府城湾岸郡居邸轩台阁里岭源溪谷洲港桥门坊店庄楼屯营寨沟峪崖峰"
_SORTS = ("小区", "花园", "家园", "公寓", "村", "新村", "嘉园", "市场", "路", "大街", "社区", "佳苑")
_OPENINGS = (
    "", "", "来电人反映", "市民反映", "我要反映一下，", "你好，", "俺想问问，", "群众来电称", "来信反映：", "业主反映",
    "再次反映，", "想投诉，", "请帮忙看看，", "麻烦记一下，",
)  # fmt: skip
_SINCE = (
    "", "从昨天开始", "这两天", "前天晚上起", "一个多星期了", "半个月了", "今早六点左右", "上周末开始", "入冬以来",
    "国庆节以后", "连着三天", "有小半年了", "昨晚十点多", "大前天中午", "从上个月起", "下雨以后",
)  # fmt: skip
_WISHES = (
    "", "希望尽快处理。", "请有关部门管一管。", "要求给个说法。", "盼回复。", "麻烦派人来看看。", "希望上门核实。",
    "请督促整改。", "啥时候能解决？", "请给个准信。", "要求公示处理结果。", "希望不要再拖了。", "请尽快联系来电人。",
)  # fmt: skip
_CLAUSE = re.compile(r"[，。；！？,]")


class Made(NamedTuple):
    """A made ticket and the number of the issue it was made for."""

    facts: TicketFacts
    issue: int


class _Site(NamedTuple):
    district: str
    town: str
    name: str


def varied_tickets(count: int, gazetteer: Gazetteer, *, seed: int = 7) -> Iterator[Made]:
    """Yield tickets in order of time."""
    dice = random.Random(seed)
    demands = list(read_jsonl(DEMANDS))
    tellings, clauses = _grouped(demands)
    sites = _sites(gazetteer, dice)
    step = timedelta(days=DAYS) / count
    running: list[tuple[int, _Site, dict[str, Any], float]] = []
    for i in range(count):
        at = START + i * step
        running = [one for one in running if one[3] > i] if i % 5000 == 0 else running
        if running and dice.random() < IN_ISSUES:
            issue, site, demand, _ = running[int(len(running) * dice.random() ** 3)]
            told = dice.choice(tellings[demand["scenario"]])
        else:
            issue, site, demand = i, dice.choice(sites), dice.choice(demands)
            told = demand
            if dice.random() < 0.15:
                lasts = count * dice.expovariate(1 / 4) / DAYS
                running.insert(dice.randrange(len(running) + 1), (i, site, demand, i + lasts))
        yield Made(_ticket(f"{i:012}", at, site, told, clauses[told["function"]], dice), issue)


def _ticket(
    number: str, at: datetime, site: _Site, told: dict[str, Any], clauses: list[str], dice: random.Random
) -> TicketFacts:
    building = dice.choice(("", "", f"{dice.randint(1, 30)}号楼", f"{dice.randint(1, 30)}号楼{dice.randint(1, 4)}单元"))
    area = dice.choice(("", site.town, site.town, f"{site.district}{site.town}", site.district))
    more = f"，{dice.choice(clauses)}" if dice.random() < 0.5 else ""
    people = dice.choice(("", "", "", f"，影响{dice.randint(2, 300)}户", f"，已经反映过{dice.randint(1, 5)}次"))
    text = (
        f"{dice.choice(_OPENINGS)}{area}{site.name}{building}{dice.choice(_SINCE)}，{told['text'].rstrip('。')}"
        f"{more}{people}。{dice.choice(_WISHES)}"
    )
    return TicketFacts(
        ticket_number=number,
        text=text,
        created_at=at,
        request_kind=told.get("kind", "help"),
        district=site.district,
        town=site.town if area != site.district else None,
        detail=f"{site.name}{building}",
        category=told.get("category"),
        function=told["function"],
        caller=f"caller-{dice.randrange(1_200_000)}",
    )


def _grouped(demands: list[dict[str, Any]]) -> tuple[dict[str, list[dict[str, Any]]], dict[str, list[str]]]:
    tellings: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    clauses: defaultdict[str, list[str]] = defaultdict(list)
    for demand in demands:
        tellings[demand["scenario"]].append(demand)
        clauses[demand["function"]] += [part for part in _CLAUSE.split(demand["text"]) if len(part) > 5] or [
            demand["text"]
        ]
    return tellings, clauses


def _sites(gazetteer: Gazetteer, dice: random.Random) -> list[_Site]:
    made = []
    for town in gazetteer.towns:
        for _ in range(SITES_A_TOWN):
            name = dice.choice(_FIRST) + dice.choice(_FIRST) * dice.randint(0, 1) + dice.choice(_SECOND)
            made.append(_Site(town.district, town.name, name + dice.choice(_SORTS)))
    return made

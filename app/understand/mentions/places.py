"""Where the matter is: district and town from the gazetteer, the detail in the citizen's own words."""

import re
from collections.abc import Iterator

from app.domain.place import Gazetteer
from app.domain.transcript import SpokenCall
from app.understand.mentions.types import Mention, Saying

_HEADS = (
    "小区|家园|花园|花苑|嘉园|佳园|佳苑|雅苑|公寓|新村|新城|名城|国际城|家属院|家属楼|商城|广场|大厦|大酒店|酒店|宾馆|饭店|"
    "社区|居委会|工业园|产业园|园区|大道|路|街|巷|胡同|学校|小学|中学|幼儿园|一中|二中|医院|卫生院|卫生室|诊所|市场|批发市场|超市|"
    "商场|公园|车站|汽车站|火车站|高铁站|大桥|桥|涵洞|水库|河|湖|工地|厂|公司|合作社|养殖场|村|庄|府|苑|庭|湾|御园|华府|"
    "派出所|大厅|政务中心|银行|药店|浴池|网吧|健身房|培训班|驾校|敬老院|养老院|殡仪馆|公墓|加油站|收费站|路口"
)
_HEAD = re.compile(_HEADS)
_NUMBERED = r"(?:[A-Za-z]?\d+(?:号楼|号院|栋|幢|单元|层|楼|室|号(?!线|路|码)|户|排)|[东西南北]区|[一二三]期|\d{3,4}(?=室|[，,。的]|$))"
_CHAIN = re.compile(rf"^(?:[的，,\s]*(?:{_NUMBERED}))+")
_LONGER = re.compile(r"^(?:村(?!里|民|委|支|干|头)|小区|社区|大道|新村|批发市场)")
_OF_A_TOWN = re.compile(r"^(?:街道|镇|乡|办事处)")
_RELATION = re.compile(
    r"^(?:的)?(?:[东西南北]{1,2}(?:侧|边|头|门|面|向|段|首)|对面|对过|旁边?|隔壁|门口|大门口|附近|路口|交叉口|十字路口|拐角|拐弯处|后面|前面|后头|前头|楼下|楼顶|里面|院内|中段|路段|沿线|交汇处)"
)
_CROSSING = re.compile(
    r"^(?:和|与|跟)(?P<other>[\u4e00-\u9fff]{2,6}?(?:路|街|大道))(?:的)?(?P<where>交叉口|路口|交汇处|十字路口|拐角)"
)
_CROSSING_BACK = re.compile(r"(?P<other>[\u4e00-\u9fff]{2,5}?(?:路|街|大道))(?:和|与|跟|、)?$")
_STOP = re.compile(
    r".*(?:住在|位于|就在|是在|家是|这里是|名字叫|叫做|小区叫|我们|俺们|咱们|你们|他们|他家|她家|我家|俺家|"
    r"[我俺咱你他她在住是的了到从去往把被跟给和与有叫找让说问请这那个家就也都还又过经靠离来对向要想买开租卖着使能以为已没不所将前后自每次该被前因此但却而虽然原本只是还再才刚正将，。、！？；：\s\d]|投诉|反映|举报|咨询|请问|关于|建议|希望|要求|尽快|启动|请求)"
)
_LONE = re.compile(rf"{_NUMBERED}(?:[的，,\s]?{_NUMBERED})*")
_EMPTY_NAMES = re.compile(
    r"^(?:小区|社区|市场|公司|学校|医院|超市|工地|公园|大厅|银行|路口|养老院|幼儿园|某|一条|一个|整个|哪|啥|什么|别的|隔壁|对面|老|新|大|小|本|该|各|每|全|另|几|多)+$"
)
_NOT_NAMES = (
    "马路",
    "公路",
    "走路",
    "修路",
    "道路",
    "一路",
    "铁路",
    "水路",
    "上路",
    "问路",
    "半路",
    "线路",
    "网路",
    "电路",
    "带路",
    "让路",
    "上街",
    "逛街",
    "下山",
    "出厂",
    "工厂",
    "河湖",
    "村里",
    "农村",
    "全村",
    "我村",
    "俺村",
    "村庄",
    "本村",
    "整个村",
    "楼房",
    "分公司",
    "总公司",
    "门诊",
    "过桥",
    "上学",
    "放学",
    "国道",
    "省道",
    "物业公司",
    "燃气公司",
    "供电公司",
    "自来水公司",
    "热力公司",
    "供热公司",
    "保险公司",
    "公交公司",
    "快递公司",
    "有限公司",
    "开发公司",
    "地产公司",
    "劳务公司",
    "装修公司",
    "村委",
    "小路",
    "大路",
    "土路",
    "石子路",
    "水泥路",
    "柏油路",
    "人行道路",
    "主干路",
    "门前路",
    "过路",
)
_ELSEWHERE = re.compile(r"(?:以前|原来|老家|打工|上班|上学|转到|从)[^，。]{0,4}$")


def read_areas(
    call: SpokenCall, sayings: tuple[Saying, ...], gazetteer: Gazetteer
) -> tuple[tuple[Mention, ...], tuple[Mention, ...]]:
    """Return districts and towns that were named; a town or landmark names its district too."""
    reader = _AreaReader(gazetteer)
    districts: list[Mention] = []
    towns: list[Mention] = []
    for saying in sayings:
        for name, start, end in reader.named(saying.text):
            district, town = reader.area(name)
            sure = 0.6 if _ELSEWHERE.search(saying.text[:start]) else 0.9
            if town:
                towns.append(_mention(call, saying, start, end, town, sure))
            if district:
                districts.append(
                    _mention(call, saying, start, end, district, sure if name in reader.own_names else 0.8)
                )
    return tuple(districts), tuple(towns)


class _AreaReader:
    """Finds every gazetteer name in a text, longest first."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        names = {*gazetteer.district_by_name, *gazetteer.town_by_name, *gazetteer.landmark_by_name}
        self._pattern = re.compile("|".join(re.escape(n) for n in sorted(names, key=len, reverse=True)))
        self.own_names = {*gazetteer.district_by_name, *gazetteer.town_by_name}

    def named(self, text: str) -> Iterator[tuple[str, int, int]]:
        for match in self._pattern.finditer(text):
            following = text[match.end() : match.end() + 1]
            bare = match.group() in self._gazetteer.town_by_name and match.group() not in {
                t.name for t in self._gazetteer.towns
            }
            if not (bare and following in ("路", "街", "村", "河", "桥", "小", "中")):
                yield match.group(), match.start(), match.end()

    def area(self, name: str) -> tuple[str | None, str | None]:
        if district := self._gazetteer.district_by_name.get(name):
            return district.name, None
        if town := self._gazetteer.town_by_name.get(name):
            zone = next((d.name for d in self._gazetteer.districts if d.area_code == town.managed_by), None)
            return zone or town.district, town.name
        landmark = self._gazetteer.landmark_by_name[name]
        return landmark.district, landmark.town


def read_details(call: SpokenCall, sayings: tuple[Saying, ...], gazetteer: Gazetteer) -> tuple[Mention, ...]:
    """Return estates, roads, villages, shops and house numbers, each joined with what follows it directly."""
    areas = sorted({*gazetteer.district_by_name, *gazetteer.town_by_name, "枣庄市", "枣庄"}, key=len, reverse=True)
    found = []
    for saying in sayings:
        taken = 0
        for start, end in _details(saying.text, tuple(areas)):
            if start < taken:
                continue
            taken = end
            sure = _confidence(saying.text, start, end)
            found.append(_mention(call, saying, start, end, _tidy(saying.text[start:end]), sure))
    return tuple(found)


def _tidy(value: str) -> str:
    return re.sub(r"[，,\s]+", "", value).strip("的")


def _details(text: str, areas: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    done = 0
    for head in _HEAD.finditer(text):
        if head.start() < done or _OF_A_TOWN.match(text[head.end() :]):
            continue
        start = _left_edge(text, head.start(), max(done, head.start() - 10), areas)
        name = text[start : head.end()]
        if len(name) - len(head.group()) < 1 or _EMPTY_NAMES.match(name) or name.endswith(_NOT_NAMES):
            continue
        if len(name) < 3 and head.group() not in ("村", "庄"):
            continue
        done = _right_edge(text, head.end())
        yield start, done
    for lone in _LONE.finditer(text):
        if lone.start() >= done and ("楼" in lone.group() or "单元" in lone.group() or "栋" in lone.group()):
            yield lone.span()


def _left_edge(text: str, head: int, lowest: int, areas: tuple[str, ...]) -> int:
    before = text[lowest:head]
    stop = _STOP.match(before)
    start = lowest + (stop.end() if stop else 0)
    for area in areas:
        at = text.rfind(area, start, head)
        if at >= 0:
            start = at + len(area)
    if crossing := _CROSSING_BACK.search(text[lowest:head]):
        if crossing.end() == head - lowest:
            return lowest + crossing.start()
    return start


def _right_edge(text: str, end: int) -> int:
    for pattern in (_LONGER, _HEAD_AGAIN, _CROSSING, _CHAIN, _RELATION):
        if match := pattern.match(text[end:]):
            end += match.end()
    return end


_HEAD_AGAIN = re.compile(
    rf"^(?:的)?(?:[\u4e00-\u9fff]{{0,4}}?(?:{_HEADS}))(?=\d|[的，,。]?(?:{_NUMBERED})|门口|对面|旁|附近)"
)


def _confidence(text: str, start: int, end: int) -> float:
    value = text[start:end]
    sure = 0.6
    if re.search(r"(?:住在?|在|位于|是|到)$", text[max(0, start - 4) : start]):
        sure += 0.15
    if re.search(r"\d", value):
        sure += 0.15
    if _ELSEWHERE.search(text[:start]):
        sure -= 0.3
    return round(min(sure, 0.95), 2)


def _mention(call: SpokenCall, saying: Saying, start: int, end: int, value: str, sure: float) -> Mention:
    quote = call.turns[saying.turn].evidence(start, end)
    return Mention(
        value=value,
        turn=saying.turn,
        start=start,
        end=end,
        confidence=sure,
        evidence=(quote, *saying.confirmed_by),
    )

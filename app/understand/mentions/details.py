"""The exact spot in the citizen's own words: estates, roads, crossings, shops, villages, house numbers.

A detail is a chain of pieces: a name (幸福家园), numbers (13号楼2单元), a spot beside it (东门, 路口, 工地). A name
ends in a word that places end in and begins where the words before it stop being part of a name.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from app.domain.place import Gazetteer
from app.domain.transcript import SpokenCall
from app.understand.mentions.called import answered_names, called_names
from app.understand.mentions.places import ELSEWHERE
from app.understand.mentions.types import Mention, Saying, mention
from models.word_tags import own_tokenizer, word_tags

_HEADS = (
    "小区|家园|花园|花苑|嘉园|佳园|佳苑|雅苑|公寓|新村|新城|名城|国际城|家属院|家属楼|宿舍|商城|广场|大厦|大酒店|酒店|宾馆|饭店|"
    "名都|名郡|公馆|府邸|豪庭|世家|御景|丽景|首府|城邦|水岸|小镇|安置房|社区|居委会|工业园|产业园|科技园|物流园|园区|开发区|"
    "大道|路|街|巷|胡同|高速|立交桥|高架桥|隧道|学校|小学|中学|高中|职专|学院|大学|幼儿园|一中|二中|三中|四中|五中|实验学校|"
    "医院|卫生院|卫生室|服务站|诊所|门诊|批发市场|农贸市场|集贸市场|大集|市场|超市|商场|商厦|购物中心|购物广场|步行街|美食城|夜市|公园|"
    "汽车站|火车站|高铁站|客运站|公交站|车站|站|大桥|桥|涵洞|水库|河|湖|沟|工地|工厂|厂|煤矿|矿|公司|集团|合作社|养殖场|果园|大棚|"
    "村|庄|寨|屯|苑|湾|御园|华府|华庭|派出所|服务大厅|大厅|政务服务中心|政务中心|便民服务中心|中心|银行|储蓄所|药店|药房|"
    "浴池|网吧|健身房|健身|健身会所|培训班|培训学校|教育|琴行|驾校|敬老院|养老院|殡仪馆|公墓|加油站|加气站|收费站|"
    "饭馆|餐馆|酒楼|火锅店?|烧烤店?|烤鱼店?|羊肉汤馆?|羊汤馆?|羊肉馆|小厨|厨房|菜馆|农资店?|机械厂?|纺织厂?|建材厂?|信用社|网点|写字楼|中医院|人民医院|妇幼保健院|门诊楼|住院部|党校|闸|阁|集|拉面馆|饺子馆|大排档|快餐店?|早餐店|奶茶店|烟酒店?|理发店|美容院|美发店?|洗车店|修车店|专卖店|"
    "门市部?|副食|商行|家具城|建材城|建材市场|汽贸|4S店|影城|KTV|歌厅|浴场|洗浴|会所|酒吧|客栈|民宿|店|馆|"
    "码头|大坝|拦河坝|机井房|水塔|冷库|网咖|棋牌室|养猪场|养鸡场|养牛场|养羊场|养鸭场|屠宰场|采石场|石料场|煤场|口腔|牙科|豆腐坊|作坊|老年公寓|国道|省道|县道"
)
_HEAD_WORDS = tuple(_HEADS.replace("?", "").split("|"))
_HEAD = re.compile(_HEADS)
_LAST = frozenset("".join(head.rstrip("?")[-1] + head[-3:-2] * ("?" in head) for head in _HEADS.split("|")))
_NUMBER = (
    r"(?:[A-Za-z]?\d+(?:号楼|号院|号宿舍|栋|幢|单元|层|楼|室|排|巷|床|窗口|号窗口)|(?:(?<=[路街道巷])|(?<=[路街道巷]\s))\d+号(?!线|码|楼)"
    r"|[A-Za-z]座|(?<!市)[东西南北中][一二三]?区(?!域|别|里)|[一二三四1-4]期|(?<=单元)\d{3,4}|(?<=楼)\d{3,4}(?!\d|元|块|多|平))"
)
_NUMBERS = re.compile(rf"{_NUMBER}(?:[的，,\s]{{0,2}}{_NUMBER})*")
_SPOT = re.compile(
    r"(?:(?:的|那个|这个|里的?|那块儿?的?)*)(?:(?:大|正|前|后)?[东西南北]{1,2}(?:大门|侧|边|头|门|面|向|段|首|邻|角|口)|往[东西南北](?:\d+米)?|"
    r"对面|对过|斜对过|中间|底下|里头|西头|北头|东头|南头|往[东西南北]|旁边?|隔壁|大门口|门口|门前|附近|交叉口|路口|(?<=路)口(?=$|[，,往的东西南北那这有])|十字路口|丁字路口|红绿灯|拐角|拐弯处|交汇处|后面|前面|后头|前头|楼下|楼顶|楼道|"
    r"里面|院内|院里|中段|路段|沿线|沿街|两侧|工地|空地|广场|地下车库|车库|停车场|站牌|站台|施工现场|桥下|桥头|桥底|大门|小广场|健身广场|商铺|门市|沿街楼|公厕|垃圾站|垃圾点|垃圾池子?|垃圾桶|机井|桥洞|桥底下|桥底|食堂|停车场|消防通道|麦地里?|地里|河边|河段|闸口|窗口|站前广场|生产路|人行道|配电室|泵站|换热站|充电桩|充电棚)"
)
_LINK = re.compile(
    r"(?:[，,、\s的“”\"]|那个|这个|那条|这条|那儿|那边|这边|那块儿?|里面|里头|里|上|内|旁边的?|附近的?|对面的?|底下|从|叫做?|一家|有一?家|有一?个|那条路叫|住|就是|是|就在|在){0,4}"
)
_BESIDE = re.compile(r"(?:的|那个|这个)?(?:旁|附近|对面|对过|隔壁|门口|周边|底下|前面|后面)")
"""A chain cannot begin beside something that was not named."""
_AND = re.compile(r"(?:和|与|跟|、)")
_ROAD = re.compile(r"(?:路|街|大道|巷)$")
_AFTER_HEAD = {
    "路": "灯面上边人过费程由线况障牌子基政途",
    "街": "道坊上头边",
    "村": "里民委支干头书会主医两子",
    "庄": "稼严重",
    "站": "点着在起不岗住",
    "河": "南北水道沙",
    "矿": "工泉难长",
    "厂": "家长房里子方商",
    "店": "家里铺面员主老",
    "馆": "子里",
    "社区": "医书工卫",
    "学校": "里老",
    "医院": "里",
    "公司": "里老员法",
    "期": "间待限末望盼房房",
    "中心": "思",
    "教育": "局部厅孩儿和",
    "桥": "梁",
    "府": "上",
    "大厅": "里",
    "银行": "卡贷",
    "沟": "通",
    "集团": "军",
    "市场": "监价经",
    "庭": "审",
    "湾": "里",
    "门诊": "报统费",
    "高速": "发增",
    "中学": "生",
    "小学": "生",
    "大学": "生",
    "高中": "生",
}
_STOP = frozenset(
    "我 我们 我家 俺 俺们 俺家 俺村 我村 你 你们 恁 他 他们 他家 她 她家 它 咱 咱们 咱家 自己 人家 大家 住 住在 家住 在 是 的 了 到 从 去 往 把 被 跟 给 和 与 有 叫 叫做 找 让 说 请问 这 那 "
    "这个 那个 这家 那家 这种 那种 这些 那些 哪个 哪 哪里 就 就是 也 都 还 又 过 经过 靠 离 来 对 向 要 想 买 买了 买的 开 开了 开车 租 租了 卖 着 能 以为 已 已经 没 没有 不 不是 所 将 自 每 该 因 因为 此 但 但是 却 而 "
    "虽然 原本 只是 再 才 刚 刚刚 正 正在 位于 家是 问问 快到 反映 反应 投诉 举报 咨询 希望 要求 尽快 建议 关于 里 上 下 内 个 一个 一家 一条 这条 那条 条 多 几 好多 很多 所有 全 整个 各 本 某 某个 别的 其他 附近 旁边 对面 隔壁 门口 "
    "现在 今天 昨天 前天 昨晚 今年 去年 前年 目前 最近 上午 下午 晚上 早上 路过 走到 走 路 去年底 送 接 发现 看见 看到 听说 知道 觉得 想问 问 一下 麻烦 您 您好 你好 喂 嗯 啊 呢 吧 吗 哈 呀 哎 哦 对 对对 行 好 不对 错 应该 "
    "可能 大概 的话 然后 结果 所以 后来 以前 原来 之前 以后 之后 时候 天天 每天 一直 总是 经常 老 老是 上班 上学 打工 干活 工作 施工 修 修建 建 盖 拆 挖 堵 停 倒 扔 往 由 被 于 以及 或者 或 并 并且 而且 如果 即 等 等等 "
    "村里 庄上 镇上 市里 区里 县里 城里 家里 家中 全村 我市 我区 我镇 本人 本村 本小区 我们村 俺们村 联系 打电话 电话 业主 居民 村民 群众 市民 老百姓 人 孩子 老人 单位 地方 地址 位置 名字 负责 管理 承包 承建 开发 属于 归 来自 坐 骑 通往 通向 直到 截止 关闭 新 新建 在建 老旧 旧 "
    "做 干 办 办理 交 交了 花 花了 欠 欠了 为 为了 至 距 距离 沿 沿着 顺着 途经 及 其 个人 咱们这 咱这 俺这 我们这 我这 俺那 那边 这边 这里 那里 这儿 那儿 吃 吃饭 吃了 买菜 购买 入住 搬 搬到 居住 租住 回 回到 进 进了 出 出了 受 受到 找到 打 打了 告诉 通知 让我 叫我 要是 只有 只能 不让 不给 不能 不管 说是 据说 小伙子 大面积 有个 有一家 贷款 姓 外头 代理 招标 招标代理 国家 什么 周边 可 可是 还有 旁 旁边的 同时 恳请 请 占用 本次 自从 污水 靠近 可靠近 随便 封 封路 至今 边 号 号楼 栋 单元 弄 另外 比如 比如说 特别是 尤其 尤其是 包括 看 强烈 再次 段 距离 违规 违法 私自 公示 路上 街上 其中 有人 没人 一 不了 去过 当地 门前 楼下 楼上 家门口 那种 一直到 靠着 挨着 紧邻 处 一处 一段 这段 那段 该段".split()
)
_GENERIC = re.compile(
    r"^(?:小区|社区|市场|公司|学校|医院|超市|工地|公园|大厅|银行|路口|养老院|幼儿园|某|一条|一个|整个|哪|啥|什么|别的|隔壁|对面|老|新|大|小|本|该|各|每|全|另|几|多|农|乡|贵|此|前|后|门前|沿|物业|燃气|供电|自来水|热力|供热|供暖|保险|公交|快递|有限|开发|地产|房地产|劳务|装修|总|分|主|水泥|柏油|石子|人行道?|高速|乡间|田间|生产|机耕|硬化|市政|内|外|断头|村|镇|区|县|市|街道|个|家|这|那|里|上|下|和|与|的)+$"
)
_NAMED_AFTER_VERBS = ("路", "街", "大道", "村", "巷", "小学", "中学", "西路", "东路", "南路", "北路", "河", "社区")
_LED_IN = re.compile(r"(?:(?:我们?|俺们?)?(?:家)?就?(?:住在?|在|位于)(?=..))?")
_APART = re.compile(r"(?![我俺你恁他她它咱在住是就从到去往这那有那全各每本离靠某])[\u4e00-\u9fff]{2,4}[村庄寨]")
_LETTERS = re.compile(r"(?=.*[^\d])[\u4e00-\u9fffA-Za-z0-9]+")
_COUNTS = re.compile(r"[一两几多数整各每]|[三四五六七八九十]+[条个家座]")
_INFLECTED = re.compile(r"[了着过吗呢吧的得]$")
_KIND_OF_ROAD = ("马路", "公路", "铁路", "土路", "道路", "大路", "小路", "一路", "半路", "水路", "电路", "线路")
_AFTER_AREA = re.compile(r"(?:街道|镇|区|滕州市?|薛城|峄城|台儿庄|山亭)(?:这边|那边|这里)?[，,\s的]*(?:那个)?[，,\s]*$")
"""What is said right after district or town is where the matter is."""
_LONGEST_NAME = 9
_STRETCH = re.compile(r"[，,。！!？?；;、：:…]+|[^，,。！!？?；;、：:…]+")


class Piece(NamedTuple):
    """A stretch of a text; `kind` is name, number or spot."""

    start: int
    end: int
    kind: str


class DetailReader:
    """Finds details with the gazetteer's names as known words."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._areas = frozenset(
            {*gazetteer.district_by_name, *gazetteer.town_by_name, "枣庄市", "枣庄", "山东省", "山东"}
        )
        self._tokenizer = own_tokenizer()
        longer = sorted((head for head in _HEAD_WORDS if len(head) > 1), key=len, reverse=True)
        self._longer = re.compile(f"(?:{'|'.join(longer)})(?!附近|旁)")
        self._heads = frozenset(_HEAD_WORDS)
        for head in self._heads:
            if len(head) > 1:
                self._tokenizer.add_word(head)
        for name in (*self._areas, *gazetteer.landmark_by_name):
            self._tokenizer.add_word(name, freq=20_000)
        self._known = frozenset(gazetteer.landmark_by_name)
        self._telling = re.compile("|".join(map(re.escape, self._known)) + f"|{_HEADS}")
        self._tags = word_tags()

    def read(self, call: SpokenCall, sayings: tuple[Saying, ...]) -> tuple[tuple[Mention, ...], tuple[Mention, ...]]:
        """Return every detail, and the spots (西头垃圾池) said apart from any name, in the order they were said."""
        details: list[Mention] = []
        spots: list[Mention] = []
        for saying in sayings:
            for chain in self.chains(saying.text):
                pieces = chain[1:] if len(chain) > 1 and _BESIDE.match(saying.text, chain[0].start) else chain
                start, end = pieces[0].start, pieces[-1].end
                value = _joined(saying.text, pieces)
                sure = _confidence(saying.text, start, pieces)
                kept = spots if only_spots(pieces) else details
                kept.append(mention(call, saying, start, end, value, sure))
            details += answered_names(call, saying, details, self._areas)
        return tuple(details), tuple(spots)

    def chains(self, text: str) -> Iterator[list[Piece]]:
        """Yield the chains of pieces in a text."""
        chain: list[Piece] = []
        for piece in self._pieces(text):
            if chain and _linked(text, chain[-1], piece):
                chain.append(piece)
                continue
            if chain:
                yield chain
            chain = [piece]
        if chain:
            yield chain

    def _pieces(self, text: str) -> list[Piece]:
        names = list(self._names(text))
        names += [
            Piece(*span, "name")
            for span in called_names(text)
            if all(span[1] <= piece.start or piece.end <= span[0] for piece in names)
        ]
        for kind, pattern in (("number", _NUMBERS), ("spot", _SPOT)):
            names += [
                Piece(match.start(), match.end(), kind)
                for start, end in _gaps(sorted(names), len(text))
                for match in pattern.finditer(text, start, end)
            ]
        return sorted(names)

    def _names(self, text: str) -> Iterator[Piece]:
        tokens = self._tokens(text)
        done = 0
        for position, (word, start, end) in enumerate(tokens):
            if start < done or word in self._areas:
                continue
            following = tokens[position + 1][0] if position + 1 < len(tokens) else ""
            if word in self._known and not _HEAD.fullmatch(following):
                done = end
                yield Piece(start, end, "name")
                continue
            head = _head_of(word)
            if head is None or (end < len(text) and text[end] in _AFTER_HEAD.get(head, "")):
                continue
            first = self._left_edge(text, tokens, position, done)
            first += len(_LED_IN.match(text[first:end]).group())  # type: ignore[union-attr]
            if not _is_name(text[first:end], head):
                continue
            done = end + len(more.group()) if (more := self._longer.match(text[end:])) else end
            yield Piece(first, done, "name")

    def _tokens(self, text: str) -> list[tuple[str, int, int]]:
        """Return the words of the stretches that hold a place word; any other stretch is one long word."""
        tokens = []
        for stretch in _STRETCH.finditer(text):
            start = stretch.start()
            if self._telling.search(stretch.group()):
                tokens += [(w, start + a, start + b) for w, a, b in self._tokenizer.tokenize(stretch.group())]
            else:
                tokens.append((stretch.group(), start, stretch.end()))
        return tokens

    def _left_edge(self, text: str, tokens: list[tuple[str, int, int]], position: int, lowest: int) -> int:
        first = tokens[position][1]
        if (whole := self._standing_apart(text, tokens[position])) is not None and whole >= lowest:
            return whole
        for word, start, _ in reversed(tokens[:position]):
            within = start >= lowest and tokens[position][2] - start <= _LONGEST_NAME
            adjacent = first == tokens[position][1] and tokens[position][0] in _NAMED_AFTER_VERBS
            apart = word.isspace() and first == tokens[position][1] and tokens[position][0] in self._heads
            if apart and within:
                continue  # 鼎盛国际 写字楼: speech recognition puts spaces anywhere
            if not within or self._ends_a_name(word, verbs=adjacent and len(word) > 1):
                break
            first = start
        return first

    def _standing_apart(self, text: str, token: tuple[str, int, int]) -> int | None:
        """Return where a short name between two pauses begins: 斜屋村, whatever its words would mean elsewhere."""
        start = text.rfind(" ", 0, token[1]) + 1
        stretch = text[start : token[2]]
        ends = token[2] == len(text) or text[token[2]] in " ，。,"
        if start and ends and _APART.fullmatch(stretch) and not any(area in stretch for area in self._areas):
            return start
        return None

    def _ends_a_name(self, word: str, *, verbs: bool) -> bool:
        """Tell whether a word before a name is not part of it; 振兴路 and 团结村 are named after verbs."""
        if word in _STOP or word in self._areas or not _LETTERS.fullmatch(word) or _INFLECTED.search(word):
            return True
        tag = self._tags.get(word, "n")[0]
        return tag in "dpcrtuy" or (tag == "m" and bool(_COUNTS.match(word))) or (tag == "v" and not verbs)


def _gaps(pieces: list[Piece], length: int) -> list[tuple[int, int]]:
    """Return the stretches of a text that no piece covers."""
    starts, ends = [piece.start for piece in pieces], [piece.end for piece in pieces]
    return list(zip([0, *ends], [*starts, length], strict=True))


def _head_of(word: str) -> str | None:
    """Return the place word that a token ends in."""
    heads = [m.group() for m in _HEAD.finditer(word) if m.end() == len(word)] if word[-1] in _LAST else []
    return heads[-1] if heads else None


def _is_name(name: str, head: str) -> bool:
    own = name[: len(name) - len(head)]
    if not own or _GENERIC.match(own) or own in _STOP or name in _KIND_OF_ROAD:
        return False
    if own[0] in "日月年号点" or "姓" in own or (re.search(r"[个家条种]$", own) and len(own) < 3):
        return False
    return len(own) >= 2 or len(head) >= 2 or head in ("村", "庄")


def _linked(text: str, before: Piece, piece: Piece) -> bool:
    gap = text[before.end : piece.start].replace(" ", "")
    if before.kind == "name" and piece.kind == "name" and _AND.fullmatch(gap):
        return bool(_ROAD.search(text[: before.end]) and _ROAD.search(text[: piece.end]))
    return len(gap) <= 8 and _LINK.fullmatch(gap) is not None


def only_spots(chain: list[Piece]) -> bool:
    """A spot alone (门口) is nowhere; a name or a house number is somewhere."""
    return all(piece.kind == "spot" for piece in chain)


def _joined(text: str, pieces: list[Piece]) -> str:
    value = ""
    for before, piece in zip([None, *pieces], pieces, strict=False):
        gap = text[before.end : piece.start] if before else ""
        value += (gap if _AND.fullmatch(gap) else "") + text[piece.start : piece.end]
    return re.sub(r"[，,\s]+|^的|(?:的|那个|这个|那块儿?的?|里的?)(?=[^\u4e00-\u9fff]|工地|空地|[东西南北])", "", value)


def _confidence(text: str, start: int, pieces: list[Piece]) -> float:
    kinds = [piece.kind for piece in pieces]
    if _AFTER_AREA.search(text[max(0, start - 8) : start]):
        return 0.95
    sure = 0.6 + 0.1 * (len(set(kinds)) > 1) + 0.1 * ("number" in kinds)
    if re.search(r"(?:住在?|在|位于|是|到)$", text[max(0, start - 4) : start]):
        sure += 0.15
    if ELSEWHERE.search(text[:start]):
        sure -= 0.3
    if kinds == ["number"]:
        sure -= 0.2
    return round(min(sure, 0.95), 2)

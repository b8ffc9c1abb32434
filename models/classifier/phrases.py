"""What a text says of its wish and its speaker: families of phrases, clause by clause, and which of them meet.

Character n-grams tell what a text is about; whether only an answer is wanted, or for whom somebody speaks, is said in
the same ways of any matter.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations

_BREAKS = re.compile(r"[，。！？；,.!?;\s]+")
_LONG = 9
"""Clauses above which a text is a call that was heard to its end."""
_LENGTH = 8
"""Characters, and how many times as many, by which lengths are told apart."""
_QUESTIONS = ("choice", "where", "amount", "when", "how", "what", "who", "whether")
_FIRM = (
    "公司|企业|厂|店|铺|馆(?!陶)|合作社|养殖场|农场|诊所|幼儿园|社(?![会区保])|网吧|摊|民宿|电商|作坊|门市|驿站|超市|"
    "工作室|酒店|宾馆"
)

WISHES = {
    "choice": r"([一-鿿])[不没]\1|([一-鿿])[一-鿿][不没]\2|没[有]?[一-鿿]{1,4}有|有没有|行不行|是不是|能不能|可不可以",
    "where": r"哪[里儿个些级边家年天]?|何处|什么地方",
    "amount": r"多少|几[个块天年回点月岁成]|多大|多远|多高",
    "when": r"啥时候|什么时候|多久|几点|何时|多长时间|几号",
    "how": r"怎么|咋|如何|怎样",
    "what": r"什么|啥|哪些",
    "who": r"找谁|归谁|谁管|哪个部门|归哪",
    "whether": r"[吗不没么]$|行不$|能[^，]{1,12}[吗不]$|会[^，]{1,12}[吗不]$|是否|算[^，]{0,8}[吗不]$",
    "asks": r"请问|想问|问一?[下问]|咨询|打听|了解|告知|想知道",
    "act": r"[给帮替](?:我|俺|我们|俺们|咱|孩子|老人)?[一-鿿]{0,2}(?:[修换补查看办催开弄处协派送安送])|来(?:个|点)?人|派[个人]|叫[个]?人|上门|[催帮]|协调|查查|看看|处理|解决|恢复|安排|通融|来[修看查]|给[^，]{1,6}[修换补]",
    "wish": r"希望|请|麻烦|求|盼|赶紧|尽快|快点|要求|想让|抓紧",
    "broken": r"坏|断|漏|堵|停[水电气]|没[水电气信]|塌|裂|倒[了下]|掉|不亮|不热|不响|打不开|登不|进不|用不|刷不|没反应|乱码|冒|淹|着火|锁|卡[在住死]|失灵|凉",
    "delay": r"还没|一直|迟迟|至今|到现在|没动静|没下文|没消息|没人|[天周月年]了|审核中|处理中|不回|没回",
    "refusal": r"不给|不让|不肯|不理|不管|推|拒|踢|不收|不认|说不|说没|让我去|拖|欠",
    "proposes": r"建议|增设|增加|加装|加[开个一]|增开|多[设开建放装栽种摆安给]|设[个一几]|应该|最好|要是能|盼|延长|改[成为]|换成|合成|错开|统一|推广|[开放][到开]|划[个片出]|别老|别光|呗",
    "rule": r"规定|标准|政策|条件|材料|手续|资格|期限|流程|办法|依据|范围|合法|违法|犯法|要求|需要",
    "self": r"我|俺",
    "hearsay": r"他说|她说|说是|人家说|客服|窗口|物业|单位",
    "plan": r"想|打算|准备|要[办去]",
    "lost": r"丢|忘|找不[到着]",
}
"""What tells a question from a wish that somebody acts."""
GRIEVANCES = {
    "accuses": r"举报|偷|私[自下设建占]|非法|违法|违规|无证|没证|没有证|没执照|没资质|黑[作车店窝诊网]|假[的冒货证烟药酒]|造假|冒[领充用]|贪|挪用|套取|骗|传销|赌|嫖|卖淫|毒|吃喝|送礼|红包|回扣|亲戚|关系户",
    "told": r"反映[了过]?|打[了过]?.{0,4}(?:电话|12345|热线)|找[了过]?.{0,6}[好几两三四五六]?[次回趟遍]|[好几两三四五六][次回趟遍]|多次|答应|保证|说好|承诺|推[来给到]|踢皮球|互相推",
    "judges": r"凭啥|凭什么|糊弄|坑[人我了]|像话|态度|骂|恶劣|太[黑吵臭坑过]|欺[负人]|霸王|过分|不讲理|敷衍|还有没有王法|不合理|气人|甩脸",
    "nuisance": r"噪[音声]|吵|扰民|臭|油烟|味[儿道]?|灰|粉尘|震|占[道着用了]|堵[着门路]|乱停|放炮|喇叭",
    "money": r"工资|欠[薪我款着]|退[款钱费押]|押金|定金|赔|补偿|多收|乱收|加价|收费|罚",
    "thanks": r"谢谢|感谢|表扬|点赞|锦旗|好心|真好|暖心|负责任",
    "danger": r"怕|危险|砸|摔|绊|触电|掉下来|出事|着火|淹|孩子",
    "need": r"困难|低保|残疾|老人|一个人|没人照|病|住院|救助|补助|走丢|失踪|流浪",
    "papers": r"证|户口|档案|登记|过户|补办|审核|材料|系统|认证|账户|社保卡|学籍",
}
"""What tells the other kinds of requests apart."""
SPEAKERS = {
    "own": r"(?:我|俺|我们|俺们|咱)(?:是|这是|这边是|代表)?[^，。\s]{0,10}?(?:公司|企业|厂里?(?!长)|合作社|门店|个体户)(?:的)?(?:负责人|老板|会计|经理|法人|工作人员|财务|人事)?(?=[，。,\s]|$|是|的|想|要|在|有|被|参)|"
    r"(?:我|俺)(?:自己)?(?:是)?(?:就)?(?:在[^，。\s]{0,4})?(?:开|经营|干|做)(?:了|着|的)?(?:个|一?家|一个)?[^，。\s]{0,8}(?:店|饭馆|餐馆|超市|厂|公司|门市|门头|作坊|养殖场|民宿|诊所|理发|早[餐点]铺?|馆|电商|幼儿园)|"
    r"(?:我|俺)(?:们)?(?:这个?|的)?(?:小)?(?:店|饭店|超市|公司|企业|工厂|厂子)(?:里)?(?:被|想|要|刚|正|准备|办|申请|去年|今年|的营业执照)|"
    r"(?:店|公司|厂|合作社|企业)的(?:经营者|负责人|法人|法定代表人|人事|会计|财务|办公室主任)|(?:我|俺)(?:就)?是[^，。\s]{0,8}?(?:法人|理事长|法定代表人|社长)(?=[，。,\s]|$)|法人(?:代表)?就是(?:我|俺)|车主就是(?:我|俺)|(?:我|俺)(?:是)?开店的|^(?:我|俺)?(?:是)?个体户?(?:$|[，。\s])|(?:我|俺)(?:家)?(?:的)?(?:招牌|门头|店面|铺面)|"
    r"(?:我|俺)(?:承包|经营|包)的[^，。\s]{0,6}(?:场|厂|矿|窑|店|饭店|食堂|船|园)|(?:我|俺)(?:这|那)?个?的?(?:网吧|民宿|饭馆|饭店|奶茶店|药店|超市|门市|诊所|养殖场|加工厂|批发部|洗车店|理发店|水果店|农家乐)(?![对旁隔附楼]|门口|老板)",
    "firm": _FIRM,
    "my_firm": rf"(?:我|俺|我们|俺们|咱|本|自己|家里|俺家|我家)(?:的|家|这个?|那个?|自己)?[^，。\s]{{0,5}}(?:{_FIRM})",
    "at_firm": rf"(?:在|给|跟|把|从|被|让|叫)[^，。\s]{{0,8}}(?:{_FIRM})",
    "some_firm": rf"(?:一家|一个|那家|这家|有家|有个|某|他们|人家)[^，。\s]{{0,6}}(?:{_FIRM})",
    "near": r"楼下|楼上|隔壁|对门|对面|门口|旁边|附近|小区|居民|俺庄|村里",
    "employed": r"工资|试用|辞退|开除|辞职|离职|裁员|加班|打工|上班|干活|职工|员工|合同|绩效|退休|下岗|改制|宿舍|食堂|工友|班组|工伤|年假|押金|扣钱|服务员|保安|学徒|临时工|厂里|单位|店里",
    "i_am": r"(?:我|俺)(?:老公|爱人|儿子|闺女|对象|爸|妈|爹|媳妇)?(?:是|在|给)[^，。]{0,10}(?:员|工|司机|骑手|师傅|保安|会计|退休|学徒|老师|护士|学生|老兵|业主|村民|居民|低保)",
    "role": r"负责人|法人|法定代表人|经理|老板(?!说|不|跑|让)|财务|人事|理事长|经营者|合伙|股东|我司|本公司|我单位|贵",
    "runs": rf"(?:开|干|经营|做|办|弄|盘|承包)(?:了|着|的)?(?:\w{{1,4}}年的?)?(?:个|一?家|一个|间)?[^，。\s]{{0,6}}(?:{_FIRM})",
    "trade": r"顾客|客人|客户|货款|工程款|尾款|发票|执照|许可证|备案|招工|招人|订单|原料|车间|投标|招标|保证金|公户|对公|营业|开业|停业|停产|门头|法人|厂房|用地|招商|贴息|生产|销售|生意|进货|供货|货[源架]|用工|报税|经营|资质|验收|环评|消防|商户|库存|设备|产品|注册",
    "buys": r"买|办[^，。]{0,3}卡|充[了值]|消费|吃[了完饭坏]|住|订|退[款钱费]|商家|店家|店主|老板说|老板不|平台",
    "plan": r"想|打算|准备|要[办开]",
    "family": r"孩子|老人|俺爹|俺娘|我妈|我爸|俺妈|俺爸|闺女|儿子|媳妇|对象|爱人|老公|邻居",
}
"""What tells a business that speaks of itself from its workers, customers and neighbours."""
_TABLES = {
    name: tuple((family, re.compile(pattern)) for family, pattern in sorted(table.items()))
    for name, table in (("wishes", WISHES), ("grievances", GRIEVANCES), ("speakers", SPEAKERS))
}


def wish_marks(text: str) -> list[str]:
    """Return what a text asks or wants done, what it tells before, and how much of it is a question.

    A long call ends with names and thanks: only what its clauses say each counts.
    """
    clauses = _clauses(text)
    if not clauses or len(clauses) > _LONG:
        return clause_marks(text, "wishes")
    held = [_held(clause, "wishes") for clause in clauses]
    last, before = held[-1], _all(held[:-1])
    asking = sum(any(family in _QUESTIONS for family in one) for one in held)
    telling = len(clauses) - asking
    found = [f"@{family}" for one in held for family in one] + _pairs("@", _all(held))
    found += [f"${family}" for family in last] + [f"^{family}" for family in held[0]] + _pairs("$", last)
    found += [f"{one}>{other}" for one in before for other in last]
    found += [f"#{min(asking, 3)}?", f"#{min(telling, 4)}.", f"#{min(asking, 3)}?{min(telling, 4)}."]
    found += [f"#{min(len(text) // _LENGTH, _LENGTH)}"]
    if any(family in _QUESTIONS for family in last):
        found += ["$?", *(f"{family}>?" for family in before if family not in _QUESTIONS)]
    return found


def clause_marks(text: str, table: str) -> list[str]:
    """Return the families of one table in each clause, and their pairs there."""
    held = [_held(clause, table) for clause in _clauses(text)]
    return [mark for one in held for mark in (*(f"~{family}" for family in one), *_pairs("~", one))]


def speaker_marks(text: str) -> list[str]:
    """Return how a text speaks of firms and of its speaker."""
    clauses = _clauses(text)
    if not clauses:
        return []
    held = [_held(clause, "speakers") for clause in clauses]
    whole = _all(held)
    found = [f"@{family}" for one in held for family in one] + _pairs("@", whole)
    found += [f"^{family}" for family in held[0]] + [pair for one in held for pair in _pairs("&", one)]
    return found if "own" in whole or "my_firm" in whole else [*found, "@no_own"]


def _clauses(text: str) -> list[str]:
    return [clause for clause in _BREAKS.split(text.lower()) if clause]


@lru_cache(maxsize=8192)
def _held(clause: str, table: str) -> tuple[str, ...]:
    return tuple(family for family, pattern in _TABLES[table] if pattern.search(clause))


def _all(held: Sequence[Sequence[str]]) -> list[str]:
    return sorted({family for one in held for family in one})


def _pairs(mark: str, families: Sequence[str]) -> list[str]:
    return [f"{mark}{one}+{other}" for one, other in combinations(families, 2)]

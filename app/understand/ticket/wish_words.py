"""What a caller asks for, clause by clause, in official words: the deed first, then its object."""

import re

_LEAD = re.compile(
    r"^(?:望(?![远着])|盼望?|敬请|给予|予以|加以|介入|能(?![力源])|那|就|再|还有|还|也|先|顺便|所以|反正|现在|主要|最后|另外|首先|其次|第[一二三四](?:个|条)?|[一二三四]是|一个是|要么|然后|至少|最起码|起码|怎么也|我|俺|咱|我们|俺们|说白了|"
    r"(?:我|俺)?的?(?:诉求|要求|意思|想法)(?:就)?是?|希望|要求|请求|恳请|请(?!假)|想(?!办法)|要(?!么|是|不)|得(?!到)|应该|该|必须|最好|麻烦|能不能|能否|可不可以|可否|看看能不能|看|建议|只要|就想|盼着|求求?|督促)+(?:能够?(?!源)|可以|就是|是)*"
)
_WHO = re.compile(
    r"^(?:让|叫|请|要求)?(?:你们?|您|恁们?|他们?|她|它|政府|领导|部门|(?:有关|相关|主管|上级)(?:部门|单位)|热线|谁|人家|对方)(?:家)?(?=[\u4e00-\u9fff])|^(?:帮忙|帮帮|帮着?|帮)(?:我们?|俺们?|咱)?|^(?:去|来)(?!人|水|电|气|暖)(?=[\u4e00-\u9fff]{2})"
)
_SENT = re.compile(
    r"^(?:派|叫|让|找|来|请|安排)(?:个|几个|些)?(?:人|师傅|专家)(?:来|去|过来|上门)?(?=[\u4e00-\u9fff]{1,})"
)
_TOLD = re.compile(r"^(?:让|叫|请|要求|督促)(?=[\u4e00-\u9fff]{2})")
_FOR_ME = re.compile(
    r"(?:给|跟|向|替)(?:我们?家?|俺们?家?|咱们?家?|其家?|人家|她|他们?|大家伙?|老百姓|业主)(?=[\u4e00-\u9fff])"
)
_HASTE = re.compile(
    r"尽快|赶紧|赶快|抓紧(?:时间)?|快点儿?|早点儿?|尽早|马上|立马|快一点|快些|早日|^快(?=[修派来])|及早"
)
_SORRY = re.compile(r"(?:给|跟|向)?[^，。给跟向]{0,6}(?:说个?对不起|道个?歉|赔个?(?:不是|礼))")
_MAY_YOU = re.compile(r"能不能|能否|可不可以|可否|是不是(?:可以|能)|行不行")
_FILLER = re.compile(
    r"都|全都|一下子?|个(?=说法|准信|时间表|日期|答复|结果)|好好(?:的)?|到底|究竟|彻底|老老实实|当面|重新|从头|那个|这个|那(?=[条根块家棵])|这(?=[条根块家棵])|我们?(?:家)?的?|俺们?(?:家)?的?|咱们?(?:家)?的?|其"
)
_KEPT = ("当面", "重新", "彻底")
_TAIL = re.compile(
    r"(?:就(?:行|中|管|好|可以|得)了?|行不行|好不好|中不中|可以吗|行吗|吗|呗|吧|呀|啊|哈|嘛|呢|哩|才行|也行|也中|的话|了)+$"
)
_NEVER = re.compile(
    r"^(?!.{0,3}[我俺]|也不要)(?P<when>[^，。]{0,12}?)(?:别(?![的人家])|甭|不要(?!紧)|不许|不准|不能(?!不)|不得|莫)(?:再|老|光|让|叫|给|都)*(?:他们?|人|它|大车)?(?P<deed>[^，。]+)$"
)
_SECRET = re.compile(
    r"知道|是我|是俺|说(?:是)?(?:谁|我|俺)|提前|打招呼|反映|嘴上|上课|糊弄|走过场|耽误|出了|害怕|着急|生气|打电话|打过来|叫人说"
)
_DEEDS = tuple(
    (re.compile(said), deed)
    for said, deed in (
        (r"修(?:复|好|起来|上|通)", "修复"), (r"维修|修修|修理|修一修|修整|修(?!剪|改|建|路|车|理厂|桥|的|手机)", "维修"),
        (r"退(?:还|回来?|给|掉|了)|退(?=\d|钱|款|费|学费|押金|定金|票|场|差|多|半|取|卡|货|课|[一二三四五六七八九十]|剩|$)", "退还"),
        (r"返还|还回来|还给|归还|还(?=\d|钱)", "归还"), (r"赔(?:偿|付|上|给|了)?", "赔偿"), (r"补发|补给", "补发"), (r"补(?:上|齐|装|全)", "补齐"),
        (r"补缴|补交", "补缴"), (r"补签", "补签"), (r"更换|换(?:成|上|个|一个|掉|了|新)?(?!证|回|个)", "更换"), (r"换回", "换回"), (r"加装|加个|加上", "加装"),
        (r"安装|装(?:上|个|几个)|安(?:上|个|装|几个)(?!排)", "安装"), (r"拆(?:除|了|掉|走)?(?!迁)", "拆除"), (r"清(?:理|走|了|干净|掉|除|运|清|一清|出来)|拉走|运走|弄走|收走|打扫", "清理"),
        (r"清洗|冲洗|刷洗|刷刷|洗(?:一遍|洗|一洗|干净)|冲(?:冲|一冲|干净|洗)|刷(?:一遍|一刷|干净)", "清洗"), (r"洒(?:点|洒)?水", "洒水"), (r"清扫|扫(?:扫|一扫|干净)", "清扫"),
        (r"采(?:个|取)?样|取(?:个)?样", "采样检测"), (r"登记", "登记"), (r"止付", "止付"), (r"合并|合(?:上|到一[块起])", "合并"), (r"放(?:放)?气", "上门放气"), (r"报销|报$", "报销"),
        (r"收缴|没收|收(?:走|了)", "收缴"), (r"执勤|站(?:站)?岗", "执勤"), (r"重铺|重新铺|铺(?:设|上|好)?(?!子|面)", "铺设"), (r"驱离|撵(?:走|撵)?", "驱离"), (r"教(?!育|师|练|室|学|材|委|培|体)", "指导"), (r"认证", "认证"),
        (r"打上水泥", "硬化"), (r"补建|补个(?=基站)", "补建"), (r"揭(?:了|掉|开|下)?", "揭除"), (r"挖(?:开|通)", "挖通"), (r"核核|核一核|审审", "核查"), (r"加(?=盖|栏|护栏|装|一?道|几)", "加装"),
        (r"清淤", "清淤"), (r"疏通|通开|捅开|掏(?:开|通|一掏)?|抽(?:走|干)?", "疏通"), (r"查处|严查|严惩|严肃处理|整治|取缔|抓(?!紧|了|痕)|逮|端了", "查处"), (r"查(?:清楚?|明白?)|弄清楚?|搞清楚?", "查清"),
        (r"核查|核实|查查|查一查|调查|检查|查(?!出)", "核查"), (r"处罚|罚(?!款|单|了)|处分|开除", "处罚"), (r"公开|公示|公布|贴出来|晒出来|亮出来", "公开"),
        (r"停工", "停工"), (r"停止|停(?:了|掉|下来)(?!车)", "停止"), (r"(?<!有)关(?:停|了|掉|闭)", "关停"), (r"填(?:平|上)?|垫(?:平|上)?", "填平"), (r"硬化", "硬化"), (r"修剪|剪(?:剪|了|掉|一剪)?|砍(?:了|掉)?|锯(?:了|掉)?|去掉", "修剪"),
        (r"搬走|搬迁|迁走|挪(?:走|开|挪)?|移(?:走|开)", "迁移"), (r"恢复", "恢复"), (r"接(?:通|上)", "接通"), (r"送(?:上)?(?:电|水|气|暖)|来(?:电|水|气|暖)", "恢复供应"),
        (r"发放|(?<![头开突出沙])发(?:下来|给|了|到)?(?=$|工资|钱|补|津)|兑现|支付(?!宝)|(?<=[费钱])(?:他|她)?出$|(?<![微信])付(?=钱|款|给)|结(?:清|算|了|给)?(?=工资|钱|账|$)", "支付"), (r"追回|要回来?|讨回", "追回"), (r"找(?:回来?|着|到|回)", "找回"),
        (r"改(?:成|到|为|至|了|改|过来|正)?(?!天)|更正|纠正", "更正"), (r"道歉", "道歉"), (r"检测|化验|鉴定|采样|取样|测(?:测|一测)?", "检测"), (r"管(?:管|一管|起来|理(?!费))|治(?:治|一治|理)", "治理"),
        (r"说(?:法|明|清楚)|解释|答复|回(?:复|话|电)|准信|交代|告知|明确|给(?:个)?时间|时间表", "答复"), (r"画|划(?:线|上|个(?!口))|施划", "施划"), (r"设置|立(?:个|上)|放(?:个|上)(?=牌|警)|增设|增加|加开|多开|多派|多设", "增设"),
        (r"派(?!出所)(?:个|几个|辆|车|人)?|安排", "安排"), (r"取消|撤(?:销|了|掉)?|解除", "取消"), (r"减免|免(?:除|了|费)|减(?:轻|少)?|降(?:低|下来)?", "减免"), (r"协调|调解|协商|做主", "协调"), (r"消(?:消)?毒|消杀|打(?:打)?药|喷药", "消杀"),
        (r"救(?:助|人|救)?", "救助"), (r"疏导", "疏导"), (r"办理|办(?:好|了|下来|完|一办|个)?(?=$|证|手续|低保|房本|户口|贷款|补|个)", "办理"), (r"通(?:上|气|水|电|网|车)(?!知)", "开通"), (r"批(?:下来|了)?", "审批"), (r"立案|出警", "依法立案"), (r"装修", "装修"),
        (r"浇(?=地|上)|放水", "保障灌溉"), (r"盖(?:上|住)", "加盖"), (r"隔(?:开|音)", "隔离"), (r"劝离|劝走|赶走|撵走|清退", "劝离"), (r"禁止|制止|不让", "禁止"), (r"加固|扶正", "加固"), (r"规范|统一|整改|解决|处理|落实|督促|监督", "整改"),
        (r"开工|复工", "尽快复工"), (r"开(?:开|启|放|着)", "开启"), (r"开(?:通|设)", "开通"), (r"评(?:审|选)|复核|复查|认定|确认", "复核"),
    )
)  # fmt: skip
"""A spoken verb and the deed it names; the first that is found in a clause names it."""
_SAME = (
    "整改",
    "开通",
    "复核",
    "核查",
    "安排",
    "治理",
    "办理",
    "增设",
    "取消",
    "查处",
    "检测",
    "减免",
    "协调",
    "开通",
    "审批",
    "恢复供应",
    "更正",
    "答复",
    "更换",
    "保障灌溉",
    "救助",
    "疏导",
    "施划",
    "迁移",
    "依法立案",
    "合并",
    "登记",
)
_SPOKEN = re.compile(r"^换[个上掉了]|^改过来|[搬挪迁移][走开]")
"""Verbs that no ticket uses, of deeds that are else named as they were said."""
_OBJECT_FIRST = re.compile(r"(?:^|.{0,12})(?:把|将)(?P<object>[^，。把]{1,16}?)(?:都|也|全|赶紧|尽快|再|给)*$")
_MOVED = re.compile(
    r"^(?:把|将)(?P<object>[^，。把]{1,12}?)(?P<verb>改|移|迁|搬|挪|换|调)(?P<to>到|至|成)(?P<where>[^，。]{1,10}?)(?:去|来)?$"
)
"""把烟道改到楼顶去: what is brought where, or to what."""
_WHEN_OR_HOW = re.compile(
    r"(?:重新|当面|依法|免费|每|先|统一|专门|定期|一次性?|按|从|夜里头?|晚上|早上|白天|今天|明天|现在|\d+[点天号月]|之[内前后]|以[内前后]|[前内后]$|派人|来人|找人|上门)"
)
_AUTHORITY = re.compile(
    r"(?:^|.*(?:的|和|或者|跟))?[\u4e00-\u9fff]{0,6}(?:部门|局|所|市场监督|公安|药监|安监|渔政|卫生|卫健|市监|监管|水务|水利|民警|消防|文旅|妇联|农业|林业|国土|路政|运管|物价|工商|纪委|派出所|民政|交警|街道|镇上?|镇里|社区|村里|执法队|城管|环保|应急|政府|派出所|教育|人社|住建|上级|政府|市里|区里)(?:的|好好|也|都|来|去|人)*$"
)
_BODY = re.compile(
    r"^(?:(?:[^，。]{0,4})?物业|公司|老板|医院|学校|开发商|商家|施工方|店家|单位|房东|平台|村委|饭店|银行|厂里?)(?:的)?$"
)
_NOT_ASKED = re.compile(
    r"^(?:我|俺)[^，。]{0,3}不(?:要|想|图|是)|^[\u4e00-\u9fff]{2,5}说(?!清楚|明[白原情])|^(?:不想|不是|没|我没|他说|人家说|说是|说|因为|上回|上次|都|已经|去年|前年|当时|打过|报过|找过)|(?:过|着)(?:了|$)|没(?:有)?(?:人|法|给|用|修|来|退|管)|不(?:给|肯|管|来|退|修|认|干了)|答应|承诺|"
    r"不知道|什么态度|来(?:修|看)过|(?:说|讲)(?:好|过)|的时候|发现|通知说|听说|突然|刚(?!好)|一直|咋办|怎么办|为啥|为什么|凭[啥什]"
)
_SHORT_THING = 4
_BUILT = ("安装", "加装", "增设", "清洗", "施划", "铺设", "更换")
"""Deeds before the spot and the thing: 墙根安个摄像头 is 安装墙根摄像头."""
_LONGEST_BODY = 6
_LONGEST = 18
_SHORTEST = 2


def demanded(clause: str) -> str | None:
    """Return a wish in official words: 把多收的钱退给我 → 退还多收的钱; None where it asks for no deed that is known."""
    text = clause.strip().replace(" ", "")
    if _NOT_ASKED.search(text) and not _TOLD.match(text):
        return None
    text = _MAY_YOU.sub("", text)
    text = _SORRY.sub("道歉", text)
    hasty = bool(_HASTE.search(text))
    text = _stripped(_HASTE.sub("", text))
    if match := _NEVER.match(text):
        return _forbidden(match)
    if moved := _MOVED.match(text):
        return f"{moved['object']}{moved['verb']}{'至' if moved['to'] == '到' else moved['to']}{moved['where']}"
    found = [(m.start(), -len(m.group()), m, deed) for said, deed in _DEEDS if (m := said.search(text))]
    if not found:
        return None
    _, _, match, deed = min(found, key=lambda item: item[:2])
    return _in_order(text, match, deed, hasty)


def _forbidden(match: re.Match[str]) -> str | None:
    """Return what shall not be done: 晚上10点以后别干 → 晚上10点以后禁止干."""
    deed = _TAIL.sub("", match["deed"])
    timed = not match["when"] or _WHEN_OR_HOW.search(match["when"])
    fits = _SHORTEST <= len(match["when"] + deed) <= _LONGEST and timed and not _SECRET.search(deed)
    return f"{match['when']}禁止{deed}" if fits else None


def _in_order(text: str, match: re.Match[str], deed: str, hasty: bool) -> str | None:
    """Return deed and object, the object from before the verb where it stands there."""
    before, after = text[: match.start()], _TAIL.sub("", text[match.end() :])
    if deed == "道歉":
        return f"{before}道歉" if len(before) <= _LONGEST_BODY else deed
    verb = (
        match.group() if deed in _SAME and len(set(match.group())) > 1 and not _SPOKEN.search(match.group()) else deed
    )
    after = re.sub(
        r"^(?:给(?:我们?|俺们?|其|他|她)?|我们?|俺们?|其|了|上|掉|好|一下|一遍|回来|下来|起来|过来|一[查管修清治])+",
        "",
        after,
    )
    phrase = (_placed(before, verb, after) or "").strip("的，：:")[:_LONGEST]
    if len(phrase) < _SHORTEST:
        return None
    return ("尽快" if hasty and not phrase.startswith("尽快") else "") + phrase


def _placed(before: str, verb: str, after: str) -> str:
    """Put what stands before a verb where it belongs: its object after it, time and manner before it."""
    if moved := _OBJECT_FIRST.match(before):
        return verb + moved["object"] + after
    head = re.sub(
        r"(?:都|也|全|再|给|能|要|得|该|去|来|就|必须)+$|^(?:给|对|在|往|有)(?=[\u4e00-\u9fff]{2})", "", before
    )
    after = re.sub(r"^(?:它|他|她|他们|人家)(?:的|那个?)?(?=[\u4e00-\u9fff])|^(?:到底|究竟)", "", after)
    if _AUTHORITY.match(head):
        return verb + after
    if _BODY.match(head):
        return "督促" + head.rstrip("的") + verb + after
    if head and not after and not _WHEN_OR_HOW.search(head):
        return verb + head
    if 2 <= len(head) <= _SHORT_THING and 2 <= len(after) <= _SHORT_THING and verb in _BUILT:
        return verb + head + after
    return head + verb + after


def _stripped(text: str) -> str:
    """Return a clause without its lead, the one asked, the caller and filler words."""
    before = ""
    while before != text:
        before = text
        text = _LEAD.sub("", text) or text
        if sent := _SENT.match(text):
            return "派人" + _stripped(text[sent.end() :])
        text = _WHO.sub("", text) or text
    text = _TOLD.sub("", text)
    text = _FOR_ME.sub("", text)
    text = text.replace("剩下的", "剩余").replace("剩下", "剩余")
    return _FILLER.sub(lambda m: m.group() if m.group() in _KEPT else "", _TAIL.sub("", text))

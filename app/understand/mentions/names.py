"""Chinese names, and how a caller gives one in answer to 您贵姓: 姓殳 … 几字底下一个又 … 殳长贵."""

import re
from collections.abc import Iterator

from app.domain.anchors import Anchored

SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏窦章云苏潘葛范彭郎鲁韦马苗方俞任袁柳鲍史唐费薛雷贺倪汤滕殷罗毕郝安常于傅齐康伍余顾孟黄穆萧尹姚邵汪毛狄臧戴宋庞熊纪舒屈项祝董梁"
    "杜阮蓝席季贾江童颜郭梅盛林钟徐邱骆高夏蔡田胡凌霍万柯管卢莫房解丁邓单洪包左石崔吉龚程邢裴陆荣翁段侯宁仇武刘景龙叶司黎白蒲赖乔闫温庄晏柴瞿阎连向古易廖耿满匡文寇欧沃利师聂晁冷辛简曾关相查荆游权翟谭申牛尚"
    "付肖卓蔺屠蒙池郁胥莘党贡逄姬冉郦雍桑桂濮寿扈冀郏浦岳牟佟刁卜阚巩栾鹿谷焦巴仲伊宫厉戎符郜蓟邰鄂籍艾茹宦盖亓仝訾饶鞠巢蒯竺逯桓亢楚鄢涂佘苑兰娄裘阙麻隋郄仵綦隽冼粟奚阳敖苟邸虞沙俸伏谈茅危虢咎昝缪宣贲嵇甄"
    "麹麴芮羿靳松井乌弓隗暴甘钭祖束韶印索咸苍闻劳璩边燕慕习戈暨衡弘禄殴殳夔隆厍盍丰逮毋乜益晋汝归岱福闵郗郤种蔚覃褟宓苌漆仉展娜撒盘铁楼宛朴迟矫禚战衣银隰秘仰令"
    "雒佀昌凤酆廉岑邬皮卞湛祁禹米贝樊杭诸钮滑荀於曲封储汲邴糜富巫牧蓬詹宿薄扶宰鱼庾宾"
)
WORDLIKE = "水花乐时元平和明计成强路支经干应宗惠家羊车班秋全山幸怀从阴能双堵却通农别充容慎终居步都国广东越勾融那空养须后红公丛么海粘狐来黑崇"
"""Surnames that are everyday words as well: they count in an answer to 您贵姓 only."""
COMPOUND = "欧阳|段干|左丘|司马|上官|诸葛|夏侯|皇甫|尉迟|公孙|慕容|令狐|东方|南宫|司徒|端木|呼延|宇文|长孙|鲜于|闻人|淳于|公冶|申屠|钟离|濮阳|赫连|独孤|澹台|轩辕|颛孙|相里|闾丘|万俟|拓跋|乐正|亓官|太史"
_CHARACTER = r"(?![的了是在们里上这那个吗呢吧啊就])[\u4e00-\u9fff]"
GIVEN = rf"(?:{_CHARACTER}){{1,2}}"
_SIGNED_GIVEN = rf"(?:(?![不没要能会给快查修办管看谁啥什么怎咋别请你我他她它来去有些点]){_CHARACTER}){{1,2}}"
"""Under a message, where no 叫 says that it is a name."""
FAMILY = rf"(?:{COMPOUND}|[{SURNAMES}])"
WIDE_FAMILY = rf"(?:{COMPOUND}|[{SURNAMES}{WORDLIKE}])"
ANY_FAMILY = rf"(?:{COMPOUND}|(?![什啥咋怎名何哪的么不同也就了少哎唉嗯哦呃氏])[\u4e00-\u9fff])"
"""After 姓 any character is a surname."""
POLITE = r"先生|女士|小姐|师傅|大爷|大叔|大哥|老哥|大娘|大姐|大嫂|大妈|阿姨|老师"
TITLE = rf"{POLITE}|总(?![\u4e00-\u9fff])|经理|老板|主任|会计|厂长|村长|书记|校长|队长"
_END = r"(?:[（(][^（）()]{1,30}[）)])?(?:[。.！!\s]*$|[，,\s]+(?=愿意|电话|手机|1\d{10})|(?=1\d{10}))"
_ROLE = (
    "干部|业主|家[长属]|[农养种户]户|植户|殖户|户主|组长|[站队店园班厂]长|理事长|代表|女儿|儿子|女婿|儿媳|妻子|丈夫|父亲|母亲|老师|学生|店主|经理|"
    "专员|主任|会计|落款|署名|联系人|反映人|留言人|投诉人|举报人|[市城新]区|[镇村庄]|街道|公司|职工|员工|工人|司机|党员|退休|车主|户名|转发人|快递员|厂办|[驴钓]友|法务|楼长|经办人?|负责人|代表人|财务"
)
_THANKS = r"谢谢|多谢|感谢|安全|时间|方便|高度|万分|辛苦|拜托"
_NEARLY_END = r"(?:[，,。；;：:\s（(][^。！？!?]{0,18})?[。.！!\s]*$"
"""After a signature the number, the day or when to call."""
SIGNATURES = tuple(
    Anchored(pattern)
    for pattern in (
        rf"(?:^|[。！？!?\s：:，,）)—-]|[居村市]民|业主|家属|群众|留言人)(?P<name>[\u4e00-\u9fff](?:先生|女士)){_END}",
        rf"[。！？!?\s：:）)—-](?P<name>{FAMILY}(?:先生|女士)){_NEARLY_END}",
        rf"(?<=[。！？!?\s：:；;）)—-])(?!{_THANKS})(?P<name>{FAMILY}{GIVEN}|[{WORDLIKE}]{_SIGNED_GIVEN}|{FAMILY}(?<=[。！？!?）)].)){_END}",
        rf"[，,](?!{_THANKS}|马上|何时|常)(?P<name>{FAMILY}{GIVEN}(?<=[，,]...)){_END}",
        rf"(?:{_ROLE})[\s：:]*(?!{_THANKS})(?P<name>{FAMILY}{GIVEN}(?<![村庄镇屯寨])){_NEARLY_END}",
        rf"(?:[村居市农]民|(?:{_ROLE})[\s：:])\s*(?!{_THANKS})(?P<name>[\u4e00-\u9fff]{_SIGNED_GIVEN}){_END}",
        rf"(?:[。！？!?\s：:—-]|{_ROLE})[小老](?P<name>{FAMILY}){_NEARLY_END}",
        rf"(?<=[。！？!?])(?!{_THANKS})(?P<name>{FAMILY}(?:先生|女士|{GIVEN}))[，,\s](?=[^。！？!?]{{0,12}}(?:电话|打|手机|号|联系|回)[^。！？!?]{{0,8}}[。.！!]?$)",
        rf"(?:[。！？!?\s\d]|号楼|单元|室)业主(?P<name>{FAMILY}(?:先生|女士))(?=[，,。])",
        rf"联系人姓\s?(?P<surname>{ANY_FAMILY})(?=[，,。\s])",
        rf"(?:代表人|联系人|负责人|经办人?)[\s：:]+(?:财务|经理)?(?P<name>{FAMILY}(?:先生|女士)|{WIDE_FAMILY}{GIVEN}(?=[，,。\s]|$)|{WIDE_FAMILY}{GIVEN}(?=1\d{{10}}))",
        rf"(?:我|俺|本人)(?:是|系)[^，,。]{{2,40}}(?:负责人|法人|店主|经理|厂长|理事长)(?P<name>{FAMILY}{GIVEN})(?=[，,。])",
        rf"[。！!？?](?P<name>{FAMILY}(?:先生|女士))(?=[^。，]{{0,14}}(?:能接|可接|接电话|有空|方便)[^。，]{{0,4}}[。.！!]?$)",
        rf"(?:{_ROLE})\s+(?P<surname>{FAMILY})[。.！!\s]*$",
        rf"[的。！!？?\s][小老](?P<surname>{FAMILY})[。.！!\s]*$",
        rf"(?<=[。！？!?])\s+(?P<surname>{FAMILY})(?=[（(]|[。.！!\s]*$)",
        rf"(?<!被)(?:(?:投诉|举报|申请|反映|联系|建议|求助|写信|来信|来电|经手|经营)(?:人|者)|(?<![户店人])姓名)\s?[：:】\]]+\s?(?!匿名|本人|不详|保密|未知)(?P<name>{ANY_FAMILY}(?:先生|女士|{GIVEN}))(?=[（(，,。；;\s]|$)",
        rf"[。！!？?，,\s]姓\s?(?P<surname>{ANY_FAMILY})(?=[，,\s]+(?:[男女](?:士|同志)?(?:[。，,\s]|$)|微信|电话|手机|号码|联系|1\d{{10}})|[。.！!\s]*$)",
        rf"1\d{{10}}[，,\s]+(?P<surname>{FAMILY})[。.！!\s]*$",
        rf"真名(?:叫|是)?\s?(?P<name>{FAMILY}{GIVEN})(?=[。，,\s])",
    )
)
"""How a message is signed: … 谢谢。村民 石广义."""
_KIN = "[大二三四五老]?(?:嫂子?|婶子?|娘|姨|妈|奶奶?|姑|姐|哥|叔|伯|爷|汉|头|太太?)"
VOLUNTEERED = tuple(
    Anchored(pattern)
    for pattern in (
        rf"(?:^|[，,。！\s])(?P<name>(?P<first>{WIDE_FAMILY}){GIVEN})[，,\s]+[^，,。\s]{{1,5}}的(?P=first)(?=[，,。\s]|$)",
        rf"(?:叫|喊|称呼)[我俺](?P<kin>{ANY_FAMILY}{_KIN})(?=就|[，,。\s]|$)",
        rf"(?:叫|喊|称呼)[我俺][小老](?P<surname>{FAMILY})(?=就|[，,。\s]|$)",
        rf"(?:写|登|记)(?:上|个)?(?P<name>{FAMILY}(?:先生|女士))(?=就|吧|[，,。\s]|$)",
        rf"(?:随便|就)(?:写|登|记)个?(?P<surname>{FAMILY})(?=就|吧|[，,。\s]|$)",
        rf"(?:^|[，,。\s])[我俺](?P<kin>{FAMILY}老[汉头])",
        rf"(?:^|[，,。\s])[我俺](?:是|就是)[^，,。\s]{{2,16}}的[，,\s]+(?P<name>{FAMILY}{GIVEN})(?=[，,。\s]|$)",
        rf"[我俺]是(?:老板|店主|经营者|负责人|法人)[，,\s]*(?:叫)?(?P<name>{FAMILY}{GIVEN})(?=[，,。\s]|$)",
        rf"大名(?:叫)?\s?(?P<name>{FAMILY}{GIVEN})(?=[，,。\s]|$)",
        rf"(?:^|[，,。\s])[我俺](?:今年)?(?:\d+|[六七八九]十[一二三四五六七八九]?)岁?了?[，,\s]+叫(?P<name>{FAMILY}{GIVEN})(?=[，,。\s]|$)",
    )
)
"""How a caller names himself who was not asked: 要作证找我 强学军 强大的强; 都喊俺崔二嫂; 我八十二 叫戚洪文."""
_GIVEN_COMMONLY = (
    "军伟红丽强刚平明华建国志玉秀英桂兰芳芬霞燕梅琴云凤春文学海洪江涛波鹏飞龙虎勇毅杰俊峰斌辉亮晓雪冰洁静敏娟娜莉萍艳艺慧颖琳琪瑶婷佳佩思诗雨欣怡梦瑞祥福贵富荣昌盛德义仁礼信忠孝厚宝金银珍珠翠莲菊香花树林森"
    "松柏桐栋梁柱石磊岩山川河泉清源润泽浩宇轩宁康健安泰东南西北振兴立成功启发继承传宗祖庆喜乐善良贤才武广远长永恒久先进光耀彦士民田丰年登科奎魁元一正直守为怀念存友爱连占秉景佑绍培修敬恩维运世会计兆允胜利克新子茂"
)
BARE = re.compile(
    rf"(?<![^，,。！\s])(?P<name>(?:(?![高马查管包安方房常都全满商相向公万][，,。\s])[{SURNAMES}]|{COMPOUND})(?=[\u4e00-\u9fff]*[{_GIVEN_COMMONLY}]){_SIGNED_GIVEN})(?<!.[村庄镇路街区市县店厂院站局园山河桥湖门子后口沟])(?=[，,。！\s]|$)"
)
"""A full name that is a piece of its own."""
OF_OTHERS = re.compile(
    r"(?:叫|姓|是|员|老板|会计|书记|主任|经理|司机|老师|医生|大夫|护士|同志|他|她|儿子?|闺女|孩子|妈|爸|娘|爹|哥|姐|弟|妹|叔|舅|姑|姨|媳妇|对象|老公|老婆|老伴|患者|老人|户主|法人|的|工牌|小区|村|镇|街道|路|庄|区|医院|学校|店)[，,。\s]*$"
)
"""What stands before a name that is not the caller's."""
MALE_KIN = re.compile("[哥叔伯爷汉头]$")
_LEAST_LATER = 2
"""Characters of a word that may be no name: 俺姓藤 … 藤条."""
_PIECE = re.compile(r"[^，,。！!？?；;：:、（）()\s]+")
_LEAD = re.compile(
    r"(?:[啊哦嗯哎那你您恁就我俺咱写记登留报成叫是名小老]|本人|免贵|大名|名字|登记|法人|联系人|组长|真名|本名)*"
)
_NAME = re.compile(rf"(?P<name>(?P<surname>{COMPOUND}|[\u4e00-\u9fff]){GIVEN})")
_NO_NAME = re.compile(
    r"游客|培训|姓|房东|楼长|代表|毕业|申请|铁道|种地|种莲|白杨|白花|帮|也行|群众|居民|市民|业主|家长|时间|方便|安全|别|马上|白天|明天|明年|后天|常年|常来|来往|平时|高新|高兴(?!.*高兴)|都行|成了|行了|能行|"
    r"单位|党员|万一|干脆|谢谢|全家|家里|家属|公司|电话|那边|后来|经常|计划|通知|水管|花钱|国家|[\u4e00-\u9fff]{1,2}[村镇庄路区街店厂院]$"
)
"""家长, 马上, 高新区: words of the answer that begin as a name does."""
_SPELT_AFTER = re.compile(r"(?P<given>[\u4e00-\u9fff]{2})的(?P=given)$")
"""窦文静的文静: the given name explains itself."""
_OF_ANOTHER = (
    r"(?<!对象)(?<!老公)(?<!媳妇)(?<!丈夫)(?<!爱人)(?<!男人)(?<!家的)(?<!新娘)(?<!儿子)(?<!闺女)(?<!老板)(?<!孩子)"
)
_AFTER_XING = re.compile(rf"{_OF_ANOTHER}(?:(?:免贵)?姓|免贵)\s?(?P<surname>{ANY_FAMILY})")
_TITLED = re.compile(rf"(?P<surname>{ANY_FAMILY})(?:{TITLE})")


def no_name(name: str) -> bool:
    """Tell whether a word that begins as a name does is none."""
    return _NO_NAME.match(name) is not None


def in_full(said: str, after: str) -> re.Match[str] | None:
    """Return the full name in an answer to 您贵姓, of the surname where it is told: 对，对面。姓巩.

    `after` is what the operator says next: 顾总 tells 法人 顾海 apart.
    """
    after_xing = {match["surname"] for match in _AFTER_XING.finditer(said)}
    surnames = after_xing or surnames_said(said) | {match["surname"] for match in _TITLED.finditer(after)}
    found = [
        match
        for position, piece in enumerate(_PIECE.finditer(said))
        for match in _whole(said, piece)
        if match["surname"] in surnames
        or (not after_xing and (_echoed(match["name"], after) or _sounds_like_one(position, match, piece)))
    ]
    return max(found, key=lambda match: (_echoed(match["name"], after), len(match["name"])), default=None)


def given_later(said: str, surname: str) -> re.Match[str] | None:
    """Return the full name where only its surname was given before: 不是 几字底下一个又 殳长贵."""
    found = (match for piece in _PIECE.finditer(said) for match in _whole(said, piece))
    return next((match for match in found if match["surname"] == surname and len(match["name"]) > _LEAST_LATER), None)


def surnames_said(said: str) -> set[str]:
    """Return what may be the caller's surname: a character beside what begins with it or spells it."""
    pieces = [_LEAD.sub("", piece.group(), count=1) or piece.group()[-1] for piece in _PIECE.finditer(said)]
    alone = {piece for piece in pieces if len(piece) == 1 or re.fullmatch(COMPOUND, piece)}
    spelled = {
        name for name in alone if any(p != name and (p.startswith(name) or p.endswith(f"的{name}")) for p in pieces)
    }
    return spelled


def _whole(said: str, piece: re.Match[str]) -> Iterator[re.Match[str]]:
    """Yield the readings of a piece as nothing but a name, with 叫, 大名 or the like before it or without."""
    lead = _LEAD.match(said, *piece.span())
    spelt = _SPELT_AFTER.search(said, *piece.span())
    end = spelt.end("given") if spelt else piece.end()
    for start in dict.fromkeys((piece.start(), lead.end() if lead else piece.start())):
        match = _NAME.fullmatch(said, start, end)
        if match and not re.search(TITLE, match["name"]) and not _NO_NAME.match(match["name"]):
            yield match


def _sounds_like_one(position: int, match: re.Match[str], piece: re.Match[str]) -> bool:
    """Tell whether a name stands first in its answer, or after 叫, 大名 or the like, and begins with a surname."""
    begins = position == 0 or match.start() > piece.start()
    return begins and re.fullmatch(_family_of(match), match["surname"]) is not None


def _family_of(match: re.Match[str]) -> str:
    """Return the surnames that begin a name of this length on their own: a word of two is no name."""
    return FAMILY if len(match["name"]) == len("都行") else WIDE_FAMILY


def _echoed(name: str, after: str) -> bool:
    return name in after

"""What a citizen said, made harmless to stand in a prompt; and how to tell words that give orders to a model."""

import re
import unicodedata

_FULL_WIDTH = 0xFEE0
_STAND_INS = str.maketrans({mark: chr(ord(mark) + _FULL_WIDTH) for mark in "<>{}[]#`"})
"""Marks that chat templates, fences and JSON are made of."""
_CHINESE_MARKS = "，。！？；：（）"
_SPACES = re.compile(r"\s+")
_ORDERS = re.compile(
    r"(?:忽略|无视|忘记|忘掉|抛开|不用管|不要遵守|不必遵守|跳过|推翻|覆盖|作废|停止执行)[^。！？\n]{0,12}(?:规则|指令|要求|提示|设定|设置|约束|限制|说明|命令|上文|上面|以上|前面|之前)|"
    r"(?:以上|上面|前面|之前|此前)[^。！？\n]{0,8}(?:规则|指令|提示词?|设定|约束|限制)[^。！？\n]{0,8}(?:作废|失效|无效|取消|忽略|不算|停用)|"
    r"(?:新的?|最新|更高优先级|补充|附加|隐藏)(?:系统)?(?:规则|指令|提示词|命令)|(?:系统|开发者|管理员|平台)(?:提示词?|指令|消息|通知|管理员)?\s*[:：]|系统(?:提示词|指令|级命令|管理员)|提示词|"
    r"(?:你|您)(?:现在)?(?:是|扮演|充当|作为|变成)[^。！？\n]{0,10}(?:AI|人工智能|助手|模型|机器人|系统|DAN)|(?:语言|大)?模型|人工智能|(?:你|请)(?:必须|务必|只能|只需|只要|直接)?(?:输出|返回|生成|填写|写入)[^。！？\n]{0,10}(?:JSON|字段|如下|以下|内容|结果|工单|标题)|"
    r"(?:标题|字段|类型|分类|承办单位|地点|区市|号码|姓名|结果)\s*(?:改成|改为|设为|设成|填成|填为|填写为|写成|写为|必须是|必须为|一律|应为)|"
    r"(?:字段|json|value|title|content|district|town|quote|demand|request_kind|unit_code|unit|name|phone|callback_number|confidential|kind|detail)\s*[=:：]|"
    r"(?:把|将)[^。！？\n]{0,10}(?:标题|字段|诉求类型|分类|承办单位|工单|办理期限|紧急程度|风险|移送)[^。！？\n]{0,6}(?:改|设|填|写|标|定|删|清空|去掉|取消|派给|转给|转到)|"
    r"(?:不要|不得|禁止|别)(?:再)?(?:提示|标记|识别|触发|上报|移送|登记)[^。！？\n]{0,8}(?:风险|移送|紧急|自杀|线索|预警)|"
    r"(?:原话|资料)(?:到此)?(?:结束|开始)|(?:以下|下面)(?:是|为)(?:系统|指令|新)|"
    r"(?:system|assistant|developer|user|tool|human)\s*[:：\]】>|]|ignore\b.{0,30}\b(?:previous|above|all|prior|rules?|instructions?)|(?:disregard|forget|override|bypass)\b.{0,40}|jailbreak|prompt|instructions?\b|im_start|im_end|endoftext|"
    r"\bINST\b|</?\s*\w+\s*/?>|<\||\|>|```|###|~~~|\"\s*:\s*[\"{\[]|base64|rot13|unicode|\\u[0-9a-f]{4}",
    re.IGNORECASE,
)
_APART = re.compile(r"[\s·.。,，、_\-*|~^/]+")


def harmless(text: object) -> str:
    """Return a text on one line, without invisible characters and without marks that could end its fence."""
    return _SPACES.sub(" ", _visible(text).translate(_STAND_INS)).strip()


def gives_orders(text: str) -> bool:
    """Tell whether a text speaks to a model rather than to the hotline: such words support no value of a model's.

    It errs towards yes: what it says only keeps a model's reading of that turn out, never the citizen's own words.
    """
    folded = _visible(text)
    return bool(_ORDERS.search(folded) or _ORDERS.search(_APART.sub("", folded)))


def _visible(text: object) -> str:
    folded = "".join(c if c in _CHINESE_MARKS else unicodedata.normalize("NFKC", c) for c in str(text))
    return "".join(c if unicodedata.category(c)[0] != "C" else " " if c in "\r\n\t" else "" for c in folded)

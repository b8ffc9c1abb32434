"""What the body of a request holds, by operation: for the description of the API alone. The flows check what comes."""

from typing import Any

from app.decide.correction import CODES, CORRECTABLE
from app.domain.events import Verdict
from app.domain.labels import DETAIL, MEETING, OUTCOME, SUPERVISION
from app.domain.referral import Receiver
from app.domain.transcript import Speaker
from app.flows.consultation import LONGEST_QUESTION
from app.receive.payload import MAX_CHANNEL, MAX_ID, MAX_TITLE

Schema = dict[str, Any]


def _text(says: str = "", **limits: Any) -> Schema:
    return {"type": "string", **({"description": says} if says else {}), **limits}


def _code(*codes: str, says: str = "") -> Schema:
    return _text(says, enum=list(codes))


def _flag(says: str) -> Schema:
    return {"type": "boolean", "description": says}


def _list(items: Schema, says: str = "") -> Schema:
    return {"type": "array", "items": items, **({"description": says} if says else {})}


def _form(*required: str, **properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, **({"required": list(required)} if required else {})}


_TURN = _form("text", speaker=_code(*Speaker, says="缺省为 unknown"), text=_text("原话"))
_CALL: dict[str, Schema] = {
    "id": _text("通话编号", minLength=1, maxLength=MAX_ID),
    "channel": _text("渠道，如 phone、web、app、wechat；缺省为 phone", maxLength=MAX_CHANNEL),
    "called_at": _text(
        "来电时间，ISO 8601，未注明时区的按北京时间；缺省为收到的时间", examples=["2026-11-18T09:42:00+08:00"]
    ),
    "caller_number": _text("来电号码", maxLength=32),
    "title": _text("来信的标题", maxLength=MAX_TITLE),
    "turns": _list(_TURN, "逐句的原话，按先后；来信为诉求人的一句"),
    "demo": _flag("演示数据，不计入统计"),
}
_CAPABILITY = _form(**_CALL, text=_text("只有一段文字时，代替 turns"))
_AREA = _text("区（市）或镇（街道）名称，如 滕州市、荆河街道")
_DATE = _text("按哪一天的规定答复，缺省为今天", format="date")
_MESSAGE = _form("role", "content", role=_text("user 或 assistant"), content=_text())
_REASON, _NOTE = _form("reason", reason=_text("理由")), _form(note=_text("备注"))
_CHANGES: dict[str, Schema] = {path: _code(*CODES[path]) if path in CODES else _text() for path in CORRECTABLE} | {
    "citizen.confidential": {"type": "boolean"},
    "category": _text("分类编码"),
}
_STEP: dict[str, Schema] = {name: _text(label) for name, label in DETAIL.items() if name != "into"} | {
    "days": {"type": "integer", "minimum": 1, "maximum": 60, "description": "工作日数"},
    "solved": _flag("是否解决"),
    "satisfied": _flag("是否满意"),
    "approved": _flag("审核是否通过"),
    "meeting": _code(*MEETING, says=DETAIL["meeting"]),
    "outcome": _code(*OUTCOME, says=DETAIL["outcome"]),
}
_ARTICLE: dict[str, Schema] = {
    "title": _text("标题"),
    "questions": _list(_text(), "市民的问法"),
    "source": _text("来源"),
    "clause": _text("条款"),
    "issued_by": _text("发布机关"),
    "region": _text("全国、山东省、枣庄市，或区（市）、镇街；缺省为全国"),
    "effective_from": _text("生效日期", format="date"),
    "expires_on": _text("失效日期", format="date"),
    "owner": _text("负责的职能"),
    "body": _text("正文"),
}
FORMS: dict[str, Schema] = {
    "POST /v1/transcripts": _form("id", "turns", **_CALL),
    "POST /v1/units:classify": _CAPABILITY,
    "POST /v1/duplicates:search": _CAPABILITY,
    "POST /v1/risk:assess": _CAPABILITY,
    "PATCH /v1/tickets/{ticket_number}": _form(**_CHANGES),
    "POST /v1/tickets/{ticket_number}/merge": _form("into", into=_text("主单编号")),
    "POST /v1/tickets/{ticket_number}/unmerge": _REASON,
    "POST /v1/tickets/{ticket_number}/supervise": _form(
        "level", "note", level=_code(*SUPERVISION), note=_text("督办的内容")
    ),
    "POST /v1/tickets/{ticket_number}/{step}": _form(**_STEP),
    "POST /v1/feedback": _form(
        "ticket_number",
        "field",
        "verdict",
        ticket_number=_text("工单编号"),
        field=_text("字段路径，如 place.detail、unit"),
        verdict=_code(*Verdict),
        right_value={"description": "更正时须给的正确值；没有正确值的填 null"},
    ),
    "POST /v1/referrals": _form(
        "ticket_number",
        "receiver",
        "quote",
        ticket_number=_text("工单编号"),
        receiver=_code(*Receiver),
        quote=_text("诉求人原话"),
        severity=_code("high", "extreme"),
    ),
    "POST /v1/referrals/{referral_id}/confirm": _NOTE,
    "POST /v1/referrals/{referral_id}/decline": _REASON,
    "POST /v1/referrals/{referral_id}/receipts": _form(
        "text", text=_text("回执内容"), receipt_token=_text("移送件所附的凭据，接收机关须给")
    ),
    "POST /v1/referrals/{referral_id}/withdraw": _REASON,
    "POST /v1/supervision/orders/{order_id}/send": _NOTE,
    "POST /v1/supervision/orders/{order_id}/cancel": _REASON,
    "POST /v1/webhooks": _form(
        "url",
        url=_text("接收地址"),
        topics=_list(
            _text(), "ticket.、supervision.、warning.、restricted. 或以其开头，移送件写全 referral.<receiver>；缺省为 *"
        ),
        secret=_text("签名的密文，缺省为自动生成"),
    ),
    "POST /v1/analytics/warnings/{warning_id}/acknowledge": _NOTE,
    "POST /v1/analytics/warnings/{warning_id}/outcome": _form(
        "outcome", outcome=_code("handled", "expected", "false"), note=_text("备注")
    ),
    "POST /v1/analytics/reports": _form(
        "kind",
        **{name: _text(format="date") for name in ("from", "to")},
        kind=_code("daily", "weekly", "topical"),
        topic=_text("专报的主题"),
    ),
    "POST /open311/v2/requests.{kind}": _form(
        "service_code",
        "description",
        api_key=_text("密钥"),
        service_code=_text("服务编码"),
        description=_text("诉求内容"),
        address_string=_text("地址"),
        lat=_text("纬度"),
        long=_text("经度"),
        phone=_text("联系电话"),
        first_name=_text("名"),
        last_name=_text("姓"),
    ),
    "POST /v1/consultations": _form(
        "question",
        question=_text("问题", minLength=1, maxLength=LONGEST_QUESTION),
        history=_list(_MESSAGE, "此前的问答"),
        area=_AREA,
        date=_DATE,
    ),
    "POST /v1/consultations/{answer_id}/verdict": _form("verdict", verdict=_code(*Verdict)),
    "POST /v1/chat/completions": _form(
        "messages", messages=_list(_MESSAGE), stream=_flag("逐句返回"), model=_text(), area=_AREA, date=_DATE
    ),
    "POST /v1/knowledge/articles": _form("id", "title", "source", "owner", "body", id=_text("条目编号"), **_ARTICLE),
    "PATCH /v1/knowledge/articles/{article_id}": _form(**_ARTICLE),
    "POST /v1/knowledge/articles/{article_id}/roll_back": _form("version", version={"type": "integer"}),
    "POST /v1/knowledge/articles/{article_id}/{step}": _NOTE,
    "POST /v1/knowledge/imports": _form(
        "name",
        "content",
        name=_text("文件名，带扩展名"),
        content=_text("文件内容，base64"),
        preview=_flag("只看不存"),
        **_ARTICLE,
    ),
}

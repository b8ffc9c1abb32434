"""What codes are called in Chinese, where people read them: errors and tables."""

from collections.abc import Iterable, Mapping
from typing import Any

TICKET_STATUS = {
    "received": "待受理", "accepted": "已受理", "declined": "不予受理", "assigned": "已交办",
    "return_requested": "退单待审核", "in_progress": "办理中", "suspended": "已挂起", "completed": "已反馈办结",
    "reviewed": "已审核", "replied": "已回复", "evaluated": "已评价", "archived": "已归档", "merged": "已并入主单",
}  # fmt: skip
REFERRAL_STATUS = {
    "pending_confirmation": "待确认", "confirmed": "已确认，待发出", "sent": "已发出，待回执", "received": "已有回执",
    "declined": "不予移送", "withdrawn": "已撤回",
}  # fmt: skip
REFERRAL_STEP = {
    "confirm": "确认移送", "decline": "不予移送", "send": "发出", "receive": "登记回执", "withdraw": "撤回",
}  # fmt: skip
ARTICLE_STATUS = {"draft": "草稿", "review": "待审核", "published": "已发布", "retired": "已停用"}
ARTICLE_FAULT = {
    "expired": "已失效", "expiring": "即将失效", "stale": "久未复核", "duplicate": "内容重复",
    "conflicting": "说法不一致",
}  # fmt: skip
ARTICLE_STEP = {
    "create": "新建", "edit": "修改", "submit": "提交审核", "send_back": "退回修改", "publish": "发布",
    "reconfirm": "复核无误", "retire": "停用", "roll_back": "恢复旧版",
}  # fmt: skip
REQUEST_KIND = {
    "consultation": "咨询", "help": "求助", "complaint": "投诉", "report": "举报", "suggestion": "建议",
    "praise": "表扬",
}  # fmt: skip
SUBJECT = {"citizen": "自然人", "market_entity": "经营主体"}
URGENCY = {"normal": "一般", "urgent": "紧急", "emergency": "突发"}
EMOTION = {"calm": "平稳", "dissatisfied": "不满", "angry": "愤怒", "extreme": "极端"}
CHANNEL = {
    "phone": "电话", "web": "网页", "app": "手机端", "wechat": "微信", "import": "导入", "open311": "Open311",
}  # fmt: skip
SCOPE = {
    "intake:write": "提交通话和来信", "tickets:read": "查看工单", "tickets:write": "更正、受理工单",
    "tickets:export": "导出工单", "classify": "调用分类、查重、风险评估", "supervise": "督办", "refer": "移送线索",
    "referrals:receipt": "登记回执", "knowledge:write": "维护知识库", "models": "评测、导出更正样本",
    "admin": "系统管理",
}  # fmt: skip
DETAIL = {
    "reason": "理由", "text": "内容", "unit": "单位", "days": "天数", "solved": "是否解决", "satisfied": "是否满意",
    "meeting": "会商缘由", "outcome": "处理结果", "note": "内部备注", "into": "主单编号",
}  # fmt: skip
SUPERVISION = {
    "system": "系统转办", "telephone": "电话催办", "written": "书面督办", "on_site": "现场督办", "leader": "领导包办",
}  # fmt: skip
MEETING = {"policy_gap": "政策空白", "unclear_duty": "职责不清", "third_return": "三次退单"}
OUTCOME = {"solved": "已解决", "explained": "已解释", "persuaded": "已疏导"}


def labelled(codes: Iterable[str], labels: Mapping[Any, str]) -> str:
    """Return codes with their names, as errors list what is possible: `受理（accept）、交办（assign）`."""
    return "、".join(f"{labels[code]}（{code}）" for code in codes) or "无"


def possible(codes: Iterable[str], labels: Mapping[Any, str]) -> str:
    """Return what may be done instead of what was refused."""
    listed = tuple(codes)
    return f"可执行：{labelled(listed, labels)}" if listed else "现在没有可执行的步骤"

// What codes are called, and how moments and shares are written.

const WORDS = {
  consultation: "咨询", help: "求助", complaint: "投诉", report: "举报", suggestion: "建议", praise: "表扬",
  normal: "一般", urgent: "紧急", emergency: "突发", calm: "平稳", dissatisfied: "不满", angry: "愤怒", extreme: "极端",
  citizen: "自然人", market_entity: "经营主体", auto: "可自动派单", suggest: "建议，待确认", human: "须人工判断",
  lead: "主办", assisting: "协办", phone: "电话", web: "网页", app: "手机端", wechat: "微信", import: "导入", open311: "Open311",
  political_legal: "政法机关", discipline_inspection: "纪检监察机关", judicial: "司法行政机关",
  pending_confirmation: "待确认", confirmed: "已确认", drafted: "待发出", sent: "已发出", cancelled: "已撤销",
  system: "系统转办", telephone: "电话催办", written: "书面督办", on_site: "现场督办", leader: "领导包办",
  handler: "承办单位", handler_leader: "承办单位分管负责人", centre: "督办专班",
  received: "待受理", accepted: "已受理", declined: "不予受理", assigned: "已交办", return_requested: "退单待审",
  in_progress: "办理中", suspended: "已挂起", completed: "已反馈", reviewed: "已审核", replied: "已回复",
  evaluated: "已评价", archived: "已归档", merged: "已并单",
  draft: "草稿", review: "待审核", published: "已发布", retired: "已停用",
  create: "新建", edit: "修改", submit: "提交审核", send_back: "退回修改", publish: "发布", reconfirm: "复核无误", retire: "停用", roll_back: "恢复旧版",
  policy_gap: "政策空白", unclear_duty: "职责不清", third_return: "三次退单",
  solved: "已解决", explained: "已解释", persuaded: "已疏导", embedded: "内置引擎", llm: "大模型",
};
export const word = code => WORDS[code] || code || "";

export const STATUSES = ["received", "accepted", "assigned", "in_progress", "return_requested", "suspended", "completed",
  "reviewed", "replied", "evaluated", "archived", "declined", "merged"];
export const KINDS = ["consultation", "help", "complaint", "report", "suggestion", "praise"];
export const WITH_THE_CENTRE = ["return_requested", "completed", "reviewed"];
export const CLOSED = ["replied", "evaluated", "archived", "declined", "merged"];

export const FIELDS = {
  request_kind: "诉求类型", title: "标题", content: "内容", wants: "诉求", category: "分类", "place.district": "区（市）", "place.town": "镇街",
  "place.detail": "地点", event_time: "发生时间", "citizen.name": "诉求人", "citizen.phone": "联系电话",
  "citizen.confidential": "保密", urgency: "紧急程度", emotion: "情绪", subject: "诉求主体", status: "状态", unit: "建议单位",
  handler: "承办单位", deadline: "办结时限", reply: "答复", merged_into: "主单", members: "并入的工单", assisting: "协办",
  solved: "是否解决", satisfied: "是否满意", meeting: "会商", extension_requested: "申请延期（工作日）", escalated: "提级", duplicates: "疑似重复", referrals: "移送", quote: "原话",
};
export const REFERRAL_STATUS = {
  pending_confirmation: "待确认", confirmed: "已确认，待发出", sent: "已发出，待回执", received: "已有回执", declined: "不予移送", withdrawn: "已撤回",
};
export const referralStatus = code => REFERRAL_STATUS[code] || code;
export const fieldName = path => FIELDS[path] || FIELDS[path.split(".")[0]] || path;

export function when(iso) {
  if (!iso) return "";
  const text = String(iso);
  return text.length === 13 ? `${text.replace("T", " ")} 时` : text.slice(0, 16).replace("T", " ");
}
export const dayAfter = date => new Date(Date.parse(date) + 86_400_000).toISOString().slice(0, 10);
// The city's last day before a date, or before a moment.
export const lastDay = before => new Date(Date.parse(before) - 1 + (before.length > 10 ? 8 * 3_600_000 : 0)).toISOString().slice(0, 10);
export const day = iso => (iso ? String(iso).slice(5, 10) : "");
export const percent = (value, digits = 0) => (value == null ? "—" : `${(100 * value).toFixed(digits)}%`);
export const number = value => (value == null ? "—" : Number(value).toLocaleString("zh-CN"));

// "还剩 3 天 4 小时" or "逾期 2 小时".
export function span(milliseconds) {
  const minutes = Math.round(Math.abs(milliseconds) / 60000), days = Math.floor(minutes / 1440), hours = Math.floor(minutes / 60) % 24;
  if (days) return `${days} 天${hours ? ` ${hours} 小时` : ""}`;
  return hours ? `${hours} 小时${minutes % 60 ? ` ${minutes % 60} 分` : ""}` : `${minutes} 分钟`;
}

// The zone's full name is too long for a list.
export const shortName = district => (district === "枣庄高新技术产业开发区" ? "高新区" : district);

// A value of a ticket as text.
export function valueOf(ticket, path) {
  const value = path.split(".").reduce((at, part) => (at == null ? at : at[part]), ticket);
  if (value == null || value === "") return "";
  if (path === "category") return value.path.join(" › ");
  if (path === "event_time") return when(value);
  if (value === true) return "是";
  if (value === false) return "否";
  if (Array.isArray(value)) return value.map(one => (typeof one === "object" ? one.name || one.ticket_number || one.unit?.name || "" : one)).join("、");
  if (typeof value === "object") return value.name || value.resolve_by?.slice(0, 16).replace("T", " ") || value.lead?.name || JSON.stringify(value);
  return word(String(value));
}

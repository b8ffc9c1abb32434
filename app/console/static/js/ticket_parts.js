// Parts of a ticket's page: the deadline as a bar, the unit with reasons, the history as a line of time.
import { badge, button, h, note } from "./dom.js";
import { reader } from "./reader.js";
import { CLOSED, fieldName, percent, span, when, WITH_THE_CENTRE, word } from "./words.js";

export function deadlineBar(ticket, now = Date.now()) {
  if (!ticket.deadline) return h("span", {});
  const me = reader()?.unit?.unit_code, helps = ticket.handler?.unit_code !== me && ticket.assisting.findLast(one => one.unit.unit_code === me);
  const { resolve_by: limit } = helps || ticket.deadline;  // who helps has a limit of its own
  const start = Date.parse(ticket.created_at), end = Date.parse(limit), left = end - now;
  const theirs = me && (helps ? helps.feedback : WITH_THE_CENTRE.includes(ticket.status));  // what others have yet to do is no unit's delay
  const closed = CLOSED.includes(ticket.status), held = ticket.status === "suspended", late = !closed && !held && !theirs && left < 0;
  const share = closed ? 100 : Math.round(100 * Math.min(1, Math.max(0, (now - start) / (end - start || 1))));
  const words = closed ? "已了结" : held ? "已挂起" : theirs ? (helps ? "已协办反馈" : "待中心处理") : late ? `逾期 ${span(left)}` : `剩 ${span(left)}`;
  const kind = closed ? "good" : late ? "late" : share > 75 ? "soon" : "";
  return h("span", { class: `deadline ${kind}`, title: `${helps ? "协办" : "办结"}时限 ${when(limit)}` },
    h("span", {}, words), h("span", { class: "bar", role: "img", "aria-label": `时限 ${when(limit)}，${words}` }, h("i", { style: `width:${share}%` })));
}

// What a unit asks for and a reviewer has yet to rule on.
export const asksExtension = ticket => ["assigned", "in_progress"].includes(ticket.status) && ticket.extension_requested && badge(`申请延期 ${ticket.extension_requested} 个工作日，待审核`, "warn");

const RISKY = 0.3;

// options: editable, chosen (name), choose(candidate), behind(id): the words behind a rule or duty
export function unitBlock(ticket, { editable, chosen, choose, behind }) {
  const { unit } = ticket, open = ["received", "accepted", "return_requested"].includes(ticket.status);
  const rows = [
    ticket.handler && h("p", {}, badge("承办"), " ", h("strong", {}, ticket.handler.name)),
    ticket.assisting.map(one => h("p", {}, badge("协办"), ` ${one.unit.name} · ${when(one.resolve_by)} 前 · ${one.feedback || "待反馈"}`)),
    unit.receiver && !ticket.handler && h("p", {}, badge("建议交办"), " ", h("strong", {}, chosen || unit.receiver.name), " ", h("span", { class: "mute" }, word(unit.decision), unit.lead && unit.lead.name !== unit.receiver.name ? `；主责 ${unit.lead.name}` : "")),
    unit.rule_id && !ticket.handler && note(`交办依据：${behind(unit.rule_id)}`),
    unit.return_risk && !ticket.handler && h("p", {}, badge(`退单风险 ${percent(unit.return_risk.score)}`, unit.return_risk.score >= RISKY ? "warn" : ""), h("span", { class: "mute" }, ` ${unit.return_risk.reasons.join("；")}`)),
    unit.consult?.length > 0 && h("p", {}, badge("建议会商", "warn"), ` ${unit.consult.map(one => one.name).join("、")}`),
    unit.statutory_route && h("p", { class: "warn" }, unit.statutory_route),
  ];
  const shown = ticket.handler ? [] : unit.candidates.slice(0, 5);
  return h("div", { class: "units" }, rows, shown.map((one, i) => h("div", { class: "candidate" },
    h("div", { class: "row" }, h("span", { class: "grow" }, `${i + 1}. ${one.name}`), h("span", { class: "bar thin", role: "img", "aria-label": `把握 ${percent(one.score)}` }, h("i", { style: `width:${Math.round(100 * one.score)}%` })), h("span", { class: "mute" }, percent(one.score)),
      editable && open && choose && button(chosen === one.name ? "已选" : "选用", () => choose(one), "small", { "aria-label": `选用 ${one.name}` })),
    note(one.reason, rests(one, unit).length > 0 && ` 依据：${rests(one, unit).map(behind).join("；")}`))),
  !shown.length && !ticket.handler && note("没有候选单位，须由人判断。"));
}

// What a candidate rests on beside the rule that all of them share.
const rests = (one, unit) => one.basis.filter(id => id !== unit.rule_id);

const TOLD = ["reason", "text", "note", "outcome"];
// names: unit codes to names
export function historyList(events, names) {
  return h("ol", { class: "history" }, [...events].reverse().map(event => {
    const { data } = event;
    const told = TOLD.filter(name => data[name]).map(name => (name === "note" ? `内部备注：${data[name]}` : word(data[name]) || data[name]));
    if (data.new) told.push(...Object.entries(data.new).map(([path, value]) => `${fieldName(path)}：${word(String(data.old?.[path] ?? "空"))} → ${word(String(value ?? "空"))}`));
    if (data.unit) told.unshift(names.get(data.unit) || data.unit);
    if (data.level) told.unshift(word(data.level));
    if (data.days) told.push(`${data.days} 个工作日`);
    if (data.satisfied != null) told.push(`${data.solved ? "已解决" : "未解决"}，${data.satisfied ? "满意" : "不满意"}`);
    if (data.into || data.member) told.push(data.into || data.member);
    if (event.name === "ticket_received") told.push([word(data.channel), data.engine && `${word(data.engine)}识别`].filter(Boolean).join("，"));
    return h("li", {}, h("time", { datetime: event.occurred_at }, when(event.occurred_at)), h("strong", {}, event.label), h("span", { class: "mute" }, event.actor === "system" ? "系统" : event.actor), told.length > 0 && h("p", {}, told.join("；")));
  }));
}

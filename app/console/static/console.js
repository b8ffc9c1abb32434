// The operators' console: everything it does goes through the public API, with the key typed at the top.
import { samples } from "/console/samples.js";

const $ = id => document.getElementById(id);
const el = (tag, text, attributes = {}) => { const e = document.createElement(tag); if (text != null) e.textContent = text; Object.entries(attributes).forEach(([k, v]) => e.setAttribute(k, v)); return e; };
const add = (parent, ...children) => { parent.append(...children.filter(c => c != null)); return parent; };
const button = (text, onclick, cls) => { const b = el("button", text, { type: "button", ...(cls ? { class: cls } : {}) }); b.onclick = onclick; return b; };
const when = iso => iso ? iso.slice(0, 16).replace("T", " ") : "";
const WORDS = {
  consultation: "咨询", help: "求助", complaint: "投诉", report: "举报", suggestion: "建议", praise: "表扬",
  normal: "一般", urgent: "紧急", emergency: "突发", calm: "平稳", dissatisfied: "不满", angry: "愤怒", extreme: "极端",
  citizen: "自然人", market_entity: "经营主体", auto: "可自动派单", suggest: "建议，待确认", human: "须人工判断",
  political_legal: "政法机关", discipline_inspection: "纪检监察机关", judicial: "司法行政机关",
  pending_confirmation: "待人工确认", confirmed: "已确认", drafted: "已起草", sent: "已发出", cancelled: "已撤销",
  system: "系统转办", telephone: "电话催办", written: "书面督办", on_site: "现场督办", leader: "领导包办",
  received: "待受理", accepted: "已受理", declined: "不予受理", assigned: "已交办", return_requested: "退单待审", in_progress: "办理中",
  suspended: "已挂起", completed: "已反馈", reviewed: "已审核", replied: "已回复", evaluated: "已评价", archived: "已归档", merged: "已并入主单",
};
const word = name => WORDS[name] || name;

async function api(path, { method = "GET", body, headers = {} } = {}) {
  sessionStorage.setItem("key", $("key").value);
  const options = { method, headers: { "X-API-Key": $("key").value, ...headers } };
  if (body !== undefined) { options.body = JSON.stringify(body); options.headers["Content-Type"] = "application/json"; }
  let answer;
  try { answer = await fetch(path, options); } catch { throw new Error("连接不上服务，请稍后再试。"); }
  const data = answer.status === 204 ? null : await answer.json();
  if (!answer.ok) throw new Error(data.detail || "出错了");
  return data;
}
const tell = text => { $("message").textContent = text || ""; $("message").hidden = !text; };
const guarded = work => async (...given) => { tell(""); try { await work(...given); } catch (error) { tell(error.message); } };

// --- 受理台 -------------------------------------------------------------------------------------------------
let call = null;
function desk(page) {
  const text = el("textarea", null, { id: "text", spellcheck: "false", "aria-label": "通话文字" });
  const sample = el("select", null, { "aria-label": "样例" }), turns = el("div", null, { "aria-live": "polite" }), result = el("section", null, { "aria-label": "工单", "aria-live": "polite" });
  Object.keys(samples).forEach(name => sample.append(el("option", name)));
  sample.onchange = () => { text.value = samples[sample.value]; };
  text.value = Object.values(samples)[0];
  result.append(el("p", "提交后在这里显示工单。点一个字段看它在通话中的依据，双击可以更正。", { class: "mute" }));
  const send = guarded(async (lines = turnsOf(text.value)) => {
    call = { id: "console-" + Date.now(), channel: "phone", turns: lines };
    const made = await api("/v1/transcripts", { method: "POST", body: call });
    light(turns, []);
    result.replaceChildren();
    if (made.notice) result.append(el("div", made.notice, { class: "alarm", role: "alert" }));
    made.tickets.forEach(ticket => result.append(card(ticket, turns)));
    result.append(el("p", `引擎 ${word(made.engine)} · 用时 ${made.latency_ms} 毫秒${made.degraded ? " · 已降级：" + made.degraded_reason : ""}`, { class: "mute" }));
    const asks = made.tickets.find(t => t.request_kind === "consultation");
    if (asks) result.append(await answerCard(asks.wants || asks.title));
  });
  const replay = guarded(async () => {
    const lines = turnsOf(text.value);
    turns.replaceChildren();
    for (const line of lines) {
      turns.querySelectorAll(".now").forEach(e => e.classList.remove("now"));
      turns.append(turnLine(line, [], true));
      turns.lastChild.scrollIntoView({ block: "nearest" });
      await new Promise(done => setTimeout(done, 350));
    }
    await send(lines);
  });
  page.onkeydown = e => { if (e.ctrlKey && e.key === "Enter") send(); };
  const left = add(el("section", null, { "aria-label": "通话" }),
    add(el("div", null, { class: "row" }), el("label", "样例"), sample, button("生成工单 Ctrl+Enter", () => send(), "main"), button("逐句回放", () => replay())),
    el("label", "每行一句，“话务员：”开头为话务员，其余为诉求人"), text, turns);
  page.append(add(el("div", null, { class: "columns" }), left, result));
}
const turnsOf = text => text.split("\n").filter(line => line.trim()).map(line => line.startsWith("话务员：") ? { speaker: "operator", text: line.slice(4) } : { speaker: "citizen", text: line });
function turnLine(turn, quotes, now) {
  const line = add(el("div", null, { class: now ? "turn now" : "turn" }), el("b", turn.speaker === "operator" ? "话务员" : "诉求人"));
  let at = 0;
  [...quotes].sort((a, b) => a.start - b.start).forEach(q => { if (q.start >= at) { line.append(turn.text.slice(at, q.start), el("mark", turn.text.slice(q.start, q.end))); at = q.end; } });
  line.append(turn.text.slice(at));
  return line;
}
const light = (turns, quotes) => turns.replaceChildren(...call.turns.map((turn, i) => turnLine(turn, quotes.filter(q => q.turn === i))));

function card(t, turns) {
  const box = el("article"), list = el("dl"), head = el("p");
  const paint = ticket => {
    t = ticket; list.replaceChildren();
    const row = (label, value, path, correctable) => {
      if (value == null || value === "") return;
      const dd = el("dd", value, path ? { tabindex: "0", title: correctable ? "点击看依据，双击或按 F2 更正" : "点击看依据" } : {});
      if (path && turns) dd.onclick = dd.onfocus = () => light(turns, t.evidence[path] || []);
      if (correctable) { dd.ondblclick = () => edit(dd, path, value); dd.onkeydown = e => { if (e.key === "F2") edit(dd, path, value); }; }
      list.append(el("dt", label), dd);
    };
    row("工单号", t.ticket_number); row("状态", word(t.status));
    row("标题", t.title, "title", true); row("内容", t.content, "content", true); row("诉求", t.wants, "wants", true);
    row("分类", t.category && t.category.path.join(" › "));
    row("区（市）", t.place.district, "place.district", true); row("镇街", t.place.town, "place.town", true); row("地点", t.place.detail, "place.detail", true);
    row("发生时间", t.event_time, "event_time", true);
    row("诉求人", t.citizen.name, "citizen.name", true); row("联系电话", t.citizen.phone, "citizen.phone", true);
    if (t.citizen.confidential) row("保密", "诉求人要求保密", "citizen.confidential");
    row("交办", t.handler ? t.handler.name : t.unit.receiver && `建议：${t.unit.receiver.name}`); row("主办", t.unit.lead && t.unit.lead.name);
    row("理由", t.unit.candidates.length ? t.unit.candidates[0].reason : null); row("告知", t.unit.statutory_route);
    row("办结时限", t.deadline && when(t.deadline.resolve_by)); row("答复", t.reply);
  };
  const edit = (dd, path, value) => {
    const input = el("input", null, { value, "aria-label": "更正" });
    dd.replaceChildren(input); input.focus(); input.select();
    input.onkeydown = guarded(async e => {
      if (e.key === "Escape") paint(t);
      if (e.key !== "Enter") return;
      paint(await api(`/v1/tickets/${t.ticket_number}`, { method: "PATCH", body: { [path]: input.value || null }, headers: { "If-Match": `"${t.version}"` } }));
    });
  };
  [word(t.request_kind), word(t.urgency), "情绪" + word(t.emotion), word(t.unit.decision)].forEach(text => head.append(el("span", text, { class: "badge" })));
  paint(t);
  add(box, el("h2", t.title), head);
  t.referrals.forEach(r => box.append(el("div", `${word(r.receiver)} · ${word(r.status)}：“${r.quote}”`, { class: "alarm" })));
  box.append(list);
  if (t.unit.candidates.length > 1) add(box, el("h3", "其他候选单位"), bullets(t.unit.candidates.slice(1, 4).map(c => `${c.name}（${Math.round(c.score * 100)}%）：${c.reason}`)));
  if (t.follow_up_questions.length) add(box, el("h3", "建议追问"), bullets(t.follow_up_questions));
  if (t.duplicates.length) {
    box.append(el("h3", "疑似同一事项"));
    t.duplicates.slice(0, 4).forEach(d => add(box, add(el("div", null, { class: "row" }), el("span", `${d.ticket_number}（${Math.round(d.score * 100)}%）：${d.reasons.join("，")}`),
      button("查看", () => open("tickets", d.ticket_number)), button("并入此单", guarded(async () => { paint(await api(`/v1/tickets/${t.ticket_number}/merge`, { method: "POST", body: { into: d.ticket_number } })); })))));
  }
  return box;
}
const bullets = items => add(el("ul"), ...items.map(item => el("li", item)));

async function answerCard(question) {
  const answer = await api("/v1/consultations", { method: "POST", body: { question } });
  const box = add(el("article"), el("h2", "建议答复"), el("p", question, { class: "mute" }));
  if (answer.answer) {
    add(box, el("p", answer.answer), el("h3", "依据"), bullets(answer.citations.map(c => [c.title, c.source, c.clause].filter(Boolean).join(" · "))));
    if (answer.handover) box.append(el("p", answer.handover, { class: "mute" }));
    box.append(button("采纳（复制）", () => navigator.clipboard && navigator.clipboard.writeText(answer.answer)));
  } else {
    box.append(el("p", answer.refusal.reason || answer.refusal.text || "未找到依据"));
    if (answer.nearest.length) add(box, el("h3", "相近条目"), bullets(answer.nearest));
  }
  return box;
}

// --- 工单 ---------------------------------------------------------------------------------------------------
function tickets(page, number) {
  const list = el("section", null, { "aria-label": "工单列表" }), detail = el("section", null, { "aria-label": "工单详情" });
  const q = el("input", null, { placeholder: "字词，如 路灯 善国路", "aria-label": "检索" }), status = el("select", null, { "aria-label": "状态" }), overdue = el("input", null, { type: "checkbox", id: "overdue" });
  add(status, el("option", "全部状态", { value: "" }), ...["received", "accepted", "assigned", "return_requested", "in_progress", "completed", "reviewed", "replied", "archived", "merged"].map(s => el("option", word(s), { value: s })));
  const load = guarded(async () => {
    const asked = new URLSearchParams({ limit: 50 });
    if (q.value.trim()) asked.set("q", q.value.trim()); if (status.value) asked.set("status", status.value); if (overdue.checked) asked.set("overdue", "true");
    const found = await api("/v1/tickets?" + asked);
    const body = el("tbody");
    found.tickets.forEach(t => { const tr = el("tr", null, { tabindex: "0" }); add(tr, el("td", t.ticket_number), el("td", t.title), el("td", word(t.status)), add(el("td"), clock(t))); tr.onclick = () => show(t.ticket_number); tr.onkeydown = e => { if (e.key === "Enter") show(t.ticket_number); }; body.append(tr); });
    list.replaceChildren(found.tickets.length ? add(el("table"), add(el("thead"), add(el("tr"), ...["工单号", "标题", "状态", "时限"].map(h => el("th", h)))), body) : el("p", "没有符合条件的工单。", { class: "mute" }));
  });
  const show = guarded(async id => {
    const [t, history, steps] = await Promise.all([api(`/v1/tickets/${id}`), api(`/v1/tickets/${id}/history`), api(`/v1/tickets/${id}/steps`)]);
    detail.replaceChildren(card(t), stepForms(t, steps, () => { show(id); load(); }), el("h3", "经过"), add(el("ol", null, { class: "history" }), ...history.map(e => el("li", `${when(e.occurred_at)} ${e.actor} ${e.label || e.name} ${["reason", "text", "unit", "note"].map(k => e.data[k]).filter(Boolean).join("；")}`))));
  });
  q.onkeydown = e => { if (e.key === "Enter") load(); }; status.onchange = overdue.onchange = load;
  page.append(add(el("div", null, { class: "row" }), q, status, add(el("label", null, { for: "overdue" }), overdue, " 只看逾期"), button("查询", load, "main"), el("span", "", { class: "mute" })));
  page.append(add(el("div", null, { class: "columns" }), list, detail));
  load(); if (number) show(number);
}
function clock(t) {
  if (!t.deadline) return el("span");
  const start = Date.parse(t.created_at), end = Date.parse(t.deadline.resolve_by), share = Math.min(1, Math.max(0, (Date.now() - start) / (end - start)));
  const closed = ["replied", "evaluated", "archived", "declined", "merged"].includes(t.status), late = !closed && Date.now() > end;
  const bar = add(el("div", null, { class: "bar" + (late ? " late" : closed ? " good" : ""), role: "img", "aria-label": late ? "已逾期" : "时限进度" }), el("i", null, { style: `width:${closed ? 100 : Math.round(share * 100)}%` }));
  return add(el("div"), el("span", when(t.deadline.resolve_by), late ? { class: "late" } : {}), bar);
}
function stepForms(t, steps, done) {
  const box = add(el("fieldset"), el("legend", "可执行的步骤")), form = el("div");
  if (!steps.length) box.append(el("p", "没有可执行的步骤。", { class: "mute" }));
  const row = el("div", null, { class: "row" });
  steps.forEach(step => row.append(button(step.label, () => {
    const inputs = Object.fromEntries([...step.needs, ...(step.outcome ? ["outcome"] : [])].map(need => [need, field(need)]));
    const go = button("确定", guarded(async () => {
      const body = Object.fromEntries(Object.entries(inputs).map(([need, input]) => [need, need === "days" ? Number(input.value) : input.tagName === "SELECT" && ["solved", "satisfied"].includes(need) ? input.value === "true" : input.value]));
      await api(`/v1/tickets/${t.ticket_number}/${step.step}`, { method: "POST", body, headers: { "If-Match": `"${t.version}"` } });
      done();
    }), "main");
    form.replaceChildren(add(el("div", null, { class: "row" }), el("b", step.label), ...Object.entries(inputs).flatMap(([need, input]) => [el("label", NEEDS[need] || need), input]), go));
    (Object.values(inputs)[0] || go).focus();
  })));
  return add(box, row, form);
}
const NEEDS = { reason: "理由", text: "内容", unit: "单位", days: "工作日", solved: "是否解决", satisfied: "是否满意", meeting: "会商缘由", outcome: "办理结果", into: "主单编号" };
const CHOICES = { solved: [["true", "已解决"], ["false", "未解决"]], satisfied: [["true", "满意"], ["false", "不满意"]], meeting: [["policy_gap", "政策空白"], ["unclear_duty", "职责不清"], ["third_return", "三次退单"]], outcome: [["solved", "已解决"], ["explained", "已解释"], ["persuaded", "已疏导"]] };
function field(need) {
  if (CHOICES[need]) return add(el("select", null, { "aria-label": NEEDS[need] }), ...CHOICES[need].map(([value, label]) => el("option", label, { value })));
  return el("input", null, { "aria-label": NEEDS[need] || need, ...(need === "days" ? { type: "number", min: 1, max: 60, value: 3 } : { size: 28 }), ...(need === "unit" ? { placeholder: "单位名称或代码" } : {}) });
}

// --- 咨询、督办、移送、模型 ------------------------------------------------------------------------------------
function consult(page) {
  const ask = el("input", null, { size: 60, placeholder: "如：试用期可以不交社保吗", "aria-label": "问题" }), out = el("section", null, { "aria-live": "polite" });
  const go = guarded(async () => out.replaceChildren(await answerCard(ask.value)));
  ask.onkeydown = e => { if (e.key === "Enter") go(); };
  page.append(add(el("div", null, { class: "row" }), ask, button("查答案", go, "main")), el("p", "答案只取自已发布、在有效期内的知识条目，并列出依据；没有依据时直接说明。", { class: "mute" }), out);
  ask.focus();
}
function supervise(page) {
  const out = el("section");
  const load = guarded(async () => {
    const orders = await api("/v1/supervision/orders?limit=200");
    out.replaceChildren(orders.length ? add(el("table"), add(el("thead"), add(el("tr"), ...["层级", "工单", "接收", "事由与起草的文字", "状态", ""].map(h => el("th", h)))), add(el("tbody"), ...orders.map(o => {
      const note = el("textarea", o.note, { style: "min-height:64px", "aria-label": "督办文字" });
      const act = o.status === "drafted" ? add(el("div", null, { class: "row" }), button("发出", guarded(async () => { await api(`/v1/supervision/orders/${o.id}/send`, { method: "POST", body: { note: note.value } }); load(); }), "main"), button("撤销", guarded(async () => { await api(`/v1/supervision/orders/${o.id}/cancel`, { method: "POST", body: { reason: "人工撤销" } }); load(); }))) : el("span", when(o.closed_at));
      return add(el("tr"), el("td", word(o.level)), add(el("td"), button(o.ticket_number, () => open("tickets", o.ticket_number))), el("td", o.receiver), add(el("td"), el("div", o.reason, { class: "mute" }), o.status === "drafted" ? note : el("span", o.note)), el("td", word(o.status)), add(el("td"), act));
    }))) : el("p", "没有督办单。每分钟自动检查一次时限、签收和重办情况。", { class: "mute" }));
  });
  page.append(add(el("div", null, { class: "row" }), button("立即检查", guarded(async () => { await api("/v1/supervision:run", { method: "POST", body: {} }); load(); }), "main")), out);
  load();
}
function refer(page) {
  const out = el("section");
  guarded(async () => {
    const found = (await api("/v1/tickets?limit=200")).tickets.filter(t => t.referrals.length);
    out.replaceChildren(found.length ? add(el("table"), add(el("thead"), add(el("tr"), ...["工单", "标题", "接收机关", "原话", "规则", "状态"].map(h => el("th", h)))), add(el("tbody"), ...found.flatMap(t => t.referrals.map(r => add(el("tr"), add(el("td"), button(t.ticket_number, () => open("tickets", t.ticket_number))), el("td", t.title), el("td", word(r.receiver)), el("td", `“${r.quote}”`), el("td", r.rule_id), el("td", word(r.status))))))) : el("p", "最近的工单没有移送提示。", { class: "mute" }));
  })();
  page.append(el("p", "系统只提示，须由人核对原话后按程序移送。", { class: "mute" }), out);
}
function models(page) {
  const out = el("section");
  guarded(async () => {
    const runs = await api("/v1/evaluations");
    out.replaceChildren(...runs.map(run => add(el("article"), el("h2", `${run.task} · ${run.data.split("/").pop()}`), el("p", `${run.n} 条 · ${run.engine} · ${run.measured_at.slice(0, 10)}`, { class: "mute" }),
      add(el("table"), add(el("tbody"), ...Object.entries(run.metrics).map(([name, value]) => add(el("tr"), el("td", name), el("td", value.toFixed(3)), add(el("td"), add(el("div", null, { class: "bar" }), el("i", null, { style: `width:${Math.round(100 * Math.max(0, Math.min(1, value)))}%` }))), el("td", run.intervals[name] ? `${run.intervals[name][0].toFixed(2)}–${run.intervals[name][1].toFixed(2)}` : "", { class: "mute" }))))))));
  })();
  page.append(out);
}

const TABS = { desk: ["受理台", desk], tickets: ["工单", tickets], consult: ["咨询", consult], supervise: ["督办", supervise], refer: ["移送", refer], models: ["模型", models] };
function open(name, ...given) {
  tell(""); history.replaceState(null, "", "#" + name);
  document.querySelectorAll("nav button").forEach(b => b.dataset.name === name ? b.setAttribute("aria-current", "page") : b.removeAttribute("aria-current"));
  const page = $("page"); page.replaceChildren(); page.onkeydown = null;
  TABS[name][1](page, ...given);
}
Object.entries(TABS).forEach(([name, [label]], i) => { const b = button(`${label}`, () => open(name)); b.dataset.name = name; b.title = `Alt+${i + 1}`; $("tabs").append(b); });
document.addEventListener("keydown", e => { const name = Object.keys(TABS)[Number(e.key) - 1]; if (e.altKey && name) { e.preventDefault(); open(name); } });
$("key").value = sessionStorage.getItem("key") || "";
$("key").onchange = () => open(location.hash.slice(1) in TABS ? location.hash.slice(1) : "desk");
open(location.hash.slice(1) in TABS ? location.hash.slice(1) : "desk");

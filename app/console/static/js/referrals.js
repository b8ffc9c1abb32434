// Referrals: the words they rest on; as many officers as the lane asks for look at them before anything leaves; receipts come back.
import { behind, get, post } from "./api.js";
import { badge, button, empty, h, note, replace, select, table, tabs } from "./dom.js";
import { guarded, orAgain, say } from "./notices.js";
import { reader } from "./reader.js";
import { forget, keeps } from "./typed.js";
import { REFERRAL_STATUS, number, percent, referralStatus, when, word } from "./words.js";

const FIELDS = {
  received_at: "收到时间", event_time: "事发时间", severity: "严重程度", title: "标题", quote: "原话", context: "前后文", category: "分类",
  "place.district": "区（市）", "place.town": "镇街", "place.detail": "地点", "citizen.name": "诉求人", "citizen.phone": "联系电话", handler: "承办单位",
};
const DELIVERY = { pending: "投递中", delivered: "已送达", dead: "多次失败" };
const LATE = { pending_confirmation: "逾期未确认", confirmed: "逾期未发出", sent: "逾期无回执" };
const SPEAKERS = { operator: "话务员", citizen: "诉求人", unknown: "未区分" };

export function referrals(page) {
  replace(page, h("h1", { class: "sr" }, "移送"), note("系统只提示，不自动移送：由联络员核对原话后确认，须两人确认的由两名联络员先后确认。查看会留下记录。"),
    tabs("移送", [["移送件", list], ["统计", statistics]]));
}

const WAITING = "status=pending_confirmation", LATE_ONES = "overdue=true";
const TO_DO = [WAITING, LATE_ONES, "status=confirmed"];
const LOOK_AGAIN = 8000;

// What is asked for; what somebody has to act on is listed whole, however much it is.
async function found(asked) {
  const rows = [];
  let overdue = 0, next = null;
  do {
    const part = await get(`/v1/referrals?limit=200&${asked}${next ? `&after=${encodeURIComponent(next)}` : ""}`);
    rows.push(...part.referrals);
    ({ overdue, next } = part);
  } while (next && TO_DO.includes(asked));
  return { rows, overdue, next };
}

function list(out) {
  let asked = WAITING, drawing = 0, timer = 0, late = 0;
  const known = new Set(), news = h("div", {}), body = h("div", {}), key = one => `${one.id} ${one.created_at}`;
  const choices = [[WAITING, "待确认"], [LATE_ONES, "超过时限"], ...Object.entries(REFERRAL_STATUS).slice(1).map(([code, name]) => [`status=${code}`, name]), ["", "全部"]];
  const show = (label, name) => button("查看", () => { asked = label; load(); }, "small", { "aria-label": name });
  const alarm = (text, label, name) => h("div", { class: "alarm", role: "alert" }, h("strong", {}, text), show(label, name));
  const tell = (overdue, fresh) => {
    const extreme = fresh.filter(one => one.severity === "extreme").length;
    replace(news, overdue > 0 && alarm(`${overdue} 件移送已超过确认、发出或回执时限`, LATE_ONES, "查看超过时限的移送件"),
      fresh.length > 0 && alarm(`新到 ${fresh.length} 件待确认${extreme ? `，其中极端 ${extreme} 件` : ""}`, WAITING, "查看新到的移送件"));
    document.title = `${fresh.length ? `(${fresh.length}) ` : ""}移送 · 枣解决·枣满意`;
  };
  const load = guarded(async () => {
    const turn = ++drawing, [{ rows, overdue, next }, words] = await Promise.all([found(asked), behind()]);
    if (turn !== drawing || !out.isConnected) return;  // asked for something else meanwhile
    rows.sort((a, b) => a.priority - b.priority || (a.severity < b.severity ? -1 : 1));
    if (asked === WAITING) rows.forEach(one => known.add(key(one)));
    tell(late = overdue, []);
    replace(body, h("div", { class: "row" }, select("状态", choices, asked, event => { asked = event.target.value; load(); }), h("span", { class: "mute" }, `${rows.length} 件${next ? "，只列出最新的" : ""}`)),
      rows.length ? rows.map(one => card(one, load, words)) : empty("没有移送件", "系统提示的线索和话务员提请的移送会列在这里，等待确认。"));
  });
  // Nothing moves under the hand of who is confirming: what came meanwhile is told of, and shown when asked for.
  const look = async () => {
    if (!out.isConnected) return clearInterval(timer);
    const turn = drawing, now = await found(WAITING).catch(() => null);
    if (!now || turn !== drawing || !out.isConnected) return undefined;
    const fresh = now.rows.filter(one => !known.has(key(one)));
    if (fresh.length || now.overdue !== late) tell(late = now.overdue, fresh);
    return undefined;
  };
  replace(out, news, body);
  load();
  timer = setInterval(look, LOOK_AGAIN);
}

const statistics = guarded(async out => {
  const lanes = await get("/v1/referrals:statistics");
  const minutes = value => (value == null ? "—" : `${value} 分`);
  replace(out, table(["接收机关", "提请", "待确认", "不予移送", "已发出", "已有回执", "已撤回", "超时", "确认用时", "回执用时", "回执率"], lanes.map(lane => ({
    cells: [word(lane.receiver), number(lane.proposed), ...["pending_confirmation", "declined", "sent", "received", "withdrawn"].map(code => number(lane.by_status[code] || 0)), number(lane.overdue), minutes(lane.decision_minutes), minutes(lane.receipt_minutes), percent(lane.receipt_rate)],
  })), { caption: "演示工单不计入；用时为中位数", figures: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] }));
});

function card(one, load, words) {
  const id = `${one.ticket_number} ${word(one.receiver)}`;
  const name = `referral ${one.id}`;
  const text = keeps(name, h("input", { placeholder: "理由或回执内容", "aria-label": `${id} 的理由或回执内容`, size: 34 }));
  const act = (step, done, needed) => guarded(async () => {
    const said = text.value.trim();
    if (needed && !said) { text.focus(); return say(`请填写${needed === "text" ? "回执内容" : "理由"}。`); }
    await post(`/v1/referrals/${encodeURIComponent(one.id)}/${step}`, needed ? { [needed]: said } : {}).catch(orAgain(load));
    forget(name);
    say(done, "good");
    return load();
  });
  const more = h("div", {});
  const look = guarded(async () => replace(more, sent((await get(`/v1/referrals/${encodeURIComponent(one.id)}`)).fields)));
  return h("article", { class: "card referral" },
    h("div", { class: "row" }, h("a", { href: `#/tickets/${one.ticket_number}`, class: "mono" }, one.ticket_number), h("strong", {}, word(one.receiver)),
      badge(referralStatus(one.status), one.status === "pending_confirmation" ? "warn" : ""), one.severity === "extreme" && badge("极端", "bad"), one.overdue && badge(LATE[one.status] || "超过时限", "bad"), one.demo && badge("演示", "demo"),
      h("span", { class: "grow" }), h("span", { class: "mute" }, `收到 ${when(one.created_at)}${one.due_at ? ` · 时限 ${when(one.due_at)}` : ""}`)),
    h("q", {}, one.quote), note(`依据：${words(one.rule_id)}`),
    one.context.length > 0 && h("details", { open: one.status === "pending_confirmation" }, h("summary", {}, "前后文"), one.context.map(turn => h("p", {}, h("strong", {}, `${SPEAKERS[turn.speaker]}：`), turn.text))),
    note(`确认 ${one.confirmations.length} / ${one.persons}`, one.confirmations.map(made => ` · ${made.by} ${when(made.at)}${made.note ? `（${made.note}）` : ""}`)),
    one.sent_at && note(`发出 ${when(one.sent_at)}`, !one.demo && underway(one, one.message_id)),
    one.receipts.map(made => note(`回执：${made.text}（${made.by} ${when(made.at)}）`)),
    one.closing && note(`${referralStatus(one.status)}：${one.closing.reason}（${one.closing.by} ${when(one.closing.at)}）`, one.recall_id && [" · 撤回通知", underway(one, one.recall_id)]),
    h("div", { class: "row" }, steps(one, act), text, button("将发送的内容", look)), more);
}

// How far one of its messages is.
function underway(one, message) {
  const made = one.deliveries.filter(delivery => delivery.message_id === message);
  return made.length ? made.map(each => ` · ${DELIVERY[each.status]}${each.delivered_at ? ` ${when(each.delivered_at)}` : `，已试 ${each.attempts} 次`}`) : " · 待投递";
}

// What may be done now, the next step first.
function steps(one, act) {
  const mine = one.confirmations.some(made => made.by === reader().name);
  const last = one.confirmations.length + 1 >= one.persons;
  const withdraw = button("撤回", act("withdraw", "已撤回。", "reason"), "grave"), receipt = button("登记回执", act("receipts", "回执已登记。", "text"), one.status === "sent" ? "main" : "");
  return {
    pending_confirmation: () => [mine ? note("您已确认，等待另一名联络员。") : button(one.confirmations.length ? "第二人确认" : "确认移送", act("confirm", last ? "已确认。" : "已确认，须另一名联络员再次确认。"), "main"), button("不予移送", act("decline", "已记录，不予移送。", "reason"), "grave")],
    confirmed: () => [button("发出", act("send", "已发出。"), "main"), withdraw],
    sent: () => [receipt, withdraw],
    received: () => [receipt, withdraw],
  }[one.status]?.() || [];
}

const sent = fields => h("dl", { class: "sent" }, Object.entries(fields).map(([name, value]) => [h("dt", {}, FIELDS[name] || name),
  h("dd", {}, Array.isArray(value) ? value.map(turn => h("p", {}, `${SPEAKERS[turn.speaker]}：${turn.text}`)) : name === "severity" ? word(value) : name === "received_at" || name === "event_time" ? when(value) : value)]));

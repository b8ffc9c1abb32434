// Supervision: what is due and overdue, the orders of five levels, the list of the monthly meeting.
import { get, post } from "./api.js";
import { badge, button, empty, h, labelled, note, replace, section, select, table, tabs } from "./dom.js";
import { guarded, orAgain, say } from "./notices.js";
import { go } from "./reader.js";
import { deadlineBar } from "./ticket_parts.js";
import { forget, keeps } from "./typed.js";
import { number, when, word } from "./words.js";

const LEVELS = ["system", "telephone", "written", "on_site", "leader"];
const DAY = 86_400_000;
const MOST = 100, A_LINE = 21;

export function supervision(page) {
  replace(page, h("h1", { class: "sr" }, "督办"), tabs("督办", [["督办单", orders], ["到期与逾期", due], ["月度会商", meeting]]));
}

const openTicket = number => h("a", { href: `#/tickets/${number}`, class: "mono" }, number);
const practice = () => badge("演示", "demo");
const titled = ticket => [ticket.demo && practice(), ` ${ticket.title}`];

function orders(panel) {
  const counts = h("div", { class: "tiles" }), out = h("div", {});
  let level = "", status = "drafted", all = [];
  const load = guarded(async () => { all = await get(`/v1/supervision/orders?${new URLSearchParams({ limit: 1000, ...(status && { status }) })}`); paint(); });
  const check = guarded(async () => { const { raised } = await post("/v1/supervision:run"); say(raised ? `新增 ${raised} 张督办单。` : "没有新增的督办单。", "good"); load(); });
  replace(panel, h("div", { class: "row" }, labelled("状态", select("状态", [["drafted", "待发出"], ["sent", "已发出"], ["cancelled", "已撤销"], ["", "全部"]], status, event => { status = event.target.value; load(); })),
    button("立即检查", check), note("系统每分钟检查一次时限、签收和重办情况，起草督办单；由人核对后发出。")), counts, out);
  load();

  function paint() {
    replace(counts, [["", "全部"], ...LEVELS.map(code => [code, word(code)])].map(([code, name]) => h("button", {
      type: "button", class: `tile ${level === code ? "chosen" : ""}`, "aria-pressed": level === code, onclick: () => { level = code; paint(); },
    }, h("strong", {}, all.filter(order => !code || order.level === code).length), name)));
    const found = all.filter(order => !level || order.level === level), shown = found.slice(0, MOST);
    replace(out, found.length > MOST && note(`只列出最近的 ${MOST} 张，共 ${found.length} 张。`), shown.length ? table(["层级", "工单", "接收人", "事由", "文字", ""], shown.map(order => ({ cells: row(order, load) }))) : empty("没有这样的督办单", "工单临近时限、逾期、未签收或重办时会自动起草。"));
  }
}

function row(order, load) {
  const name = `order ${order.id}`;
  const text = keeps(name, h("textarea", { rows: Math.max(3, Math.ceil(order.note.length / A_LINE)), value: order.note, "aria-label": `工单 ${order.ticket_number} 的督办文字` }));
  const close = (step, body, told) => guarded(async () => { await post(`/v1/supervision/orders/${order.id}/${step}`, body()).catch(orAgain(load)); forget(name); say(told, "good"); load(); });
  const send = close("send", () => ({ note: text.value }), "督办单已发出。");
  const cancel = () => confirm(`撤销对工单 ${order.ticket_number} 的${word(order.level)}？撤销后同一事由不再起草。`) && close("cancel", () => ({ reason: "人工核对后撤销" }), "督办单已撤销。")();
  const drafted = order.status === "drafted";
  return [badge(word(order.level), ["on_site", "leader"].includes(order.level) ? "bad" : order.level === "written" ? "warn" : ""), [openTicket(order.ticket_number), " ", order.demo && practice()], word(order.receiver), [order.reason, h("div", { class: "mute" }, when(order.raised_at))],
    drafted ? text : order.note, drafted ? h("div", { class: "stack" }, button("发出", send, "main small"), button("撤销", cancel, "small")) : h("span", { class: "mute" }, `${word(order.status)} ${when(order.closed_at)} ${order.closed_by || ""}`)];
}

// Open tickets by the time they have left.
function due(panel) {
  const out = h("div", {});
  replace(panel, out);
  guarded(async () => {
    const found = await get("/v1/supervision/due?limit=200");
    const left = ticket => Date.parse(ticket.deadline.resolve_by) - Date.now();
    const part = (from, to) => found.tickets.filter(one => left(one) >= from && left(one) < to);
    const groups = [["已逾期", found.overdue, part(-Infinity, 0)], ["24 小时内到期", found.within_day, part(0, DAY)], ["三日内到期", found.within_three_days, part(DAY, 3 * DAY)]];
    replace(out, h("div", { class: "tiles" }, groups.map(([name, count], i) => h("div", { class: `tile ${i === 0 && count ? "late" : ""}` }, h("strong", {}, number(count)), name))),
      groups.map(([name, count, shown]) => shown.length > 0 && section(count > shown.length ? `${name}（时限最早的 ${shown.length} 件）` : name, table(["工单", "标题", "承办单位", "状态", "时限"], shown.map(ticket => ({
        open: () => go("tickets", ticket.ticket_number), cells: [openTicket(ticket.ticket_number), titled(ticket), ticket.handler?.name || "未交办", badge(word(ticket.status)), deadlineBar(ticket)],
      }))))), !groups.some(([, count]) => count) && empty("没有临期和逾期的工单"));
  })();
}

function meeting(panel) {
  const out = h("div", {});
  replace(panel, note("政策空白、职责不清和三次退单的工单列入月度会商，由市中心会同有关部门研究。"), out);
  guarded(async () => {
    const reasons = ["unclear_duty", "policy_gap", "third_return"];
    const found = (await Promise.all(reasons.map(reason => get(`/v1/tickets?limit=200&meeting=${reason}`)))).flatMap(one => one.tickets);
    replace(out, found.length ? table(["工单", "标题", "缘由", "地区", "状态", "时限"], found.map(ticket => ({
      open: () => go("tickets", ticket.ticket_number), cells: [openTicket(ticket.ticket_number), titled(ticket), badge(word(ticket.meeting), "warn"), [ticket.place.district, ticket.place.town].filter(Boolean).join(" "), badge(word(ticket.status)), deadlineBar(ticket)],
    }))) : empty("本月没有列入会商的工单", "审核员或督办员可在工单中“列入会商”。"));
  })();
}

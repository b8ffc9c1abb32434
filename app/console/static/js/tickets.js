// Tickets: filters, words, one page after another; one of them open beside the list.
import { city, download, get, maybe } from "./api.js";
import { badge, button, empty, h, labelled, note, replace, select, table } from "./dom.js";
import { guarded } from "./notices.js";
import { acts, atDesk, go, may, reader } from "./reader.js";
import { asksExtension, deadlineBar } from "./ticket_parts.js";
import { ticketView } from "./ticket_view.js";
import { transcriptPanel } from "./transcript.js";
import { dayAfter, KINDS, lastDay, number as figure, shortName, STATUSES, when, word } from "./words.js";

const PAGE = 30, MOST = 200;
const LOOK_AGAIN = 60_000;
// Filters that other pages bring along and that have no field here.
const BROUGHT = {
  category: "分类", category_code: "末级分类", acting_unit: "承办单位", town: "镇街", channel: "渠道", subject: "诉求主体", deadline: "办理时限", responded: "响应情况", solved: "解决情况", satisfied: "满意情况",
  issue: "热点事项", meeting: "会商缘由",
};
// The filters, how far down the list is unfolded under them, and the ticket that was open last.
let kept = {}, wanted = PAGE, last = null;

// query: "key=value&…" of filters to begin with, from a page that drills down.
export function tickets(page, number, query) {
  if (query) { kept = Object.fromEntries(new URLSearchParams(query)); wanted = PAGE; }
  const list = h("div", { class: "scroll" }), detail = h("div", { class: "detail" }), count = h("span", { class: "mute", role: "status" });
  const wide = h("div", { class: number && number !== "-" ? "split open" : "split" }, h("section", { class: "listing", "aria-label": "工单列表" }, list), h("section", { class: "card", "aria-label": "工单详情" }, detail));
  const filters = filterBar(() => { wanted = PAGE; load(); });
  replace(page, h("h1", { class: "sr" }, "工单"), filters, wide);
  let rows = [], next = null, drawing = 0, came = number && number !== "-" ? null : last;
  last = number;
  // again: what came meanwhile; it gives way to whatever somebody asks for.
  async function draw(more, again) {
    const turn = again ? drawing : ++drawing;
    const all = more ? [...rows] : [], most = more ? all.length + PAGE : wanted, chosen = Object.fromEntries(Object.entries(kept).filter(([, value]) => value));
    let after = more ? next : null;
    do {
      const asked = new URLSearchParams({ limit: Math.min(most - all.length, MOST), ...chosen, ...(after && { after }) });
      const found = await get(`/v1/tickets?${asked}`).catch(error => {
        if (turn === drawing && !more && !again) replace(list, empty("工单没有列出", error.message));
        throw error;
      });
      if (turn !== drawing) return;  // asked for something else meanwhile
      all.push(...found.tickets);
      after = found.next;
    } while (after && all.length < most);
    if (again && (most !== wanted || seen(all) === seen(rows))) return;
    if (again && list.contains(document.activeElement)) came = document.activeElement.dataset.key;
    [rows, next] = [all, after];
    wanted = Math.max(PAGE, rows.length);
    replace(list, rows.length ? [rowsTable(rows, open, number), next && button("再显示一些", () => load(true))] : nothing(), count);
    const marked = list.querySelector(`[data-key="${number}"]`);
    marked?.classList.add("chosen");
    if (!again) marked?.scrollIntoView({ block: "nearest" });
    list.querySelector(`[data-key="${came}"]`)?.focus();
    came = null;
    replace(count, next ? `已列出 ${rows.length} 件，还有更多` : `共 ${figure(rows.length)} 件`);
    if (next) tally(turn, chosen);  // nobody waits for it
  }
  async function tally(turn, chosen) {
    const total = await get(`/v1/tickets:count?${new URLSearchParams(chosen)}`).catch(() => null);
    if (total && turn === drawing) replace(count, `共 ${figure(total.tickets)} 件${total.more ? "以上" : ""}，已列出 ${rows.length} 件`);
  }
  const load = guarded(more => draw(more));
  const open = ticket => go("tickets", ticket.ticket_number);
  const show = guarded(async () => {
    if (!number || number === "-") { wide.classList.remove("open"); return replace(detail, empty("选一件工单", "点列表中的一行，或用 ↑↓ 选择后按回车。")); }
    const ticket = await get(`/v1/tickets/${encodeURIComponent(number)}`).catch(error => {
      replace(detail, empty("没有可以显示的工单", "编号可能有误，或不在您可以查看的范围内。"), button("← 返回列表", () => go("tickets"), "small"));
      throw error;
    });
    const call = reader().unit ? null : await maybe(`/v1/tickets/${ticket.ticket_number}/transcript`);
    const speech = call && transcriptPanel();
    const paint = fresh => speech?.show(call.turns, fresh.evidence, { title: call.title });
    const view = ticketView(ticket, { speech, begin: ".steps", onChange: fresh => { paint(fresh); load(); }, onGone: () => load() });
    paint(ticket);
    return replace(detail, h("div", { class: "row" }, button("← 返回列表", () => go("tickets"), "small quiet"), h("span", { class: "mute" }, `${word(ticket.channel)} · ${when(ticket.created_at)} 收到`)),
      view.node);
  });
  replace(list, note("正在读取…"));
  load();
  show();
  let looking = false;
  const timer = setInterval(async () => {
    if (looking || document.visibilityState !== "visible") return;
    looking = true;
    await draw(false, true).catch(() => {});
    looking = false;
  }, LOOK_AGAIN);
  return () => clearInterval(timer);
}

const seen = rows => rows.map(ticket => `${ticket.ticket_number} ${ticket.version}`).join();

const nothing = () => (Object.values(kept).some(Boolean) ? empty("没有符合条件的工单", "换一个筛选条件，或清除筛选。")
  : empty("还没有工单", reader().unit ? "交办给本单位的工单会列在这里。" : "接听的来电和其他渠道送来的诉求会列在这里。"));

function rowsTable(rows, open) {
  return table(["工单", "标题", "地区", "承办", "状态", "时限"], rows.map(ticket => ({
    key: ticket.ticket_number, open: () => open(ticket), kind: ticket.urgency === "emergency" ? "urgent" : "",
    cells: [h("span", { class: "mono" }, ticket.ticket_number), [ticket.demo && badge("演示", "demo"), ticket.referrals.length > 0 && badge("移送", "bad"), asksExtension(ticket), ` ${ticket.title}`],
      [shortName(ticket.place.district), ticket.place.town].filter(Boolean).join(" "), ticket.handler?.name || h("span", { class: "mute" }, "未交办"), badge(word(ticket.status)), deadlineBar(ticket)],
  })));
}

function filterBar(load) {
  const set = name => event => { kept[name] = event.target.type === "checkbox" ? (event.target.checked ? "true" : "") : event.target.value; load(); };
  const all = (label, codes) => [["", label], ...codes.map(code => [code, word(code)])];
  const q = h("input", { type: "search", value: kept.q || "", size: 20, placeholder: "如 路灯 建设路，或编号", "aria-label": "全文检索", onchange: set("q") });
  const caller = may("intake:write") && h("input", { type: "search", value: kept.caller || "", size: 9, placeholder: "来电号码", "aria-label": "来电号码", onchange: set("caller") });
  const district = select("区（市）", [["", "全部地区"]], "", set("district"));
  city().then(({ districts }) => { replace(district, h("option", { value: "" }, "全部地区"), districts.map(one => h("option", { value: one.name, selected: one.name === kept.district }, shortName(one.name)))); });
  const check = (name, label) => h("label", { class: "check" }, h("input", { type: "checkbox", checked: kept[name] === "true", onchange: set(name) }), label);
  const brought = Object.keys(kept).filter(name => kept[name] && BROUGHT[name]).map(name => BROUGHT[name]);
  const form = h("form", { class: "row filters", role: "search" }, q, caller, select("状态", all("全部状态", STATUSES), kept.status || "", set("status")),
    select("诉求类型", all("全部类型", KINDS), kept.request_kind || "", set("request_kind")), district,
    labelled("自", h("input", { type: "date", value: (kept.created_from || "").slice(0, 10), "aria-label": "起始日期", title: "起始日期", onchange: set("created_from") })),
    labelled("至", h("input", { type: "date", value: kept.created_before ? lastDay(kept.created_before) : "", "aria-label": "截止日期", title: "截止日期，含当天", onchange: event => { kept.created_before = event.target.value && dayAfter(event.target.value); load(); } })),
    select("排序", [["", "新的在前"], ["deadline", "在办，按时限"]], kept.order || "", set("order")), check("overdue", "只看逾期"), acts("reviewer", "unit") && check("extension_requested", "待审延期"), atDesk() && check("to_evaluate", "待评价"), select("演示工单", [["", "含演示"], ["false", "不含演示"], ["true", "只看演示"]], kept.demo || "", set("demo")),
    brought.length > 0 && badge(`另按${brought.join("、")}筛选`, "warn"),
    button("清除", () => { kept = {}; wanted = PAGE; go("tickets"); }, "quiet"),
    may("tickets:export") && button("导出", guarded(() => download(`/v1/tickets:export?kind=xlsx&${new URLSearchParams(Object.entries(kept).filter(([, value]) => value))}`, "工单.xlsx"))),
    reader().unit && note(`只列出 ${reader().unit.name} 承办和协办的工单`));
  form.onsubmit = event => { event.preventDefault(); kept.q = q.value; load(); };
  return form;
}

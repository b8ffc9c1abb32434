// Referrals: a hint with its quote; two officers look at it before anything leaves; receipts come back.
import { get, maybe, post } from "./api.js";
import { badge, button, empty, h, note, replace, select, table } from "./dom.js";
import { guarded, say } from "./notices.js";
import { may, reader } from "./reader.js";
import { when, word } from "./words.js";

const openTicket = number => h("a", { href: `#/tickets/${number}`, class: "mono" }, number);

export function referrals(page) {
  const out = h("div", {});
  replace(page, h("h1", { class: "sr" }, "移送"), note("系统只提示，不自动移送。每件须由两名移送联络员先后核对原话并确认，才生成移送材料；查看本页会留下记录。"), out);
  let status = "";
  const load = guarded(async () => {
    const found = await maybe(`/v1/referrals?limit=200${status ? `&status=${status}` : ""}`);
    if (!found) return replace(out, hints(await hinted()));
    const rows = Array.isArray(found) ? found : found.referrals;
    return replace(out, h("div", { class: "row" }, select("状态", [["", "全部状态"], ["pending_confirmation", "待确认"], ["confirmed", "已确认"], ["declined", "不予移送"]], status, event => { status = event.target.value; load(); })),
      rows.length ? rows.map(one => card(one, load)) : empty("没有移送提示"));
  });
  load();
}

// Where the service has no referral record yet: the hints as the tickets carry them.
async function hinted() {
  const { tickets } = await get("/v1/tickets?limit=200");
  return tickets.flatMap(ticket => ticket.referrals.map(one => ({ ...one, ticket })));
}
const hints = found => (found.length ? table(["工单", "标题", "接收机关", "原话", "规则", "状态"], found.map(one => ({
  cells: [openTicket(one.ticket.ticket_number), one.ticket.title, badge(word(one.receiver)), h("q", {}, one.quote), h("span", { class: "mono" }, one.rule_id), badge(word(one.status), "warn")],
}))) : empty("最近的工单没有移送提示"));

function card(one, load) {
  const reason = h("input", { placeholder: "理由", "aria-label": `${one.ticket_number} 的理由`, size: 30 });
  const act = (step, body) => guarded(async () => {
    if (step === "decline" && !reason.value.trim()) { reason.focus(); return say("请填写不予移送的理由。"); }
    await post(`/v1/referrals/${one.id}/${step}`, body());
    say(step === "confirm" ? "已确认。" : "已记录。", "good");
    return load();
  });
  const confirmations = one.confirmations || [], mine = confirmations.some(made => (made.by || made.actor || made) === reader().name);
  const open = one.status === "pending_confirmation" && may("refer");
  return h("article", { class: "card referral" }, h("div", { class: "row" }, openTicket(one.ticket_number), h("strong", {}, word(one.receiver)), badge(word(one.status), one.status === "pending_confirmation" ? "warn" : ""), one.demo && badge("演示", "demo"),
    h("span", { class: "grow" }), h("span", { class: "mute" }, `${one.rule_id} · ${when(one.created_at || one.proposed_at)}`)),
  h("q", {}, one.quote),
  note(`确认 ${confirmations.length} / 2`, confirmations.map(made => ` · ${made.by || made.actor || made} ${when(made.at)}`)),
  (one.receipts || []).map(receipt => note(`回执：${receipt.text || receipt.note || receipt.status || ""} ${when(receipt.at || receipt.received_at)}`)),
  open && h("div", { class: "row" }, mine ? note("您已确认，等待另一名联络员。") : button(confirmations.length ? "第二人确认" : "确认移送", act("confirm", () => ({})), "main"), reason, button("不予移送", act("decline", () => ({ reason: reason.value.trim() })), "grave")));
}

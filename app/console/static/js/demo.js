// The demo data: offered while there is none, announced while there is some, removed with one click.
import { api, get } from "./api.js";
import { button, h, replace } from "./dom.js";
import { guarded, say } from "./notices.js";

const LOOK_AGAIN = 1500;
let timer = 0;

export async function demoBanner(bar, me) {
  const admin = me.scopes.includes("admin");
  const state = await get("/v1/demo"), anyTicket = me.scopes.includes("tickets:read") && (await get("/v1/tickets?limit=1")).tickets.length;
  const again = () => demoBanner(bar, me);
  const change = (method, done) => guarded(async () => { await api("/v1/demo", { method }); if (done) { reload(); say(done, "good"); } again(); });
  bar.hidden = false;
  bar.className = "banner";
  clearTimeout(timer);
  if (state.busy) {
    replace(bar, h("span", {}, `正在生成演示数据：${state.done} / ${state.planned || "…"}`), h("progress", { max: state.planned || 1, value: state.done, "aria-label": "进度" }));
    timer = setTimeout(async () => { await again(); if (bar.classList.contains("demo")) reload(); }, LOOK_AGAIN);
    return undefined;
  }
  if (state.tickets) {
    bar.classList.add("demo");
    return replace(bar, h("span", {}, h("strong", {}, "演示数据"), ` 现有 ${state.tickets} 件演示工单，均为编写的内容，不计入正式统计，不对外推送。`),
      admin && !state.added && button("补充演示数据", change("POST")), admin && button("一键清除", change("DELETE", "演示数据已全部清除。")));
  }
  if (admin && !anyTicket) {
    return replace(bar, h("span", {}, "还没有工单。可以先添加一套编写的演示数据（约 280 件、跨 60 天），随时一键清除。"), button("添加演示数据", change("POST"), "main"));
  }
  bar.hidden = true;
  return replace(bar);
}
// Lists are drawn again; an open ticket or form is left alone.
const reload = () => { if (!document.querySelector("article.ticket, form.articleform")) dispatchEvent(new HashChangeEvent("hashchange")); };

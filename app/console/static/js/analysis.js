// Analysis: indicators and where they come from, hot words and issues, warnings, reports; every figure leads to its tickets.
import { download, get, maybe } from "./api.js";
import { hotspots, reports, warnings } from "./analysis_parts.js";
import { barList, cityMap, lineChart } from "./charts.js";
import { badge, button, empty, h, labelled, note, replace, section, select, table, tabs } from "./dom.js";
import { guarded } from "./notices.js";
import { go } from "./reader.js";
import { number, percent } from "./words.js";

const GROUPS = [["category", "分类"], ["leaf", "末级分类"], ["unit", "承办单位"], ["deadline", "办理时限"], ["district", "区（市）"], ["town", "镇街"], ["channel", "渠道"], ["kind", "诉求类型"], ["subject", "诉求主体"],
  ["area", "民生领域"], ["industry", "行业（经营主体）"], ["day", "受理日期"]];
// [figure, label, what lists the tickets that fell short, in words]
const RATES = [["response_rate", "响应率", { responded: "false" }, "看未按时响应的工单"], ["resolution_rate", "解决率", { solved: "false" }, "看回访未解决的工单"], ["satisfaction_rate", "满意率", { satisfied: "false" }, "看回访不满意的工单"]];
const OVERDUE = { deadline: "late,overdue" };
const PERIODS = [["7", "近 7 天"], ["30", "近 30 天"], ["60", "近 60 天"], ["365", "近一年"]];
const DAY = 86_400_000, AHEAD = 8 * 3_600_000;
// The date so many days from today, as the city's calendar has it.
const cityDay = days => new Date(Date.now() + AHEAD + days * DAY).toISOString().slice(0, 10);

const TABS = [["总览", overview], ["分组", grouped], ["热词与热点", hotspots], ["预警", warnings], ["报告", reports]];

// What was looked at last: one comes back to it from the tickets behind a figure.
const asked = { days: "30", demo: null, view: "", by: "category" };

export function analysis(page) {
  const top = h("div", { class: "row filters" }), body = h("div", {});
  replace(page, h("h1", { class: "sr" }, "分析"), top, body);
  guarded(async () => {
    const [state, views] = await Promise.all([get("/v1/demo"), maybe("/v1/analytics/views")]);
    asked.demo = state.tickets > 0 && (asked.demo ?? !(await get("/v1/tickets?limit=1&demo=false")).tickets.length);
    const known = Array.isArray(views) ? views : views?.views || [];
    replace(top, labelled("时段", select("时段", PERIODS, asked.days, event => { asked.days = event.target.value; paint(); })),
      known.length > 0 && labelled("视图", select("视图", [["", "全部"], ...known.map(view => [view.id, view.name])], asked.view, event => { asked.view = event.target.value; paint(); })),
      state.tickets > 0 && labelled("数据", select("数据", [["false", "正式数据"], ["true", "演示数据"]], String(asked.demo), event => { asked.demo = event.target.value === "true"; paint(); })));
    const query = () => {
      return { from: cityDay(1 - Number(asked.days)), to: cityDay(0), demo: String(asked.demo), ...(known.find(view => view.id === asked.view)?.query || {}) };
    };
    const paint = () => replace(body, asked.demo && note(badge("演示数据", "demo"), " 以下均由编写的演示工单统计，不代表真实情况。"),
      tabs("分析", TABS.map(([name, draw]) => [name, panel => draw(panel, query())])));
    paint();
  })();
}

const drill = (group, more = {}) => () => go("tickets", "-", new URLSearchParams({ ...group.query, ...more }).toString());
// A figure that leads to its tickets.
const leads = (text, name, open) => button(text, open, "link", { "aria-label": `${name}：${text}`, title: name });
const indicators = (query, by) => maybe(`/v1/analytics/indicators?${new URLSearchParams({ ...query, group_by: by })}`);
const missing = panel => replace(panel, empty("本服务尚未启用统计接口", "启用 /v1/analytics 后，这里显示响应率、解决率、满意率和各区（市）的情况。"));

function overview(panel, query) {
  replace(panel, note("正在统计…"));
  guarded(async () => {
    const [days, districts, categories] = await Promise.all(["day", "district", "category"].map(by => indicators(query, by)));
    if (!days) return missing(panel);
    const { total } = days, tile = (figure, label, more, told, kind = "") => h("button", { type: "button", class: `tile ${kind}`, title: told, onclick: drill(days, more) }, h("strong", {}, figure), label);
    return replace(panel, h("div", { class: "tiles" }, tile(number(total.tickets), "受理工单", {}, "看这些工单"), RATES.map(([name, label, short, told]) => tile(percent(total[name], 1), label, short, told)),
      tile(number(total.overdue), "逾期", OVERDUE, "看逾期的工单", total.overdue ? "late" : "")),
    section("每日受理量", lineChart(days.groups.map(group => [String(group.label).slice(5), group.tickets, drill(group)]), "每日受理量")),
    h("div", { class: "columns" }, section("各区（市）", cityMap(Object.fromEntries((districts?.groups || []).map(group => [group.label, group.tickets])), {
      name: "受理量", open: name => drill(districts.groups.find(group => group.label === name) || { query: { ...days.query, district: name } })(),
    })), section("诉求最多的分类", !total.tickets && note("这段时间没有工单。"), barList((categories?.groups || []).slice(0, 10).map(group => ({ label: group.label, value: group.tickets, open: drill(group) }))))));
  })();
}

function grouped(panel, query) {
  const out = h("div", {}), by = select("分组", GROUPS, asked.by, () => load());
  const load = guarded(async () => {
    const group = asked.by = by.value;
    replace(out, note("正在统计…"));
    const found = await indicators(query, group);
    if (by.value !== group) return out; // another grouping was asked for meanwhile
    if (!found) return missing(out);
    if (!found.groups.length) return replace(out, empty("这段时间没有工单", "可换一个时段、视图或数据。"));
    return replace(out, table([GROUPS.find(([code]) => code === group)[1], "受理", ...RATES.map(([, label]) => label), "逾期"], found.groups.slice(0, 200).map(one => ({
      cells: [h("strong", {}, one.label), leads(number(one.tickets), `${one.label}的工单`, drill(one)),
        ...RATES.map(([name, , short, told]) => (one[name] == null ? "—" : leads(percent(one[name], 1), `${one.label}，${told}`, drill(one, short)))), one.overdue ? leads(number(one.overdue), `${one.label}逾期的工单`, drill(one, one.query.deadline ? {} : OVERDUE)) : "0"],
    })), { figures: [1, 2, 3, 4, 5] }), found.groups.length > 200 && note(`只列出前 200 组，共 ${found.groups.length} 组；导出的表格是全部。`));
  });
  const keep = kind => button(`导出 ${kind.toUpperCase()}`, guarded(() => download(`/v1/analytics/indicators:export?${new URLSearchParams({ ...query, group_by: by.value, kind })}`, `统计-${GROUPS.find(([code]) => code === by.value)[1]}-${query.from}至${query.to}.${kind}`)));
  replace(panel, h("div", { class: "row" }, labelled("按", by), keep("csv"), keep("xlsx"), note("每个数都可点开：受理数看全部工单，比率看没有做到的工单。")), out);
  load();
}

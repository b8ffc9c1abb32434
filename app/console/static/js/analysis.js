// Analysis: indicators and where they come from, hot words and issues, warnings, reports; every figure leads to its tickets.
import { get, maybe } from "./api.js";
import { hotspots, reports, warnings } from "./analysis_parts.js";
import { barList, cityMap, lineChart } from "./charts.js";
import { badge, button, empty, h, labelled, note, replace, section, select, table, tabs } from "./dom.js";
import { guarded } from "./notices.js";
import { go } from "./reader.js";
import { number, percent } from "./words.js";

const GROUPS = [["category", "分类"], ["unit", "承办单位"], ["district", "区（市）"], ["channel", "渠道"], ["kind", "诉求类型"], ["area", "民生领域"], ["industry", "行业"]];
const RATES = [["response_rate", "响应率"], ["resolution_rate", "解决率"], ["satisfaction_rate", "满意率"]];
const PERIODS = [["7", "近 7 天"], ["30", "近 30 天"], ["60", "近 60 天"], ["365", "近一年"]];
const DAY = 86_400_000;

export function analysis(page) {
  const asked = { days: "60", demo: null, view: "" };
  const top = h("div", { class: "row filters" }), body = h("div", {});
  replace(page, h("h1", { class: "sr" }, "分析"), top, body);
  guarded(async () => {
    const [state, views] = await Promise.all([get("/v1/demo"), maybe("/v1/analytics/views")]);
    asked.demo = state.tickets > 0 && !(await get("/v1/tickets?limit=1&demo=false")).tickets.length;
    const known = Array.isArray(views) ? views : views?.views || [];
    replace(top, labelled("时段", select("时段", PERIODS, asked.days, event => { asked.days = event.target.value; paint(); })),
      known.length > 0 && labelled("视图", select("视图", [["", "全部"], ...known.map(view => [view.id, view.name])], "", event => { asked.view = event.target.value; paint(); })),
      state.tickets > 0 && labelled("数据", select("数据", [["false", "正式数据"], ["true", "演示数据"]], String(asked.demo), event => { asked.demo = event.target.value === "true"; paint(); })));
    const query = () => {
      const to = new Date(Date.now() + DAY).toISOString().slice(0, 10), from = new Date(Date.now() - Number(asked.days) * DAY).toISOString().slice(0, 10);
      return { from, to, demo: String(asked.demo), ...(known.find(view => view.id === asked.view)?.query || {}) };
    };
    const paint = () => replace(body, asked.demo && note(badge("演示数据", "demo"), " 以下均由编写的演示工单统计，不代表真实情况。"),
      tabs("分析", [["总览", panel => overview(panel, query())], ["分组", panel => grouped(panel, query())], ["热词与热点", panel => hotspots(panel, query())], ["预警", panel => warnings(panel, query())], ["报告", panel => reports(panel, query())]]));
    paint();
  })();
}

const drill = (group, query) => () => go("tickets", "-", new URLSearchParams({ demo: query.demo, created_from: query.from, ...(group.query || {}) }).toString());
const indicators = (query, by) => maybe(`/v1/analytics/indicators?${new URLSearchParams({ ...query, group_by: by })}`);
const missing = panel => replace(panel, empty("本服务尚未启用统计接口", "启用 /v1/analytics 后，这里显示响应率、解决率、满意率和各区（市）的情况。"));

function overview(panel, query) {
  replace(panel, note("正在统计…"));
  guarded(async () => {
    const [days, districts, categories] = await Promise.all(["day", "district", "category"].map(by => indicators(query, by)));
    if (!days) return missing(panel);
    const { total } = days;
    return replace(panel, h("div", { class: "tiles" }, h("div", { class: "tile" }, h("strong", {}, number(total.tickets)), "受理工单"), RATES.map(([name, label]) => h("div", { class: "tile" }, h("strong", {}, percent(total[name], 1)), label)),
      h("div", { class: `tile ${total.overdue ? "late" : ""}` }, h("strong", {}, number(total.overdue)), "逾期")),
    section("每日受理量", lineChart(days.groups.map(group => [String(group.label).slice(5), group.tickets]), "每日受理量")),
    h("div", { class: "columns" }, section("各区（市）", cityMap(Object.fromEntries((districts?.groups || []).map(group => [group.label, group.tickets])), {
      name: "受理量", open: name => drill((districts.groups.find(group => group.label === name) || { query: { district: name } }), query)(),
    })), section("诉求最多的分类", barList((categories?.groups || []).slice(0, 10).map(group => ({ label: group.label, value: group.tickets, open: drill(group, query) }))))));
  })();
}

function grouped(panel, query) {
  const out = h("div", {}), by = select("分组", GROUPS, "category", () => load());
  const load = guarded(async () => {
    replace(out, note("正在统计…"));
    const found = await indicators(query, by.value);
    if (!found) return missing(out);
    return replace(out, table([GROUPS.find(([code]) => code === by.value)[1], "受理", ...RATES.map(([, label]) => label), "逾期", ""], found.groups.slice(0, 200).map(group => ({
      cells: [h("strong", {}, group.label || "未知"), number(group.tickets), ...RATES.map(([name]) => percent(group[name], 1)), number(group.overdue), button("看工单", drill(group, query), "small", { "aria-label": `看${group.label}的工单` })],
    }))));
  });
  replace(panel, h("div", { class: "row" }, labelled("按", by), note("每个数都可点开，看到构成它的工单。")), out);
  load();
}

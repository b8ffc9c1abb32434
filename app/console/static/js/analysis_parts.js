// Parts of the analysis page: hot words and issues, warnings with their acknowledgement, reports to read and to keep.
import { download, maybe, post, send } from "./api.js";
import { badge, button, empty, h, note, replace, section, select, table } from "./dom.js";
import { guarded, orAgain, say } from "./notices.js";
import { go, may } from "./reader.js";
import { forget, keeps } from "./typed.js";
import { dayAfter, number, when } from "./words.js";

const asList = (found, name) => (Array.isArray(found) ? found : found?.[name] || []);
const ask = (path, query) => maybe(`/v1/analytics/${path}?${new URLSearchParams(query)}`);
const samples = numbers => (numbers || []).slice(0, 5).map(one => [h("a", { href: `#/tickets/${one}`, class: "mono" }, one), " "]);

const list = filters => () => go("tickets", "-", new URLSearchParams(filters).toString());
const trend = value => value >= 0.5 ? badge("上升", "warn") : value <= -0.5 ? "回落" : "持平";

export function hotspots(panel, query) {
  replace(panel, note("正在统计…"));
  guarded(async () => {
    const [words, issues] = await Promise.all([ask("hot-words", query), ask("hot-issues", { from: query.from, to: dayAfter(query.to), demo: query.demo, ...(query.category && { category_code: query.category }) })]);
    if (!words && !issues) return replace(panel, empty("本服务尚未启用热词和热点统计"));
    const found = asList(words, "words"), most = Math.max(1, ...found.map(one => one.rise ?? one.count));
    return replace(panel, section("热词：新出现和正在上升的", (query.category || query.subject) && note("热词按全市统计，不随视图变化。"), found.length ? h("ul", { class: "cloud" }, found.slice(0, 40).map(one => h("li", {}, h("button", {
      type: "button", class: "link", style: `font-size:${(0.85 + 0.7 * ((one.rise ?? one.count) / most)).toFixed(2)}rem`, title: `${one.count} 次${one.expected != null ? `，往常 ${Number(one.expected).toFixed(1)} 次` : ""}`,
      onclick: list({ q: one.word, created_from: query.from, created_before: dayAfter(query.to), demo: query.demo }),
    }, one.word), h("small", { class: "mute" }, ` ${number(one.count)}`), one.new && badge("新", "warn")))) : note("没有上升的词。热词与此前至少四周相比；此前没有工单的，无从比较。")),
    section("热点：多人反映的同一事项", asList(issues, "issues").length ? table(["事项", "地点", "人数", "件数", "走势", "起止", "最近的工单"], asList(issues, "issues").map(one => ({
      cells: [h("strong", {}, one.title), [one.district, one.town].filter(Boolean).join(" "), number(one.people), h("button", { type: "button", class: "link", "aria-label": `${one.title}的 ${one.tickets} 件工单`, onclick: list({ issue: one.issue_id, created_from: query.from, created_before: dayAfter(query.to) }) }, number(one.tickets)), trend(one.trend), `${when(one.first_at)} 至 ${when(one.last_at)}`, samples(one.ticket_numbers.slice(0, 3))],
    })), { figures: [2, 3] }) : note("这段时间没有多人反映的同一事项。")));
  })();
}

export function warnings(panel, query) {
  const load = guarded(async () => {
    const found = await ask("warnings", query);
    if (!found) return replace(panel, empty("本服务尚未启用预警"));
    const rows = asList(found, "warnings");
    return replace(panel, rows.length ? rows.map(one => card(one, load)) : empty("没有预警", "某地某类诉求明显多于往常时，会在这里提示。"));
  });
  replace(panel, note("正在读取…"));
  load();
}

const STATUS = { open: ["待确认", "bad"], acknowledged: ["已确认", "warn"], closed: ["已有结果", ""] };
const OUTCOMES = [["handled", "确有其事，已处置"], ["expected", "确有其事，在意料之中"], ["false", "不属实"]];

function card(one, load) {
  const name = `warning ${one.id}`, told = keeps(name, h("input", { size: 36, placeholder: "处置情况", "aria-label": "处置情况" })), outcome = select("结果", OUTCOMES, "handled", () => {});
  const act = (step, body) => guarded(async () => { await post(`/v1/analytics/warnings/${one.id}/${step}`, { note: told.value, ...body() }).catch(orAgain(load)); forget(name); say("已记录。", "good"); load(); });
  const steps = { open: () => [told, button("确认收到", act("acknowledge", () => ({})), "main")], acknowledged: () => [outcome, told, button("记录结果", act("outcome", () => ({ outcome: outcome.value })), "main")] };
  return h("article", { class: "card" }, h("div", { class: "row" }, badge(...STATUS[one.status]), h("strong", {}, one.label), h("span", { class: "grow" }), h("span", { class: "mute" }, when(one.raised_at))),
    note(`自 ${when(one.since)} 起 `, h("button", { type: "button", class: "link", onclick: list({ district: one.district, category: one.category_code, created_from: one.since, created_before: one.raised_at, demo: String(one.demo) }) }, `${number(one.observed)} 件`), one.expected < 0.05 ? "，往常几乎没有" : `，往常 ${Number(one.expected).toFixed(1)} 件`), h("p", {}, "样例：", samples(one.ticket_numbers)),
    one.acknowledged_by && note(`${one.acknowledged_by} 于 ${when(one.acknowledged_at)} 确认收到`), one.outcome && note(`结果：${OUTCOMES.find(([code]) => code === one.outcome)[1]}（${one.outcome_by}，${when(one.outcome_at)}）`), one.note && note(`处置情况：${one.note}`),
    may("supervise") && steps[one.status] && h("div", { class: "row" }, steps[one.status]()));
}

export function reports(panel, query) {
  const load = guarded(async () => {
    const found = await ask("reports", query);
    if (!found) return replace(panel, empty("本服务尚未启用报告"));
    const make = (kind, more = {}) => guarded(async () => { await post("/v1/analytics/reports", { kind, demo: query.demo === "true", ...more }); say("报告已生成。", "good"); load(); });
    const topic = h("input", { size: 14, placeholder: "专报名称", "aria-label": "专报名称" });
    const topical = () => {
      const named = topic.value.trim();
      if (!named) { topic.focus(); return say("请填写专报名称。"); }
      return make("topical", { ...query, demo: query.demo === "true", topic: named.replace(/(?<=.)专报$/, "") })();
    };
    const rows = asList(found, "reports");
    const shown = h("div", {});
    const read = one => guarded(async () => { replace(shown, h("div", { class: "row" }, h("h3", {}, one.title), button("收起", () => shown.replaceChildren(), "small")), h("iframe", { class: "paper", title: one.title, sandbox: "", srcdoc: await (await send(`/v1/analytics/reports/${one.id}`)).text() })); shown.scrollIntoView({ block: "nearest" }); });
    return replace(panel, may("tickets:export") && h("div", { class: "row" }, button("生成日报", make("daily")), button("生成周报", make("weekly")), topic, button("按所选时段和视图生成专报", topical)), note("日报每天早上、周报每周一早上自动生成。"),
      rows.length ? table(["报告", "时段", "生成", "", "下载"], rows.map(one => ({
        cells: [h("strong", {}, one.title), `${one.from} 至 ${one.to}`, `${when(one.made_at)} ${one.made_by}`, button("查看", read(one), "small main", { "aria-label": `查看${one.title} ${one.from}` }), ["docx", "pdf", "html"].map(format => [button(format.toUpperCase(), guarded(() => download(`/v1/analytics/reports/${one.id}?format=${format}`, `${one.title}${one.from}.${format}`)), "small"), " "])],
      }))) : empty("还没有报告", "有工单的第二天早上会自动生成第一份日报。"), shown);
  });
  replace(panel, note("正在读取…"));
  load();
}

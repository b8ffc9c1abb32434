// Models: results released with the service, before and after, and the latest calls read again in the shadow.
import { get } from "./api.js";
import { badge, button, empty, h, labelled, note, replace, section, select, table, tabs } from "./dom.js";
import { guarded } from "./notices.js";
import { percent, when, word } from "./words.js";

const TASKS = { ticket: "工单要素", unit: "承办单位", category: "诉求分类", risk: "风险提示", duplicate: "同一事项", retrieval: "知识检索", answer: "咨询答复", warning: "预警" };
const HEADLINE = { ticket: ["fact_recall", "unsupported_rate", "split_f1"], unit: ["accuracy", "top3", "coverage_at_98"], category: ["accuracy", "macro_f1", "top3"], risk: ["political_legal.recall", "discipline_inspection.recall", "judicial.recall", "alert_rate"], duplicate: ["recall_at_10", "merge_precision", "b3_f1"], retrieval: ["recall_at_5", "mrr_at_10"], answer: ["citation_precision", "key_fact_recall", "refusal"] };
const NAMES = {
  accuracy: "准确率", macro_f1: "宏平均 F1", tail_macro_f1: "长尾 F1", top3: "前三命中", coverage_at_98: "98% 准确时覆盖", ece: "校准误差", fact_recall: "要素召回", unsupported_rate: "无依据率", forbidden_rate: "禁写率", split_f1: "拆分 F1",
  recall_at_budget: "预算内召回", alert_rate: "提示率", recall_at_10: "前十召回", merge_precision: "并单准确率", b3_f1: "B³ F1", ari: "ARI", recall_at_1: "首位召回", recall_at_5: "前五召回", mrr_at_10: "MRR@10", citation_precision: "引用准确率", key_fact_recall: "要点召回", refusal: "应拒而拒", over_refusal: "不应拒而拒",
  answered: "给出答复", asked_back: "反问", asked_back_right: "反问含正确条目", turned_over: "转受理", share: "占比", right: "准确率", recall: "召回", precision: "准确率", f1: "F1", merge_recall: "并单召回", recall_at_10_dissimilar: "用词不同的前十召回",
  ece_floor: "校准误差下限", title_rouge_l: "标题 ROUGE-L", ordinary_alert_rate: "普通来电提示率", trap_alert_rate: "易误判来电提示率", idiom_alert_rate: "惯用语提示率", alerts_at_prevalence: "真实占比下的提示率", precision_at_prevalence: "真实占比下的准确率",
};
const GROUPS = { political_legal: "政法线索", discipline_inspection: "纪检线索", judicial: "司法线索", final: "办理单位", receiving: "交办单位", auto: "自动派单", field_f1: "字段 F1：" };
const LOWER_IS_BETTER = ["unsupported_rate", "forbidden_rate", "ece", "ece_floor", "over_refusal", "asked_back", "turned_over", "alert_rate", "ordinary_alert_rate", "trap_alert_rate", "idiom_alert_rate", "alerts_at_prevalence"];
const PARTS = {
  micro: "合计", callback_number: "联系电话", caller_name: "诉求人", category_level1: "一级分类", confidential: "保密", district: "区（市）", town: "镇街", place: "地点", emotion: "情绪", event_time: "时间",
  kind: "诉求类型", lead_unit: "主办单位", missing: "缺项", referrals: "移送", subject: "主体", title: "标题", title_keywords: "标题要词", wants: "诉求",
};
const nameOf = metric => {
  const [group, name] = metric.includes(".") ? metric.split(".") : ["", metric];
  return `${GROUPS[group] ?? group}${(group === "field_f1" ? PARTS : NAMES)[name] || name}`;
};
const file = run => run.data.split("/").pop();
const engine = run => (run.model === "default" ? word(run.engine) : `模型 ${run.model.split("/").pop()}`);

export function models(page) {
  replace(page, h("h1", { class: "sr" }, "模型"), tabs("模型", [["评测结果", results], ["前后对比", compared], ["影子对比", shadow]]));
}

function results(panel) {
  guarded(async () => {
    const runs = await get("/v1/evaluations");
    replace(panel, runs.length ? h("div", { class: "grid" }, runs.map(run => h("article", { class: "card" }, h("h3", {}, TASKS[run.task] || run.task, " ", badge(file(run))), note(`${run.n} 条 · ${engine(run)} · ${when(run.measured_at).slice(0, 10)}`),
      headline(run), h("details", {}, h("summary", {}, "全部指标"), all(run))))) : empty("没有随版本发布的评测结果"));
  })();
}

const headline = run => h("dl", { class: "figures" }, (HEADLINE[run.task] || []).filter(name => run.metrics[name] != null).map(name => [h("dt", {}, nameOf(name)), h("dd", {}, percent(run.metrics[name], 1), h("small", {}, bounds(run, name)))]));
const bounds = (run, name) => (run.intervals[name] ? ` ${percent(run.intervals[name][0], 1)}–${percent(run.intervals[name][1], 1)}` : "");
const all = run => table(["指标", "值", "95% 区间", ""], Object.entries(run.metrics).map(([name, value]) => ({
  cells: [nameOf(name), value.toFixed(3), bounds(run, name), h("span", { class: "bar thin", role: "img", "aria-label": percent(value) }, h("i", { style: `width:${Math.round(100 * Math.max(0, Math.min(1, value)))}%` }))],
})), { figures: [1, 2] });

// Two results of one task side by side: engines, data or dates.
function compared(panel) {
  guarded(async () => {
    const runs = await get("/v1/evaluations"), out = h("div", {});
    if (runs.length < 2) return replace(panel, empty("至少要有两次评测才能比较"));
    const label = run => `${TASKS[run.task] || run.task} · ${file(run)} · ${engine(run)} · ${when(run.measured_at).slice(0, 10)}`;
    const pairs = runs.map((run, i) => [i, runs.findIndex((other, j) => j !== i && other.task === run.task)]).find(([, j]) => j >= 0) || [0, 1];
    const options = runs.map((run, i) => [String(i), label(run)]);
    const before = select("之前", options, String(pairs[0])), after = select("之后", options, String(pairs[1]));
    const paint = () => {
      const [a, b] = [runs[Number(before.value)], runs[Number(after.value)]], shared = Object.keys(a.metrics).filter(name => name in b.metrics);
      replace(out, a.data !== b.data && note("两次评测用的数据不同，差别不只来自模型。"), shared.length ? table(["指标", "之前", "之后", "变化"], shared.map(name => {
        const change = b.metrics[name] - a.metrics[name], good = LOWER_IS_BETTER.includes(name.split(".").at(-1)) ? change < 0 : change > 0;
        return { cells: [nameOf(name), [percent(a.metrics[name], 1), h("small", { class: "mute" }, bounds(a, name))], [percent(b.metrics[name], 1), h("small", { class: "mute" }, bounds(b, name))], Math.abs(change) < 0.0005 ? "持平" : badge(`${change > 0 ? "+" : ""}${(100 * change).toFixed(1)} 点`, good ? "good" : "bad")] };
      }), { figures: [1, 2, 3] }) : empty("两次评测没有共同的指标", "请选同一任务的两次评测。"));
    };
    before.onchange = after.onchange = paint;
    replace(panel, h("div", { class: "row" }, labelled("之前", before), labelled("之后", after)), out);
    return paint();
  })();
}

function shadow(panel) {
  const out = h("div", { "aria-live": "polite" }), limit = select("通话数", [["50", "50 通"], ["200", "200 通"], ["500", "500 通"]], "50");
  const run = guarded(async () => {
    replace(out, note("正在重读，请稍候…"));
    const found = await get(`/v1/readings:compare?limit=${limit.value}`), share = part => (found.calls ? percent(part / found.calls, 1) : "—");
    const list = tickets => tickets.map(one => h("div", {}, `${one.lead_unit || "未定单位"} · ${one.category || "未分类"}`));
    replace(out, h("div", { class: "tiles" }, [[found.calls, "重读的通话"], [share(found.same_tickets), "工单数一致"], [share(found.same_unit), "单位一致"], [share(found.same_category), "分类一致"]].map(([value, name]) => h("div", { class: "tile" }, h("strong", {}, value), name))),
      found.differences.length ? section("有变化的通话", table(["通话", "当时", "现在"], found.differences.map(one => ({ cells: [h("span", { class: "mono" }, one.call_id), list(one.then), list(one.now)] })))) : found.calls ? empty("没有变化", "当前模型与当时的结果一致。") : empty("还没有可以重读的通话", "接听或送入通话后再来比较。"));
  });
  replace(panel, h("div", { class: "row" }, limit, button("用当前模型重读", run, "main"), note("只比较，不改动任何工单。")), out);
}

// The steps that may be taken now, as buttons; each asks only for what it needs.
import { city } from "./api.js";
import { button, h, labelled, once, replace, select } from "./dom.js";
import { guarded } from "./notices.js";
import { forget, keeps } from "./typed.js";

const USUAL = ["accept", "assign", "acknowledge", "feed_back", "approve", "reply", "evaluate", "archive", "approve_return", "resume"];
// What may be put right in a status, and has been done to reach it.
const AGAIN = { evaluated: "evaluate", declined: "accept" };
// What is asked or praised is answered at once, without a unit.
const ANSWERED = ["consultation", "praise"];
const GRAVE = ["decline", "return", "suspend", "send_back"];
const FEW = 6;
const OWN_PLACE = ["merge", "unmerge"];
const TYPED = ["reason", "text", "note"];
const NEEDS = { reason: "理由", text: "内容", unit: "单位", days: "工作日数", solved: "是否解决", satisfied: "是否满意", meeting: "会商缘由", outcome: "重办结论", into: "主单编号", note: "内部备注（可不填）" };
const CHOICES = {
  solved: [["true", "已解决"], ["false", "未解决"]],
  satisfied: [["true", "满意"], ["false", "不满意"]],
  meeting: [["policy_gap", "政策空白"], ["unclear_duty", "职责不清"], ["third_return", "三次退单"]],
  outcome: [["solved", "已解决"], ["explained", "已解释"], ["persuaded", "已疏导"]],
};
const REASONS = { decline: "告知诉求人的理由" };
const TEXTS = { handle: "办理进展", feed_back: "办理情况", reply: "答复诉求人的内容", direct_answer: "答复诉求人的内容", follow_up: "诉求人补充的内容", co_feed_back: "协办结果" };

// options: suggest {unit, step: text or days}, again (it was reopened), take(step, values), done(ticket), conflict(error, step, values), open {step, values}
export function stepBar(ticket, steps, { suggest = {}, again = false, take, done, conflict, open }) {
  const form = h("form", { class: "stepform", hidden: true });
  let inHand = null;
  const usual = [...(ANSWERED.includes(ticket.request_kind) ? ["direct_answer"] : []), ...USUAL].find(name => name !== AGAIN[ticket.status] && steps.some(step => step.step === name));
  const buttons = steps.filter(step => !OWN_PLACE.includes(step.step)).sort((a, b) => (b.step === usual) - (a.step === usual)).map(step => (
    button(step.label, () => ask(step), step.step === usual ? "main" : GRAVE.includes(step.step) ? "grave" : "", { "data-step": step.step })));
  const bar = h("div", { class: "steps", role: "group", tabindex: "-1", "aria-label": "可执行的步骤" },
    h("span", { class: "mute" }, usual ? "下一步" : buttons.length ? "可以" : "没有需要您执行的步骤"), buttons.slice(0, FEW),
    buttons.length > FEW && h("details", { class: "more" }, h("summary", {}, `更多（${buttons.length - FEW}）`), buttons.slice(FEW)));
  if (open) { const step = steps.find(one => one.step === open.step); if (step) queueMicrotask(() => ask(step, open.values)); }
  // The step being filled in, to go on with it in a bar drawn anew; what is typed is kept by itself.
  const opened = () => (form.hidden ? null : { step: inHand.step, values: Object.fromEntries(Object.entries(inHand.inputs).filter(([need]) => !TYPED.includes(need)).map(([need, input]) => [need, input.value])) });
  return { node: h("div", { class: "stepbox" }, bar, form), opened, ask: (name, values) => { const step = steps.find(one => one.step === name); if (step) ask(step, values); return Boolean(step); } };

  async function ask(step, given = {}) {
    const needs = [...step.needs, ...(step.outcome && again ? ["outcome"] : [])];
    const name = `${ticket.ticket_number} ${step.step}`;
    const go = once(guarded(async values => {
      try {
        const fresh = await take(step.step, values);
        forget(name);
        form.hidden = true;
        done(fresh, step);
      } catch (error) { conflict(error, step.step, values); }
    }));
    if (!needs.length) return go({});
    const inputs = {};
    for (const need of needs) {
      inputs[need] = await input(need, step, given[need]);
      if (given[need] == null && TYPED.includes(need)) keeps(`${name} ${need}`, inputs[need]);
    }
    replace(form, h("strong", {}, step.label), needs.map(need => labelled(label(need, step), inputs[need], need === "text" ? "wide" : "")),
      h("span", { class: "row" }, h("button", { class: "main", type: "submit" }, `确定${step.label}`), button("取消", () => { forget(name); form.hidden = true; })));
    form.hidden = false;
    inHand = { step: step.step, inputs };
    form.onsubmit = event => { event.preventDefault(); go(read(inputs)); };
    form.onkeydown = event => {
      if (event.isComposing) return;  // the keys belong to the input method
      if (event.key === "Escape") form.hidden = true;
      if (event.key === "Enter" && event.ctrlKey) form.requestSubmit();
    };
    Object.values(inputs)[0].focus();
    return undefined;
  }

  async function input(need, step, given) {
    if (CHOICES[need]) return select(NEEDS[need], CHOICES[need], given == null ? CHOICES[need][0][0] : String(given));
    if (need === "days") return h("input", { type: "number", min: 1, max: 60, value: given ?? suggest[step.step] ?? 3, required: true });
    if (need === "text") return h("textarea", { rows: 3, required: true, value: given ?? suggest[step.step] ?? "" });
    if (need !== "unit") return h("input", { required: true, size: 34, value: given ?? "" });
    const { units } = await city();
    if (!document.getElementById("units")) document.body.append(h("datalist", { id: "units" }, units.map(unit => h("option", { value: unit.name }, unit.short_name))));
    return h("input", { list: "units", required: true, size: 30, value: given ?? suggest.unit ?? "", placeholder: "输入名称选择" });
  }
}

const label = (need, step) => (need === "text" && TEXTS[step.step]) || (need === "reason" && REASONS[step.step]) || NEEDS[need] || need;
const read = inputs => Object.fromEntries(Object.entries(inputs).map(([need, input]) => {
  if (need === "days") return [need, Number(input.value)];
  return [need, ["solved", "satisfied"].includes(need) ? input.value === "true" : input.value.trim()];
}).filter(([, value]) => value !== ""));

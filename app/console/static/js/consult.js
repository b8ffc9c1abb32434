// A question to the knowledge base: the answer with its sources, or why there is none.
import { post } from "./api.js";
import { badge, button, h, note, replace } from "./dom.js";
import { guarded, say } from "./notices.js";

// adopt(text): what is done with the cited answer beside copying it.
// area: the district the matter is in, where it is known.
export function consultPanel({ question = "", area, adopt }) {
  const ask = h("input", { type: "search", value: question, placeholder: "如：试用期可以不交社保吗", "aria-label": "咨询的问题" });
  const out = h("div", { "aria-live": "polite" });
  const look = guarded(async body => {
    replace(out, note("正在查找…"));
    const found = await post("/v1/consultations", body);
    replace(out, found.clarification ? askedBack(found.clarification, body, look) : answer(found, adopt));
  });
  const go = () => { if (ask.value.trim()) look({ question: ask.value.trim(), ...(area ? { area } : {}) }); };
  const form = h("form", { class: "row" }, ask, h("button", { type: "submit" }, "查答案"));
  form.onsubmit = event => { event.preventDefault(); go(); };
  if (question) go();
  return h("div", { class: "consult" }, form, out);
}

// What has to be known first: each answer is a button.
function askedBack({ needs, question, options }, body, look) {
  const told = option => ({ ...body, ...(needs === "area" ? { area: option } : { question: option }) });
  return h("div", { class: "refusal" }, h("p", {}, question), h("div", { class: "row" }, options.map(option => button(option, () => look(told(option)), "small"))));
}

function answer(found, adopt) {
  if (!found.answer) {
    return h("div", { class: "refusal" }, h("p", {}, found.refusal.reason), found.refusal.unit && !found.refusal.reason.includes(found.refusal.unit) && note(`可询问：${found.refusal.unit}`),
      found.nearest.length > 0 && [h("h4", {}, "相近条目"), h("ul", {}, found.nearest.map(title => h("li", {}, title)))]);
  }
  const cited = found.citations.map(source);
  const take = guarded(async () => {
    const text = `${found.answer}\n（依据：${cited.join("；")}）`;
    await rate(found, "accepted");
    try { await navigator.clipboard.writeText(text); } catch { /* not allowed here: the reply form has it */ }
    say(adopt && adopt(text) ? "已采纳：答复和依据已填入答复内容，请核对后确定。" : "已采纳：答复和依据已复制。", "good");
  });
  const refuse = guarded(async () => { await rate(found, "rejected"); say("已记录，这个问题会列入知识缺口。", "good"); });
  return h("div", {}, h("p", { class: "answer" }, found.answer), found.handover && h("p", { class: "warn" }, found.handover),
    h("h4", {}, "依据"),
    h("ul", { class: "citations" }, found.citations.map((one, i) => h("li", {}, h("details", {}, h("summary", {}, one.title, " ", badge(cited[i])), h("blockquote", {}, one.quote), note([one.issued_by, one.effective_from && `${one.effective_from} 起施行`, one.expires_on && `${one.expires_on} 失效`, one.region].filter(Boolean).join(" · ")), h("a", { href: `#/knowledge/${encodeURIComponent(one.article_id)}` }, "打开条目"))))),
    h("div", { class: "row" }, button("采纳此答复", take, "main"), found.answer_id && button("不合适", refuse), found.degraded && note(found.degraded_reason)));
}

const rate = async (found, verdict) => { if (found.answer_id) await post(`/v1/consultations/${found.answer_id}/verdict`, { verdict }); };
const source = ({ source: name, clause }) => [name.includes("《") ? name : `《${name}》`, clause].filter(Boolean).join("");

// The fields of a ticket: read, accepted or corrected with the keyboard, each lighting up what it rests on.
import { city, post } from "./api.js";
import { h, once, replace, select } from "./dom.js";
import { guarded, say } from "./notices.js";
import { anyTyped, forget, keeps } from "./typed.js";
import { FIELDS, KINDS, valueOf, word } from "./words.js";

const SHOWN = ["title", "content", "wants", "category", "request_kind", "place.district", "place.town", "place.detail", "event_time",
  "citizen.name", "citizen.phone", "citizen.confidential", "subject", "urgency", "emotion"];
// What a caller may say later on: there to be filled in, said or not.
const FILLABLE = ["wants", "place.district", "place.town", "place.detail", "event_time", "citizen.name", "citizen.phone", "citizen.confidential"];
const LONG = ["content", "wants", "title"];
const CHOICES = {
  request_kind: KINDS, urgency: ["normal", "urgent", "emergency"], emotion: ["calm", "dissatisfied", "angry", "extreme"], subject: ["citizen", "market_entity"], "citizen.confidential": ["false", "true"],
};
const YES = { true: "是，要求保密", false: "否" };
const UNSURE = 0.6;

// options: speech (transcript panel), editable, save(path, value), changed(ticket, path), conflict(error), reopen: the fields whose
// correction goes on, the one in hand last
export function fieldList(ticket, { speech, editable = false, save, changed, conflict, accepted = new Set(), reopen = [] }) {
  const list = h("div", { class: "fields", role: "group", "aria-label": "工单字段" });
  const light = paths => {
    list.querySelectorAll(".fieldrow").forEach(row => row.classList.toggle("lit", paths.includes(row.dataset.path)));
    const first = list.querySelector(".fieldrow.lit");
    if (first && paths.length) first.scrollIntoView({ block: "nearest" });
  };
  speech?.onPick(light);

  const rows = SHOWN.map(path => {
    const value = valueOf(ticket, path), missing = ticket.missing.includes(path);
    if (editable && FILLABLE.includes(path)) return row(path, value, missing);
    if (!value && !missing || path === "citizen.confidential" && value !== "是") return null;
    return row(path, value, missing);
  });
  replace(list, rows);
  if (reopen.length) queueMicrotask(async () => { for (const path of reopen) await edit(list.querySelector(`[data-path="${path}"]`), path); });
  return list;

  function row(path, value, missing) {
    const confidence = ticket.confidence[path], unsure = confidence != null && confidence < UNSURE;
    const state = editable && anyTyped(kept(path)) ? "未保存" : accepted.has(path) ? "已采纳" : confidence === 1 && !ticket.evidence[path] && editable ? "人工" : unsure ? "把握低" : missing ? "未提及" : "";
    const shown = h("span", { class: `value${value ? "" : " mute"}` }, value || "—");
    const node = h("div", {
      class: "fieldrow", "data-path": path, tabindex: "0", role: "group",
      "aria-label": `${FIELDS[path]}：${value || "未填"}${editable ? "，回车更正，A 采纳" : ""}`,
    }, h("span", { class: "name" }, FIELDS[path]), shown, state && h("span", { class: `state ${["把握低", "未提及", "未保存"].includes(state) ? "warn" : ""}` }, state),
    editable && h("button", { type: "button", class: "icon", tabindex: "-1", title: "更正（回车）", "aria-label": `更正${FIELDS[path]}`, onclick: () => edit(node, path) }, "改"));
    node.onmouseenter = node.onfocus = () => { if (!list.querySelector(".editing")) speech?.light(path); };
    node.onmouseleave = node.onblur = () => speech?.light(null);
    const take = once(() => accept(node, path));
    node.onkeydown = event => keys(event, node, path, take);
    if (editable) node.ondblclick = () => edit(node, path);
    return node;
  }

  function keys(event, node, path, take) {
    if (event.target !== node) return;
    const next = { ArrowDown: node.nextElementSibling, ArrowUp: node.previousElementSibling }[event.key];
    if (next) { event.preventDefault(); next.focus(); }
    if (!editable) return;
    if (event.key === "Enter" || event.key === "F2") { event.preventDefault(); edit(node, path); }
    if (event.key.toLowerCase() === "a" && !event.ctrlKey && !event.metaKey) take();
  }

  function kept(path) { return `${ticket.ticket_number} field ${path}`; }

  async function edit(node, path) {
    const held = path.split(".").reduce((at, part) => at?.[part], ticket), old = path === "category" ? held.code : held;
    const input = keeps(kept(path), await inputFor(path, held, ticket));
    if (node.classList.contains("editing")) return;
    const back = () => { forget(kept(path)); const fresh = row(path, valueOf(ticket, path), ticket.missing.includes(path)); node.replaceWith(fresh); fresh.focus(); };
    const keep = once(guarded(async () => {
      const value = await valueIn(input, path);
      if (String(value ?? "") === String(old ?? "")) return back();
      try {
        const fresh = await save(path, value);
        forget(kept(path));
        return changed(fresh, path);
      } catch (error) { return conflict(error); }
    }));
    input.onkeydown = event => {
      if (!event.altKey) event.stopPropagation();  // the pages' own keys
      if (event.isComposing) return;  // the keys belong to the input method
      if (event.key === "Escape") back();
      if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); keep(); }
    };
    node.classList.add("editing");
    node.querySelector(".state")?.remove();
    node.querySelector(".icon")?.remove();
    node.querySelector(".value").replaceWith(h("span", { class: "value" }, input));
    node.append(h("button", { type: "button", class: "main small", onclick: keep }, "保存"), h("button", { type: "button", class: "small", onclick: back }, "取消"));
    input.focus();
    input.select?.();
  }

  async function accept(node, path) {
    await guarded(async () => {
      await post("/v1/feedback", { ticket_number: ticket.ticket_number, field: path, verdict: "accepted" });
      accepted.add(path);
      const fresh = row(path, valueOf(ticket, path), false);
      const next = node.nextElementSibling;
      node.replaceWith(fresh);
      (next || fresh).focus();
      say(`已采纳“${FIELDS[path]}”。`, "good");
    })();
  }
}

const pathOf = category => category.path.join(" › ");

// What was typed or chosen, as the record writes it.
async function valueIn(input, path) {
  const text = input.value.trim();
  if (path === "citizen.confidential") return text === "true";
  if (path === "event_time") return momentOf(text) || null;
  if (path !== "category") return text || null;
  const { leaves } = await city(), meant = leaves.filter(one => pathOf(one) === text || one.path.at(-1) === text);
  if (meant.length !== 1) { input.focus(); throw new Error("请输入几个字，从列表中选择一个分类。"); }
  return meant[0].code;
}

async function inputFor(path, old, ticket) {
  const name = `更正${FIELDS[path]}`;
  if (path === "category") {
    const { leaves } = await city();
    if (!document.getElementById("leaves")) document.body.append(h("datalist", { id: "leaves" }, leaves.map(one => h("option", { value: pathOf(one) }))));
    return h("input", { list: "leaves", "aria-label": name, value: pathOf(old), placeholder: "输入几个字选择" });
  }
  if (CHOICES[path]) return select(name, CHOICES[path].map(code => [code, YES[code] || word(code)]), String(old));
  if (path === "place.district" || path === "place.town") {
    const { districts } = await city();
    const towns = districts.filter(one => !ticket.place.district || one.name === ticket.place.district).flatMap(one => one.towns);
    const names = path === "place.district" ? districts.map(one => one.name) : towns;
    return select(name, [["", "（未知）"], ...names.map(one => [one, one])], old || "");
  }
  if (LONG.includes(path)) return h("textarea", { rows: path === "content" ? 4 : 2, "aria-label": name, value: old || "" });
  if (path === "event_time") return h("input", { "aria-label": name, value: (old || "").replace("T", " "), placeholder: "如 2026-11-16 19:30" });
  return h("input", { "aria-label": name, value: old || "" });
}

// "2026-11-16 19：30" as the record writes it.
const momentOf = text => text.replace("：", ":").replace(/(?<=^\d{4}-\d\d-\d\d) +/, "T");

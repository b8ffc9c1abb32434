// The fields of a ticket: read, accepted or corrected with the keyboard, each lighting up what it rests on.
import { city, patch, post } from "./api.js";
import { h, replace, select } from "./dom.js";
import { guarded, say } from "./notices.js";
import { FIELDS, KINDS, valueOf, word } from "./words.js";

const SHOWN = ["title", "content", "wants", "category", "request_kind", "place.district", "place.town", "place.detail", "event_time",
  "citizen.name", "citizen.phone", "citizen.confidential", "subject", "urgency", "emotion"];
const FIXED = ["category", "emotion"];
const LONG = ["content", "wants", "title"];
const CHOICES = {
  request_kind: KINDS, urgency: ["normal", "urgent", "emergency"], subject: ["citizen", "market_entity"], "citizen.confidential": ["false", "true"],
};
const YES = { true: "是，要求保密", false: "否" };
const UNSURE = 0.6;

// options: speech (transcript panel), editable, changed(ticket), conflict(error, path, value), reopen {path, value}: a correction to go on with
export function fieldList(ticket, { speech, editable = false, changed = () => {}, conflict = error => { throw error; }, accepted = new Set(), reopen = null }) {
  const list = h("div", { class: "fields", role: "group", "aria-label": "工单字段" });
  const light = paths => {
    list.querySelectorAll(".fieldrow").forEach(row => row.classList.toggle("lit", paths.includes(row.dataset.path)));
    const first = list.querySelector(".fieldrow.lit");
    if (first && paths.length) first.scrollIntoView({ block: "nearest" });
  };
  speech?.onPick(light);

  const rows = SHOWN.map(path => {
    const value = valueOf(ticket, path), missing = ticket.missing.includes(path);
    if (!value && !missing && !(editable && path.startsWith("place."))) return null;
    if (path === "citizen.confidential" && value !== "是") return null;
    return row(path, value, missing);
  });
  replace(list, rows);
  if (reopen) queueMicrotask(() => { const node = list.querySelector(`[data-path="${reopen.path}"]`); if (node) edit(node, reopen.path, reopen.value); });
  return list;

  function row(path, value, missing) {
    const confidence = ticket.confidence[path], unsure = confidence != null && confidence < UNSURE;
    const state = accepted.has(path) ? "已采纳" : confidence === 1 && !ticket.evidence[path] && editable ? "人工" : unsure ? "把握低" : missing ? "未提及" : "";
    const shown = h("span", { class: `value${value ? "" : " mute"}` }, value || "—");
    const open = editable && !FIXED.includes(path);
    const node = h("div", {
      class: "fieldrow", "data-path": path, tabindex: "0", role: "group",
      "aria-label": `${FIELDS[path]}：${value || "未填"}${open ? "，回车更正，A 采纳" : ""}`,
    }, h("span", { class: "name" }, FIELDS[path]), shown, state && h("span", { class: `state ${state === "把握低" || state === "未提及" ? "warn" : ""}` }, state),
    open && h("button", { type: "button", class: "icon", tabindex: "-1", title: "更正（回车）", "aria-label": `更正${FIELDS[path]}`, onclick: () => edit(node, path) }, "改"));
    node.onmouseenter = node.onfocus = () => { if (!list.querySelector(".editing")) speech?.light(path); };
    node.onmouseleave = node.onblur = () => speech?.light(null);
    node.onkeydown = event => keys(event, node, path, open);
    if (open) node.ondblclick = () => edit(node, path);
    return node;
  }

  function keys(event, node, path, open) {
    if (event.target !== node) return;
    const next = { ArrowDown: node.nextElementSibling, ArrowUp: node.previousElementSibling }[event.key];
    if (next) { event.preventDefault(); next.focus(); }
    if (!open) return;
    if (event.key === "Enter" || event.key === "F2") { event.preventDefault(); edit(node, path); }
    if (event.key.toLowerCase() === "a" && !event.ctrlKey) accept(node, path);
  }

  async function edit(node, path, typed) {
    const old = path.split(".").reduce((at, part) => at?.[part], ticket);
    const input = await inputFor(path, typed === undefined ? old : typed, ticket);
    const back = () => { const fresh = row(path, valueOf(ticket, path), ticket.missing.includes(path)); node.replaceWith(fresh); fresh.focus(); };
    const save = guarded(async () => {
      const value = path === "citizen.confidential" ? input.value === "true" : (path === "event_time" ? momentOf : String)(input.value.trim()) || null;
      if (String(value ?? "") === String(old ?? "")) return back();
      try { changed(await patch(`/v1/tickets/${ticket.ticket_number}`, { [path]: value }, ticket.version), path); } catch (error) { conflict(error, path, value); }
      return undefined;
    });
    input.onkeydown = event => {
      event.stopPropagation();
      if (event.isComposing) return;  // the keys belong to the input method
      if (event.key === "Escape") back();
      if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); save(); }
    };
    node.classList.add("editing");
    node.querySelector(".state")?.remove();
    node.querySelector(".icon")?.remove();
    node.querySelector(".value").replaceWith(h("span", { class: "value" }, input));
    node.append(h("button", { type: "button", class: "main small", onclick: save }, "保存"), h("button", { type: "button", class: "small", onclick: back }, "取消"));
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

async function inputFor(path, old, ticket) {
  const name = `更正${FIELDS[path]}`;
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

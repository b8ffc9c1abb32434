// Tickets that may be about the same matter, side by side; joined with one press, taken apart again with a reason.
import { get, maybe, post } from "./api.js";
import { badge, button, h, note, replace } from "./dom.js";
import { guarded, say } from "./notices.js";
import { go } from "./reader.js";
import { forget, keeps } from "./typed.js";
import { FIELDS, percent, valueOf, when, word } from "./words.js";

const COMPARED = ["title", "content", "place.district", "place.town", "place.detail", "event_time", "citizen.name", "citizen.phone", "request_kind"];

// options: joinable, leaves (a merge may be undone), done(ticket), conflict(error)
export function duplicateList(ticket, { joinable, leaves, done, conflict }) {
  if (ticket.merged_into) {
    const name = `${ticket.ticket_number} unmerge`, reason = keeps(name, h("input", { placeholder: "撤销理由", "aria-label": "撤销并单的理由", required: true }));
    const undo = guarded(async () => {
      if (!reason.value.trim()) { reason.focus(); return say("请填写撤销理由。"); }
      try {
        const fresh = await post(`/v1/tickets/${ticket.ticket_number}/unmerge`, { reason: reason.value.trim() }, ticket.version);
        forget(name);
        done(fresh);
      } catch (error) { conflict(error); }
      return undefined;
    });
    return h("div", { class: "row" }, "已并入主单 ", link(ticket.merged_into), leaves && [reason, button("撤销并单", undo)]);
  }
  return h("div", {}, ticket.members.length > 0 && h("p", {}, `并入本单的工单 ${ticket.members.length} 件：`, ticket.members.map(number => [link(number), " "])),
    ticket.duplicates.slice(0, 5).map(found => candidate(ticket, found, { joinable, done, conflict })));
}

const link = number => h("a", { href: `#/tickets/${number}` }, number);

function candidate(ticket, found, { joinable, done, conflict }) {
  const other = h("div", {}), title = h("span", { class: "grow" });
  maybe(`/v1/tickets/${found.ticket_number}`).then(there => there && replace(title, there.title, " ", badge(word(there.status)))).catch(() => {});
  const join = guarded(async () => {
    try { done(await post(`/v1/tickets/${ticket.ticket_number}/merge`, { into: found.ticket_number }, ticket.version)); say(`已并入 ${found.ticket_number}，可撤销。`, "good"); } catch (error) { conflict(error); }
  });
  const compare = guarded(async () => {
    if (other.childNodes.length) return other.replaceChildren();
    return replace(other, sideBySide(ticket, await get(`/v1/tickets/${found.ticket_number}`)));
  });
  return h("article", { class: "candidate" },
    h("div", { class: "row" }, link(found.ticket_number), badge(`相似 ${percent(found.score)}`), found.same_matter && badge("很可能同一事项", "warn"),
      title, button("对照", compare, "small", { "aria-label": `与 ${found.ticket_number} 对照` }), joinable && button("并入此单", join, "small", { "aria-label": `并入 ${found.ticket_number}` })),
    note(found.reasons.join("；")), found.against.length > 0 && note(`不同之处：${found.against.join("；")}`), other);
}

function sideBySide(here, there) {
  const row = path => {
    const [a, b] = [valueOf(here, path), valueOf(there, path)];
    return (a || b) && h("tr", { class: a && a === b ? "same" : "" }, h("th", { scope: "row" }, FIELDS[path]), h("td", {}, a || "—"), h("td", {}, b || "—"));
  };
  return h("table", { class: "compare" }, h("thead", {}, h("tr", {}, h("td", {}), h("th", { scope: "col" }, "本单"), h("th", { scope: "col" }, `${there.ticket_number} · ${word(there.status)} · ${when(there.created_at)}`))),
    h("tbody", {}, COMPARED.map(row), h("tr", {}, h("th", { scope: "row" }, "承办"), h("td", {}, here.handler?.name || here.unit.receiver?.name || "—"), h("td", {}, there.handler?.name || "—"))),
    h("caption", { class: "mute" }, "底色相同的行内容一致", " ", button("打开对方工单", () => go("tickets", there.ticket_number), "small")));
}

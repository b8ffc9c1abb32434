// One ticket, wherever it is shown: alarm, next steps, fields, unit, duplicates, questions, what happened.
import { behind, get, patch, post, Problem, toldOfLanes, unitNames } from "./api.js";
import { badge, button, empty, fill, h, note, replace, section } from "./dom.js";
import { duplicateList } from "./duplicates.js";
import { fieldList } from "./fields.js";
import { asksExtension, deadlineBar, historyList, unitBlock } from "./ticket_parts.js";
import { guarded, say } from "./notices.js";
import { acts, atDesk, may, reader } from "./reader.js";
import { stepBar } from "./steps.js";
import { anyTyped, forget, keeps } from "./typed.js";
import { fieldName, referralStatus, valueOf, when, word } from "./words.js";

const LOOK_AGAIN = 8000;
const isGone = error => error instanceof Problem && error.status === 404;
const COMPARED = ["status", "title", "content", "wants", "request_kind", "place.district", "place.town", "place.detail", "event_time", "citizen.name",
  "citizen.phone", "urgency", "handler", "deadline", "reply", "merged_into", "members", "assisting", "solved", "satisfied", "meeting", "extension_requested"];

// options: speech (transcript panel), beside: whether the transcript stands elsewhere on the page, begin: what has the focus
// at first, onChange(ticket), onGone()
export function ticketView(first, { speech, beside = false, begin, onChange = () => {}, onGone = () => {} } = {}) {
  const node = h("article", { class: "ticket", "aria-label": `工单 ${first.ticket_number}` });
  const news = h("div", { class: "news" });
  const accepted = new Set(), asked = new Set();
  let ticket = first, chosen = null, bar = null, drawing = 0, told = new Map(), last = Promise.resolve();
  // Changes go one after another, each on what the one before has made of the ticket.
  const inTurn = change => (last = last.then(change, change).then(fresh => (ticket = fresh)));

  const view = {
    node,
    adopt(text) { return Boolean(bar && (bar.ask("direct_answer", { text }) || bar.ask("reply", { text }))); },
    get ticket() { return ticket; },
    again() { watch(); look(); },
  };

  async function paint(fresh, { open, focus, saved } = {}) {
    const turn = ++drawing;
    const number = fresh.ticket_number;
    const [names, words, steps, events] = await Promise.all([unitNames(), behind(), may("tickets:read") ? get(`/v1/tickets/${number}/steps`) : [], may("tickets:read") ? get(`/v1/tickets/${number}/history`) : []]);
    if (fresh.referrals.length) told = await toldOfLanes();
    if (turn !== drawing) return;
    ticket = fresh;
    const changed = (now, path) => { news.replaceChildren(); onChange(now); return paint(now, { focus: path ? `[data-path="${path}"]` : ".steps", saved: path }).catch(error => { if (!isGone(error)) throw error; gone(); }); };
    const next = [ticket.unit.receiver, ticket.unit.lead].find(one => one && one.unit_code !== ticket.handler?.unit_code);
    const feedback = [...events].reverse().find(event => event.name === "ticket_completed")?.data.text;
    // What is being filled in goes on where it was.
    const inHand = [...node.querySelectorAll(".editing")].sort((a, b) => a.contains(document.activeElement) - b.contains(document.activeElement)).map(row => row.dataset.path).filter(path => path !== saved);
    const step = open || bar?.opened();
    bar = stepBar(ticket, steps, {
      suggest: { unit: chosen || next?.name, reply: feedback, extend: ticket.extension_requested },
      again: events.some(event => event.name === "ticket_reopened"),
      done: (now, step) => { say(`已${step.label}。`, "good"); changed(now); }, conflict, open: step,
      take: (name, values) => inTurn(() => post(`/v1/tickets/${number}/${name}`, values, ticket.version)),
    });
    const canCorrect = may("tickets:write") && acts("operator", "reviewer", "supervisor") && !["declined", "archived"].includes(ticket.status);
    replace(node, head(words), alarms(), news, bar.node,
      speech && !beside && h("details", { class: "call", open: true }, h("summary", {}, "通话原文：悬停或聚焦一个字段，看它的依据"), speech.node),
      fieldList(ticket, { speech, editable: canCorrect, changed, accepted, reopen: inHand, conflict, save: (path, value) => inTurn(() => patch(`/v1/tickets/${number}`, { [path]: value }, ticket.version)) }),
      canCorrect && h("p", { class: "mute keys" }, "↑↓ 移动 · 回车更正 · A 采纳 · 悬停或聚焦看依据"),
      ticket.follow_up_questions.length > 0 && section("建议追问", h("ul", { class: "asks" }, ticket.follow_up_questions.map(ask => h("li", {}, h("label", {}, h("input", { type: "checkbox", checked: asked.has(ask), onchange: event => asked[event.target.checked ? "add" : "delete"](ask) }), " ", ask))))),
      atDesk() && proposal(),
      section("承办单位", unitBlock(ticket, { editable: atDesk(), chosen, choose, behind: words })),
      (ticket.duplicates.length > 0 || ticket.merged_into || ticket.members.length > 0) && section("同一事项", duplicateList(ticket, { joinable: atDesk() && ticket.status !== "archived", leaves: steps.some(step => step.step === "unmerge"), done: changed, conflict })),
      ticket.reply && section("已给诉求人的答复", h("p", { class: "answer" }, ticket.reply)),
      events.length > 0 && section("经过", historyList(events, names)));
    if (focus && !inHand.length && !step) node.querySelector(focus)?.focus();
  }

  function head(words) {
    const marks = [ticket.request_kind, ticket.urgency !== "normal" && ticket.urgency, ticket.emotion !== "calm" && ticket.emotion].filter(Boolean);
    return h("header", {}, h("div", { class: "row" }, h("h2", {}, ticket.title), badge(word(ticket.status), "status")),
      h("div", { class: "row mute" }, ticket.ticket_number, ticket.demo && badge("演示", "demo"), marks.map(code => badge(code === ticket.emotion ? `情绪${word(code)}` : word(code), ["emergency", "extreme", "angry"].includes(code) ? "bad" : "")),
        ticket.citizen.confidential && badge("保密", "warn"), ticket.escalated && badge("提级", "warn"), ticket.meeting && badge(`会商：${word(ticket.meeting)}`, "warn"), asksExtension(ticket), h("span", { class: "grow" }), deadlineBar(ticket)),
      ticket.deadline && note(`办结时限 ${when(ticket.deadline.resolve_by)}，依据：${words(ticket.deadline.rule_id)}`));
  }

  // What was decided against, or taken back, is told and no alarm any more.
  const over = one => ["declined", "withdrawn"].includes(one.status);
  const alarms = () => ticket.referrals.map(one => (over(one) ? note(`移送提示：${word(one.receiver)}（${referralStatus(one.status)}）`) : h("div", { class: "alarm", role: "alert" }, h("strong", {}, `移送提示：${word(one.receiver)}（${referralStatus(one.status)}）`), h("q", {}, one.quote),
    h("span", { class: "mute" }, one.status === "pending_confirmation" ? "须由移送联络员核对原话后确认，系统不自动移送。" : ""),
    told.has(one.receiver) && h("p", { class: "tell" }, h("strong", {}, "告知诉求人："), told.get(one.receiver)))));

  // What somebody heard and no rule said: proposed in the caller's own words, confirmed like any other.
  function proposal() {
    const receiver = h("select", { "aria-label": "接收机关" }, ["political_legal", "discipline_inspection", "judicial"].filter(code => !ticket.referrals.some(one => one.receiver === code)).map(code => h("option", { value: code }, word(code))));
    const name = `${ticket.ticket_number} proposal`, quote = keeps(name, h("input", { placeholder: "诉求人的原话", "aria-label": "提请移送的原话", size: 40 }));
    const propose = guarded(async () => {
      if (!quote.value.trim()) { quote.focus(); return say("请填写诉求人的原话。"); }
      await post("/v1/referrals", { ticket_number: ticket.ticket_number, receiver: receiver.value, quote: quote.value.trim() });
      forget(name);
      say("已提请移送，待联络员确认。", "good");
      const fresh = await get(`/v1/tickets/${ticket.ticket_number}`);
      await paint(fresh);
      return onChange(fresh);
    });
    return receiver.length > 0 && h("details", { open: anyTyped(name) }, h("summary", {}, "听到系统没有提示的：提请移送"), h("div", { class: "row" }, receiver, quote, button("提请移送", propose)));
  }

  // A unit chosen by a person: the next dispatch takes it, and the service learns from it.
  const choose = guarded(async candidate => {
    chosen = candidate.name;
    const lead = ticket.unit.lead?.unit_code;
    await post("/v1/feedback", { ticket_number: ticket.ticket_number, field: "unit.lead", ...(candidate.unit_code === lead ? { verdict: "accepted" } : { verdict: "corrected", right_value: candidate.unit_code }) });
    say(`已选定 ${candidate.name}，交办时自动填入。`, "good");
    await paint(ticket, steps().includes("assign") ? { open: { step: "assign", values: {} } } : {});
  });
  const steps = () => [...node.querySelectorAll("[data-step]")].map(one => one.dataset.step);

  // Given to somebody else: for its reader it is no more, and what it told of a citizen neither.
  const present = error => { if (!isGone(error)) throw error; };
  function gone() {
    clearInterval(timer);
    drawing += 1;
    replace(node, empty("此工单已不由您办理", "退单已获同意、已改派其他单位，或者另行处理。"));
    onGone();
  }

  // Somebody else was first: show what they changed, keep what was typed.
  async function conflict(error, step, values) {
    if (!(error instanceof Problem) || ![404, 409, 412].includes(error.status)) return say(error.message);
    const fresh = await get(`/v1/tickets/${ticket.ticket_number}`).catch(present);
    if (!fresh) return gone();
    if (fresh.version === ticket.version) return say(error.message);
    const told = await whatChanged(fresh, `${step ? "您的步骤没有执行" : "您的更正没有保存"}，填写的内容已保留，请核对后再提交。`);
    onChange(fresh);
    await paint(fresh, step ? { open: { step, values } } : {});
    return replace(news, told);
  }

  async function whatChanged(fresh, lead) {
    const events = (await get(`/v1/tickets/${fresh.ticket_number}/history`)).filter(event => event.sequence > ticket.version);
    const differences = COMPARED.map(path => [path, valueOf(ticket, path), valueOf(fresh, path)]).filter(([, a, b]) => a !== b);
    return h("div", { class: "alarm soft", role: "alert" }, h("strong", {}, `${events.length && events.every(event => event.actor === reader().name) ? "您在另一处更新了此工单" : "此工单刚被他人更新"}：${events.map(event => `${event.actor} ${event.label}`).join("；") || "有改动"}`),
      h("ul", {}, differences.map(([path, a, b]) => h("li", {}, `${fieldName(path)}：`, h("del", {}, a || "空"), " → ", h("ins", {}, b || "空")))), h("span", {}, lead), button("知道了", () => news.replaceChildren(), "small"));
  }

  let timer = 0;
  const watch = () => { clearInterval(timer); timer = setInterval(look, LOOK_AGAIN); };
  async function look() {
    if (!node.isConnected && drawing > 0 && document.visibilityState === "visible") return clearInterval(timer);
    if (document.visibilityState !== "visible" || !may("tickets:read") || node.querySelector(".editing, .stepform:not([hidden])")) return undefined;
    const known = ticket.version, fresh = await get(`/v1/tickets/${ticket.ticket_number}`).catch(error => (isGone(error) ? undefined : null));
    if (fresh === undefined) return gone();
    if (fresh && fresh.version > known && ticket.version === known) { const told = await whatChanged(fresh, "已显示最新内容。"); await paint(fresh); replace(news, told); onChange(fresh); }
    return undefined;
  }

  watch();
  fill(node, note("正在读取…"));
  const idle = () => ["BODY", "MAIN"].includes(document.activeElement.tagName);
  guarded(async () => { await paint(first); if (begin && idle()) node.querySelector(begin)?.focus(); })();
  return view;
}

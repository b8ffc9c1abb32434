// The operator's desk: a call turn by turn on the left, the ticket filling itself on the right.
import { get, post } from "./api.js";
import { consultPanel } from "./consult.js";
import { badge, button, empty, h, labelled, note, once, replace, select } from "./dom.js";
import { fieldList } from "./fields.js";
import { openCall } from "./live.js";
import { guarded, say } from "./notices.js";
import { standing } from "./reader.js";
import { asTurns, SAMPLES } from "./samples.js";
import { ticketView } from "./ticket_view.js";
import { transcriptPanel } from "./transcript.js";
import { forget, keeps } from "./typed.js";
import { word } from "./words.js";

const TYPED = "typed", PASTED = "pasted";
const BETWEEN_TURNS = 700;
const pause = milliseconds => new Promise(done => setTimeout(done, milliseconds));

// A question is looked up as it was asked, not as the record words it.
const ownWords = ticket => [...new Set((ticket.evidence.content || []).map(quote => quote.text))].join("，") || ticket.wants || ticket.title;

// One desk for whoever stands at it, kept while other pages are looked at and when a key has to be given anew: a call
// goes on, and what was typed stays.
let desk = null;

export function workbench(page) {
  if (desk?.standing !== standing()) {
    desk?.leave();
    desk = { standing: standing(), ...newDesk() };
  }
  replace(page, desk.node);
  desk.back();
  addEventListener("keydown", desk.keys);
  return () => removeEventListener("keydown", desk.keys);
}

addEventListener("beforeunload", event => { if (desk?.calling()) event.preventDefault(); });

function newDesk() {
  const node = h("div", {});
  const speech = transcriptPanel();
  const alarm = h("div", { class: "alarms" }), result = h("div", { class: "result" }), tools = h("div", { class: "stack" }), panel = h("div", {});
  let left = false, calling = false, views = [], live = null, heard = [];

  const source = select("通话来源", [...SAMPLES.map(([name], i) => [String(i), `练习：${name}`]), [TYPED, "现场录入：逐句输入"], [PASTED, "粘贴整段通话"]], "0", () => choose());
  replace(node, h("h1", { class: "sr" }, "工作台"), alarm, h("div", { class: "desk" }, h("div", { class: "left" },
    h("section", { class: "card call", "aria-label": "通话" }, h("div", { class: "row" }, labelled("来电", source)), tools, speech.node),
    h("section", { class: "card ask", "aria-label": "咨询" }, h("h3", {}, "知识库咨询"), panel)), h("section", { class: "side", "aria-label": "生成的工单" }, result)));
  const keys = event => { if (node.isConnected && event.ctrlKey && event.key === "Enter" && !event.target.closest("form, dialog")) tools.querySelector(".main")?.click(); };
  function ask(question = "", area = null) { replace(panel, consultPanel({ question, area, adopt: text => views.some(view => view.node.isConnected && view.adopt(text)) })); }

  function choose() {
    live?.leave();
    live = null;
    views = [];
    alarm.replaceChildren();
    ask();
    replace(result, empty("还没有工单", "点“开始接听”，通话会逐句播放，工单随之自动填写。", "生成后：逐项核对（A 采纳，回车更正），再按“下一步”办理。"));
    if (source.value === TYPED) return typing();
    if (source.value === PASTED) return pasting();
    const [, turns] = SAMPLES[Number(source.value)];
    speech.show(turns);
    return replace(tools, h("div", { class: "row" }, button("开始接听", () => take(turns, { practice: true, slowly: true }), "main"), button("直接生成", () => take(turns, { practice: true })), note("练习来电生成演示工单，不计入统计。")));
  }

  function pasting() {
    const text = keeps(PASTED, h("textarea", { rows: 9, "aria-label": "整段通话", placeholder: "每行一句；以“话务员：”开头的是话务员，其余为诉求人" }));
    const practice = h("input", { type: "checkbox" });
    const make = async () => { if (await take(asTurns(text.value), { practice: practice.checked })) forget(PASTED); };
    speech.show([]);
    replace(tools, text, h("div", { class: "row" }, button("生成工单", make, "main"), h("label", {}, practice, " 作为练习（演示工单）"), note("Ctrl+回车 生成")));
  }

  // A call taken by hand: each line goes up as it is said.
  function typing() {
    const turns = [], caller = h("input", { size: 14, inputmode: "tel", placeholder: "来电号码", "aria-label": "来电号码" });
    const who = select("说话人", [["citizen", "诉求人"], ["operator", "话务员"]], "citizen"), line = h("input", { placeholder: "输入一句，回车加入", "aria-label": "一句话" });
    const practice = h("input", { type: "checkbox" });
    speech.show([]);
    const facts = () => ({ practice: practice.checked, caller: caller.value.trim() || undefined });
    const form = h("form", { class: "row line" }, who, line, h("button", { type: "submit" }, "加入"));
    let call = null;
    const add = async () => {
      const turn = { speaker: who.value, text: line.value.trim() };
      if (!turn.text) return;
      line.value = "";
      turns.push(turn);
      hear(turns);
      call ||= begin(facts());
      (await call).socket?.turn(turn);
    };
    form.onsubmit = event => { event.preventDefault(); guarded(add)(); };
    const end = once(guarded(async () => {
      await add();
      if (!turns.length) { line.focus(); return say("请先输入通话内容。"); }
      await finish(await call, turns);
      return over();
    }));
    form.onkeydown = event => { if (event.ctrlKey && event.key === "Enter") { event.preventDefault(); end(); } };
    replace(tools, h("div", { class: "row" }, caller, h("label", {}, practice, " 练习")), form, h("div", { class: "row" }, button("结束通话，生成工单", end, "main"), note("说话人用 Tab 切换 · Ctrl+回车 结束")));
    line.focus();
  }

  const take = guarded(async (turns, { practice, slowly }) => {
    if (!turns.length) return say("请先输入通话内容。");
    const call = await begin({ practice }, Boolean(slowly));
    if (slowly) {
      replace(tools, h("div", { class: "row" }, badge("通话中", "bad"), button("挂断", () => { call.cut = true; }, "grave"), note("正在逐句播放…")));
      for (let at = 0; at < turns.length && !left && !call.cut; at += 1) {
        hear(turns.slice(0, at + 1));
        call.socket?.turn(turns[at]);
        await pause(BETWEEN_TURNS);
      }
    }
    if (left) return undefined;
    await finish(call, turns);
    return over();
  });
  const over = () => replace(tools, h("div", { class: "row" }, button("再接一个", choose), note("可在上方换一个来电。")));
  const onCall = now => { calling = source.disabled = now; };

  async function begin({ practice, caller }, overSocket = true) {
    const call = { id: `desk-${Date.now()}-${Math.random().toString(36).slice(2, 6)}`, practice, caller, cut: false, socket: null };
    const facts = { caller_number: caller, channel: "phone", demo: practice };
    onCall(true);
    if (overSocket) call.socket = await openCall(call.id, facts, { state: draft, notice: danger, problem: say });
    live = call.socket;
    return call;
  }

  async function finish(call, turns) {
    const whole = { id: call.id, channel: "phone", turns: turns.map(({ speaker, text }) => ({ speaker, text })), caller_number: call.caller, demo: call.practice };
    const posted = () => post("/v1/transcripts", whole);
    let made;
    try { made = await (call.socket ? call.socket.hangUp().catch(posted) : posted()); } finally { onCall(false); }
    live = null;
    dispatchEvent(new Event("tickets-made"));
    if (!left) show(made, turns);
  }

  function hear(turns, evidence = {}) {
    heard = turns;
    speech.show(turns, evidence, { now: turns.length - 1 });
  }

  const danger = text => replace(alarm, h("div", { class: "alarm", role: "alert" }, h("strong", {}, "请立即处置，并告知诉求人"), text));

  // The ticket as far as it is understood: fields only, nothing to press.
  function draft(state) {
    if (state.notice) danger(state.notice);
    const drafts = Object.values(state.tickets || {});
    const blank = { citizen: {}, place: {}, missing: [], evidence: {}, confidence: {}, unit: { candidates: [] } };
    const all = drafts.map(one => ({ ...blank, ...one }));
    hear(heard, all.reduce((found, one) => Object.entries(one.evidence).reduce((sum, [path, quotes]) => ({ ...sum, [path]: [...(sum[path] || []), ...quotes] }), found), {}));
    if (all.length) replace(result, all.map(one => h("article", { class: "ticket draft" }, h("header", {}, h("div", { class: "row" }, h("h2", {}, one.title || "正在听取…"), badge("正在填写", "warn"))),
      one.follow_up_questions?.length > 0 && h("div", { class: "asknow" }, h("strong", {}, "可以追问"), h("ul", {}, one.follow_up_questions.map(question => h("li", {}, question)))),
      fieldList(one, { speech }), one.unit.receiver && note(`建议交办：${one.unit.receiver.name}`), one.duplicates?.length > 0 && note(`相近的工单 ${one.duplicates.length} 件，通话结束后可对照`))));
  }

  function show(made, turns) {
    views = [];
    if (made.notice) danger(made.notice);
    const evidence = ticket => speech.show(turns, ticket.evidence);
    const open = async (ticket, place) => {
      const view = ticketView(ticket, { speech, beside: true, begin: ".steps", onChange: evidence });
      views = [view];
      evidence(ticket);
      replace(place, view.node);
      if (ticket.request_kind === "consultation") ask(ownWords(ticket), ticket.place.district);
    };
    if (!made.tickets.length) { speech.show(turns); return replace(result, empty("这通电话没有形成工单", made.notice || "没有听出诉求。")); }
    const place = h("div", {});
    const again = async number => guarded(open)(await get(`/v1/tickets/${number}`), place);
    const bar = made.tickets.length > 1 && h("div", { class: "tabs", role: "tablist", "aria-label": "本次通话的工单" }, made.tickets.map((ticket, i) => h("button", {
      type: "button", role: "tab", "aria-selected": String(i === 0), title: ticket.title, onclick: event => { [...bar.children].forEach(tab => tab.setAttribute("aria-selected", tab === event.currentTarget)); again(ticket.ticket_number); },
    }, `诉求 ${i + 1}：${ticket.title}`)));
    replace(result, bar, place, note(`${word(made.engine)} · 用时 ${Math.round(made.latency_ms)} 毫秒${made.degraded ? ` · 已降级：${made.degraded_reason}` : ""}`));
    return open(made.tickets[0], place);
  }

  choose();
  return { node, keys, calling: () => calling, back: () => views.forEach(view => view.again()), leave: () => { left = true; live?.leave(); } };
}

// The call as it was said. Every stretch that a field rests on is marked; field and stretch light each other up. The Tab key
// stops at one mark, the arrows lead to the others. It is drawn anew with every turn, so that it is no live region.
import { h, replace } from "./dom.js";

const WHO = { operator: "话务员", citizen: "诉求人", unknown: "未区分" };

export function transcriptPanel() {
  const node = h("div", { class: "transcript", "aria-label": "通话文字", role: "group" });
  node.onkeydown = event => {
    const marks = [...node.querySelectorAll("mark")], at = marks.indexOf(event.target);
    const next = { ArrowRight: marks[at + 1], ArrowLeft: marks[at - 1] }[event.key];
    if (at >= 0 && next) { event.preventDefault(); next.focus(); }
  };

  let pick = () => {};
  const panel = {
    node,
    onPick(listener) { pick = listener; },
    show(turns, evidence = {}, { title, now = -1 } = {}) {
      const lines = turns.map((turn, i) => line(turn, i, evidence, i === now, paths => pick(paths)));
      const held = [...node.querySelectorAll("mark")].indexOf(document.activeElement);
      replace(node, title && line({ speaker: "citizen", text: title }, -1, evidence, false, paths => pick(paths)), lines);
      const marks = node.querySelectorAll("mark"), stop = marks[Math.min(Math.max(0, held), marks.length - 1)];
      stop?.setAttribute("tabindex", "0");
      if (held >= 0) stop?.focus();
      if (now >= 0) lines[now]?.scrollIntoView({ block: "nearest" });
    },
    light(path) {
      let first = null;
      node.querySelectorAll("mark").forEach(mark => {
        const lit = path != null && mark.dataset.paths.split(" ").includes(path);
        mark.classList.toggle("lit", lit);
        if (lit) first ||= mark;
      });
      first?.scrollIntoView({ block: "nearest" });
      return Boolean(first);
    },
  };
  return panel;
}

function line(turn, index, evidence, now, pick) {
  const words = cut(turn.text, spansOf(evidence, index)).map(({ text, paths }) => {
    if (!paths.length) return text;
    const mark = h("mark", { "data-paths": paths.join(" "), tabindex: "-1" }, text);
    mark.onmouseenter = mark.onfocus = () => pick(paths);
    mark.onmouseleave = mark.onblur = () => pick([]);
    return mark;
  });
  return h("p", { class: `turn ${turn.speaker}${now ? " now" : ""}` }, h("b", {}, WHO[turn.speaker] || ""), h("span", {}, words));
}

const spansOf = (evidence, turn) => Object.entries(evidence).flatMap(([path, quotes]) => quotes.filter(q => q.turn === turn).map(q => ({ ...q, path })));

// Cuts a text at every edge of a span; each piece knows the fields that rest on it.
function cut(text, spans) {
  const edges = [...new Set([0, text.length, ...spans.flatMap(span => [span.start, span.end])])].filter(edge => edge <= text.length).sort((a, b) => a - b);
  return edges.slice(0, -1).map((start, i) => ({
    text: text.slice(start, edges[i + 1]),
    paths: [...new Set(spans.filter(span => span.start <= start && span.end >= edges[i + 1]).map(span => span.path))],
  }));
}

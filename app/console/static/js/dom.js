// Small builders for elements. Text is always set as text, never as markup.

const SVG = new Set(["svg", "rect", "text", "path", "line", "circle", "g", "title", "polyline", "polygon"]);

// h("div", {class: "x", onclick: f}, "text", child, [children]); null, false and undefined are left out.
export function h(tag, props = {}, ...children) {
  const node = SVG.has(tag) ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(props || {})) {
    if (value == null || value === false) continue;
    if (name.startsWith("on")) node[name] = value;
    else if (name === "value" || name === "checked" || name === "disabled" || name === "selected") node[name] = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  fill(node, ...children);
  return node;
}

export function fill(node, ...children) {
  node.append(...children.flat(Infinity).filter(child => child != null && child !== false && child !== ""));
  return node;
}

export function replace(node, ...children) {
  node.replaceChildren();
  return fill(node, ...children);
}

// One at a time: what is pressed again before it has ended is not done twice.
export function once(work) {
  let busy = false;
  return async (...given) => {
    if (busy) return undefined;
    busy = true;
    try { return await work(...given); } finally { busy = false; }
  };
}

// While what was pressed is under way, the button shows it.
export function button(text, onclick, kind = "", props = {}) {
  const node = h("button", { type: "button", class: kind, ...props }, text);
  node.onclick = once(async event => {
    node.setAttribute("aria-busy", "true");
    try { return await onclick(event); } finally { node.removeAttribute("aria-busy"); }
  });
  return node;
}

export const badge = (text, kind = "") => h("span", { class: `badge ${kind}` }, text);

export const note = (...text) => h("p", { class: "mute" }, ...text);

// A labelled input: the label wraps it, so that it has a name for everybody.
export const labelled = (text, input, kind = "") => h("label", { class: `field ${kind}` }, h("span", {}, text), input);

export function select(name, choices, value, onchange, props = {}) {
  const options = choices.map(([key, label]) => h("option", { value: key, selected: key === value }, label));
  return h("select", { "aria-label": name, onchange, ...props }, options);
}

// rows: arrays of cells; a row may carry `open`, what a click or Enter on it does, and `key`, its identity. Of the rows that
// open one is on the way of the Tab key; the arrows lead to the others. figures: the columns that hold numbers.
export function table(heads, rows, { caption, figures = [] } = {}) {
  const kind = i => (figures.includes(i) ? "figure" : null);
  const first = rows.find(row => row.open);
  const body = rows.map(row => {
    const cells = row.cells.map((cell, i) => h("td", { class: kind(i) }, cell));
    if (!row.open) return h("tr", { class: row.kind }, cells);
    const go = event => { if (!event.target.closest("button, a, input, select, textarea") && !marked(line)) row.open(); };
    const line = h("tr", { class: row.kind, tabindex: row === first ? "0" : "-1", "data-key": row.key, onclick: go }, cells);
    line.onfocus = () => { line.parentNode.querySelectorAll("tr[tabindex='0']").forEach(other => { other.tabIndex = -1; }); line.tabIndex = 0; };
    line.onkeydown = event => {
      if (event.target !== line) return;
      if (event.key === "Enter") row.open();
      const next = { ArrowDown: line.nextElementSibling, ArrowUp: line.previousElementSibling }[event.key];
      if (next) { event.preventDefault(); next.focus(); }
    };
    return line;
  });
  return h("table", {}, caption && h("caption", {}, caption), h("thead", {}, h("tr", {}, heads.map((head, i) => h("th", { scope: "col", class: kind(i) }, head)))), h("tbody", {}, body));
}

// Text that somebody marks in order to copy it is no click.
const marked = node => { const chosen = getSelection(); return !chosen.isCollapsed && chosen.containsNode(node, true); };

export const section = (title, ...children) => h("section", { class: "block" }, h("h3", {}, title), ...children);

// An empty page says what would be here, and what to do.
export const empty = (title, ...hints) => h("div", { class: "empty" }, h("strong", {}, title), hints.map(hint => h("p", {}, hint)));

// Text with "## " headings and "- " items, as articles are written.
export function prose(text) {
  const blocks = [];
  for (const line of text.split("\n")) {
    const last = blocks.at(-1);
    if (line.startsWith("- ")) { if (last?.tagName === "UL") fill(last, h("li", {}, line.slice(2))); else blocks.push(h("ul", {}, h("li", {}, line.slice(2)))); } else if (line.startsWith("#")) blocks.push(h("h4", {}, line.replace(/^#+\s*/, "")));
    else if (line.trim()) blocks.push(h("p", {}, line));
  }
  return h("div", { class: "prose" }, blocks);
}

// Tabs within a page: [[name, render], …]. Who comes back to the page finds the tab that was open.
const opened = new Map();
export function tabs(label, entries) {
  const panel = h("div", { role: "tabpanel", class: "tabpanel", tabindex: "-1" });
  const bar = h("div", { role: "tablist", "aria-label": label, class: "tabs" });
  const show = index => {
    opened.set(label, index);
    [...bar.children].forEach((tab, i) => { tab.setAttribute("aria-selected", i === index); tab.tabIndex = i === index ? 0 : -1; });
    const body = h("div", { class: "tabbody" });  // its own: what comes late for a tab that was left goes nowhere
    panel.replaceChildren(body);
    entries[index][1](body);
  };
  entries.forEach(([name], index) => bar.append(h("button", { type: "button", role: "tab", onclick: () => show(index) }, name)));
  bar.onkeydown = event => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const at = [...bar.children].indexOf(document.activeElement), to = (at + step + entries.length) % entries.length;
    show(to);
    bar.children[to].focus();
  };
  show(entries[opened.get(label)] ? opened.get(label) : 0);
  return h("div", {}, bar, panel);
}

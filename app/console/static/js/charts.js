// Charts drawn as SVG, in the page's own colours; every mark has its figure as text too.
import { h } from "./dom.js";
import { number, shortName } from "./words.js";

// points: [[label, value, open], …] in order of time.
export function lineChart(points, name) {
  const [wide, high, left, below] = [1100, 160, 34, 22], most = Math.max(1, ...points.map(([, value]) => value));
  const x = i => left + (i * (wide - left - 8)) / Math.max(1, points.length - 1), y = value => 8 + (1 - value / most) * (high - below - 8);
  const every = Math.ceil(points.length / 8);
  return h("svg", { viewBox: `0 0 ${wide} ${high}`, class: "chart", role: "img", "aria-label": `${name}：${points.map(([label, value]) => `${label} ${value}`).join("，")}` },
    [...new Set([0, Math.round(most / 2), most])].map(value => [h("line", { x1: left, x2: wide - 8, y1: y(value), y2: y(value), class: "rule" }), h("text", { x: left - 6, y: y(value) + 4, "text-anchor": "end" }, value)]),
    h("polyline", { points: points.map(([, value], i) => `${x(i)},${y(value)}`).join(" "), class: "line" }),
    points.map(([label, value, open], i) => [h("circle", { cx: x(i), cy: y(value), r: points.length > 40 ? 1.5 : 2.5, class: "dot" }), open && h("rect", { x: x(i) - wide / points.length / 2, y: 0, width: wide / points.length, height: high - below, class: "hit", onclick: open }, h("title", {}, `${label}：${value}`)), i % every === 0 && h("text", { x: x(i), y: high - 6, "text-anchor": "middle" }, label)]));
}

// rows: [{label, value, text, open}]; bars beside their names, each one a way to its tickets.
export function barList(rows) {
  const most = Math.max(1, ...rows.map(row => row.value));
  return h("ul", { class: "bars" }, rows.map(row => h("li", {}, row.open ? h("button", { type: "button", class: "link", onclick: row.open }, row.label) : h("span", {}, row.label),
    h("span", { class: "bar" }, h("i", { style: `width:${Math.round((100 * row.value) / most)}%` })), h("span", { class: "figure" }, row.text ?? number(row.value)))));
}

// The seven areas as tiles where they lie to each other; a scheme, not a map.
const TILES = { 滕州市: [0, 0, 2, 1], 山亭区: [2, 0, 1, 1], 薛城区: [0, 1, 1, 1], 高新区: [1, 1, 1, 1], 市中区: [2, 1, 1, 1], 峄城区: [1, 2, 1, 1], 台儿庄区: [2, 2, 1, 1] };

// figures: {district name: value}; open(district name)
export function cityMap(figures, { name, open, text = number }) {
  const [side, gap] = [112, 6], values = Object.entries(figures).map(([district, value]) => [shortName(district), district, value]);
  const most = Math.max(1, ...values.map(([, , value]) => value || 0));
  return h("figure", { class: "citymap" }, h("svg", { viewBox: `0 0 ${3 * side} ${3 * 78}`, role: "group", "aria-label": `各区（市）${name}` }, Object.entries(TILES).map(([tile, [column, row, across]]) => {
    const [, district = tile, value = 0] = values.find(([short]) => short === tile) || [];
    const share = value / most;
    return h("g", { tabindex: "0", role: "button", "aria-label": `${tile}：${text(value)}`, class: "tile", onclick: () => open?.(district), onkeydown: event => { if (event.key === "Enter") open?.(district); } },
      h("rect", { x: column * side + gap / 2, y: row * 78 + gap / 2, width: across * side - gap, height: 78 - gap, rx: 6, style: `--share:${share.toFixed(2)}` }),
      h("text", { x: column * side + (across * side) / 2, y: row * 78 + 34, "text-anchor": "middle" }, tile), h("text", { x: column * side + (across * side) / 2, y: row * 78 + 56, "text-anchor": "middle", class: "value" }, text(value)));
  })), h("figcaption", { class: "mute" }, "示意图：方块表示各区（市）的大致方位，不代表边界和面积。"));
}

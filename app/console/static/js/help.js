// The keys that do something, in one place; "?" opens it anywhere outside a field.
import { button, h, table } from "./dom.js";

const KEYS = [
  ["Alt + 1 … 7", "打开左侧第几页"],
  ["↑ ↓", "在字段、列表行之间移动"],
  ["回车", "更正字段；打开列表中的工单"],
  ["A", "采纳当前字段"],
  ["Esc", "取消更正或步骤"],
  ["Ctrl + 回车", "开始接听、生成工单；确定步骤"],
  ["?", "打开本说明"],
];

export function helpButton() {
  addEventListener("keydown", event => {
    if (event.key === "?" && !event.target.closest("input, textarea, select")) { event.preventDefault(); show(); }
  });
  return button("快捷键", show, "quiet", { title: "?" });
}

function show() {
  if (document.querySelector("dialog")) return;
  const rows = KEYS.map(([keys, does]) => ({ cells: [h("kbd", {}, keys), does] }));
  const dialog = h("dialog", { "aria-label": "快捷键", onclose: () => dialog.remove() }, h("h2", {}, "快捷键"), table(["按键", "作用"], rows), h("form", { method: "dialog" }, h("button", { class: "main" }, "关闭")));
  document.body.append(dialog);
  dialog.showModal();
}

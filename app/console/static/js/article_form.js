// The form of an article: what is asked, what is answered, what it rests on and how long it holds.
import { city } from "./api.js";
import { button, fill, h, labelled, select } from "./dom.js";

export function articleForm(one, { save, back }) {
  const field = (name, props = {}) => h("input", { name, value: one?.[name] ?? "", ...props });
  const owner = h("select", { name: "owner", required: true });
  city().then(({ functions }) => fill(owner, functions.map(known => h("option", { value: known.function, selected: known.function === one?.owner }, known.name))));
  const region = select("适用范围", ["全国", "山东省", "枣庄市", "市中区", "薛城区", "峄城区", "台儿庄区", "山亭区", "滕州市"].map(name => [name, name]), one?.region || "枣庄市", null, { name: "region" });
  const form = h("form", { class: "card articleform" },
    !one && labelled("编号（小写英文和连字符）", field("id", { required: true, pattern: "[a-z0-9-]{3,60}", placeholder: "heating-start-date" })),
    labelled("标题", field("title", { required: true })),
    labelled("依据（文件或法律名称）", field("source", { required: true })), labelled("条款", field("clause")), labelled("制定机关", field("issued_by")),
    labelled("适用范围", region), labelled("生效日期", field("effective_from", { type: "date" })), labelled("失效日期", field("expires_on", { type: "date" })), labelled("负责的职能", owner),
    labelled("群众会怎么问（一行一个）", h("textarea", { name: "questions", rows: 4, value: (one?.questions || []).join("\n") }), "wide"),
    labelled("答复内容", h("textarea", { name: "body", rows: 12, required: true, value: one?.body || "" }), "wide"),
    h("div", { class: "row wide" }, h("button", { type: "submit", class: "main" }, "保存"), button("返回", back)));
  form.onsubmit = event => {
    event.preventDefault();
    const values = Object.fromEntries([...new FormData(form)].map(([name, text]) => [name, String(text).trim() || null]));
    values.questions = (values.questions || "").split("\n").map(line => line.trim()).filter(Boolean);
    save(one ? changed(one, values) : values);
  };
  return form;
}

const changed = (one, values) => Object.fromEntries(Object.entries(values).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(one[name] ?? null)));

// The form of an article: what is asked, what is answered, what it rests on and how long it holds.
import { city } from "./api.js";
import { button, fill, h, labelled, note, once, select } from "./dom.js";
import { anyTyped, forget, keeps } from "./typed.js";

// one: the article to change; about: what is asked, where a new one is to answer it; again(): the form anew.
export function articleForm(one, { about = [], save, back, again }) {
  const kept = one ? `article ${one.id}` : `article new ${about[0] || ""}`, typed = anyTyped(kept);
  const start = one || { title: about[0], questions: about };
  const field = (name, props = {}) => h("input", { name, value: start[name] ?? "", ...props });
  const owner = h("select", { name: "owner", required: true });
  // What an article holds for is among the choices whatever the list says: saving something else leaves it as it is.
  const everywhere = ["全国", "山东省", "枣庄市"], holds = one?.region || "枣庄市";
  const region = select("适用范围", [...new Set([holds, ...everywhere])].map(name => [name, name]), holds, null, { name: "region" });
  city().then(({ functions, districts }) => {
    fill(owner, functions.map(known => h("option", { value: known.function, selected: known.function === one?.owner }, known.name)));
    keeps(`${kept} owner`, owner);
    const parts = districts.flatMap(({ name, towns }) => [name, ...towns.map(town => `${name}${town}`)]);
    fill(region, parts.filter(name => name !== holds).map(name => h("option", { value: name }, name)));
    keeps(`${kept} region`, region);
  });
  const drop = () => { forget(kept); again(); };
  const form = h("form", { class: "card articleform" },
    typed && h("div", { class: "row wide" }, note("已填入上次没有保存的内容。"), button("放弃这些内容", drop, "small")),
    !one && labelled("编号（小写英文和连字符）", field("id", { required: true, pattern: "[a-z0-9\\-]{3,60}", title: "3 到 60 个小写英文字母、数字或连字符", placeholder: "heating-start-date" })),
    labelled("标题", field("title", { required: true })),
    labelled("依据（文件或法律名称）", field("source", { required: true })), labelled("条款", field("clause")), labelled("制定机关", field("issued_by")),
    labelled("适用范围", region), labelled("生效日期", field("effective_from", { type: "date" })), labelled("失效日期", field("expires_on", { type: "date" })), labelled("负责的职能", owner),
    labelled("群众会怎么问（一行一个）", h("textarea", { name: "questions", rows: 4, value: start.questions.join("\n") }), "wide"),
    labelled("答复内容", h("textarea", { name: "body", rows: 12, required: true, value: one?.body || "" }), "wide"),
    h("div", { class: "row wide" }, h("button", { type: "submit", class: "main" }, "保存"), button("返回", back)));
  for (const input of form.elements) if (input.name && input !== owner && input !== region) keeps(`${kept} ${input.name}`, input);
  const send = once(async values => { if (await save(values)) forget(kept); });
  form.onsubmit = event => {
    event.preventDefault();
    const values = Object.fromEntries([...new FormData(form)].map(([name, text]) => [name, String(text).trim() || null]));
    values.questions = (values.questions || "").split("\n").map(line => line.trim()).filter(Boolean);
    send(one ? changed(one, values) : values);
  };
  return form;
}

const changed = (one, values) => Object.fromEntries(Object.entries(values).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(one[name] ?? null)));

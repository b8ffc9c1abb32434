// Knowledge: a list to search, and an article with its steps and versions.
import { api, city, get, post, send } from "./api.js";
import { badge, button, empty, h, note, prose, replace, section, select, table, tabs } from "./dom.js";
import { articleForm } from "./article_form.js";
import { consultPanel } from "./consult.js";
import { faults, gaps, imports, usage } from "./knowledge_upkeep.js";
import { guarded, say } from "./notices.js";
import { go, may } from "./reader.js";
import { when, word } from "./words.js";

const STEPS = { draft: ["submit"], review: ["publish", "send_back"], published: ["reconfirm", "retire"], retired: [] };
const MOST = 500, SHOWN = 120;

export function knowledge(page, id, about) {
  if (id === "new") return editor(page, null, about?.split("\n"));
  if (id) return article(page, id);
  return replace(page, h("h1", { class: "sr" }, "知识库"), tabs("知识库", [["条目", list], ["查答案", panel => replace(panel, h("div", { class: "card narrow" }, note("答案只取自已发布、在有效期内的条目，并列出依据；没有依据时直接说明。"), consultPanel({})))], ...(may("knowledge:write") ? [["缺口", gaps], ["体检", faults], ["使用", usage], ["导入", imports]] : [])]));
}

// From when an article holds, and until when where that is known.
const validity = one => [one.effective_from && `${one.effective_from} 起`, one.expires_on && `${one.expires_on} 失效`].filter(Boolean).map(text => [h("span", { class: "mono" }, text), " "]);

// What was looked for last: one comes back to it from an article.
const sought = { words: "", status: "" };

function list(panel) {
  const out = h("div", {}), words = h("input", { type: "search", value: sought.words, placeholder: "标题、问法、依据", "aria-label": "检索条目", size: 26 });
  const status = select("状态", [["", "全部状态"], ...["draft", "review", "published", "retired"].map(code => [code, word(code)])], sought.status);
  let found = [];
  const paint = () => {
    Object.assign(sought, { words: words.value, status: status.value });
    const shown = found.filter(one => [one.title, one.source, ...one.questions].join(" ").includes(words.value.trim()));
    replace(out, note(`${shown.length} 条${shown.length > SHOWN ? `，列出前 ${SHOWN} 条，其余请检索` : ""}`), shown.length ? table(["标题", "依据", "适用", "状态", "版本", "有效期"], shown.slice(0, SHOWN).map(one => ({
      open: () => go("knowledge", one.id), cells: [h("strong", {}, one.title), [one.source, one.clause && ` ${one.clause}`], one.region, badge(word(one.status), { review: "warn", published: "good" }[one.status] || ""), one.version, validity(one)],
    }))) : empty("没有符合的条目"));
  };
  const load = guarded(async () => {
    found = [];
    for (let after = ""; after != null;) {
      const got = await get(`/v1/knowledge/articles?limit=${MOST}&after=${encodeURIComponent(after)}${status.value ? `&status=${status.value}` : ""}`);
      found.push(...got.articles);
      after = got.next;
    }
    paint();
  });
  words.oninput = paint;
  status.onchange = load;
  replace(panel, h("div", { class: "row" }, words, status, may("knowledge:write") && button("新建条目", () => go("knowledge", "new"), "main")), out);
  load();
}

const article = guarded(async (page, id) => {
  const [one, versions, { functions }] = await Promise.all([get(`/v1/knowledge/articles/${encodeURIComponent(id)}`), get(`/v1/knowledge/articles/${encodeURIComponent(id)}/versions`), city()]).catch(error => {
    replace(page, empty("没有可以显示的条目", "编号可能有误。"), button("← 全部条目", () => go("knowledge"), "small"));
    throw error;
  });
  const again = () => article(page, id);
  const step = name => guarded(async () => { await post(`/v1/knowledge/articles/${encodeURIComponent(id)}/${name}`, {}, one.version); say(`已${word(name)}。`, "good"); again(); });
  const owner = functions.find(known => known.function === one.owner)?.name || one.owner;
  const writes = may("knowledge:write");
  replace(page, h("div", { class: "row" }, button("← 全部条目", () => go("knowledge"), "small quiet")),
    h("div", { class: "columns" }, h("article", { class: "card" }, h("div", { class: "row" }, h("h2", {}, one.title), badge(word(one.status), { review: "warn", published: "good" }[one.status] || "")),
      note(`${one.source} ${one.clause || ""} · ${one.region} · 负责：${owner}${one.effective_from ? ` · ${one.effective_from} 起` : ""}${one.expires_on ? ` · ${one.expires_on} 失效` : ""}`),
      writes && h("div", { class: "row steps" }, STEPS[one.status].map((name, i) => button(word(name), step(name), i === 0 && name !== "retire" ? "main" : "")), button("修改", () => editor(page, one))),
      one.questions.length > 0 && section("群众这样问", h("ul", {}, one.questions.map(text => h("li", {}, text)))), section("内容", prose(one.body))),
    h("aside", { class: "card" }, h("h3", {}, "版本"), versionList(id, one, versions, again))));
});

function versionList(id, one, versions, again) {
  const out = h("div", { "aria-live": "polite" });
  const compare = (old, now) => guarded(async () => replace(out, h("h4", {}, `第 ${old} 版 → 第 ${now} 版`), diff(await (await send(`/v1/knowledge/articles/${encodeURIComponent(id)}/diff?old=${old}&new=${now}`)).text())));
  const restore = version => guarded(async () => { await post(`/v1/knowledge/articles/${encodeURIComponent(id)}/roll_back`, { version }, one.version); say(`已恢复第 ${version} 版的内容。`, "good"); again(); });
  return h("div", {}, h("ol", { class: "history" }, [...versions].reverse().map(made => h("li", {}, h("time", {}, when(made.changed_at)), h("strong", {}, `第 ${made.article.version} 版 ${word(made.step)}`), h("span", { class: "mute" }, made.actor === "seed" ? "初始" : made.actor), made.note && h("p", {}, made.note),
    h("p", { class: "row" }, made.article.version > 1 && button("看改动", compare(made.article.version - 1, made.article.version), "small", { "aria-label": `看第 ${made.article.version} 版的改动` }), may("knowledge:write") && made.article.version < one.version && button("恢复", restore(made.article.version), "small", { "aria-label": `恢复第 ${made.article.version} 版` }))))), out);
}

const diff = text => (text ? h("pre", { class: "diff" }, text.split("\n").slice(2).map(line => h("span", { class: { "+": "added", "-": "removed", "@": "mute" }[line[0]] || "" }, `${line}\n`))) : note("内容没有变化，只有状态不同。"));

function editor(page, one, about) {
  const back = () => (one ? go("knowledge", one.id) : go("knowledge"));
  const save = guarded(async values => {
    const address = one && `/v1/knowledge/articles/${encodeURIComponent(one.id)}`;
    const saved = await (one ? api(address, { method: "PATCH", body: values, version: one.version }) : post("/v1/knowledge/articles", values)).catch(async error => {
      const fresh = one && error.status === 409 && await get(address);
      if (!fresh || fresh.version === one.version) throw error;
      editor(page, fresh);
      throw new Error("此条目刚被他人修改：您填写的内容已保留，其余各项是最新内容，请核对后再保存。");
    });
    say(one?.status === "published" ? "已保存，下一次答复即按新内容。" : "已保存为草稿，可提交审核。", "good");
    go("knowledge", saved.id);
    return saved;
  });
  replace(page, h("h2", {}, one ? `修改：${one.title}` : "新建条目"), articleForm(one, { about, save, back, again: () => editor(page, one, about) }));
}

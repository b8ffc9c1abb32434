// What keeps the knowledge base true: questions without a good answer, faults, usage, documents that become drafts.
import { city, get, post } from "./api.js";
import { badge, button, empty, fill, h, labelled, note, replace, section, table } from "./dom.js";
import { guarded, say } from "./notices.js";
import { go } from "./reader.js";
import { number, percent, when } from "./words.js";

const FAULTS = { expired: ["已失效", "bad"], expiring: ["即将失效", "warn"], stale: ["久未复核", "warn"], duplicate: ["内容重复", ""], conflicting: ["说法不一致", "bad"] };
const articleLink = (id, text) => h("a", { href: `#/knowledge/${encodeURIComponent(id)}` }, text || id);

function filled(panel, work) {
  replace(panel, note("正在读取…"));
  guarded(async () => replace(panel, await work()))();
}

export function gaps(panel) {
  const mine = guarded(async () => { const made = await post("/v1/knowledge/drafts:mine"); say(made.length ? `已由办结工单的答复生成 ${made.length} 条草稿。` : "没有可以生成的草稿。", "good"); });
  filled(panel, async () => {
    const found = await get("/v1/knowledge/gaps?days=90");
    return [h("div", { class: "row" }, note("近 90 天没有依据、或答复不被采纳的提问，相近的归为一组。"), button("由已办结工单生成草稿", mine)),
      found.length ? table(["问题", "次数", "不采纳", "最近一次", "涉及条目", ""], found.map(gap => ({
        cells: [h("details", {}, h("summary", {}, gap.example), h("ul", {}, gap.questions.map(question => h("li", {}, question)))), number(gap.count), number(gap.badly_rated), when(gap.last_asked), gap.articles.map(id => [articleLink(id), " "]), button("写条目", () => go("knowledge", "new", gap.questions.join("\n")), "small", { "aria-label": `为“${gap.example}”写条目` })],
      })), { figures: [1, 2] }) : empty("没有缺口", "近期的提问都有依据可答。")];
  });
}

export function faults(panel) {
  filled(panel, async () => {
    const found = await get("/v1/knowledge/faults");
    return found.length ? table(["条目", "问题", "说明", "另一条目"], found.map(one => ({
      cells: [articleLink(one.article_id, one.title), badge(...(FAULTS[one.fault] || [one.fault])), one.reason, one.other_id && articleLink(one.other_id)],
    }))) : empty("没有发现问题", "已发布的条目都在有效期内，没有重复和矛盾。");
  });
}

export function usage(panel) {
  filled(panel, async () => {
    const found = await get("/v1/knowledge/usage?days=90");
    return [note("近 90 天的引用和评价。"), found.length ? table(["条目", "引用", "采纳", "不采纳", "采纳率"], found.slice(0, 200).map(one => ({
      cells: [articleLink(one.article_id, one.title), number(one.hits), number(one.accepted), number(one.rejected), percent(one.adoption)],
    })), { figures: [1, 2, 3, 4] }) : empty("还没有引用", "在“查答案”或工作台咨询后，这里显示各条目的使用情况。")];
  });
}

// A document is looked at first; what would become of it is kept only when a person says so.
export function imports(panel) {
  const file = h("input", { type: "file", accept: ".md,.html,.docx,.pdf,.xlsx", "aria-label": "文档" }), source = h("input", { size: 26, placeholder: "如：枣庄市供热管理办法", "aria-label": "依据" });
  const owner = h("select", {}), out = h("div", { "aria-live": "polite" });
  city().then(({ functions }) => fill(owner, functions.map(known => h("option", { value: known.function }, known.name))));
  const sent = async preview => {
    const [chosen] = file.files;
    if (!chosen) { file.focus(); throw new Error("请先选择文档。"); }
    return post("/v1/knowledge/imports", { name: chosen.name, content: await base64(chosen), preview, owner: owner.value, ...(source.value.trim() ? { source: source.value.trim() } : {}) });
  };
  const keep = guarded(async () => { const made = await sent(false); say(`已导入 ${made.filter(one => one.taken).length} 条草稿。`, "good"); go("knowledge"); });
  const look = guarded(async () => {
    replace(out, note("正在读取文档…"));
    const drafts = await sent(true).catch(error => { out.replaceChildren(); throw error; });
    replace(out, drafts.length ? section(`读到 ${drafts.length} 个条目`, table(["标题", "内容", ""], drafts.map(one => {
      const body = one.fields.body || "";
      return { cells: [h("strong", {}, one.title), h("details", {}, h("summary", {}, `${body.slice(0, 40)}…（${one.characters} 字）`), h("p", { class: "answer" }, body)), one.problem ? badge(one.problem, "bad") : badge("可导入", "good")] };
    })), drafts.some(one => !one.problem) && button("导入为草稿", keep, "main")) : empty("文档中没有读到条目"));
  });
  replace(panel, h("div", { class: "card" }, note("支持 Markdown、网页、Word、PDF 和 Excel。先预览，确认后存为草稿，经审核才发布。"), h("div", { class: "row" }, labelled("文档", file), labelled("依据", source), labelled("负责的职能", owner), button("预览", look))), out);
}

const base64 = file => new Promise((done, failed) => {
  const reader = new FileReader();
  reader.onload = () => done(String(reader.result).split(",")[1]);
  reader.onerror = () => failed(new Error("读取文件失败。"));
  reader.readAsDataURL(file);
});

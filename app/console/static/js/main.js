// The frame: who is here, which pages they see, the way from address to page, and what hangs above every page.
import { api, onConnection, onUnknownKey, retry, session } from "./api.js";
import { button, empty, h, replace } from "./dom.js";
import { demoBanner } from "./demo.js";
import { helpButton } from "./help.js";
import { login } from "./login.js";
import { forgetProblem, guarded, say } from "./notices.js";
import { analysis } from "./analysis.js";
import { knowledge } from "./knowledge.js";
import { models } from "./models.js";
import { go, may, reader, setReader } from "./reader.js";
import { referrals } from "./referrals.js";
import { supervision } from "./supervision.js";
import { tickets } from "./tickets.js";
import { forgetAll } from "./typed.js";
import { workbench } from "./workbench.js";

const $ = id => document.getElementById(id);
// [address, label, scope that shows it, page]
const PAGES = [
  ["workbench", "工作台", "intake:write", workbench],
  ["tickets", "工单", "tickets:read", tickets],
  ["referrals", "移送", "refer", referrals],
  ["knowledge", "知识库", "classify", knowledge],
  ["supervision", "督办", "supervise", supervision],
  ["analysis", "分析", "tickets:read", analysis],
  ["models", "模型", "models", models],
];
// Who works in one place only starts there, and does not see what is not theirs.
const HOME = { unit: "tickets", supervisor: "supervision", leader: "analysis", referral_officer: "referrals", model_team: "models" };
const HIDDEN = { unit: ["analysis"], model_team: ["workbench"], referral_officer: ["analysis"] };

let leave = () => {};

const pagesOf = () => PAGES.filter(([name, , scope]) => may(scope) && !reader().roles.some(role => (HIDDEN[role] || []).includes(name)));

function route() {
  if (!reader()) return;
  const [name, ...parts] = location.hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
  const pages = pagesOf(), page = pages.find(([known]) => known === name);
  if (!pages.length) return replace($("page"), empty("此密钥没有可以打开的页面", "它的权限只用于程序调用；请向管理员领取带角色的密钥。"));
  if (!page) {
    const home = HOME[reader().roles[0]];
    return go(pages.some(([known]) => known === home) ? home : pages[0][0]);
  }
  leave();
  forgetProblem();
  banner();
  $("nav").querySelectorAll("a").forEach(link => (link.dataset.page === name ? link.setAttribute("aria-current", "page") : link.removeAttribute("aria-current")));
  document.title = `${page[1]} · 枣解决·枣满意`;
  const main = $("page");
  main.className = `page-${name}`;
  const place = h("div", {});  // its own: what comes late for a page that was left goes nowhere
  main.replaceChildren(place);
  const left = page[3](place, ...parts);
  leave = typeof left === "function" ? left : () => {};
  scrollTo(0, 0);
  if (document.activeElement === document.body) main.focus({ preventScroll: true });
}

const banner = guarded(() => demoBanner($("demo"), reader()));

function frame() {
  const me = reader();
  const pages = pagesOf();
  replace($("nav"), pages.map(([name, label], i) => h("a", { href: `#/${name}`, "data-page": name, title: `Alt+${i + 1}` }, label, h("kbd", { "aria-hidden": "true" }, i + 1))));
  replace($("who"), h("strong", {}, me.unit ? me.unit.name : me.name), h("span", {}, me.role_names.join("、")), button("退出", () => { forgetAll(); session.key = ""; location.hash = ""; location.reload(); }, "quiet"));
}

async function enter() {
  if (!session.key) return login($("page"), enter);
  try { setReader(await api("/v1/me")); } catch (error) {
    session.key = "";
    return login($("page"), enter, error.message);
  }
  document.body.classList.add("inside");
  frame();
  return route();
}

function theme() {
  const shown = localStorage.getItem("theme") || "auto";
  const names = { auto: "跟随系统", light: "浅色", dark: "深色" };
  document.documentElement.dataset.theme = shown;
  const next = { auto: "light", light: "dark", dark: "auto" }[shown];
  replace($("theme"), button(`外观：${names[shown]}`, () => { localStorage.setItem("theme", next); theme(); }, "quiet", { title: `改为${names[next]}` }));
}

onConnection(lost => {
  const bar = $("connection");
  bar.hidden = !lost;
  if (lost) replace(bar, "与服务的连接中断，正在重试；已填写的内容不会丢失。", button("立即重试", retry));
  else { say("连接已恢复。", "good"); }
});
onUnknownKey(detail => { if (reader()) { setReader(null); session.key = ""; document.body.classList.remove("inside"); login($("page"), enter, detail); } });
addEventListener("hashchange", route);
// What went wrong is over once something else is tried.
addEventListener("click", event => { if (event.target.closest("button, a")) forgetProblem(); }, true);
addEventListener("submit", forgetProblem, true);
addEventListener("tickets-made", banner);
addEventListener("keydown", event => {
  const page = event.altKey && reader() && pagesOf()[Number(event.key) - 1];
  if (page) { event.preventDefault(); go(page[0]); }
});
addEventListener("unhandledrejection", event => { event.preventDefault(); say(event.reason?.message || "出错了"); });
$("help").append(helpButton());
theme();
enter();

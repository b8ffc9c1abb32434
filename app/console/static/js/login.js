// The first thing anybody sees: the key, kept for this tab only.
import { session } from "./api.js";
import { h, replace } from "./dom.js";

export function login(page, enter, refused = "") {
  page.className = "page-login";
  const field = h("input", { type: "password", id: "key", autocomplete: "off", size: 44, placeholder: "粘贴密钥或统一身份令牌", "aria-describedby": "key-hint" });
  const form = h("form", { class: "card login" },
    h("h1", {}, "市民诉求工作台"),
    h("p", { class: "mute" }, "枣庄市“枣解决·枣满意” 12345 热线"),
    refused && h("p", { class: "bad", role: "alert" }, refused),
    h("label", { for: "key" }, "密钥"), field,
    h("p", { class: "mute", id: "key-hint" }, "首次启动时，管理员密钥显示在启动服务的终端里；其他人员向管理员领取。关闭本标签页即退出。"),
    h("button", { class: "main", type: "submit" }, "进入"));
  form.onsubmit = event => {
    event.preventDefault();
    session.key = field.value.trim();
    if (session.key) enter();
  };
  replace(page, form);
  field.focus();
}

// One line above the page: what went wrong, or that something was done.
import { button, replace } from "./dom.js";

let timer = 0;
export function say(text, kind = "bad") {
  const line = document.getElementById("message");
  clearTimeout(timer);
  line.hidden = !text;
  line.className = `message ${kind}`;
  line.setAttribute("role", kind === "bad" ? "alert" : "status");
  if (!text) return line.replaceChildren();
  replace(line, text, button("关闭", () => say(""), "quiet"));
  if (kind === "good") timer = setTimeout(() => say(""), 4000);
}

// What went wrong on the page before is over; what was done may still be read.
export const forgetProblem = () => { if (document.getElementById("message").classList.contains("bad")) say(""); };

// Somebody else was first: what they made of it is drawn, and what is said stands above it.
export const orAgain = again => error => {
  if (error.status === 409) again();
  throw error;
};

// Runs work and says in Chinese what went wrong.
export const guarded = work => async (...given) => {
  try { return await work(...given); } catch (error) {
    say(error.trace ? `${error.message}（编号 ${error.trace.slice(0, 8)}）` : error.message);
    return undefined;
  }
};

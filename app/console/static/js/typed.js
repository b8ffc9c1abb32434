// What was typed and not sent yet, by name: it outlives a page that is drawn again or left for another.
import { standing } from "./reader.js";

// What is written of articles outlives F5 as well; other texts may name people and end with the page.
const STORED = "typed articles";
const kept = new Map(JSON.parse(sessionStorage.getItem(STORED) || "[]"));
const mine = name => `${standing()} ${name}`;
const ofArticle = key => key.startsWith(mine("article "));
const store = () => sessionStorage.setItem(STORED, JSON.stringify([...kept].filter(([key]) => ofArticle(key))));

// The field begins with what was typed under this name before, if anything was, and keeps what is typed now.
export function keeps(name, input) {
  const key = mine(name), start = input.value;
  if (kept.has(key)) input.value = kept.get(key);
  input.addEventListener("input", () => { if (input.value === start) kept.delete(key); else kept.set(key, input.value); store(); });
  return input;
}

const under = name => [...kept.keys()].filter(key => key === mine(name) || key.startsWith(`${mine(name)} `));
export const anyTyped = name => under(name).length > 0;
// Sent or given up: everything under this name.
export const forget = name => { under(name).forEach(key => kept.delete(key)); store(); };
export const forgetAll = () => { kept.clear(); store(); };

// A tab that is closed or loaded again takes the rest along: the browser asks first.
addEventListener("beforeunload", event => { if ([...kept.keys()].some(key => !ofArticle(key))) event.preventDefault(); });

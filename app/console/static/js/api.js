// The public API and nothing else. A lost connection is waited for; a request is then sent again, once only in effect:
// every POST carries an Idempotency-Key, every change an If-Match.
import { fieldName } from "./words.js";

let key = sessionStorage.getItem("key") || "";
const listeners = new Set();
let down = null;

export const session = {
  get key() { return key; },
  set key(value) { key = value; if (value) sessionStorage.setItem("key", value); else sessionStorage.removeItem("key"); },
};

// Told true when the connection is lost and false when it is back.
export const onConnection = listener => listeners.add(listener);

// A fault of a field, by the name that the page gives it.
function inWords({ detail, field }) {
  const lead = field && ["", "缺少 "].find(words => detail?.startsWith(words + field));
  return lead == null ? detail : `${lead.trim()}${fieldName(field)}${detail.slice(lead.length + field.length).trimStart()}`;
}

export class Problem extends Error {
  constructor(status, body) {
    super(inWords(body) || `服务返回 ${status}`);
    this.status = status;
    this.code = body.title;
    this.field = body.field;
    this.trace = body.trace_id;
  }
}

const pause = milliseconds => new Promise(done => setTimeout(done, milliseconds));

async function back() {
  listeners.forEach(listener => listener(true));
  for (let tries = 0; ; tries += 1) {
    await Promise.race([pause(Math.min(1000 + 500 * tries, 5000)), new Promise(done => { retryNow = done; })]);
    try { if ((await fetch("/healthz", { cache: "no-store" })).ok) break; } catch { /* still away */ }
  }
  down = null;
  listeners.forEach(listener => listener(false));
}
let retryNow = () => {};
export const retry = () => retryNow();
// Once the service answers again; told of like any lost connection.
export const reachable = () => (down ||= back());

async function reach(path, options) {
  for (;;) {
    if (down) await down;
    try { return await fetch(path, options); } catch (error) {
      if (error.name === "AbortError") throw error;
      reachable();
    }
  }
}

export async function send(path, { method = "GET", body, version, signal, accept } = {}) {
  const headers = { "X-API-Key": key };
  if (method === "POST") headers["Idempotency-Key"] = `${Date.now()}-${Math.random().toString(36).slice(2)}`;
  if (version != null) headers["If-Match"] = `"${version}"`;
  if (accept) headers.Accept = accept;
  const options = { method, headers, signal };
  if (body !== undefined) { options.body = JSON.stringify(body); headers["Content-Type"] = "application/json"; }
  const answer = await reach(path, options);
  if (!answer.ok) {
    let problem = {};
    try { problem = await answer.json(); } catch { /* not a problem document */ }
    if (answer.status === 401) listeners401.forEach(listener => listener(problem.detail));
    throw new Problem(answer.status, problem);
  }
  return answer;
}
const listeners401 = new Set();
export const onUnknownKey = listener => listeners401.add(listener);

export async function api(path, given) {
  const answer = await send(path, given);
  return answer.status === 204 ? null : answer.json();
}
export const get = path => api(path);
export const post = (path, body = {}, version) => api(path, { method: "POST", body, version });
export const patch = (path, body, version) => api(path, { method: "PATCH", body, version });

// null where the service has no such address, or where it is not for the reader.
export async function maybe(path) {
  try { return await api(path); } catch (error) {
    if (error instanceof Problem && [403, 404, 405].includes(error.status)) return null;
    throw error;
  }
}

export async function download(path, name) {
  const blob = await (await send(path)).blob();
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

let reference = null;
export const unitNames = async () => new Map((await city()).units.map(unit => [unit.unit_code, unit.name]));
// What stands behind the id of a duty or a rule; a clause is its own name, and what a person began has no rule.
export const behind = async () => { const known = (await city()).behind; return id => known[id] || (id === "person" ? "工作人员判断" : id); };
export const toldOfLanes = async () => new Map((await city()).lanes.map(lane => [lane.receiver, lane.tell_citizen]));
export const city = () => (reference ||= api("/v1/reference").catch(error => { reference = null; throw error; }));

// A call over the WebSocket: turns go up as they are spoken, patches of the ticket come down, the tickets stand at the end.
// Where the service has no such address, `open` says so and the whole call is posted when it is over.
// A lost connection is waited for however long the service is away; `hangUp` fails only where the call is refused.
import { reachable, session } from "./api.js";

export function merge(target, change) {
  if (change === null || typeof change !== "object" || Array.isArray(change)) return change;
  const made = target && typeof target === "object" && !Array.isArray(target) ? { ...target } : {};
  for (const name of Object.keys(change)) {
    if (change[name] === null) delete made[name]; else made[name] = merge(made[name], change[name]);
  }
  return made;
}

// So often in a row the call's own connection may fail while the service answers everything else.
const TRIES = 5;

// on: state(state), notice(text), problem(text). Resolves to null where there is no live service.
export async function openCall(id, facts, on) {
  const address = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/v1/calls/${encodeURIComponent(id)}`;
  const turns = [];
  let socket = null, state = {}, ended = false, taken = false, finish, fail, tries = 0;
  const result = new Promise((done, refused) => { finish = done; fail = refused; });
  result.catch(() => {});

  const tell = message => { if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message)); };
  const hear = {
    ready(message) { taken = true; tries = 0; state = message.state || {}; on.state(state); turns.slice(message.next_turn).forEach((turn, i) => tell({ type: "turn", index: message.next_turn + i, ...turn })); if (ended) tell({ type: "hang_up" }); },
    patch(message) { state = merge(state, message.patch); on.state(state); },
    notice(message) { on.notice(message.text); },
    closed(message) { finish(message.result); },
    error(message) { on.problem(message.detail); },
  };
  const connect = () => new Promise(ready => {
    socket = new WebSocket(address);
    socket.onopen = () => tell({ type: "open", key: session.key, ...facts });
    socket.onmessage = event => { const message = JSON.parse(event.data); hear[message.type]?.(message); if (message.type === "ready" || message.type === "closed") ready(true); };
    socket.onclose = async event => {
      ready(false);
      if (event.code === 1000 || !taken) return undefined;
      if (event.code >= 4400 || tries >= TRIES) return fail(new Error("通话连接被拒绝"));
      tries += 1;
      await reachable();
      return taken && connect();
    };
  });
  if (!await connect()) return null;
  return {
    turn(turn) { turns.push(turn); tell({ type: "turn", index: turns.length - 1, ...turn }); },
    hangUp() { ended = true; tell({ type: "hang_up" }); return result; },
    leave() { taken = false; socket.close(); },
  };
}

// Who reads the page, and the way to another one.
let me = null;
export const setReader = who => { me = who; };
export const reader = () => me;
export const may = scope => Boolean(me) && me.scopes.includes(scope);
// What somebody is here, whatever the key: who comes back with a new one goes on where the old one ended.
export const standing = () => [...(me?.roles || []), me?.unit?.unit_code].join(" ");
export const acts = (...roles) => Boolean(me) && (me.roles.includes("admin") || roles.some(role => me.roles.includes(role)));
export const atDesk = () => acts("operator", "reviewer");

export function go(name, ...parts) {
  const address = `#/${[name, ...parts].filter(Boolean).map(encodeURIComponent).join("/")}`;
  if (location.hash === address) dispatchEvent(new HashChangeEvent("hashchange")); else location.hash = address;
}

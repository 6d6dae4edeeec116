// Key chords, as "Ctrl+Shift+C": on macOS, Ctrl is read as Command.

const MAC = navigator.userAgent.includes("Mac");

/** Keys that are named: a plus joins the parts, and the same key gives it with Shift or without. */
const NAMES: Record<string, string> = { "+": "Plus", "=": "Plus", "-": "Minus" };

/** The chord of a key event; "" while only a modifier is down. */
export function chord(event: KeyboardEvent, mac = MAC): string {
  const { key } = event;
  if (["Control", "Meta", "Shift", "Alt"].includes(key)) return "";
  const parts = [];
  if (mac ? event.metaKey : event.ctrlKey) parts.push("Ctrl");
  if (event.altKey) parts.push("Alt");
  // With a sign, Shift is part of what was typed.
  if (event.shiftKey && (key.length > 1 || /[a-z]/i.test(key))) parts.push("Shift");
  parts.push(NAMES[key] ?? (key.length === 1 ? key.toUpperCase() : key));
  return parts.join("+");
}

const SIGNS: Record<string, string> = { Plus: "+", Minus: "−" };

/** The chord as it stands on a button: "Ctrl N", "⌘N". */
export function keysLabel(keys: string, mac = MAC): string {
  const words = keys.replace("Delete", "Del").replace("Escape", "Esc").split("+").map((word) => SIGNS[word] ?? word);
  if (!mac) return words.join(" ");
  return words.map((word) => ({ Ctrl: "⌘", Alt: "⌥", Shift: "⇧", Enter: "↩" })[word] ?? word).join("");
}

/** Whether a key pressed there writes text. */
export function writesText(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable]") !== null;
}

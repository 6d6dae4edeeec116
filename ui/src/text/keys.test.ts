import { describe, expect, it } from "vitest";
import { chord, keysLabel } from "./keys";

const press = (key: string, more: KeyboardEventInit = {}) => new KeyboardEvent("keydown", { key, ...more });

describe("chords", () => {
  it.each([
    [press("n", { ctrlKey: true }), false, "Ctrl+N"],
    [press("n", { metaKey: true }), true, "Ctrl+N"],
    [press("n", { ctrlKey: true }), true, "N"],
    [press("C", { ctrlKey: true, shiftKey: true }), false, "Ctrl+Shift+C"],
    [press(",", { ctrlKey: true }), false, "Ctrl+,"],
    [press("\\", { ctrlKey: true }), false, "Ctrl+\\"],
    [press("ArrowDown", { altKey: true }), false, "Alt+ArrowDown"],
    [press("+", { ctrlKey: true, shiftKey: true }), false, "Ctrl+Plus"],
    [press("=", { ctrlKey: true }), false, "Ctrl+Plus"],
    [press("-", { metaKey: true }), true, "Ctrl+Minus"],
    [press("Control", { ctrlKey: true }), false, ""],
  ])("name what is pressed", (event, mac, expected) => expect(chord(event, mac)).toBe(expected));

  it("are written as the platform writes them", () => {
    expect(keysLabel("Ctrl+N", false)).toBe("Ctrl N");
    expect(keysLabel("Ctrl+N", true)).toBe("⌘N");
    expect(keysLabel("Ctrl+Enter", true)).toBe("⌘↩");
    expect(keysLabel("Ctrl+Plus", false)).toBe("Ctrl +");
    expect(keysLabel("Ctrl+Minus", true)).toBe("⌘−");
  });
});

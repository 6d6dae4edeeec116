import { describe, expect, it } from "vitest";
import css from "./tokens.css?raw";

/** The colours of one theme, by name. */
function theme(name: "light" | "dark"): Record<string, string> {
  const block = css.split(`/* @${name} */`)[1]?.split("/* @end */")[0] ?? "";
  return Object.fromEntries([...block.matchAll(/--([\w-]+):\s*(#[0-9A-F]{6})/gi)].map(([, key, hex]) => [key, hex]));
}

/** WCAG 2.2's contrast of two opaque colours. */
function contrast(one: string, other: string): number {
  const [bright, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (bright + 0.05) / (dark + 0.05);
}

function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

const PANES = ["sidebar", "canvas", "surface", "sunken", "menu", "sheet", "selected", "selected-focus"];

describe.each(["light", "dark"] as const)("in the %s theme", (name) => {
  const colours = theme(name);
  const worst = (ink: string, papers: string[]) =>
    Math.min(...papers.map((paper) => contrast(colours[ink] ?? "#000000", colours[paper] ?? "#000000")));

  it.each(["fg", "fg-2", "fg-3", "accent-fg", "ok-fg", "warn-fg", "bad-fg", "act-fg"])(
    "text in %s can be read on every pane", (ink) => expect(worst(ink, PANES)).toBeGreaterThanOrEqual(4.5));

  it.each(["ok", "warn", "bad", "act", "off", "focus"])(
    "the mark %s can be seen on every pane", (ink) => expect(worst(ink, PANES)).toBeGreaterThanOrEqual(3));

  it("the outline of a control can be seen where controls stand", () =>
    expect(worst("control-line", ["canvas", "surface", "sheet"])).toBeGreaterThanOrEqual(3));

  it.each([["fg", "bad-tint"], ["fg-2", "warn-tint"], ["fg-2", "accent-tint"], ["bad-fg", "bad-tint"], ["on-accent", "accent"], ["tile-sandbox-fg", "tile-sandbox"]])(
    "%s can be read on %s", (ink, paper) => expect(worst(ink, [paper])).toBeGreaterThanOrEqual(4.5));
});

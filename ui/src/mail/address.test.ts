import { describe, expect, it } from "vitest";
import { displayName, isAddress, recipients, split } from "./address";

describe("an address", () => {
  it.each([
    ["jan@kestrel.example", true],
    ["a.weber+news@sub.kestrel.example", true],
    ["müller@bücher.example", true],
    ["jan@kestrel,example", false],
    ["jan@kestrel", false],
    ["@kestrel.example", false],
    ["jan kestrel@kestrel.example", false],
    ["jan..k@kestrel.example", false],
    ["jan@-kestrel.example", false],
    [`${"a".repeat(65)}@kestrel.example`, false],
  ])("%s: %s", (address, valid) => {
    expect(isAddress(address)).toBe(valid);
  });
});

describe("what is pasted", () => {
  it("is split at commas, semicolons and line ends, but not inside quotes", () => {
    expect(split('"Weber, Anna" <a@k.example>; b@k.example\nc@k.example,,')).toEqual([
      '"Weber, Anna" <a@k.example>', "b@k.example", "c@k.example",
    ]);
  });

  it("keeps the name", () => {
    const [anna] = recipients('"Weber, Anna" <a@k.example>');
    expect(anna).toMatchObject({ address: "a@k.example", valid: true });
    expect(displayName(anna?.written ?? "")).toBe("Weber, Anna");
  });

  it.each([
    ["jan@kestrel,example", "jan@kestrel.example"],
    ["jan @kestrel.example", "jan@kestrel.example"],
    ["jan@@kestrel.example", "jan@kestrel.example"],
    ["mailto:jan@kestrel.example", "jan@kestrel.example"],
    ["jan@kestrel.example.", "jan@kestrel.example"],
    ["jan at kestrel.example", "jan@kestrel.example"],
    ["jan", null],
  ])("%s: did you mean %s?", (written, suggestion) => {
    const read = recipients(written);
    expect(read).toHaveLength(1);
    expect(read[0]).toMatchObject({ valid: false, suggestion });
  });

  it("does not join two good addresses, nor a bad one with a good one", () => {
    expect(recipients("a@k.example,b@k.example").map((one) => one.address)).toEqual(["a@k.example", "b@k.example"]);
    expect(recipients("anna, b@k.example").map((one) => one.valid)).toEqual([false, true]);
  });
});

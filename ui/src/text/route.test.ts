import { describe, expect, it } from "vitest";
import { readRoute, withKind, writeRoute, wrongRoute } from "./route";

describe("a route", () => {
  it.each([
    ["direct", { kind: "direct", host: "", port: "", user: "" }],
    ["system", { kind: "system", host: "", port: "", user: "" }],
    ["socks5://proxy.example:1080", { kind: "socks5", host: "proxy.example", port: "1080", user: "" }],
    ["http://corp%5Cme@proxy.example:3128", { kind: "http", host: "proxy.example", port: "3128", user: "corp\\me" }],
    ["http://[2001:db8::1]:3128", { kind: "http", host: "[2001:db8::1]", port: "3128", user: "" }],
    ["socks5://:1080", { kind: "socks5", host: "", port: "1080", user: "" }],
  ] as const)("%s is read and written the same", (text, parts) => {
    expect(readRoute(text)).toEqual(parts);
    expect(writeRoute(parts)).toBe(text);
  });

  it("gets the usual port of its protocol, and keeps one that was chosen", () => {
    const fresh = withKind(readRoute("system"), "socks5");
    expect(fresh.port).toBe("1080");
    expect(withKind(fresh, "http").port).toBe("3128");
    expect(withKind({ ...fresh, port: "9050" }, "http").port).toBe("9050");
  });

  it.each([
    ["socks5://:1080", /name or address/],
    ["http://proxy.example:0", /port/],
    ["http://me%3Apw@proxy.example:3128", /own field/],
  ])("%s is wrong", (text, words) => expect(wrongRoute(readRoute(text))).toMatch(words));

  it.each(["direct", "system", "http://proxy.example:3128", "socks5://me@[::1]:1080"])("%s is right", (text) =>
    expect(wrongRoute(readRoute(text))).toBeNull());
});

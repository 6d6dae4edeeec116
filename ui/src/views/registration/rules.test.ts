import { describe, expect, it } from "vitest";
import { foreignHosts, newRegistration, platform, redirectKinds, redirectToRegister, secretUse } from "./rules";

const BLANK = "https://login.microsoftonline.com/common/oauth2/nativeclient";
const PAGE = "https://erp.kestrel.example/oauth/answer";

describe("a redirect address", () => {
  it.each([
    ["microsoft", "loopback", "http://localhost/oauth2/callback"],
    ["google", "loopback", "http://127.0.0.1/oauth2/callback"],
    ["microsoft", "deep-link", "org.sendright.app:/oauth2/callback"],
    ["custom", PAGE, PAGE],
  ] as const)("%s, %s: register %s", (provider, redirect, address) => {
    expect(redirectToRegister(provider, redirect)).toBe(address);
  });

  it.each([
    ["microsoft", "loopback", ["delegated"], "not-used"],
    ["microsoft", "deep-link", ["delegated"], "not-used"],
    ["microsoft", BLANK, ["delegated"], "not-used"],
    ["microsoft", PAGE, ["delegated"], "needed"],
    ["microsoft", "loopback", ["app-only"], "needed"],
    ["microsoft", "loopback", ["delegated", "app-only"], "needed"],
    ["microsoft", "loopback", [], "optional"],
    ["microsoft", PAGE, [], "needed"],
    ["google", "loopback", ["delegated"], "needed"],
    ["google", PAGE, ["delegated"], "needed"],
    ["google", "loopback", [], "needed"],
    ["custom", "loopback", ["delegated"], "optional"],
    ["custom", PAGE, ["delegated"], "optional"],
    ["custom", "loopback", ["app-only"], "needed"],
  ] as const)("%s, %s, %j: a secret is %s", (provider, redirect, signIns, use) => {
    expect(secretUse(provider, redirect, signIns)).toBe(use);
  });

  it.each([
    ["microsoft", "loopback", "Mobile and desktop applications"],
    ["microsoft", "deep-link", "Mobile and desktop applications"],
    ["microsoft", BLANK, "Mobile and desktop applications"],
    ["microsoft", PAGE, "Web, and not Single-page application"],
    ["google", "loopback", "Desktop app"],
    ["google", PAGE, "Web application"],
    ["custom", PAGE, "redirect URI of the client"],
  ] as const)("%s, %s: is registered under %s", (provider, redirect, words) => {
    expect(platform(provider, redirect)).toContain(words);
  });

  it.each([
    ["google", ["loopback"]],
    ["microsoft", ["loopback", "deep-link", "page"]],
    ["custom", ["loopback", "deep-link", "page"]],
  ] as const)("%s comes back by %j", (provider, kinds) => {
    expect(redirectKinds(provider)).toEqual(kinds);
  });
});

describe("the hosts besides the issuer’s", () => {
  const id = "https://id.example";
  it.each([
    ["its own host", { issuer: id, token_endpoint: `${id}/token` }, []],
    ["another host", { issuer: id, token_endpoint: "https://evil.example/token" }, ["evil.example"]],
    ["another port", { issuer: id, revocation_endpoint: "https://id.example:8443/revoke" }, ["id.example:8443"]],
    ["one host twice", { issuer: id, token_endpoint: "https://a.example/t", device_endpoint: "https://a.example/d" }, ["a.example"]],
    ["a host with the tenant in it", { issuer: id, tenant: "one", token_endpoint: "https://{tenant}.example/t" }, ["one.example"]],
    ["no issuer", { issuer: "", token_endpoint: "https://evil.example/token" }, []],
    ["half an address", { issuer: id, token_endpoint: "https://" }, []],
  ])("%s", (_, settings, hosts) => {
    expect(foreignHosts({ ...newRegistration("custom", null), ...settings })).toEqual(hosts);
  });
});

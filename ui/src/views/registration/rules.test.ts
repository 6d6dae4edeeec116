import { describe, expect, it } from "vitest";
import { foreignHosts, newRegistration, platform, redirectToRegister, secretUse } from "./rules";

const PAGE = "https://login.microsoftonline.com/common/oauth2/nativeclient";

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
    ["microsoft", "loopback", "delegated", "not-used"],
    ["microsoft", "deep-link", "delegated", "not-used"],
    ["microsoft", PAGE, "delegated", "needed"],
    ["microsoft", "loopback", "app-only", "needed"],
    ["google", "loopback", "delegated", "needed"],
    ["custom", "loopback", "delegated", "optional"],
  ] as const)("%s, %s, %s: a secret is %s", (provider, redirect, signIn, use) => {
    expect(secretUse(provider, redirect, signIn)).toBe(use);
  });

  it("names the platform that fits the secret", () => {
    expect(platform("microsoft", "loopback", "delegated")).toContain("Mobile and desktop");
    expect(platform("microsoft", PAGE, "delegated")).toContain("Web");
    expect(platform("microsoft", "loopback", "app-only")).toBeNull();
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

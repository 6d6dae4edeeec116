/** What a redirect address means for a registration: where it is registered, and whether a secret goes with it. */
import type { Cloud } from "../../api/contract/Cloud";
import type { Provider } from "../../api/contract/Provider";
import type { RegistrationSettings } from "../../api/contract/RegistrationSettings";
import type { SignIn } from "../../api/contract/SignIn";

export type SecretUse = "needed" | "optional" | "not-used";
export type RedirectKind = "loopback" | "deep-link" | "page";

const CALLBACK = "/oauth2/callback";
const DEEP_LINK = `org.sendright.app:${CALLBACK}`;

export const redirectKind = (redirect: string): RedirectKind =>
  redirect === "loopback" || redirect === "" ? "loopback" : redirect === "deep-link" ? "deep-link" : "page";

/**
 * The address to register with the provider. A loopback one stands without a port, which providers
 * ignore (RFC 8252 §7.3). Entra's portal refuses `http://127.0.0.1`; others prefer it (§8.3).
 */
export function redirectToRegister(provider: Provider, redirect: string): string {
  switch (redirectKind(redirect)) {
    case "loopback": return `http://${provider === "microsoft" ? "localhost" : "127.0.0.1"}${CALLBACK}`;
    case "deep-link": return DEEP_LINK;
    case "page": return redirect;
  }
}

/** The setting behind an address that a browser was sent to. */
export const redirectSetting = (address: string): string =>
  /^http:\/\/(localhost|127\.0\.0\.1)(:\d+)?\//.test(address) ? "loopback" : address === DEEP_LINK ? "deep-link" : address;

/** Microsoft's own blank page, on every login host. */
const NATIVE_CLIENT = "/common/oauth2/nativeclient";

/** Whether a redirect address stands under Web at Entra: any page but Microsoft's own blank one. */
const isWeb = (redirect: string) =>
  redirectKind(redirect) === "page" && !(URL.canParse(redirect) && new URL(redirect).pathname === NATIVE_CLIENT);

/**
 * Whether a client secret is needed by senders that sign in like this; by none so far when empty. Entra
 * decides by the platform of the redirect address: Web must send one, Mobile and desktop must not. An app that
 * signs in by itself always sends one, and so do Google's desktop clients.
 * (https://learn.microsoft.com/troubleshoot/entra/entra-id/app-integration/confidential-client-application-authentication-error-aadsts7000218, 2026-11)
 */
export function secretUse(provider: Provider, redirect: string, signIns: readonly SignIn[]): SecretUse {
  if (signIns.includes("app-only") || provider === "google") return "needed";
  if (provider === "custom") return "optional";
  if (isWeb(redirect)) return "needed";
  return signIns.length === 0 ? "optional" : "not-used";
}

/** Whose secret it is, or where it goes, beside its field. */
export function secretHint(provider: Provider, redirect: string, signIns: readonly SignIn[], vault: string): string {
  if (provider === "microsoft" && !isWeb(redirect)) return "for senders that sign in by themselves";
  return secretUse(provider, redirect, signIns) === "optional" ? "where the provider gives one" : `goes into ${vault}`;
}

/** Where the redirect address is registered, in the provider's words. */
export function platform(provider: Provider, redirect: string): string {
  const page = redirectKind(redirect) === "page";
  switch (provider) {
    case "google": return page
      ? "Google: list it in a client of the type Web application"
      : "Google: a client of the type Desktop app takes this address without registering it";
    case "custom": return "Register it as a redirect URI of the client";
    case "microsoft": return isWeb(redirect)
      ? "Entra: Authentication › Add a platform › Web, and not Single-page application"
      : "Entra: Authentication › Add a platform › Mobile and desktop applications";
  }
}

/** Ways for the browser to come back that the provider has. */
export function redirectKinds(provider: Provider): RedirectKind[] {
  return provider === "google" ? ["loopback"] : ["loopback", "deep-link", "page"];
}

/** The hosts besides the issuer's that the endpoints lead to; the person has to confirm each. */
export function foreignHosts(settings: RegistrationSettings): string[] {
  const host = (address: string) => {
    const filled = address.replace(/\{tenant\}|#TenantID#/g, settings.tenant.trim());
    return URL.canParse(filled) ? new URL(filled).host : "";
  };
  const own = host(settings.issuer);
  if (own === "") return [];
  const { authorize_endpoint, token_endpoint, device_endpoint, revocation_endpoint } = settings;
  const hosts = [authorize_endpoint, token_endpoint, device_endpoint, revocation_endpoint].map(host);
  return [...new Set(hosts)].filter((one) => one !== "" && one !== own);
}

export function newRegistration(provider: Provider, cloud: Cloud | null): RegistrationSettings {
  return {
    id: null, name: "", provider, cloud: cloud ?? "global", tenant: "", client_id: "", client_secret_expires: "",
    authority: "", authorize_endpoint: "", token_endpoint: "", device_endpoint: "", revocation_endpoint: "", issuer: "", confirmed_hosts: [], graph_url: "",
    redirect: "loopback", client_authentication: "post", certificate_algorithm: "ps256", ca_file: "", sandbox: false,
  };
}

/** Settings that are only shown on request, unless the provider needs them. */
export const ADVANCED = [
  "authority", "authorize_endpoint", "token_endpoint", "device_endpoint", "revocation_endpoint", "graph_url", "client_authentication", "ca_file",
] as const;

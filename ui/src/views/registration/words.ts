import type { CertificateAlgorithm } from "../../api/contract/CertificateAlgorithm";
import type { ClientAuthentication } from "../../api/contract/ClientAuthentication";
import type { Cloud } from "../../api/contract/Cloud";
import type { Provider } from "../../api/contract/Provider";
import type { SignInAgain } from "../../api/contract/SignInAgain";
import type { ADVANCED, RedirectKind } from "./rules";

/** What a provider calls the parts of a registration. */
export const APP_WORDS: Record<Provider, { clientId: string; clientIdLike: string }> = {
  microsoft: { clientId: "Application (client) ID", clientIdLike: "11111111-2222-3333-4444-555555555555" },
  google: { clientId: "Client ID", clientIdLike: "….apps.googleusercontent.com" },
  custom: { clientId: "Client ID", clientIdLike: "as the provider shows it" },
};

export const REDIRECTS: Record<RedirectKind, string> = {
  loopback: "Loopback: a port of this computer",
  "deep-link": "Deep link: the browser opens Sendright",
  page: "A page: its address is pasted",
};

export const ADVANCED_LABELS: Record<(typeof ADVANCED)[number], string> = {
  authority: "Authority",
  authorize_endpoint: "Authorize endpoint",
  token_endpoint: "Token endpoint",
  device_endpoint: "Device endpoint",
  revocation_endpoint: "Revocation endpoint",
  graph_url: "Graph address",
  client_authentication: "Secret travels",
  ca_file: "Extra CA file",
};

const CHANGED: Record<string, string> = {
  provider: "provider", cloud: "cloud", tenant: "tenant", client_id: "client ID", authority: "authority",
  authorize_endpoint: "authorize endpoint", token_endpoint: "token endpoint", redirect: "way back",
};

/** The settings that make people sign in again, as they are called in the form: “tenant and client ID”. */
export function changedSettings(again: SignInAgain[]): string {
  const names = [...new Set(again.flatMap((one) => one.changed))].map((name) => CHANGED[name] ?? name);
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

export const AUTHENTICATIONS: { value: ClientAuthentication; label: string }[] = [
  { value: "post", label: "In the request’s body" },
  { value: "basic", label: "In the Authorization header" },
];

export const CREDENTIALS = [
  { value: "secret", label: "Client secret" },
  { value: "certificate", label: "Certificate" },
] as const;

export const ALGORITHMS: { value: CertificateAlgorithm; label: string }[] = [
  { value: "ps256", label: "PS256, as Microsoft’s own libraries do" },
  { value: "rs256", label: "RS256, for what does not know PS256" },
];

export const CLOUDS: { value: Cloud; label: string }[] = [
  { value: "global", label: "Worldwide, GCC included" },
  { value: "us-gov-high", label: "US Government, GCC High" },
  { value: "us-gov-dod", label: "US Government, DoD" },
  { value: "china", label: "China, operated by 21Vianet" },
];

import type { ClientAuthentication } from "../../api/contract/ClientAuthentication";
import type { Cloud } from "../../api/contract/Cloud";
import type { Provider } from "../../api/contract/Provider";
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
  graph_url: "Graph address",
  client_authentication: "Secret travels",
  ca_file: "Extra CA file",
};

export const AUTHENTICATIONS: { value: ClientAuthentication; label: string }[] = [
  { value: "post", label: "In the request’s body" },
  { value: "basic", label: "In the Authorization header" },
];

export const CLOUDS: { value: Cloud; label: string }[] = [
  { value: "global", label: "Worldwide, GCC included" },
  { value: "us-gov-high", label: "US Government, GCC High" },
  { value: "us-gov-dod", label: "US Government, DoD" },
  { value: "china", label: "China, operated by 21Vianet" },
];

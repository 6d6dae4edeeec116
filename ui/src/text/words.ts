// The window's own words. What failed and why comes from Rust, in a `Problem`.

import type { Health } from "../api/contract/Health";
import type { Likelihood } from "../api/contract/Likelihood";
import type { Outcome } from "../api/contract/Outcome";
import type { ProfileRow } from "../api/contract/ProfileRow";
import type { ProfileView } from "../api/contract/ProfileView";
import type { Provider } from "../api/contract/Provider";
import type { SignIn } from "../api/contract/SignIn";
import type { Transport } from "../api/contract/Transport";
import type { VaultKind } from "../api/contract/VaultKind";
import type { StateName } from "../components/icons";

/** How a state is said and drawn. `tone` is the class of its text colour. */
export interface State<Glyph extends string = string> {
  label: string;
  glyph: Glyph;
  tone: "ok" | "warn" | "bad" | "act" | "t2";
}

export const HEALTH = {
  ready: { label: "Ready", glyph: "ready", tone: "ok" },
  needs_sign_in: { label: "Needs sign-in", glyph: "signin", tone: "act" },
  expiring: { label: "Expiring", glyph: "expiring", tone: "warn" },
  expired: { label: "Expired", glyph: "expired", tone: "bad" },
  failing: { label: "Failing", glyph: "failing", tone: "bad" },
  disabled: { label: "Disabled", glyph: "disabled", tone: "t2" },
  never_verified: { label: "Not proved yet", glyph: "never", tone: "t2" },
} as const satisfies Record<Health, State>;

/** Worst first: what a closed group shows. */
export const WORST: Health[] = ["failing", "expired", "needs_sign_in", "expiring", "never_verified", "ready", "disabled"];

export const OUTCOME = {
  sending: { label: "Sending", glyph: "run", tone: "t2" },
  accepted: { label: "Accepted", glyph: "ready", tone: "ok" },
  partly: { label: "Partly accepted", glyph: "advice", tone: "warn" },
  refused: { label: "Refused", glyph: "failing", tone: "bad" },
  not_sent: { label: "Not sent", glyph: "failing", tone: "bad" },
  uncertain: { label: "Uncertain", glyph: "advice", tone: "warn" },
} as const satisfies Record<Outcome, State>;

/** How a send or a recipient of it fared; what the person stopped has not failed. */
export const fate = (outcome: Outcome, cancelled: boolean): State<StateName> =>
  cancelled && outcome === "not_sent" ? { label: "Cancelled", glyph: "disabled", tone: "t2" } : OUTCOME[outcome];

export const TRANSPORT: Record<Transport, string> = { smtp: "SMTP", graph: "Graph" };

export const SIGN_IN: Record<SignIn, string> = {
  delegated: "OAuth (delegated)",
  "app-only": "OAuth (app-only)",
  password: "password",
  none: "no sign-in",
};

/** As for [`Provider`], and for the senders that have none. */
export const PROVIDER: Record<Provider | "smtp", string> = {
  microsoft: "Microsoft 365",
  google: "Google",
  custom: "Custom provider",
  smtp: "SMTP server",
};

export const LIKELIHOOD: Record<Likelihood, { label: string; bars: number }> = {
  very_likely: { label: "Very likely", bars: 3 },
  possible: { label: "Possible", bars: 2 },
  unlikely: { label: "Unlikely", bars: 1 },
};

/** Where secrets are, as the person knows it. */
export function vault(kind: VaultKind, platform = navigator.userAgent): string {
  if (kind === "file") return "the vault file";
  if (kind === "memory") return "memory, until Sendright is closed";
  return platform.includes("Windows") ? "the credential store" : "the keychain";
}

/** Whether a person signed in: not every provider says who it was. */
export const signedIn = ({ credentials }: Pick<ProfileView, "credentials">): boolean =>
  credentials.some(({ name, present }) => present && (name === "access_token" || name === "refresh-token"));

const CREDENTIAL: Record<string, string> = {
  access_token: "Access token",
  refresh_token: "Refresh token",
  "refresh-token": "Refresh token",
  "client-secret": "Client secret",
  certificate: "Certificate",
  "certificate-password": "Certificate password",
  password: "Password",
  "imap-password": "IMAP password",
  "proxy-password": "Proxy password",
};

export function credential(name: string): string {
  return CREDENTIAL[name] ?? name;
}

/** "SMTP · OAuth (delegated)". */
export function kind(row: Pick<ProfileRow, "transport" | "sign_in">): string {
  return `${TRANSPORT[row.transport]} · ${SIGN_IN[row.sign_in]}`;
}

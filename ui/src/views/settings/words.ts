import type { MinTls } from "../../api/contract/MinTls";
import type { Security } from "../../api/contract/Security";
import type { SmtpAuth } from "../../api/contract/SmtpAuth";
import type { SignIn } from "../../api/contract/SignIn";

export const SECURITIES: { value: Security; label: string }[] = [
  { value: "starttls", label: "STARTTLS, required" },
  { value: "tls", label: "TLS from the start" },
  { value: "none", label: "None, in clear text" },
];

export const MIN_TLS: { value: MinTls; label: string }[] = [
  { value: "1.2", label: "TLS 1.2 or newer" },
  { value: "1.3", label: "TLS 1.3 or newer" },
];

/** Ways of signing in to the server, and what they carry. */
const AUTHS: { value: SmtpAuth; label: string; carries: "token" | "password" | null }[] = [
  { value: "auto", label: "Whichever it offers", carries: null },
  { value: "xoauth2", label: "XOAUTH2 only", carries: "token" },
  { value: "oauthbearer", label: "OAUTHBEARER only", carries: "token" },
  { value: "plain", label: "PLAIN only", carries: "password" },
  { value: "login", label: "LOGIN only", carries: "password" },
];

/** What a sender shows to its server. */
export const shows = (signIn: SignIn): "token" | "password" | null =>
  ({ delegated: "token", "app-only": "token", password: "password", none: null } as const)[signIn];

/** The ways of signing in to the server that carry what `signIn` shows, and the one that is set. */
export const authsFor = (signIn: SignIn, set: SmtpAuth | undefined) =>
  AUTHS.filter(({ value, carries }) => carries === null || carries === shows(signIn) || value === set);

export const SIGN_INS: { value: SignIn; label: string; hint: string }[] = [
  { value: "delegated", label: "OAuth, delegated", hint: "a person or service account signs in once" },
  { value: "app-only", label: "OAuth, app-only", hint: "the app itself signs in, no person" },
  { value: "password", label: "Password", hint: "user name and password" },
  { value: "none", label: "No sign-in", hint: "for relays that trust this computer" },
];

/** What Graph does with what it sent; values of `save_to_sent_items`. */
export const COPIES = [
  { value: "true", label: "Keep a copy" },
  { value: "false", label: "Keep no copy" },
] as const;

export const MESSAGES = [
  { value: "false", label: "After the envelope (DATA)" },
  { value: "true", label: "With the envelope (BDAT)" },
] as const;

/** The port that goes with a protection (RFC 8314 §7.3, RFC 5321 §4.5.4.2). */
export const usualPort = (security: Security): number => ({ starttls: 587, tls: 465, none: 25 })[security];

/** Ways to the outside. */
export const ROUTES = [
  { value: "direct", label: "Straight" },
  { value: "system", label: "As the system says" },
  { value: "socks5", label: "Through a SOCKS5 proxy" },
  { value: "http", label: "Through an HTTP proxy" },
] as const;

export const TRANSPORTS = [
  { value: "smtp", label: "SMTP" },
  { value: "graph", label: "Microsoft Graph" },
] as const;

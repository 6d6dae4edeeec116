/** A consent in words: its steps, its ways back, and what will be asked. */
import type { ConsentNews } from "../../api/contract/ConsentNews";
import type { ConsentRoute } from "../../api/contract/ConsentRoute";
import type { ConsentView } from "../../api/contract/ConsentView";
import type { ConsentStep } from "../../api/contract/ConsentStep";
import type { IconName } from "../../components/icons";

export const ROUTES: { value: ConsentRoute; label: string; icon: IconName }[] = [
  { value: "deep_link", label: "Deep link", icon: "link" },
  { value: "loopback", label: "Loopback", icon: "loop" },
  { value: "paste", label: "Paste URL", icon: "clipboard" },
  { value: "device", label: "Device code", icon: "key" },
];

/** How the answer comes back, in one sentence. */
export function routeWords(route: ConsentRoute, redirect: string): string {
  switch (route) {
    case "deep_link": return "The browser asks whether to open Sendright. Allow it.";
    case "loopback": return `The browser hands the result to Sendright on this computer, at ${address(redirect)}.`;
    case "paste": return `The browser ends at ${address(redirect)}. Copy the whole address from there.`;
    case "device": return "A code is typed in a browser on any device. Sendright asks the provider how it went.";
  }
}

const address = (redirect: string) => /^https?:\/\/([^/?#]+)/.exec(redirect)?.[1] ?? redirect;

interface Step {
  step: ConsentStep;
  label: string;
  short: string;
}

/** The steps that a person sees; `Waiting` stands for the browser's part. */
const BROWSER: Step[] = [
  { step: "opened", label: "Browser opened", short: "Browser" },
  { step: "waiting", label: "Waiting for the sign-in", short: "Sign-in" },
  { step: "code_received", label: "Code received", short: "Code" },
  { step: "tokens_stored", label: "Tokens stored", short: "Tokens" },
  { step: "identity_checked", label: "Identity checked", short: "Identity" },
];

/** Those of a code: nobody's browser was opened, and nothing is handed back. */
const CODE: Step[] = [
  { step: "waiting", label: "Waiting for the code to be typed", short: "Code" },
  { step: "code_received", label: "Sign-in allowed", short: "Allowed" },
  ...BROWSER.slice(-2),
];

/** Those of an administrator, who may sit elsewhere. */
const ADMIN: Step[] = [
  { step: "waiting", label: "Waiting for the administrator", short: "Administrator" },
  { step: "code_received", label: "Allowed", short: "Allowed" },
];

export const stepsOf = ({ route, registration_id }: Pick<ConsentView, "route" | "registration_id">): Step[] =>
  registration_id ? ADMIN : route === "device" ? CODE : BROWSER;

export type StepState = "done" | "now" | "failed" | "todo";

/** How far each step is. The one after the last that was reported is under way, or has failed. */
export function stepStates(steps: Step[], news: ConsentNews[]): StepState[] {
  const place = (wanted: ConsentStep) => steps.findIndex(({ step }) => step === wanted);
  const reached = Math.max(-1, ...news.map(({ step }) => place(step)));
  const over = news.find(({ step }) => step === "done" || step === "failed" || step === "cancelled")?.step;
  if (over === "done") return steps.map(() => "done");
  // "Waiting" is reported when it begins, the others when they are over.
  const current = reached <= place("waiting") ? Math.max(reached, 0) : Math.min(reached + 1, steps.length - 1);
  return steps.map((_, at) => (at < current ? "done" : at > current ? "todo" : over ? "failed" : "now"));
}

const ASKED: [RegExp, string][] = [
  [/SMTP\.Send$|Mail\.Send$/i, "send mail as the account"],
  [/IMAP\.AccessAsUser\.All$|Mail\.Read$/i, "read mail to check arrival"],
  [/Mail\.ReadWrite$/i, "read and write mail"],
  [/^https:\/\/mail\.google\.com\/$/, "use all of Gmail"],
  [/^offline_access$/, "stay signed in"],
  [/^(openid|profile|email)$/, "see which account it is"],
];

/** What the person will be asked to allow; scopes without a translation stand as they are. */
export function askedWords(scopes: string[]): string {
  const words = scopes.map((scope) => ASKED.find(([pattern]) => pattern.test(scope))?.[1] ?? scope);
  return [...new Set(words)].join(", ");
}

/** "0:48 of 5:00". */
export function patience(startedAt: string, endsAt: string, now: Date): string {
  const start = Date.parse(startedAt);
  const total = Date.parse(endsAt) - start;
  return `${minutes(Math.min(Math.max(now.getTime() - start, 0), total))} of ${minutes(total)}`;
}

/** "14:32", until `endsAt`; `null` when that is over. */
export function left(endsAt: string, now: Date): string | null {
  const ms = Date.parse(endsAt) - now.getTime();
  return ms > 0 ? minutes(ms) : null;
}

function minutes(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

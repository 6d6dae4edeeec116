import type { Consent } from "../../stores/consent.svelte";

/** A failed consent as text, to hand to somebody who can help. No code, no state, no token is in it. */
export function report(consent: Consent): string {
  const problem = consent.failure ?? consent.problem;
  const { view } = consent;
  const lines = [
    view?.registration_id ? "Sendright: an administrator is asked" : "Sendright: sign-in",
    view && `Way back: ${[view.route, view.redirect_uri].filter(Boolean).join(", ")}`,
    view && `Asked for: ${view.scopes.join(" ")}`,
    ...consent.steps.map(({ at, step, note }) => `${at} ${step}${note === null ? "" : `: ${note}`}`),
    problem && `\n${problem.title} [${problem.code}]\n${problem.means}`,
    problem?.said && `\nReply:\n${problem.said}`,
    problem?.source && `\nSource: ${problem.source}`,
  ];
  return lines.filter((line) => typeof line === "string").join("\n");
}

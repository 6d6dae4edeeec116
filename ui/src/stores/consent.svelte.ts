import { problemFrom } from "../api/call";
import type { ConsentNews } from "../api/contract/ConsentNews";
import type { ConsentRoute } from "../api/contract/ConsentRoute";
import type { ConsentView } from "../api/contract/ConsentView";
import type { Problem } from "../api/contract/Problem";
import { Attempts } from "./attempts.svelte";

/** How long a pick may still be changed before the next question is asked, in milliseconds: arrow keys pass by others. */
const SETTLES = 200;

export type ConsentState = "idle" | "open" | "done" | "failed" | "cancelled";

/** The one consent that is asked on screen, and what has happened to it. */
export class Consent extends Attempts {
  view = $state<ConsentView | null>(null);
  steps = $state<ConsentNews[]>([]);
  /** Why it failed; `problem` of the base is for things like an address that could not be opened. */
  readonly failure = $derived<Problem | null>(this.steps.findLast((news) => news.problem)?.problem ?? null);
  readonly state = $derived<ConsentState>(stateOf(this.view, this.steps));
  /** It ended badly, or could not even begin. */
  readonly over = $derived(this.state === "failed" || this.state === "cancelled" || (!this.view && this.problem !== null));

  begin = (profileId: string, route: ConsentRoute | null, openBrowser = true) =>
    this.ask(() => this.call("begin_consent", { profile_id: profileId, route, open_browser: openBrowser }));

  /** Makes the link for an administrator; nobody's browser is opened by itself. */
  beginAdmin = (registrationId: string, route: ConsentRoute | null) =>
    this.ask(() => this.call("begin_admin_consent", { registration_id: registrationId, route, open_browser: false }));

  /** Asks in the place of what is open. Of several that come before one was asked, the last is. */
  private ask = (begin: () => Promise<ConsentView>) => {
    const mine = ++this.latest;
    this.turn = this.turn.then(async () => {
      if (this.state === "open") await new Promise((settled) => setTimeout(settled, SETTLES));
      if (mine !== this.latest) return;
      await this.cancel();
      await this.attempt(async () => {
        this.forget();
        const view = await begin();
        // Meanwhile the sheet was closed, or another way picked.
        if (mine !== this.latest) return void (await this.call("cancel_consent", view.id));
        this.view = view;
        // Rust may have told of the first steps before it answered.
        this.steps = this.early.filter((news) => news.consent_id === this.view?.id);
      });
    });
    return this.turn;
  };

  openAgain = () => this.withOpen((id) => this.call("open_consent_again", id));

  /** Hands over the address that the browser ended at. */
  answer = (text: string) => this.withOpen((id) => this.call("answer_consent", { consent_id: id, text }));

  /** Explains what the browser shows, for errors that never come back from it. */
  explain = async (text: string): Promise<Problem> => {
    try {
      return await this.call("explain_browser", { consent_id: this.view?.id ?? "", text });
    } catch (raw) {
      return problemFrom(raw);
    }
  };

  cancel = () => this.withOpen((id) => this.call("cancel_consent", id));

  /** Forgets the question; to be called when its sheet closes. */
  clear = () => {
    this.latest++;
    this.forget();
  };

  private forget() {
    this.view = null;
    this.steps = [];
    this.early = [];
    this.problem = null;
  }

  /** Takes what Rust tells; news about another question changes nothing. */
  hear = (news: ConsentNews) => {
    if (this.view?.id === news.consent_id) this.steps.push(news);
    else if (this.busy) this.early.push(news);
  };

  private early: ConsentNews[] = [];
  private latest = 0;
  private turn: Promise<void> = Promise.resolve();

  private withOpen = (work: (id: string) => Promise<unknown>) =>
    this.attempt(async () => {
      if (this.view && this.state === "open") await work(this.view.id);
    });
}

function stateOf(view: ConsentView | null, steps: ConsentNews[]): ConsentState {
  if (!view) return "idle";
  for (const { step } of steps) {
    if (step === "done" || step === "failed" || step === "cancelled") return step;
  }
  return "open";
}

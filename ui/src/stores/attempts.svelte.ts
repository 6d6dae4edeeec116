import { type Call, problemFrom } from "../api/call";
import type { Problem } from "../api/contract/Problem";

/** What every store has: a way to ask Rust, and one place where a failure becomes `problem`. */
export abstract class Attempts {
  problem = $state<Problem | null>(null);
  busy = $state(false);

  constructor(protected readonly call: Call) {}

  /** Does `work`; tells whether it went well. */
  protected async attempt(work: () => Promise<void>): Promise<boolean> {
    this.problem = null;
    this.busy = true;
    try {
      await work();
      return true;
    } catch (raw) {
      this.problem = problemFrom(raw);
      return false;
    } finally {
      this.busy = false;
    }
  }
}

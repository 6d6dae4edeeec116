import { type Call, problemFrom } from "../api/call";
import type { Problem } from "../api/contract/Problem";

/** What every store has: a way to ask Rust, and one place where a failure becomes `problem`. */
export abstract class Attempts {
  problem = $state<Problem | null>(null);
  busy = $state(false);

  /** Why the last rereading went wrong, as `problem` holds it. */
  private unread: Problem | null = null;
  private reading = false;
  private stale = false;

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

  /** Reads again after news, and once more where others came meanwhile. What the person was told of their own attempt stays. */
  protected async reread(read: () => Promise<void>) {
    this.stale = true;
    if (this.reading) return;
    this.reading = true;
    try {
      while (this.stale) {
        this.stale = false;
        await read();
      }
      this.tell(null);
    } catch (raw) {
      this.tell(problemFrom(raw));
    } finally {
      this.reading = false;
    }
  }

  /** Says how a rereading went, in the place of what was said of the one before. */
  private tell(problem: Problem | null) {
    if (this.problem !== null && this.problem !== this.unread) return;
    this.problem = problem;
    this.unread = this.problem;
  }
}

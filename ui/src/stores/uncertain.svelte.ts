import { Attempts } from "./attempts.svelte";

/** The messages that may have been sent, or not, and that the person was not shown yet. */
export class Uncertain extends Attempts {
  ids = $state<string[]>([]);

  follow = () =>
    this.reread(async () => {
      const ids = await this.call("unseen_uncertain", null);
      // Asked before Rust was told, it still names them.
      this.ids = ids.filter((id) => !this.shown.has(id));
    });

  /** The person was shown `ids`. */
  saw = async (ids: string[]) => {
    const seen = this.ids.filter((id) => ids.includes(id));
    if (seen.length === 0) return;
    for (const id of seen) this.shown.add(id);
    this.ids = this.ids.filter((id) => !ids.includes(id));
    await this.attempt(async () => void (await this.call("saw_uncertain", seen)));
  };

  private readonly shown = new Set<string>();
}

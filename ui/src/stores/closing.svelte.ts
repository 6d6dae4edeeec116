import type { Call } from "../api/call";
import { Attempts } from "./attempts.svelte";
import type { Nav } from "./nav.svelte";
import type { Outbox } from "./outbox.svelte";

/** The window is to be closed while something is being sent: the person decides. */
export class Closing extends Attempts {
  constructor(
    call: Call,
    private readonly nav: Nav,
    private readonly outbox: Outbox,
  ) {
    super(call);
  }

  ask = () => {
    if (this.outbox.underWay.length > 0) this.nav.closing = true;
    else void this.stopAndClose();
  };

  keepOpen = () => {
    if (!this.busy) this.nav.closing = false;
  };

  /** Nothing comes after it but the end of the window. */
  stopAndClose = () => this.attempt(async () => void (await this.call("stop_and_close", null)));
}

import type { SandboxMail } from "../api/contract/SandboxMail";
import type { SandboxMailDetail } from "../api/contract/SandboxMailDetail";
import type { SandboxView } from "../api/contract/SandboxView";
import { Attempts } from "./attempts.svelte";

/** The mail world inside this computer: whether it runs, and what has arrived there. */
export class Sandbox extends Attempts {
  view = $state<SandboxView | null>(null);
  mails = $state<SandboxMail[]>([]);
  opened = $state<SandboxMailDetail | null>(null);

  load = () => this.attempt(() => this.read());

  /** Reads again what is told to have changed. */
  follow = () => this.reread(() => this.read());

  start = () =>
    this.attempt(async () => {
      this.view = await this.call("start_sandbox", null);
      this.mails = await this.call("sandbox_inbox", null);
    });

  open = (id: string | null) => {
    this.wanted = id;
    return this.attempt(async () => {
      try {
        const mail = id === null ? null : await this.call("sandbox_mail", id);
        // Arrow keys are faster than Rust: only the mail that is still wanted is shown.
        if (this.wanted === id) this.opened = mail;
      } catch (raw) {
        if (this.wanted === id) throw raw;
      }
    });
  };

  private wanted: string | null = null;

  private async read() {
    this.view = await this.call("sandbox_view", null);
    this.mails = this.view.running ? await this.call("sandbox_inbox", null) : [];
    // A sandbox that was started anew has forgotten what is open here.
    if (!this.mails.some((mail) => mail.id === this.wanted)) this.opened = this.wanted = null;
  }
}

import { problemFrom } from "../api/call";
import type { SandboxMail } from "../api/contract/SandboxMail";
import type { SandboxMailDetail } from "../api/contract/SandboxMailDetail";
import type { SandboxView } from "../api/contract/SandboxView";
import { Attempts } from "./attempts.svelte";

/** The mail world inside this computer: whether it runs, and what has arrived there. */
export class Sandbox extends Attempts {
  view = $state<SandboxView | null>(null);
  mails = $state<SandboxMail[]>([]);
  opened = $state<SandboxMailDetail | null>(null);

  load = () =>
    this.attempt(async () => {
      this.view = await this.call("sandbox_view", null);
      this.mails = this.view.running ? await this.call("sandbox_inbox", null) : [];
      // A sandbox that was started anew has forgotten what is open here.
      if (!this.mails.some((mail) => mail.id === this.opened?.mail.id)) this.opened = null;
    });

  start = () =>
    this.attempt(async () => {
      this.view = await this.call("start_sandbox", null);
      this.mails = await this.call("sandbox_inbox", null);
    });

  open = async (id: string | null) => {
    this.wanted = id;
    if (id === null) {
      this.opened = null;
      return;
    }
    try {
      const mail = await this.call("sandbox_mail", id);
      if (this.wanted === id) this.opened = mail;
    } catch (raw) {
      this.problem = problemFrom(raw);
    }
  };

  private wanted: string | null = null;
}

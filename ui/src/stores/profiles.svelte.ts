import type { ApplyReport } from "../api/contract/ApplyReport";
import type { ProfileRow } from "../api/contract/ProfileRow";
import type { ProfileSettings } from "../api/contract/ProfileSettings";
import type { ProfileView } from "../api/contract/ProfileView";
import type { SignOutReport } from "../api/contract/SignOutReport";
import { Attempts } from "./attempts.svelte";

/** The senders on screen. Rust owns the truth; this is a copy, refreshed after every change. */
export class Profiles extends Attempts {
  rows = $state<ProfileRow[]>([]);
  /** Whether `rows` has been read at all: an empty list and no list are different things. */
  loaded = $state(false);
  chosenId = $state<string | null>(null);
  /** Everything about the chosen one; the row is there earlier than this. */
  view = $state<ProfileView | null>(null);

  readonly chosen = $derived(this.rows.find((row) => row.id === this.chosenId) ?? null);

  load = () => this.attempt(() => this.refresh());

  /** Reads again what is told to have changed. */
  follow = () => this.reread(() => this.refresh());

  choose = (id: string | null) => {
    if (id === this.chosenId) return Promise.resolve(true);
    this.chosenId = id;
    this.view = null;
    return this.attempt(() => this.refreshView());
  };

  setEnabled = (id: string, enabled: boolean) =>
    this.change(() => this.call("set_enabled", { id, enabled }));

  remove = (id: string) =>
    this.change(async () => {
      await this.call("remove_profile", id);
      if (this.chosenId === id) this.chosenId = this.view = null;
    });

  restore = (id: string) => this.change(() => this.call("restore_profile", id));

  /** Forgets the tokens of a sender; gives how the provider took it, or `null` when they could not be forgotten. */
  signOut = async (id: string) => {
    let report: SignOutReport | null = null;
    await this.change(async () => void (report = await this.call("sign_out", id)));
    return report as SignOutReport | null;
  };

  /** Copies a sender; gives the copy's id, or `null` when that failed. */
  duplicate = async (id: string) => {
    let copy: string | null = null;
    await this.change(async () => void (copy = await this.call("duplicate_profile", id)));
    return copy;
  };

  /**
   * Saves settings; gives the sender's id, or throws the `Problem`: the form shows it at its fields. Refused where they
   * are not any more as they were `seen`.
   */
  save = async (settings: ProfileSettings, seen: ProfileSettings | null = null) => {
    const id = await this.call("save_profile", { settings, seen });
    await this.attempt(() => this.refresh());
    return id;
  };

  /** Lets the person choose a declarative file and applies it; `null` when nothing came of it. */
  importFile = async (): Promise<ApplyReport | null> => {
    let report: ApplyReport | null = null;
    await this.change(async () => void (report = await this.call("import_file", null)));
    return report;
  };

  /** Lets the person choose a file and writes these senders to it, all when none is named; gives its name. */
  exportFile = async (ids: string[]): Promise<string | null> => {
    let file: string | null = null;
    await this.attempt(async () => void (file = await this.call("export_file", ids)));
    return file;
  };

  private change = (work: () => Promise<unknown>) =>
    this.attempt(async () => {
      await work();
      await this.refresh();
    });

  private async refresh() {
    this.rows = await this.call("list_profiles", null);
    this.loaded = true;
    // What was removed elsewhere stays as it was last seen: somebody may be writing a letter there.
    if (this.chosen) await this.refreshView();
  }

  private async refreshView() {
    const id = this.chosenId;
    if (id === null) return;
    const view = await this.call("get_profile", id);
    // Another one may have been chosen while Rust looked.
    if (this.chosenId === id) this.view = view;
  }
}

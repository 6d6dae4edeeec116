import type { Outcome } from "../api/contract/Outcome";
import { Remembered } from "./remembered.svelte";

export const TABS = ["overview", "compose", "history", "settings"] as const;
export type Tab = (typeof TABS)[number];

/** What a history shows first: only these outcomes, and this send opened. */
export interface Look {
  outcomes?: Outcome[];
  open?: string;
}

/** What the main pane shows. */
export type Place =
  | { view: "home" }
  | { view: "sender"; id: string; tab: Tab; look?: Look }
  | { view: "history"; look?: Look }
  | { view: "sandbox" }
  | { view: "settings" };

/** What hangs over the window; one at most, never a sheet on a sheet. */
export type SheetRequest =
  | { kind: "new-sender"; sandbox?: boolean }
  | { kind: "consent"; profileId: string }
  | { kind: "registration"; id: string | null }
  | { kind: "vault" }
  | { kind: "admin-consent"; registrationId: string };

/** Where the person is. */
export class Nav {
  place = $state<Place>({ view: "home" });
  sheet = $state<SheetRequest | null>(null);
  /** Whether the window is to be closed, and asks whether it may: over everything, also over a sheet. */
  closing = $state(false);
  /** Whether something hangs over the window, which has all keys then. */
  readonly covered = $derived(this.sheet !== null || this.closing);
  sidebar = $state(true);
  readonly sidebarWidth = new Remembered("sidebar-width", 240);
  readonly drawerHeight = new Remembered("drawer-height", 268);
  readonly closedGroups = new Remembered<string[]>("closed-groups", []);

  go = (place: Place) => (this.place = place);

  /** Opens a sender, on the tab that is open now unless another is asked for. */
  sender = (id: string, tab: Tab = this.tab) => this.go({ view: "sender", id, tab });

  open = (sheet: SheetRequest) => (this.sheet = sheet);

  close = () => (this.sheet = null);

  get tab(): Tab {
    return this.place.view === "sender" ? this.place.tab : "overview";
  }
}

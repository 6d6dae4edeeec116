import type { IconName } from "./components/icons";
import { counted } from "./text/when";
import type { Stores } from "./stores";
import { type Tab, TABS } from "./stores/nav.svelte";

/** Something that can be done from anywhere: by its keys, or by its name in the search field. */
export interface Command {
  title: string;
  icon: IconName;
  keys?: string;
  /** In a text field its keys belong to the text. */
  notWhileTyping?: boolean;
  /** Its keys also work over a sheet. */
  overSheets?: boolean;
  run: () => void;
}

/** What can be done now, in the order the search field lists it. */
export function commands(stores: Stores): Command[] {
  const { nav, settings, zoom } = stores;
  return [
    { title: "New sender…", icon: "plus", keys: "Ctrl+N", run: () => nav.open({ kind: "new-sender" }) },
    ...ofSender(stores),
    { title: "All history", icon: "history", run: () => nav.go({ view: "history" }) },
    { title: "Sandbox inbox", icon: "sandbox", run: () => nav.go({ view: "sandbox" }) },
    { title: "Try it in the sandbox", icon: "sandbox", keys: "Ctrl+B", notWhileTyping: true, run: () => void trySandbox(stores) },
    { title: "Import senders…", icon: "download", keys: "Ctrl+O", run: () => void importSenders(stores) },
    { title: "Export all senders…", icon: "upload", run: () => void exportSenders(stores, []) },
    { title: "New app registration…", icon: "app", run: () => nav.open({ kind: "registration", id: null }) },
    { title: "Settings", icon: "gear", keys: "Ctrl+,", run: () => nav.go({ view: "settings" }) },
    { title: "Hide or show the sidebar", icon: "app", keys: "Ctrl+\\", run: () => (nav.sidebar = !nav.sidebar) },
    { title: "Larger", icon: "plus", keys: "Ctrl+Plus", overSheets: true, run: zoom.larger },
    { title: "Smaller", icon: "minus", keys: "Ctrl+Minus", overSheets: true, run: zoom.smaller },
    { title: "Actual size", icon: "app", keys: "Ctrl+0", overSheets: true, run: zoom.reset },
    { title: "Light theme", icon: "gear", run: () => void settings.setTheme("light") },
    { title: "Dark theme", icon: "gear", run: () => void settings.setTheme("dark") },
    { title: "Theme of the system", icon: "gear", run: () => void settings.setTheme("system") },
  ];
}

function ofSender(stores: Stores): Command[] {
  const { nav, profiles } = stores;
  const row = profiles.chosen;
  if (!row || nav.place.view !== "sender") return [];
  const looks: Record<Tab, [title: string, icon: IconName]> = {
    overview: ["Overview of this sender", "info"],
    compose: ["Compose", "edit"],
    history: ["History of this sender", "history"],
    settings: ["Settings of this sender", "gear"],
  };
  return [
    ...TABS.map((tab, index) => ({
      title: looks[tab][0], icon: looks[tab][1], keys: `Ctrl+${index + 1}`, run: () => nav.sender(row.id, tab),
    })),
    ...(row.sign_in === "delegated"
      ? [{ title: "Sign in…", icon: "key" as const, run: () => nav.open({ kind: "consent", profileId: row.id }) }]
      : []),
    { title: "Duplicate this sender", icon: "copy", keys: "Ctrl+D", notWhileTyping: true, run: () => void duplicate(stores, row.id) },
    { title: "Export this sender…", icon: "upload", run: () => void exportSenders(stores, [row.id]) },
    { title: "Delete this sender", icon: "trash", run: () => void remove(stores, row.id) },
  ];
}

/** Copies a sender and shows the copy's settings. */
export async function duplicate({ profiles, nav }: Stores, id: string) {
  const copy = await profiles.duplicate(id);
  if (copy) nav.sender(copy, "settings");
}

/** Deletes a sender at once; Undo brings it back with all it had. */
export async function remove({ profiles, nav, toasts }: Stores, id: string) {
  const name = profiles.rows.find((row) => row.id === id)?.name;
  if (!name || !(await profiles.remove(id))) return;
  if (nav.place.view === "sender" && nav.place.id === id) nav.go({ view: "home" });
  toasts.show(`${name} deleted`, async () => {
    if (await profiles.restore(id)) nav.sender(id);
  });
}

/** Switches a sender on or off; switching off can be taken back for a while. */
export async function setEnabled({ profiles, toasts }: Stores, id: string, enabled: boolean) {
  const name = profiles.rows.find((row) => row.id === id)?.name ?? "Sender";
  if ((await profiles.setEnabled(id, enabled)) && !enabled) {
    toasts.show(`${name} disabled`, () => void profiles.setEnabled(id, true));
  }
}

/** Starts the sandbox and shows the first sender that lives in it; where that fails, the sandbox says why. */
export async function trySandbox({ sandbox, profiles, nav }: Stores) {
  const started = (await sandbox.start()) && (await profiles.load());
  const first = started ? profiles.rows.find((row) => row.sandbox) : undefined;
  if (first) nav.sender(first.id);
  else nav.go({ view: "sandbox" });
}

/** Asks for a file and applies it. */
export async function importSenders({ profiles, toasts }: Stores) {
  const report = await profiles.importFile();
  if (!report) return;
  const { created, changed, missing_secrets, found, sign_in_again } = report;
  const missing = missing_secrets.length > 0 ? `, ${counted(missing_secrets.length, "secret")} still to be stored` : "";
  const again = sign_in_again.length > 0 ? `; to be signed in again: ${sign_in_again.map((one) => one.profile).join(", ")}` : "";
  const looked = found.length > 0 ? "; endpoints looked up at the issuer" : "";
  const say = missing || again ? toasts.warn : toasts.show;
  say(`${created.length} created, ${changed.length} changed${missing}${looked}${again}`);
}

/** Asks for a place and writes senders there, without their secrets; all when none is named. */
export async function exportSenders({ profiles, toasts }: Stores, ids: string[]) {
  const file = await profiles.exportFile(ids);
  if (file) toasts.show(`Written to ${file}, without secrets`);
}

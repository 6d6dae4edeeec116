import type { AppView } from "../api/contract/AppView";
import { vault } from "../text/words";
import { Attempts } from "./attempts.svelte";

export type Theme = "system" | "light" | "dark";

/** The app as a whole: version, places, vault, and what the person chose. */
export class Settings extends Attempts {
  app = $state<AppView | null>(null);

  /** Where secrets are kept, in words. */
  get vault(): string {
    return vault(this.app?.vault ?? "keychain");
  }

  load = () =>
    this.attempt(async () => {
      this.app = await this.call("app_view", null);
      showTheme(this.app.settings.theme);
    });

  /** Opens a document in the person's browser. */
  openLink = (address: string) => this.attempt(async () => void (await this.call("open_link", address)));

  setTheme = (theme: Theme) => this.save({ theme });

  setHistoryDays = (days: number) => this.save({ history_days: days });

  /** Opens the vault file, or makes it; from then on secrets are kept there. */
  openVaultFile = async (passphrase: string) => {
    await this.call("open_vault_file", { passphrase });
    await this.load();
  };

  /** Keeps secrets in the keychain again. */
  useKeychain = () =>
    this.attempt(async () => {
      await this.call("use_keychain", null);
      this.app = await this.call("app_view", null);
    });

  private save = (change: Partial<AppView["settings"]>) =>
    this.attempt(async () => {
      if (!this.app) return;
      const settings = { ...$state.snapshot(this.app.settings), ...change };
      showTheme(settings.theme);
      await this.call("set_app_settings", settings);
      this.app.settings = settings;
    });
}

const systemIsDark = matchMedia("(prefers-color-scheme: dark)");
let follow = true;

systemIsDark.addEventListener("change", () => follow && paint());

/** Shows a theme, and leaves a copy for `theme.js`, which sets it before the first paint. */
function showTheme(theme: string) {
  follow = theme !== "light" && theme !== "dark";
  if (follow) localStorage.removeItem("theme");
  else localStorage.setItem("theme", theme);
  paint();
}

function paint() {
  document.documentElement.dataset.theme = localStorage.getItem("theme") ?? (systemIsDark.matches ? "dark" : "light");
}

import { problemFrom } from "../api/call";
import type { Problem } from "../api/contract/Problem";
import type { ProfileSettings } from "../api/contract/ProfileSettings";
import type { ProfileView } from "../api/contract/ProfileView";
import type { SecretName } from "../api/contract/SecretName";
import type { ServerSettings } from "../api/contract/ServerSettings";
import { faultWords } from "../text/faults";
import { namesUser } from "../text/route";
import { lasting } from "./lasting.svelte";
import { copy, same, takeOver } from "./merge";
import type { Profiles } from "./profiles.svelte";
import type { Registrations } from "./registrations.svelte";

/** A server that nothing is said of yet. */
export const NO_SERVER: ServerSettings = {
  host: "", port: 587, security: "starttls", min_tls: "1.2", ca_file: "", auth: "auto", allow_plaintext: "", chunking: false,
};

export const SECTIONS = ["Sign-in", "Server", "Sender", "Arrival check", "Network", "Alerts and backup"] as const;
export type Section = (typeof SECTIONS)[number];

/** Where each setting stands on the screen; a key as in the declarative file. */
const PLACES = {
  registration: "Sign-in", sign_in: "Sign-in", scopes: "Sign-in", token_grace_seconds: "Sign-in",
  transport: "Server", smtp: "Server", "smtp.host": "Server", "smtp.port": "Server", "smtp.security": "Server",
  "smtp.min_tls": "Server", "smtp.ca_file": "Server", "smtp.auth": "Server", "smtp.allow_plaintext": "Server", "smtp.chunking": "Server",
  name: "Sender", tags: "Sender", mailbox: "Sender", from: "Sender", reply_to: "Sender", send_as: "Sender",
  save_to_sent_items: "Server",
  imap: "Arrival check", "imap.host": "Arrival check", "imap.port": "Arrival check", "imap.user": "Arrival check",
  "imap.security": "Arrival check",
  route: "Network",
  technical_mail: "Alerts and backup", backup: "Alerts and backup",
} as const satisfies Record<string, Section>;

export type Key = keyof typeof PLACES;
const KEYS = Object.keys(PLACES) as Key[];

/** The section of a setting that Rust named. */
export const placeOf = (field: string): Section => (field in PLACES ? PLACES[field as Key] : "Sign-in");

interface Typed {
  owner: string;
  name: SecretName;
  value: string;
}

/** A sender's settings while they are edited: what is kept, what is written, and how they differ. */
export class SenderForm {
  now: ProfileSettings;
  /** What is wrong, by key, as sentences. */
  faults = $state<Record<string, string>>({});
  problem = $state<Problem | null>(null);
  saving = $state(false);
  /** How often everything was saved or reverted: fields that remember what was done in them begin anew. */
  settled = $state(0);
  /** Where something changed elsewhere since this was edited. */
  elsewhere = $state<Section[]>([]);
  /** As they are kept; `now` differs from it by what the person changed. */
  private kept: ProfileSettings;
  /** The server that is used where the sender names none: one of its own is compared with it. */
  private usual: ServerSettings | null;
  /** Secrets that were typed and are not in the vault yet. */
  private typed = $state<Typed[]>([]);
  /** Those of them that these settings ask for. Any other has no field any more, and may be the secret of an app that others use. */
  private readonly asked = $derived.by(() => this.typed.filter((one) => this.asksFor(one)));

  readonly changed = $derived.by(() => new Set(KEYS.filter((key) => this.differs(key))));
  readonly changedSections = $derived.by(() => new Set([...this.changed].map(placeOf)));
  readonly faultySections = $derived(new Set(Object.keys(this.faults).map(placeOf)));
  /** How many settings differ; a server that was there before counts by its parts. */
  readonly count = $derived.by(() => [...this.changed].filter((key) => !this.hasParts(key)).length + this.asked.length);

  constructor(private readonly profiles: Profiles, private readonly registrations: Registrations, view: ProfileView) {
    this.now = $state(copy(view.settings));
    this.kept = $state(copy(view.settings));
    this.usual = $state(view.effective.smtp);
  }

  /** What is kept may have changed elsewhere: settings that were not edited follow it. */
  follow(view: ProfileView) {
    // What is being saved comes back as Rust keeps it; the end of the saving looks at that.
    if (this.saving) return;
    this.usual = view.effective.smtp;
    const fresh = copy(view.settings);
    const changed = takeOver(this.now, this.kept, fresh);
    this.kept = fresh;
    const sections = changed.filter((key) => key in PLACES).map(placeOf);
    if (this.count > 0) this.elsewhere = SECTIONS.filter((one) => this.elsewhere.includes(one) || sections.includes(one));
  }

  revert() {
    this.now = copy(this.kept);
    this.typed = [];
    this.problem = null;
    this.settle();
  }

  /** The value at a key such as `smtp.port`. */
  at(key: Key): unknown {
    return valueAt(this.now, key);
  }

  /** What a changed setting was; `usual` is what an empty one means. */
  was(key: Key, usual = ""): string | null {
    if (!this.changed.has(key)) return null;
    const value = this.before(key);
    const shown = Array.isArray(value) ? value.join(", ") : String(value ?? "");
    return `was ${shown || usual || "empty"}`;
  }

  set(key: Key, value: unknown) {
    const [first, second] = key.split(".") as [string, string | undefined];
    const whole = this.now as unknown as Record<string, unknown>;
    if (second === undefined) whole[first] = value;
    else (whole[first] as Record<string, unknown>)[second] = value;
    this.mark(key, null);
  }

  /** What was typed as a secret of a sender or its app registration. */
  secret(owner: string, name: SecretName): string {
    return this.typed.find((one) => one.owner === owner && one.name === name)?.value ?? "";
  }

  /** Keeps what was typed until it is stored; each secret belongs to one owner at a time. */
  type(owner: string, name: SecretName, value: string) {
    const others = this.typed.filter((one) => one.name !== name);
    this.typed = value === "" ? others : [...others, { owner, name, value }];
  }

  /** Stores one secret that was typed. */
  async store(owner: string, name: SecretName) {
    await this.registrations.setSecret(owner, name, this.secret(owner, name));
    this.type(owner, name, "");
  }

  /** Says what is wrong with one setting, or that nothing is. */
  mark(key: string, fault: string | null) {
    const { [key]: _, ...others } = this.faults;
    this.faults = fault === null ? others : { ...others, [key]: fault };
  }

  /** Names a server of its own, beginning with the one that is used. */
  ownServer() {
    this.now.smtp = this.usual ? { ...this.usual } : { ...NO_SERVER };
  }

  /** Saves, secrets as well; tells whether it worked. If not, `faults` or `problem` says why. */
  async save(): Promise<boolean> {
    this.saving = true;
    this.problem = null;
    const before = this.profiles.view;
    try {
      const settings = copy(this.now);
      await this.profiles.save(settings, copy(this.kept));
      this.kept = settings;
      await this.storeAll();
      this.settle();
      return true;
    } catch (raw) {
      await this.refused(problemFrom(raw));
      return false;
    } finally {
      this.saving = false;
      const { view } = this.profiles;
      if (view && view !== before && view.row.id === this.now.id) this.follow(view);
    }
  }

  private async storeAll() {
    const { asked } = this;
    for (const { owner, name } of asked) await this.store(owner, name);
    this.typed = [];
    if (asked.length === 0) return;
    await Promise.all([this.registrations.load(), this.profiles.load()]);
  }

  private asksFor({ owner, name }: Typed): boolean {
    switch (name) {
      case "password": return this.now.sign_in === "password";
      case "client-secret": return owner === this.now.registration;
      case "proxy-password": return namesUser(this.now.route);
      case "imap-password": return this.now.imap !== null;
      default: return false;
    }
  }

  private settle() {
    this.elsewhere = [];
    this.faults = {};
    this.settled += 1;
  }

  private async refused(problem: Problem) {
    this.faults = Object.fromEntries(problem.fields.map((one) => [one.field, faultWords(one)]));
    // A fault without a field on this screen is shown whole.
    this.problem = problem.fields.some(({ field }) => field in PLACES) ? null : problem;
    if (problem.code === "changed-elsewhere") await this.profiles.follow();
  }

  private differs(key: Key): boolean {
    const [whole] = key.split(".") as [keyof ProfileSettings];
    if (key !== whole && (!this.now[whole] || this.before(key) === undefined)) return false;
    return !same(valueAt(this.now, key), this.before(key));
  }

  /** The value that `key` had, or that was used in its place. */
  private before(key: Key): unknown {
    const part = key.startsWith("smtp.") && this.kept.smtp === null;
    return part ? valueAt({ smtp: this.usual }, key) : valueAt(this.kept, key);
  }

  private hasParts(key: Key): boolean {
    return [...this.changed].some((other) => other.startsWith(`${key}.`));
  }
}

/** One form for each sender: changes that were not saved survive other tabs and other senders. */
export class SenderForms {
  private readonly byProfile = new Map<string, SenderForm>();

  constructor(private readonly profiles: Profiles, private readonly registrations: Registrations) {}

  of(view: ProfileView): SenderForm {
    const form = this.byProfile.get(view.row.id) ?? lasting(() => new SenderForm(this.profiles, this.registrations, view));
    this.byProfile.set(view.row.id, form);
    return form;
  }
}

function valueAt(settings: Partial<ProfileSettings>, key: string): unknown {
  return key.split(".").reduce<unknown>((value, part) => (value as Record<string, unknown> | null)?.[part], settings);
}

import { problemFrom } from "../../api/call";
import type { Problem } from "../../api/contract/Problem";
import type { ProfileSettings } from "../../api/contract/ProfileSettings";
import type { RegistrationSettings } from "../../api/contract/RegistrationSettings";
import type { ServerSettings } from "../../api/contract/ServerSettings";
import { isAddress, named } from "../../mail/address";
import type { Profiles } from "../../stores/profiles.svelte";
import { NO_SERVER } from "../../stores/senderForms.svelte";
import type { Registrations } from "../../stores/registrations.svelte";
import { faultWords } from "../../text/faults";
import { newRegistration, secretUse } from "../registration/rules";
import { ChosenCertificate } from "../registration/chosenCertificate.svelte";
import { namesUser, readRoute, wrongRoute } from "../../text/route";
import { methods } from "./methods";

/** Stands for a registration that is not there yet. */
export const NEW = "new";
/** The preset of personal Microsoft accounts. */
const PERSONAL = "outlook";

export type Step = "provider" | "method" | "app" | "consent" | "done";

/** The sender's fields that have a place here. */
const SHOWN = new Set(["mailbox", "from", "smtp.host", "smtp.port", "smtp.min_tls", "smtp.auth", "smtp.ca_file", "password", "route", "scopes"]);

/** Domains of mailboxes that belong to one provider. */
const DOMAINS: Record<string, RegExp> = {
  google: /^(gmail|googlemail)\.com$/, outlook: /^(outlook|hotmail|live|msn)\.[a-z.]+$/, yahoo: /^(yahoo\.[a-z.]+|ymail\.com)$/,
  aol: /^aol\.com$/, fastmail: /^fastmail\.(com|fm)$/, icloud: /^(icloud|me|mac)\.com$/, zoho: /^zoho(mail)?\.(com|eu|in)$/,
};

/** A sender that is being made. Nothing is lost on the way back, nor when a step fails. */
export class NewSender {
  step = $state<Step>("provider");
  mailbox = $state("");
  fromName = $state("");
  methodIndex = $state(0);
  /** The registration that was chosen, or `new`; `null`: nothing yet, and the first that fits is taken. */
  chosenApp = $state<string | null>(null);
  registration = $state(newRegistration("microsoft", null));
  /** What a provider that nobody knows calls the leave to send mail, separated by blanks. */
  scopes = $state("");
  /** What was typed and is not in the vault yet. */
  clientSecret = $state("");
  password = $state("");
  /** The user name at a server that does not know its users by their address; empty: the mailbox. */
  user = $state("");
  passwordStored = $state(false);
  /** The way to provider and server, which the sign-in goes as well. */
  route = $state("system");
  proxyPassword = $state("");
  proxyPasswordStored = $state(false);
  server = $state<ServerSettings>({ ...NO_SERVER });
  /** What is wrong, by field; those of the registration begin with `app.`. */
  faults = $state<Record<string, string>>({});
  problem = $state<Problem | null>(null);
  busy = $state(false);
  profileId = $state<string | null>(null);
  private chosenPreset = $state<string | null>(null);
  /** The new registration after its first save: it can still be changed, and no second one is made. */
  private madeId = $state<string | null>(null);
  /** The preset that registration and server were filled in for. */
  private filledFor: string | null = null;

  readonly presetId = $derived(this.chosenPreset ?? this.presetByDomain());
  readonly preset = $derived.by(() => this.registrations.presets.find((one) => one.id === this.presetId) ?? null);
  readonly ways = $derived(this.preset ? methods(this.preset) : []);
  readonly method = $derived(this.ways[this.methodIndex] ?? this.ways[0] ?? null);
  /** The sender, once it is saved. */
  readonly row = $derived.by(() => this.profiles.rows.find(({ id }) => id === this.profileId) ?? null);
  /** Nobody knows what this provider calls the leave to send mail. */
  readonly asksScopes = $derived(this.preset?.provider === "custom");
  readonly byOauth = $derived(this.method?.signIn === "delegated" || this.method?.signIn === "app-only");
  /** Registrations that were there before, and fit. */
  readonly known = $derived.by(() => this.registrations.all.filter(({ settings }) => this.fits(settings) && settings.id !== this.madeId));
  /** The one of them that is used; `null`: a new one. */
  readonly existing = $derived.by(() =>
    this.chosenApp === NEW ? null : (this.known.find(({ settings }) => settings.id === this.chosenApp) ?? this.known[0] ?? null));
  /** The registration as it is kept, if it is. */
  readonly kept = $derived.by(() => this.existing ?? this.registrations.of(this.madeId));
  readonly certificate: ChosenCertificate;
  readonly secretUse = $derived.by(() => {
    const { provider, redirect } = this.existing?.settings ?? this.registration;
    return secretUse(provider, redirect, [this.method?.signIn ?? "delegated"]);
  });
  /** The preset names no server, or the sender needs one of its own. */
  readonly ownServer = $derived(!this.byOauth || this.preset?.smtp === null);

  constructor(private readonly registrations: Registrations, private readonly profiles: Profiles) {
    this.certificate = new ChosenCertificate(registrations);
  }

  choosePreset(id: string) {
    if (id === this.presetId) return void (this.chosenPreset = id);
    this.chosenPreset = id;
    this.methodIndex = 0;
    this.problem = null;
  }

  /** Goes on, after what this step needs is there. Ends with whether it did. */
  async next(): Promise<boolean> {
    this.problem = null;
    this.faults = this.check();
    if (Object.keys(this.faults).length > 0) return false;
    switch (this.step) {
      case "provider": this.step = "method"; return true;
      case "method": this.enterApp(); return true;
      case "app": return this.save();
      default: this.step = "done"; return true;
    }
  }

  back() {
    this.problem = null;
    this.faults = {};
    const steps: Step[] = ["provider", "method", "app", "consent"];
    this.step = steps[Math.max(0, steps.indexOf(this.step) - 1)] ?? "provider";
  }

  /** Checks one field, on leaving it. */
  touch(field: string) {
    const fault = this.check()[field];
    const { [field]: _, ...others } = this.faults;
    this.faults = fault === undefined ? others : { ...others, [field]: fault };
  }

  private enterApp() {
    this.step = "app";
    const { preset } = this;
    if (!preset || this.filledFor === preset.id) return;
    this.filledFor = preset.id;
    this.certificate.reset();
    const domain = this.mailbox.trim().split("@")[1] ?? "";
    const fresh = newRegistration(preset.provider ?? "microsoft", preset.cloud);
    const tenant = preset.id === PERSONAL ? "consumers" : domain;
    this.registration = { ...fresh, name: free(domain, this.registrations.all.map((one) => one.settings.name)), tenant: preset.provider === "microsoft" ? tenant : "" };
    this.server = { ...(preset.smtp ?? NO_SERVER) };
  }

  /** A registration for personal accounts signs in no others, and the other way round. */
  private fits({ provider, cloud, tenant, sandbox }: RegistrationSettings): boolean {
    if (provider !== this.preset?.provider || sandbox) return false;
    if (provider !== "microsoft") return true;
    const personal = this.preset.id === PERSONAL;
    return cloud === this.preset.cloud && (tenant === "common" || (tenant === "consumers") === personal);
  }

  /** What this step still needs; Rust looks at the rest when it saves. */
  private check(): Record<string, string> {
    switch (this.step) {
      case "provider": return {
        ...(isAddress(this.mailbox.trim()) ? {} : { mailbox: "Write the mailbox as an address, such as invoices@kestrel.example" }),
        ...(this.preset ? {} : { provider: "Choose where this mailbox is" }),
      };
      case "app": return { ...(this.byOauth ? this.checkApp() : this.checkServer()), ...this.checkRoute() };
      default: return {};
    }
  }

  private checkApp(): Record<string, string> {
    const faults: Record<string, string> = {};
    if (this.existing !== null) {
      const there = this.clientSecret !== "" || this.existing.proves_itself_with !== null;
      if (this.secretUse === "needed" && !there) faults["app.client_secret"] = "This way of signing in needs the app’s client secret";
    } else {
      const missing = this.secretUse === "needed" ? this.certificate.missing(this.clientSecret, this.kept) : {};
      for (const [field, fault] of Object.entries(missing)) faults[`app.${field}`] = fault;
      const { tenant, client_id, name, provider } = this.registration;
      if (name.trim() === "") faults["app.name"] = "Give the registration a name";
      if (client_id.trim() === "") faults["app.client_id"] = "Copy the application’s (client) ID from the provider’s page";
      if (provider === "microsoft" && tenant.trim() === "") faults["app.tenant"] = "A GUID, a domain of the tenant, or one of: organizations, common, consumers";
    }
    return this.ownServer ? { ...faults, ...this.checkHost() } : faults;
  }

  private checkServer(): Record<string, string> {
    const missing = this.method?.signIn === "password" && this.password === "" && !this.passwordStored;
    return { ...this.checkHost(), ...(missing ? { password: "Type the password of the mailbox" } : {}) };
  }

  private checkRoute(): Record<string, string> {
    const wrong = wrongRoute(readRoute(this.route));
    return wrong === null ? {} : { route: wrong };
  }

  private checkHost(): Record<string, string> {
    return this.server.host.trim() === "" ? { "smtp.host": "Write the server’s name, for example smtp.kestrel.example" } : {};
  }

  /** Saves the registration, its secret, the sender and its passwords, in this order. */
  private async save(): Promise<boolean> {
    this.busy = true;
    try {
      const registration = this.byOauth ? await this.saveRegistration() : null;
      this.profileId = await this.profiles.save(this.settings(registration));
      if (this.method?.signIn === "password" && this.password !== "") {
        await this.registrations.setSecret(this.profileId, "password", this.password);
        this.password = "";
        this.passwordStored = true;
      }
      if (namesUser(this.route) && this.proxyPassword !== "") {
        await this.registrations.setSecret(this.profileId, "proxy-password", this.proxyPassword);
        this.proxyPassword = "";
        this.proxyPasswordStored = true;
      }
      this.step = this.method?.signIn === "delegated" ? "consent" : "done";
      return true;
    } catch (raw) {
      this.fail(problemFrom(raw));
      return false;
    } finally {
      this.busy = false;
    }
  }

  private async saveRegistration(): Promise<string> {
    const { existing, kept } = this;
    let id = existing?.settings.id ?? null;
    if (id === null) {
      try {
        id = this.madeId = await this.registrations.save({ ...$state.snapshot(this.registration), id: this.madeId });
      } catch (raw) {
        throw inApp(problemFrom(raw));
      }
      this.chosenApp = NEW;
    }
    if (this.clientSecret !== "" && this.secretUse !== "not-used") {
      await this.registrations.setSecret(id, "client-secret", this.clientSecret);
      await this.registrations.load();
    }
    this.clientSecret = "";
    if (existing === null && this.secretUse !== "not-used") {
      try {
        await this.certificate.keep(id, kept);
      } catch (raw) {
        throw inApp(problemFrom(raw));
      }
    }
    return id;
  }

  private fail(problem: Problem) {
    this.faults = Object.fromEntries(problem.fields.map((one) => [one.field, faultWords(one)]));
    const first = problem.fields[0]?.field;
    if (first === "mailbox" || first === "from") this.step = "provider";
    // A fault without a field on this screen is shown whole.
    this.problem = problem.fields.length === 0 || !problem.fields.every(({ field }) => this.shows(field)) ? problem : null;
  }

  private shows(field: string): boolean {
    return field.startsWith("app.") || SHOWN.has(field);
  }

  private settings(registration: string | null): ProfileSettings {
    const mailbox = this.mailbox.trim();
    const user = this.byOauth ? "" : this.user.trim();
    const from = user !== "" || this.fromName.trim() !== "" ? named(this.fromName, mailbox) : "";
    // Rust names a sender after what it signs in as; people know it by its address.
    const name = user === "" ? "" : free(mailbox, this.profiles.rows.map((row) => row.name));
    return {
      id: this.profileId, name: this.row?.name ?? name, enabled: true, tags: [], registration,
      sign_in: this.method?.signIn ?? "none", scopes: this.byOauth && this.asksScopes ? this.scopes.split(/\s+/).filter(Boolean) : [], token_grace_seconds: 30,
      transport: this.method?.transport ?? "smtp",
      mailbox: user || mailbox, from, reply_to: "", send_as: [], save_to_sent_items: true,
      smtp: this.ownServer ? $state.snapshot(this.server) : null,
      imap: null, route: this.route, technical_mail: "", backup: null, sandbox: false,
    };
  }

  private presetByDomain(): string | null {
    const domain = this.mailbox.trim().split("@")[1]?.toLowerCase() ?? "";
    const found = Object.entries(DOMAINS).find(([, pattern]) => pattern.test(domain));
    return found?.[0] ?? this.registrations.presets[0]?.id ?? null;
  }
}

/** `wanted`, with a number where it is among the names that are `taken`. */
function free(wanted: string, taken: string[]): string {
  const lower = taken.map((name) => name.toLowerCase());
  let name = wanted;
  for (let number = 2; lower.includes(name.toLowerCase()); number += 1) name = `${wanted} ${number}`;
  return name;
}

const inApp = (problem: Problem): Problem =>
  ({ ...problem, fields: problem.fields.map((one) => ({ ...one, field: `app.${one.field}` })) });

import type { AppView } from "../api/contract/AppView";
import type { ConsentStep } from "../api/contract/ConsentStep";
import type { Contract } from "../api/contract/Contract";
import type { HistoryDetail } from "../api/contract/HistoryDetail";
import type { HistoryQuery } from "../api/contract/HistoryQuery";
import type { HistoryRow } from "../api/contract/HistoryRow";
import type { News } from "../api/contract/News";
import type { Outcome } from "../api/contract/Outcome";
import type { Problem } from "../api/contract/Problem";
import type { ProfileSettings } from "../api/contract/ProfileSettings";
import type { ProfileView } from "../api/contract/ProfileView";
import type { SecretName } from "../api/contract/SecretName";
import type { SendReport } from "../api/contract/SendReport";
import type { SendRequest } from "../api/contract/SendRequest";
import { sampleCertificate } from "./sample/certificate";
import { sampleHistory } from "./sample/history";
import { Moments, uuid } from "./sample/ids";
import { noSuchRecipient, smtpAuthOff, uncertain, wrongPassphrase, wrongPlatform } from "./sample/problems";
import { sampleProfiles } from "./sample/profiles";
import { sampleCode, samplePresets, sampleRegistrations } from "./sample/registrations";
import { sampleMails, sampleSandbox } from "./sample/sandbox";

type Answers = { [C in keyof Contract]: (request: Contract[C][0]) => Contract[C][1] | Promise<Contract[C][1]> };

const GONE: Problem = {
  code: "unknown-profile", title: "There is no such sender", means: "It was deleted meanwhile.", said: null,
  retry: "never", retry_after_ms: null, causes: [], fields: [], source: null,
};

/** A small world with Sendright's rules as far as the window can see them. */
export class FakeWorld {
  tell: (news: News) => void = () => undefined;
  readonly at: Moments;
  profiles: ProfileView[];
  removed: ProfileView[] = [];
  registrations = structuredClone(sampleRegistrations);
  history: HistoryDetail[];
  mails;
  sandbox = structuredClone(sampleSandbox);
  app: AppView = {
    version: "0.1.0",
    data_dir: "/home/mira/.local/share/sendright",
    vault: "keychain",
    vault_problem: null,
    vault_asks: null,
    vault_file: "/home/mira/.local/share/sendright/vault.age",
    vault_chosen: false,
    settings: { theme: "system", history_days: 90 },
  };
  /** Uncertain sends that the person was not shown yet. */
  unseen: string[] = [];
  /** What opens the vault file; the first one that is given where there is none. */
  passphrase: string | null = null;
  /** How every consent ends; `open`: it waits for the person. */
  consentEnds: "open" | "done" | "failed" = "open";
  /** How every send ends. */
  sendEnds: Outcome = "accepted";
  /** How long a step of a consent or a send takes, in milliseconds; tests have no time. */
  pace = 0;
  private next = 500;
  private readonly blank: ProfileView;

  constructor(now = new Date()) {
    this.at = new Moments(now);
    this.profiles = sampleProfiles(this.at);
    this.blank = structuredClone(this.profiles.find((one) => one.row.health === "never_verified") ?? this.profiles[0]) as ProfileView;
    this.history = sampleHistory(this.at, this.profiles.map((profile) => profile.row));
    this.mails = sampleMails(this.at);
  }

  /** A world in which nothing has been set up. */
  static empty(now?: Date): FakeWorld {
    const world = new FakeWorld(now);
    world.profiles = [];
    world.registrations = [];
    world.history = [];
    world.mails = [];
    world.sandbox = { running: false, addresses: [], user: "", mails: 0 };
    return world;
  }

  readonly answers: Answers = {
    app_view: () => this.app,
    set_app_settings: (settings) => ((this.app.settings = settings), null),
    list_profiles: () => this.profiles.map((profile) => profile.row),
    get_profile: (id) => this.profile(id),
    save_profile: ({ settings }) => this.save(settings),
    remove_profile: (id) => {
      this.removed.push(this.profile(id));
      this.profiles = this.profiles.filter((one) => one.row.id !== id);
      return null;
    },
    restore_profile: (id) => {
      this.profiles.push(...this.removed.filter((one) => one.row.id === id));
      return null;
    },
    set_enabled: ({ id, enabled }) => {
      const { row, settings } = this.profile(id);
      row.enabled = settings.enabled = enabled;
      row.health = enabled ? "never_verified" : "disabled";
      return null;
    },
    duplicate_profile: (id) => {
      const { settings } = this.profile(id);
      return this.save({ ...settings, id: null, name: `${settings.name} copy` });
    },
    list_registrations: () => this.registrations,
    discover_endpoints: ({ issuer }) => ({
      authorize_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer.replace("://", "://tokens.")}/token`, device_endpoint: "", revocation_endpoint: `${issuer}/revoke`,
      client_authentication: "post",
    }),
    sign_in_again: () => [],
    save_registration: ({ settings }) => {
      const id = settings.id ?? uuid(this.next++);
      const others = this.registrations.filter((one) => one.settings.id !== id);
      this.registrations = [
        ...others,
        {
          has_client_secret: false, admin_consent: null, certificate: null, proves_itself_with: null,
          ...this.registrations.find((one) => one.settings.id === id), settings: { ...settings, id }, used_by: [], redirect_to_register: "http://localhost/oauth2/callback",
        },
      ];
      return id;
    },
    remove_registration: (id) => ((this.registrations = this.registrations.filter((one) => one.settings.id !== id)), null),
    set_secret: () => null,
    remove_secret: ({ owner, name }) => this.forget(owner, name),
    choose_file: () => ({ file: uuid(this.next++), name: "kestrel-mailer.pfx", size: 2_595, content_type: "application/x-pkcs12" }),
    read_certificate: () => sampleCertificate(this.at),
    set_certificate: ({ registration }) => this.certify(registration),
    save_certificate: () => true,
    list_presets: () => samplePresets,
    begin_consent: ({ profile_id, route }) => this.consent(profile_id, null, route),
    begin_admin_consent: ({ registration_id, route }) => this.consent(null, registration_id, route),
    open_consent_again: () => null,
    answer_consent: () => null,
    explain_browser: () => wrongPlatform,
    cancel_consent: () => null,
    sign_out: (id) => ({ id, signed_in: false, revoked: true, end_access_at: null, problem: null }),
    token_view: (profile_id) => ({
      profile_id, signed_in: true, account: "svc-mailer@kestrel.example", access_expires_at: this.at.minutes(42),
      scopes: ["https://outlook.office.com/SMTP.Send"], audience: "https://outlook.office.com",
      signed_in_at: this.at.days(-61), refreshed_at: this.at.minutes(-18), tenant: null, app_id: null, missing_scopes: [], permissions: ["SMTP.Send"], opaque: false, claims: [],
    }),
    choose_attachments: () => [{ file: uuid(this.next++), name: "price-list.pdf", size: 184_220, content_type: "application/pdf" }],
    send: (request) => this.send(request),
    cancel_send: () => null,
    history: (query) => this.page(query),
    history_detail: (id) => this.history.find((one) => one.row.id === id) ?? Promise.reject({ ...GONE, code: "unknown-send" }),
    unseen_uncertain: () => this.unseen,
    saw_uncertain: (ids) => ((this.unseen = this.unseen.filter((id) => !ids.includes(id))), null),
    start_sandbox: () => (this.sandbox = { ...structuredClone(sampleSandbox), mails: this.mails.length }),
    sandbox_view: () => this.sandbox,
    sandbox_inbox: () => this.mails.map((one) => one.mail),
    sandbox_mail: (id) => this.mails.find((one) => one.mail.id === id) ?? Promise.reject(GONE),
    import_file: () => null,
    export_file: () => "senders.toml",
    open_link: () => null,
    open_vault_file: ({ passphrase }) => this.openVaultFile(passphrase),
    use_keychain: () => (Object.assign(this.app, { vault: "keychain", vault_chosen: false }), null),
    set_zoom: () => null,
    stop_and_close: () => null,
  };

  private openVaultFile(passphrase: string) {
    this.passphrase ??= passphrase;
    if (passphrase !== this.passphrase) throw wrongPassphrase;
    const vault_chosen = this.app.vault_chosen || this.app.vault === "keychain";
    Object.assign(this.app, { vault: "file", vault_problem: null, vault_asks: null, vault_chosen });
    return null;
  }

  private certify(id: string) {
    const certificate = sampleCertificate(this.at);
    const known = this.registrations.find((one) => one.settings.id === id);
    if (known) Object.assign(known, { certificate, proves_itself_with: "certificate" });
    return certificate;
  }

  private forget(owner: string, name: SecretName) {
    const known = this.registrations.find((one) => one.settings.id === owner);
    if (known && name === "certificate") known.certificate = null;
    if (known && name === "client-secret") known.has_client_secret = false;
    if (known) known.proves_itself_with = known.certificate ? "certificate" : known.has_client_secret ? "client-secret" : null;
    return null;
  }

  private profile(id: string): ProfileView {
    const found = this.profiles.find((one) => one.row.id === id);
    if (!found) throw GONE;
    return found;
  }

  private save(settings: ProfileSettings): string {
    const id = settings.id ?? uuid(this.next++);
    const old = this.profiles.find((one) => one.row.id === id) ?? structuredClone(this.blank);
    const { name, mailbox, tags, enabled, transport, sign_in, sandbox } = settings;
    const provider = this.registrations.find((one) => one.settings.id === settings.registration)?.settings.provider ?? null;
    const row = { ...old.row, id, provider, name: name || mailbox, mailbox, tags, enabled, transport, sign_in, sandbox };
    const others = this.profiles.filter((one) => one.row.id !== id);
    this.profiles = [...others, { ...old, row, settings: { ...settings, id } }];
    return id;
  }

  private consent(profileId: string | null, registrationId: string | null, route: Contract["begin_consent"][0]["route"]) {
    const id = uuid(this.next++);
    const news = { consent_id: id, profile_id: profileId, registration_id: registrationId, at: this.at.minutes(0), note: null, problem: null };
    const ends: Record<typeof this.consentEnds, ConsentStep[]> = {
      open: [], done: ["code_received", "tokens_stored", "identity_checked", "done"], failed: ["code_received", "failed"],
    };
    const device = route === "device" ? sampleCode : null;
    const opened: ConsentStep[] = device || registrationId ? [] : ["opened"];
    const steps: ConsentStep[] = [...opened, "waiting", ...ends[this.consentEnds]];
    steps.forEach((step, at) => {
      const problem = step === "failed" ? wrongPlatform : null;
      setTimeout(() => {
        if (step === "identity_checked" && profileId) this.signedIn(profileId);
        if (step === "done" && registrationId) this.allowed(registrationId);
        this.tell({ event: "consent", ...news, step, problem });
      }, this.pace * (at + 1));
    });
    return {
      id,
      profile_id: profileId,
      registration_id: registrationId,
      route: route ?? "loopback",
      url: device?.verification_uri ?? "https://login.microsoftonline.com/kestrel.example/oauth2/v2.0/authorize?client_id=11111111-2222-3333-4444-555555555555&response_type=code&state=…",
      redirect_uri: device ? "" : "http://localhost:51734/oauth2/callback",
      login_hint: profileId ? this.profile(profileId).row.mailbox : "",
      scopes: ["https://outlook.office.com/SMTP.Send", "offline_access", "openid"],
      note: null,
      started_at: this.at.minutes(0),
      ends_at: this.at.minutes(device ? 15 : registrationId ? 60 : 5),
      device,
    };
  }

  private allowed(registrationId: string) {
    const one = this.registrations.find(({ settings }) => settings.id === registrationId);
    const scopes = ["https://graph.microsoft.com/.default"];
    if (one) one.admin_consent = { granted_at: this.at.minutes(0), tenant: "11111111-2222-3333-4444-555555555555", scopes };
    this.tell({ event: "profiles_changed" });
  }

  private signedIn(profileId: string) {
    const { row, identity } = this.profile(profileId);
    row.health = "never_verified";
    identity.account = row.mailbox;
    identity.account_mailbox = "same";
    this.tell({ event: "profiles_changed" });
  }

  private async send(request: SendRequest): Promise<SendReport> {
    const stages = ["dns", "tcp", "tls", "ehlo", "auth", "sender", "message"];
    for (const stage of stages) {
      await new Promise((resume) => setTimeout(resume, this.pace));
      this.tell({ event: "send", send_id: request.send_id, stage, sent: 9_000, total: 18_422, cancellable: stage !== "message", wait_ms: null, limit_ms: null, check: null });
    }
    const problems: Partial<Record<Outcome, Problem>> = { refused: smtpAuthOff, partly: noSuchRecipient, uncertain };
    const problem = problems[this.sendEnds] ?? null;
    return {
      id: request.send_id,
      outcome: this.sendEnds,
      message_id: "<48214.c1@kestrel.example>",
      transport: request.via ?? "smtp",
      recipients: request.message.to.map((address, at) =>
        this.sendEnds === "partly" && at === 0
          ? { address, outcome: "refused", reply: noSuchRecipient.said }
          : this.sendEnds === "accepted" || this.sendEnds === "partly"
            ? { address, outcome: "accepted", reply: "250 2.1.5 Recipient OK" }
            : { address, outcome: this.sendEnds === "uncertain" ? "uncertain" : "not_sent", reply: null }),
      reply: problem ? problem.said : "250 2.0.0 OK",
      stage: "message",
      elapsed_ms: 843,
      problem,
      note: null,
    };
  }

  private page(query: HistoryQuery) {
    const words = query.search.toLowerCase().split(/\s+/).filter(Boolean);
    const asked = (row: HistoryRow) =>
      query.profile_ids.length === 0 || (row.profile_id !== null && query.profile_ids.includes(row.profile_id));
    const rows = this.history.map((one) => one.row).filter((row) => {
      const text = `${row.to} ${row.subject} ${row.result} ${row.profile_name}`.toLowerCase();
      return (
        asked(row) &&
        (query.outcomes.length === 0 || query.outcomes.includes(row.outcome)) &&
        (query.transport === null || row.transport === query.transport) &&
        (query.since === null || row.started_at >= query.since) &&
        words.every((word) => text.includes(word))
      );
    });
    const total = this.history.filter((one) => asked(one.row)).length;
    return { rows: rows.slice(query.offset, query.offset + query.limit), found: rows.length, total };
  }
}

import type { Credential } from "../../api/contract/Credential";
import type { Health } from "../../api/contract/Health";
import type { Identity } from "../../api/contract/Identity";
import type { ProfileRow } from "../../api/contract/ProfileRow";
import type { ProfileView } from "../../api/contract/ProfileView";
import type { Provider } from "../../api/contract/Provider";
import { type Moments, uuid } from "./ids";

type Line = [name: string, mailbox: string, provider: Provider | null, tag: string, health: Health];

const LINES: Line[] = [
  ["Order confirmations", "orders@kestrel.example", "microsoft", "Production", "ready"],
  ["Invoices", "invoices@kestrel.example", "microsoft", "Production", "failing"],
  ["Password resets", "no-reply@kestrel.example", "google", "Production", "ready"],
  ["Newsletter", "news@kestrel.example", "custom", "Production", "expiring"],
  ["Support desk", "support@kestrel.example", "microsoft", "Production", "needs_sign_in"],
  ["HR notices", "people@kestrel.example", "microsoft", "Production", "ready"],
  ["Monitoring alerts", "alerts@kestrel.example", null, "Internal", "ready"],
  ["Build server", "ci@kestrel.example", "google", "Internal", "never_verified"],
  ["Office scanner", "scan@kestrel.example", null, "Internal", "disabled"],
  ["Halden shop", "shop@halden.example", "microsoft", "Clients", "failing"],
  ["Porto lab", "hello@porto-lab.example", "google", "Clients", "ready"],
  ["Sandbox, SMTP", "mira@sandbox.example", "microsoft", "Staging", "needs_sign_in"],
];

/** The senders of a made-up company. */
export function sampleProfiles(at: Moments): ProfileView[] {
  return LINES.map((line, index) => view(line, index + 1, at));
}

function view(line: Line, number: number, at: Moments): ProfileView {
  const row = rowOf(line, number, at);
  return {
    row,
    failed: row.name === "Invoices" ? uuid(1001) : null,
    settings: {
      id: row.id,
      name: row.name,
      enabled: row.enabled,
      tags: row.tags,
      registration: row.provider === "microsoft" ? uuid(101) : row.provider === "google" ? uuid(102) : null,
      sign_in: row.sign_in,
      scopes: [],
      token_grace_seconds: 30,
      transport: row.transport,
      mailbox: row.mailbox,
      from: `${row.name === "Order confirmations" ? "Kestrel Orders" : row.name} <${row.mailbox}>`,
      reply_to: number === 1 ? "service@kestrel.example" : "",
      save_to_sent_items: true,
      send_as: number === 1 ? ["returns@kestrel.example"] : [],
      smtp: row.provider ? null : { host: "mail.kestrel.example", port: 465, security: "tls", min_tls: "1.2", ca_file: "", auth: "auto", allow_plaintext: "", chunking: false },
      imap: null,
      route: "direct",
      technical_mail: "",
      backup: null,
      sandbox: row.sandbox,
    },
    effective: {
      smtp: {
        host: { microsoft: "smtp.office365.com", google: "smtp.gmail.com", custom: "mail.kestrel.example" }[row.provider ?? "custom"],
        port: row.provider === "microsoft" ? 587 : 465,
        security: row.provider === "microsoft" ? "starttls" : "tls",
        min_tls: "1.2",
        ca_file: "",
        auth: "auto",
        allow_plaintext: "",
        chunking: false,
      },
      scopes: row.provider === "microsoft" ? ["https://outlook.office.com/SMTP.Send", "offline_access", "openid"] : [],
      route: "straight",
      graph_url: row.provider === "microsoft" ? "https://graph.microsoft.com" : null,
      redirect: row.provider ? "http://localhost/oauth2/callback" : null,
    },
    registration_name: row.provider === "microsoft" ? "Kestrel Mailer" : row.provider === "google" ? "Kestrel Google" : null,
    admin_consent: null,
    identity: identity(row, at),
    missing_scopes: [],
    credentials: credentials(row, at),
    not_yet: [],
  };
}

function rowOf([name, mailbox, provider, tag, health]: Line, number: number, at: Moments): ProfileRow {
  return {
    id: uuid(number),
    name,
    mailbox,
    provider,
    tags: [tag],
    enabled: health !== "disabled",
    transport: name === "HR notices" ? "graph" : "smtp",
    sign_in: provider ? "delegated" : "password",
    health,
    health_note: note(health, at),
    expires_at: health === "expiring" ? at.days(8.6) : null,
    sandbox: tag === "Staging",
  };
}

function note(health: Health, at: Moments): string {
  const notes: Record<Health, string> = {
    ready: `accepted ${at.minutes(-12)}`,
    needs_sign_in: "nobody has signed in yet",
    expiring: `the client secret ends ${at.days(8.6)}`,
    expired: `the client secret ended ${at.days(-2)}`,
    failing: "Sign-in refused",
    disabled: "switched off",
    never_verified: "never sent",
  };
  return notes[health];
}

function identity(row: ProfileRow, at: Moments): Identity {
  const delegated = row.sign_in === "delegated" && row.health !== "needs_sign_in";
  const shared = row.tags.includes("Production");
  return {
    account: delegated ? (shared ? "svc-mailer@kestrel.example" : row.mailbox) : null,
    mailbox: row.mailbox,
    from: row.mailbox,
    from_name: row.name === "Order confirmations" ? "Kestrel Orders" : row.name,
    proved_at: row.health === "ready" || row.health === "expiring" ? at.days(-1) : null,
    account_mailbox: !delegated ? "unknown" : !shared ? "same" : row.health === "failing" ? "mismatch" : "allowed",
    mailbox_from: "same",
  };
}

function credentials(row: ProfileRow, at: Moments): Credential[] {
  if (row.sign_in === "password") {
    return [
      { name: "password", present: true, since: at.days(-120), expires_at: null, renews_itself: false, note: "does not change" },
    ];
  }
  const signedIn = row.health !== "needs_sign_in";
  return [
    {
      name: "access_token", present: signedIn, since: null, expires_at: signedIn ? at.minutes(42) : null,
      renews_itself: true, note: signedIn ? "in memory, renews itself" : "none before somebody signs in",
    },
    {
      name: "refresh-token", present: signedIn, since: at.days(-0.4), expires_at: signedIn ? at.days(89.6) : null,
      renews_itself: true, note: "renews on each use",
    },
    {
      name: "client-secret", present: true, since: at.days(-160), expires_at: at.days(row.health === "expiring" ? 8.6 : 203),
      renews_itself: false, note: "",
    },
  ];
}

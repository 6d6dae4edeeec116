import { screen, waitFor } from "@testing-library/svelte";
import type { UserEvent } from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import imapServer from "../../api/contract/ImapServerSettings.ts?raw";
import profileSettings from "../../api/contract/ProfileSettings.ts?raw";
import registrationSettings from "../../api/contract/RegistrationSettings.ts?raw";
import server from "../../api/contract/ServerSettings.ts?raw";
import { fakeCall } from "../../testing/fakeCall";
import { uuid } from "../../testing/sample/ids";
import { show } from "../../testing/show";
import RegistrationSheet from "../registration/RegistrationSheet.svelte";
import SenderHeader from "../sender/SenderHeader.svelte";
import SenderSettings from "./SenderSettings.svelte";

/** Signs in with OAuth and uses its provider's server. */
const ORDERS = uuid(1);
/** Signs in with a password to a server of its own. */
const MONITORING = uuid(7);

/** What a person does to change one setting, and what is saved then. */
interface Change {
  of?: string | null;
  by: (user: UserEvent) => Promise<unknown>;
  to: unknown;
}

const write = (label: string | RegExp, text: string) => async (user: UserEvent) => {
  const field = await screen.findByLabelText(label);
  await user.clear(field);
  await user.type(field, text);
};
const pick = (label: string, value: string) => async (user: UserEvent) => user.selectOptions(await screen.findByLabelText(label), value);
const press = (name: string | RegExp) => async (user: UserEvent) => user.click(await screen.findByRole("button", { name }));
const choose = (name: string) => async (user: UserEvent) => user.click(await screen.findByRole("radio", { name }));
const both = (...steps: Change["by"][]) => async (user: UserEvent) => {
  for (const step of steps) await step(user);
};
const reading = (step: Change["by"]) => both(press("Name an IMAP server…"), step);

const SENDER: Record<string, Change> = {
  name: { by: write("Name", "Orders of the shop"), to: "Orders of the shop" },
  tags: { by: write("Tags", "finance, eu"), to: ["finance", "eu"] },
  registration: { by: pick("App registration", uuid(102)), to: uuid(102) },
  sign_in: { by: pick("Sign-in method", "app-only"), to: "app-only" },
  scopes: { by: both(press("Edit the scopes"), write("Scopes", "https://outlook.office.com/.default")), to: ["https://outlook.office.com/.default"] },
  token_grace_seconds: { by: write("Renew tokens", "120"), to: 120 },
  transport: { by: pick("Mail leaves by", "graph"), to: "graph" },
  mailbox: { by: write("Mailbox", "shop@kestrel.example"), to: "shop@kestrel.example" },
  from: { by: both(write("From", "billing@kestrel.example"), write("Display name", "Billing")), to: "Billing <billing@kestrel.example>" },
  reply_to: { by: write("Reply-To", "help@kestrel.example"), to: "help@kestrel.example" },
  send_as: { by: write("May also send as", "anna@kestrel.example{Enter}"), to: ["returns@kestrel.example", "anna@kestrel.example"] },
  save_to_sent_items: { by: both(pick("Mail leaves by", "graph"), pick("Sent Items", "false")), to: false },
  "smtp.host": { of: MONITORING, by: write("Host and port", "relay.kestrel.example"), to: "relay.kestrel.example" },
  "smtp.port": { of: MONITORING, by: write("Port", "2465"), to: 2465 },
  "smtp.security": { of: MONITORING, by: pick("Security", "starttls"), to: "starttls" },
  "smtp.min_tls": { of: MONITORING, by: pick("Oldest TLS", "1.3"), to: "1.3" },
  "smtp.auth": { of: MONITORING, by: pick("Sign in to it by", "plain"), to: "plain" },
  "smtp.ca_file": { of: MONITORING, by: write(/^Extra CA file/, "/etc/ssl/kestrel.pem"), to: "/etc/ssl/kestrel.pem" },
  "smtp.allow_plaintext": { of: MONITORING, by: both(pick("Security", "none"), press("Allow…"), press("Allow for this server")), to: "mail.kestrel.example" },
  "smtp.chunking": { of: MONITORING, by: pick("Message", "true"), to: true },
  "imap.host": { by: reading(write("IMAP host", "imap.kestrel.example")), to: "imap.kestrel.example" },
  "imap.port": { by: reading(both(write("IMAP host", "imap.kestrel.example"), write("Port", "1993"))), to: 1993 },
  "imap.security": { by: reading(both(write("IMAP host", "imap.kestrel.example"), pick("Security", "starttls"))), to: "starttls" },
  "imap.user": {
    by: reading(async (user) => {
      await write("IMAP host", "imap.kestrel.example")(user);
      const field = screen.getAllByLabelText("Mailbox").at(-1) as HTMLElement;
      await user.type(field, "archive@kestrel.example");
    }),
    to: "archive@kestrel.example",
  },
  route: { by: pick("Connections go", "system"), to: "system" },
  technical_mail: { by: write("Failures go to", "it-ops@kestrel.example"), to: "it-ops@kestrel.example" },
  backup: { by: pick("Backup", MONITORING), to: MONITORING },
};

const MAILER = uuid(101);
/** A page takes the answer: then Entra wants a secret or a certificate. */
const web = (step: Change["by"]) => both(pick("Way back", "page"), write("Address of the page", "app.kestrel.example/back"), step);

/** Of another provider than those that are known. */
const own = (step: Change["by"]) => both(pick("Provider", "custom"), step);

const REGISTRATION: Record<string, Change> = {
  name: { of: MAILER, by: write("Name", "Mailer"), to: "Mailer" },
  provider: { of: null, by: pick("Provider", "google"), to: "google" },
  cloud: { of: MAILER, by: pick("Cloud", "china"), to: "china" },
  tenant: { of: MAILER, by: write("Tenant", "organizations"), to: "organizations" },
  client_id: { of: MAILER, by: write("Application (client) ID", "66666666-2222-3333-4444-555555555555"), to: "66666666-2222-3333-4444-555555555555" },
  client_secret_expires: { of: MAILER, by: web(write("Secret expires", "2028-01-31")), to: "2028-01-31" },
  certificate_algorithm: { of: MAILER, by: web(both(choose("Certificate"), press("Choose file…"), pick("Signs with", "rs256"))), to: "rs256" },
  redirect: { of: MAILER, by: pick("Way back", "deep-link"), to: "deep-link" },
  authority: { of: MAILER, by: write("Authority", "https://login.kestrel.example/"), to: "https://login.kestrel.example/" },
  authorize_endpoint: { of: MAILER, by: write("Authorize endpoint", "https://id.kestrel.example/a"), to: "https://id.kestrel.example/a" },
  token_endpoint: { of: MAILER, by: write("Token endpoint", "https://id.kestrel.example/t"), to: "https://id.kestrel.example/t" },
  device_endpoint: { of: MAILER, by: write("Device endpoint", "https://id.kestrel.example/d"), to: "https://id.kestrel.example/d" },
  graph_url: { of: MAILER, by: write("Graph address", "https://graph.kestrel.example/"), to: "https://graph.kestrel.example/" },
  ca_file: { of: MAILER, by: write("Extra CA file", "/etc/ssl/kestrel.pem"), to: "/etc/ssl/kestrel.pem" },
  issuer: { of: null, by: own(write(/^Issuer/, "https://id.kestrel.example")), to: "https://id.kestrel.example" },
  revocation_endpoint: { of: null, by: own(write("Revocation endpoint", "https://id.kestrel.example/r")), to: "https://id.kestrel.example/r" },
  confirmed_hosts: {
    of: null,
    by: own(both(
      write(/^Issuer/, "https://id.kestrel.example"), write("Token endpoint", "https://tokens.example/t"),
      async (user) => user.click(await screen.findByRole("switch", { name: "I trust tokens.example" })),
    )),
    to: ["tokens.example"],
  },
  client_authentication: { of: null, by: own(pick("Secret travels", "basic")), to: "basic" },
};

/** What other providers than the usual one have as well. */
const ELSEWHERE: [key: string, change: Change][] = [
  ["graph_url", { of: null, by: own(write("Graph address", "https://graph.kestrel.example/")), to: "https://graph.kestrel.example/" }],
  ["client_authentication", { of: MAILER, by: web(pick("Secret travels", "basic")), to: "basic" }],
];

/** The fields of a type that the contract has, below `prefix`. */
const fields = (contract: string, prefix = "") =>
  [...contract.replaceAll(/\/\*[^]*?\*\//g, "").matchAll(/(\w+): /g)].map(([, field]) => `${prefix}${field}`);

const at = (saved: unknown, key: string) =>
  key.split(".").reduce<unknown>((value, part) => (value as Record<string, unknown> | null)?.[part], saved);

function asked(fake: ReturnType<typeof fakeCall>, wanted: string) {
  return fake.asked.filter(({ command }) => command === wanted).map(({ request }) => request);
}

describe("every setting of a sender", () => {
  it("is in this table, or is set elsewhere", () => {
    const elsewhere = ["id", "sandbox", "enabled", "smtp", "imap"];
    const contract = [...fields(profileSettings), ...fields(server, "smtp."), ...fields(imapServer, "imap.")];
    expect(Object.keys(SENDER).sort()).toEqual(contract.filter((field) => !elsewhere.includes(field)).sort());
  });

  it.each(Object.entries(SENDER))("is saved: %s", async (key, { of = ORDERS, by, to }) => {
    const fake = fakeCall();
    const view = fake.world.profiles.find(({ row }) => row.id === of);
    if (!view) throw new Error("the sample has no such sender");
    const { user } = await show(SenderSettings, { view }, fake);
    await by(user);
    await user.click(screen.getByRole("button", { name: /^Save/ }));
    await waitFor(() => expect(asked(fake, "save_profile")).toHaveLength(1));
    expect(at(asked(fake, "save_profile")[0], `settings.${key}`)).toEqual(to);
  });

  it("is switched on and off at its name", async () => {
    const fake = fakeCall();
    const row = fake.world.profiles[0]?.row;
    if (!row) throw new Error("the sample has senders");
    const { user } = await show(SenderHeader, { row, tab: "overview" }, fake);
    await user.click(screen.getByRole("switch", { name: "Enabled" }));
    expect(asked(fake, "set_enabled")).toEqual([{ id: row.id, enabled: false }]);
  });
});

describe("every setting of an app registration", () => {
  it("is in this table", () => {
    const ours = ["id", "sandbox"];
    expect(Object.keys(REGISTRATION).sort()).toEqual(fields(registrationSettings).filter((field) => !ours.includes(field)).sort());
  });

  it.each([...Object.entries(REGISTRATION), ...ELSEWHERE])("is saved: %s", async (key, { of = null, by, to }) => {
    const fake = fakeCall();
    const { user } = await show(RegistrationSheet, { id: of, onclose: () => undefined }, fake);
    await by(user);
    await user.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(asked(fake, "save_registration")).toHaveLength(1));
    expect(at(asked(fake, "save_registration")[0], `settings.${key}`)).toEqual(to);
  });
});

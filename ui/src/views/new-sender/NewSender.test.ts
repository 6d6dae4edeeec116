import { screen, waitFor } from "@testing-library/svelte";
import { describe, expect, it } from "vitest";
import type { Problem } from "../../api/contract/Problem";
import type { ProfileSettings } from "../../api/contract/ProfileSettings";
import type { RegistrationSettings } from "../../api/contract/RegistrationSettings";
import { type Answers, failsWith, fakeCall } from "../../testing/fakeCall";
import { FakeWorld } from "../../testing/fakeWorld";
import { vaultAbsent } from "../../testing/sample/problems";
import { faults, show } from "../../testing/show";
import NewSender from "./NewSender.svelte";

const CLIENT = "11111111-2222-3333-4444-555555555555";

async function wizard(answers: Answers = {}, world = FakeWorld.empty()) {
  const fake = fakeCall(answers, world);
  const shown = await show(NewSender, {}, fake, ({ nav }) => nav.open({ kind: "new-sender" }));
  const asked = <Request>(command: string) => fake.asked.filter((one) => one.command === command).map(({ request }) => request as Request);
  const saved = <Settings>(command: string) => asked<{ settings: Settings }>(command).map(({ settings }) => settings);
  const { user } = shown;
  const on = async () => user.click(await screen.findByRole("button", { name: /^Continue/ }));
  const mailbox = async (address: string) => {
    await user.type(screen.getByLabelText("Mailbox"), address);
    await on();
  };
  return { ...shown, asked, saved, on, mailbox };
}

const clientFault: Problem = {
  code: "invalid-settings", title: "", means: "", said: null, retry: "after_change", retry_after_ms: null, causes: [], source: null,
  fields: [{ field: "client_id", fault: "it is not a GUID", remedy: "Copy the Application (client) ID" }],
};

describe("the first step", () => {
  it("says what is missing instead of having a dead button", async () => {
    const { on } = await wizard();
    await on();
    expect(screen.getByLabelText("Mailbox")).toHaveFocus();
    expect(screen.getByLabelText("Mailbox")).toBeInvalid();
    expect(await faults()).toEqual([]);
  });

  it("knows where some mailboxes are, and lets itself be corrected", async () => {
    const { user } = await wizard();
    await user.type(screen.getByLabelText("Mailbox"), "mira@gmail.com");
    expect(screen.getByRole("radio", { name: /^Google/ })).toBeChecked();
    await user.click(screen.getByRole("radio", { name: /^Another SMTP server/ }));
    expect(screen.getByRole("radio", { name: /^Another SMTP server/ })).toBeChecked();
  });

  it("offers the sandbox", async () => {
    const { user, asked, stores } = await wizard();
    await user.click(screen.getByRole("radio", { name: /^Sandbox/ }));
    await user.click(screen.getByRole("button", { name: /^Start the sandbox/ }));
    await waitFor(() => expect(stores.nav.sheet).toBeNull());
    expect(asked("start_sandbox")).toHaveLength(1);
  });
});

describe("a sender that a person signs in", () => {
  it("goes through all steps: registration, sender, consent, first message", async () => {
    const { user, asked, saved, on, mailbox, stores, fake } = await wizard();
    await mailbox("invoices@kestrel.example");
    expect(screen.getByRole("radio", { name: /^OAuth, delegated/ })).toBeChecked();
    expect(screen.getByText(/An administrator may have to approve it/)).toBeVisible();
    expect(await faults()).toEqual([]);
    await user.keyboard("{Enter}");
    expect(screen.getByLabelText("Tenant")).toHaveValue("kestrel.example");
    await waitFor(() => expect(screen.getByLabelText("Name"), "the next step has the focus").toHaveFocus());
    expect(screen.getByText("http://localhost/oauth2/callback")).toBeVisible();
    expect(await faults()).toEqual([]);
    await user.type(screen.getByLabelText("Application (client) ID"), CLIENT);
    await on();
    await waitFor(() => expect(stores.consent.view).not.toBeNull());
    expect(asked("begin_consent")).toHaveLength(1);
    expect(saved<RegistrationSettings>("save_registration")).toMatchObject([{ id: null, tenant: "kestrel.example", client_id: CLIENT, redirect: "loopback" }]);
    const registration = stores.registrations.all[0]?.settings.id;
    expect(saved<ProfileSettings>("save_profile")).toMatchObject([{
      id: null, mailbox: "invoices@kestrel.example", sign_in: "delegated", transport: "smtp", registration, smtp: null,
    }]);
    expect(asked("set_secret")).toEqual([]);
    const id = stores.consent.view?.id ?? "";
    const profile_id = stores.consent.view?.profile_id ?? "";
    fake.tell({ event: "consent", consent_id: id, profile_id, registration_id: null, step: "done", at: fake.world.at.minutes(0), note: null, problem: null });
    await on();
    await user.click(await screen.findByRole("button", { name: "Write the first message" }));
    await waitFor(() => expect(stores.nav.place).toMatchObject({ view: "sender", id: profile_id, tab: "compose" }));
  });

  it("loses nothing when a step fails, and makes no second registration", async () => {
    let tries = 0;
    const { user, asked, saved, on, mailbox, fake, stores } = await wizard({ save_profile: (request) => {
      tries += 1;
      return tries === 1 ? Promise.reject(vaultAbsent) : fake.world.answers.save_profile(request);
    } });
    await mailbox("invoices@kestrel.example");
    await on();
    await user.type(screen.getByLabelText("Application (client) ID"), CLIENT);
    await on();
    expect(await screen.findByText(vaultAbsent.title)).toBeVisible();
    await on();
    await waitFor(() => expect(asked("begin_consent")).toHaveLength(1));
    expect(saved<RegistrationSettings>("save_registration").map(({ id }) => id)).toEqual([null, stores.registrations.all[0]?.settings.id]);
    expect(stores.registrations.all).toHaveLength(1);
  });

  it("shows Rust's faults at their fields", async () => {
    const { user, on, mailbox } = await wizard({ save_registration: failsWith(clientFault) });
    await mailbox("invoices@kestrel.example");
    await on();
    await user.type(screen.getByLabelText("Application (client) ID"), "wrong");
    await on();
    const field = screen.getByLabelText("Application (client) ID");
    await waitFor(() => expect(field).toHaveFocus());
    expect(field).toHaveAccessibleDescription("It is not a GUID. Copy the Application (client) ID.");
    expect(field).toHaveValue("wrong");
  });

  it("says what is wrong with the name that is shown where it stands", async () => {
    const long: Problem = { ...clientFault, fields: [{ field: "from", fault: "it is too long", remedy: "Shorten it" }] };
    const { on, mailbox, user } = await wizard({ save_profile: failsWith(long) });
    await mailbox("invoices@kestrel.example");
    await on();
    await user.type(screen.getByLabelText("Application (client) ID"), CLIENT);
    await on();
    await waitFor(() => expect(screen.getByLabelText("Shown as")).toHaveFocus());
    expect(screen.getByLabelText("Shown as")).toHaveAccessibleDescription("It is too long. Shorten it.");
  });

  it("keeps what was written on the way back", async () => {
    const { user, on, mailbox } = await wizard();
    await mailbox("invoices@kestrel.example");
    await user.click(screen.getByRole("radio", { name: /^Microsoft Graph, delegated/ }));
    await on();
    await user.type(screen.getByLabelText("Application (client) ID"), CLIENT);
    for (const _ of [1, 2]) await user.click(screen.getByRole("button", { name: "Back" }));
    expect(screen.getByLabelText("Mailbox")).toHaveValue("invoices@kestrel.example");
    await on();
    expect(screen.getByRole("radio", { name: /^Microsoft Graph, delegated/ })).toBeChecked();
    await on();
    expect(screen.getByLabelText("Application (client) ID")).toHaveValue(CLIENT);
  });

  it("can go back from the sign-in and correct the new registration", async () => {
    const { user, asked, saved, on, mailbox, stores } = await wizard();
    await mailbox("invoices@kestrel.example");
    await on();
    await user.type(screen.getByLabelText("Application (client) ID"), CLIENT);
    await on();
    await waitFor(() => expect(stores.consent.view).not.toBeNull());
    await user.click(screen.getByRole("button", { name: "Back" }));
    expect(asked("cancel_consent")).toHaveLength(1);
    const tenant = await screen.findByLabelText("Tenant");
    await user.clear(tenant);
    await user.type(tenant, "halden.example");
    await on();
    await waitFor(() => expect(asked("begin_consent")).toHaveLength(2));
    expect(stores.registrations.all.map(({ settings }) => settings.tenant)).toEqual(["halden.example"]);
    expect(saved<ProfileSettings>("save_profile").at(-1)?.id).toBe(stores.profiles.rows[0]?.id);
  });

  it("can use a registration that is there", async () => {
    const { asked, on, mailbox } = await wizard({}, new FakeWorld());
    await mailbox("invoices@kestrel.example");
    await on();
    expect(screen.getByLabelText("App registration")).toHaveDisplayValue("Kestrel Mailer");
    expect(await faults()).toEqual([]);
    await on();
    await waitFor(() => expect(asked("begin_consent")).toHaveLength(1));
    expect(asked("save_registration")).toEqual([]);
  });
});

describe("a sender at a provider that nobody knows", () => {
  it("is asked which scopes are for mail, under a registration whose name is free", async () => {
    const world = new FakeWorld();
    world.registrations.forEach(({ settings }, at) => (settings.name = at === 0 ? "kestrel.example" : settings.name));
    const { user, saved, on, mailbox } = await wizard({}, world);
    await user.click(screen.getByRole("radio", { name: /^Another OAuth provider/ }));
    await mailbox("invoices@kestrel.example");
    await on();
    if (screen.queryByLabelText("App registration")) await user.selectOptions(screen.getByLabelText("App registration"), "new");
    expect(screen.getByLabelText("Name")).toHaveValue("kestrel.example 2");
    expect(screen.getByText(/^Without scopes nothing of mail is asked for/)).toBeVisible();
    await user.type(screen.getByLabelText("Scopes"), "mail.send  offline_access");
    await user.type(screen.getByLabelText("Client ID"), "mailer");
    await user.type(screen.getByLabelText("Host and port"), "mail.kestrel.example");
    await on();
    await waitFor(() => expect(saved<ProfileSettings>("save_profile")).toMatchObject([{ scopes: ["mail.send", "offline_access"] }]));
  });
});

describe("a sender that only a proxy lets out", () => {
  it("signs in through the proxy, whose password goes to the vault before that", async () => {
    const { user, asked, saved, on, mailbox, fake } = await wizard();
    await mailbox("invoices@kestrel.example");
    await on();
    await user.type(screen.getByLabelText("Application (client) ID"), CLIENT);
    await user.click(screen.getByText("More settings"));
    await user.selectOptions(screen.getByLabelText("Connections go"), "http");
    await on();
    expect(screen.getByLabelText("Proxy and port")).toHaveFocus();
    expect(screen.getByLabelText("Proxy and port")).toBeInvalid();
    await user.type(screen.getByLabelText("Proxy and port"), "proxy.kestrel.example");
    await user.type(screen.getByLabelText("Proxy’s user"), "clerk");
    await user.type(screen.getByLabelText("Proxy password"), "s3cret!");
    expect(await faults()).toEqual([]);
    await on();
    await waitFor(() => expect(asked("begin_consent")).toHaveLength(1));
    expect(saved<ProfileSettings>("save_profile")).toMatchObject([{ route: "http://clerk@proxy.kestrel.example:3128" }]);
    expect(asked("set_secret")).toMatchObject([{ key: { name: "proxy-password" }, value: "s3cret!" }]);
    const order = fake.asked.map(({ command }) => command).filter((one) => ["set_secret", "begin_consent"].includes(one));
    expect(order).toEqual(["set_secret", "begin_consent"]);
    expect(document.body.innerHTML).not.toContain("s3cret!");
  });

  it("goes as the system says unless it is told otherwise", async () => {
    const { user, saved, on, mailbox } = await wizard();
    await mailbox("mira@fastmail.com");
    await on();
    await user.type(screen.getByLabelText("Password"), "app-pass-1");
    await user.click(screen.getByText("More settings"));
    await user.selectOptions(screen.getByLabelText("Oldest TLS"), "1.3");
    await user.selectOptions(screen.getByLabelText("Sign in to it by"), "login");
    await user.type(screen.getByLabelText(/^Extra CA file/), "/etc/ssl/kestrel.pem");
    expect(await faults()).toEqual([]);
    await on();
    await waitFor(() => expect(saved<ProfileSettings>("save_profile")).toMatchObject([{
      route: "system", smtp: { min_tls: "1.3", auth: "login", ca_file: "/etc/ssl/kestrel.pem" },
    }]));
  });
});

describe("a sender that an app signs in", () => {
  it("needs a secret, which goes to the vault once and leaves the window; no consent follows", async () => {
    const { user, asked, saved, on, mailbox } = await wizard();
    await mailbox("invoices@kestrel.example");
    await user.click(screen.getByRole("radio", { name: /^Microsoft Graph, app-only/ }));
    await on();
    expect(screen.queryByText("Register this address")).toBeNull();
    await user.type(screen.getByLabelText("Application (client) ID"), CLIENT);
    await on();
    expect(screen.getByLabelText("Client secret")).toBeInvalid();
    await user.type(screen.getByLabelText("Client secret"), "s3cret!");
    await on();
    expect(await screen.findByText("The sender is there")).toBeVisible();
    expect(asked("set_secret")).toMatchObject([{ key: { name: "client-secret" }, value: "s3cret!" }]);
    expect(saved<ProfileSettings>("save_profile")).toMatchObject([{ sign_in: "app-only", transport: "graph" }]);
    expect(asked("begin_consent")).toEqual([]);
    expect(document.body.innerHTML).not.toContain("s3cret!");
    expect(await faults()).toEqual([]);
  });
});

describe("a sender with a password", () => {
  it("brings the provider's server and stores the password once", async () => {
    const { user, asked, saved, on, mailbox, stores } = await wizard();
    await mailbox("mira@fastmail.com");
    await on();
    expect(screen.getByLabelText("Host and port")).toHaveValue("smtp.fastmail.com");
    await on();
    expect(screen.getByLabelText("Password")).toHaveFocus();
    expect(await faults()).toEqual([]);
    await user.type(screen.getByLabelText("Password"), "app-pass-1");
    await on();
    expect(await screen.findByText("The sender is there")).toBeVisible();
    expect(saved<ProfileSettings>("save_profile")).toMatchObject([{
      sign_in: "password", registration: null, mailbox: "mira@fastmail.com", smtp: { host: "smtp.fastmail.com", port: 465, security: "tls" },
    }]);
    expect(asked("set_secret")).toEqual([{ key: { owner: stores.profiles.rows[0]?.id, name: "password" }, value: "app-pass-1" }]);
  });

  it("is not left behind half made by Cancel", async () => {
    const { user, on, mailbox, stores, asked } = await wizard({ set_secret: failsWith(vaultAbsent) });
    await mailbox("mira@fastmail.com");
    await on();
    await user.type(screen.getByLabelText("Password"), "s3cret!");
    await on();
    expect(await screen.findByText(vaultAbsent.title)).toBeVisible();
    expect(stores.profiles.rows).toHaveLength(1);
    await user.click(screen.getByRole("button", { name: "Cancel" }));
    await waitFor(() => expect(stores.profiles.rows).toEqual([]));
    expect(asked("remove_profile")).toHaveLength(1);
    expect(stores.nav.sheet).toBeNull();
  });

  it("may have a user name that is no address; the From is the mailbox then", async () => {
    const { user, saved, on, mailbox } = await wizard();
    await user.click(screen.getByRole("radio", { name: /^Another SMTP server/ }));
    await mailbox("news@kestrel.example");
    await on();
    await user.type(screen.getByLabelText("Host and port"), "smtp.relay.example");
    await user.type(screen.getByLabelText("User name"), "apikey");
    await user.type(screen.getByLabelText("Password"), "k3y");
    await on();
    await waitFor(() => expect(saved<ProfileSettings>("save_profile")).toMatchObject([{ name: "news@kestrel.example", mailbox: "apikey", from: "news@kestrel.example" }]));
  });
});

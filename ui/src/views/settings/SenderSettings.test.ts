import { screen, waitFor } from "@testing-library/svelte";
import { describe, expect, it } from "vitest";
import type { Problem } from "../../api/contract/Problem";
import type { SaveProfile } from "../../api/contract/SaveProfile";
import { type Answers, type Fake, failsWith, fakeCall } from "../../testing/fakeCall";
import { faults, show } from "../../testing/show";
import SenderSettings from "./SenderSettings.svelte";

const ORDERS = "00000000-0000-4000-8000-000000000001";
const MONITORING = "00000000-0000-4000-8000-000000000007";

async function settings(id = ORDERS, answers: Answers = {}, fake = fakeCall(answers)) {
  const view = fake.world.profiles.find(({ row }) => row.id === id);
  if (!view) throw new Error("the sample has no such sender");
  const shown = await show(SenderSettings, { view }, fake);
  const saved = () => fake.asked.filter(({ command }) => command === "save_profile").map(({ request }) => (request as SaveProfile).settings);
  return { ...shown, saved };
}

const stored = (fake: Fake) => fake.asked.filter(({ command }) => command === "set_secret").map(({ request }) => request);

const invalid = (field: string): Problem => ({
  code: "invalid-settings", title: "Some settings cannot be accepted", means: "", said: null, retry: "after_change",
  retry_after_ms: null, causes: [], source: null,
  fields: [{ field, fault: "nobody is not an address", remedy: "An address such as invoices@kestrel.example" }],
});

describe("a changed setting", () => {
  it("is marked, says what it was, and can be reverted", async () => {
    const { user } = await settings();
    const reply = screen.getByLabelText("Reply-To");
    await user.clear(reply);
    await user.type(reply, "help@kestrel.example");
    expect(reply).toHaveClass("dirty");
    expect(reply).toHaveAccessibleDescription("was service@kestrel.example");
    expect(screen.getByRole("button", { name: /^Sender\s*, changed/ })).toBeVisible();
    expect(screen.getByText("1 change not saved")).toBeVisible();
    expect(await faults()).toEqual([]);
    await user.click(screen.getByRole("button", { name: "Revert" }));
    expect(reply).toHaveValue("service@kestrel.example");
    expect(screen.queryByText(/not saved/)).toBeNull();
  });

  it("is saved by Ctrl+S, with everything else as it was", async () => {
    const { user, saved, fake } = await settings();
    const before = fake.world.profiles.find(({ row }) => row.id === ORDERS)?.settings;
    await user.selectOptions(screen.getByLabelText("Mail leaves by"), "graph");
    await user.keyboard("{Control>}s{/Control}");
    await waitFor(() => expect(saved()).toHaveLength(1));
    expect(saved()[0]).toEqual({ ...before, transport: "graph" });
    expect(await screen.findByText("Saved")).toBeVisible();
  });

  it("to Graph says which permission sending as others asks for", async () => {
    const { user } = await settings();
    expect(screen.queryByText("asks for Mail.Send.Shared")).toBeNull();
    await user.selectOptions(screen.getByLabelText("Mail leaves by"), "graph");
    expect(screen.getByText("asks for Mail.Send.Shared")).toBeVisible();
    expect(await faults()).toEqual([]);
  });

  it("survives another tab, and follows what changed elsewhere only where it was not edited", async () => {
    const { user, stores, fake } = await settings();
    await user.type(screen.getByLabelText("Reply-To"), "x");
    const view = structuredClone(fake.world.profiles.find(({ row }) => row.id === ORDERS));
    if (!view) throw new Error("the sample has no such sender");
    view.settings.name = "Renamed";
    view.settings.reply_to = "other@kestrel.example";
    const form = stores.forms.of(view);
    form.follow(view);
    expect(form.now.name).toBe("Renamed");
    expect(form.now.reply_to).toBe("service@kestrel.examplex");
    expect(form.was("reply_to")).toBe("was other@kestrel.example");
    expect(form.elsewhere).toEqual(["Sender"]);
  });

  it("beside one that changed elsewhere: parts of a server follow one by one, and the note goes with the edits", async () => {
    const { user, stores, fake } = await settings(MONITORING);
    const server = screen.getByLabelText("Host and port");
    await user.type(server, "x");
    const view = structuredClone(fake.world.profiles.find(({ row }) => row.id === MONITORING));
    if (!view?.settings.smtp) throw new Error("the sample has no such sender");
    view.settings.smtp.port = 2525;
    stores.forms.of(view).follow(view);
    await waitFor(() => expect(screen.getByLabelText("Port")).toHaveValue(2525));
    expect(server).toHaveValue("mail.kestrel.examplex");
    expect(screen.getByText("1 change not saved")).toBeVisible();
    expect(screen.getByText(/Changed elsewhere while you edit: Server/)).toBeVisible();
    expect(await faults()).toEqual([]);
    await user.click(screen.getByRole("button", { name: "Revert" }));
    expect(screen.queryByText(/Changed elsewhere/)).toBeNull();
  });
});

it("of scopes begins with the first letter, not with the editor", async () => {
  const { user, saved } = await settings();
  await user.click(screen.getByRole("button", { name: "Edit the scopes" }));
  expect(screen.queryByText(/not saved/)).toBeNull();
  await user.type(screen.getByLabelText("Scopes"), " Mail.Read");
  expect(screen.getByText("1 change not saved")).toBeVisible();
  await user.click(screen.getByRole("button", { name: /^Save/ }));
  expect(saved()[0]?.scopes.at(-1)).toBe("Mail.Read");
});

describe("a server without protection", () => {
  it("gets the password only after a warning, and another server not at all", async () => {
    const { user, saved } = await settings(MONITORING);
    await user.selectOptions(screen.getByLabelText("Security"), "none");
    expect(screen.getByText(/nothing is sent until you allow it/)).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Allow…" }));
    expect(screen.getByRole("dialog", { name: "Send the password in clear text?" })).toHaveTextContent("mail.kestrel.example");
    expect(await faults()).toEqual([]);
    await user.click(screen.getByRole("button", { name: "Allow for this server" }));
    await user.click(screen.getByRole("button", { name: /^Save/ }));
    expect(saved()[0]?.smtp).toMatchObject({ security: "none", allow_plaintext: "mail.kestrel.example" });
    await user.type(screen.getByLabelText("Host and port"), "x");
    expect(screen.getByText(/nothing is sent until you allow it/)).toBeVisible();
  });

  it("on this computer is fine in clear text, but not through a proxy", async () => {
    const { user, saved } = await settings(MONITORING);
    await user.selectOptions(screen.getByLabelText("Security"), "none");
    await user.clear(screen.getByLabelText("Host and port"));
    await user.type(screen.getByLabelText("Host and port"), "localhost");
    expect(screen.getByText(/fine on this computer/)).toBeVisible();
    await user.selectOptions(screen.getByLabelText("Connections go"), "socks5");
    await user.type(screen.getByLabelText("Proxy and port"), "proxy.kestrel.example");
    expect(screen.queryByText(/fine on this computer/)).toBeNull();
    expect(screen.getByText(/would travel in clear text through the proxy/)).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Allow…" }));
    await user.click(screen.getByRole("button", { name: "Allow for this server" }));
    await user.click(screen.getByRole("button", { name: /^Save/ }));
    expect(saved()[0]?.smtp).toMatchObject({ host: "localhost", allow_plaintext: "localhost" });
  });

  it("is signed in to by a way that carries what the sender shows", async () => {
    const { user, saved } = await settings(MONITORING);
    const ways = screen.getByLabelText("Sign in to it by");
    expect([...ways.querySelectorAll("option")].map((one) => one.value)).toEqual(["auto", "plain", "login"]);
    await user.selectOptions(ways, "login");
    await user.click(screen.getByRole("button", { name: /^Save/ }));
    expect(saved()[0]?.smtp).toMatchObject({ auth: "login" });
  });
});

describe("a server of its own", () => {
  it("begins with the one in use and is compared with it", async () => {
    const { user, saved } = await settings();
    await user.click(screen.getByRole("button", { name: "Use another…" }));
    await user.selectOptions(screen.getByLabelText("Oldest TLS"), "1.3");
    expect(screen.getByText("was 1.2")).toBeVisible();
    expect(screen.getByText("1 change not saved")).toBeVisible();
    await user.click(screen.getByRole("button", { name: /^Save/ }));
    expect(saved()[0]?.smtp).toEqual({ host: "smtp.office365.com", port: 587, security: "starttls", min_tls: "1.3", ca_file: "", auth: "auto", allow_plaintext: "", chunking: false });
  });

  it("takes name and port apart where they were written in one", async () => {
    const { user } = await settings(MONITORING);
    const server = screen.getByLabelText("Host and port");
    await user.clear(server);
    await user.type(server, "relay.kestrel.example:2465");
    await user.tab();
    expect(server).toHaveValue("relay.kestrel.example");
    expect(server).toBeValid();
    expect(screen.getByLabelText("Port")).toHaveValue(2465);
  });

  it("takes the port along when its protection changes", async () => {
    const { user } = await settings();
    await user.click(screen.getByRole("button", { name: "Use another…" }));
    await user.selectOptions(screen.getByLabelText("Security"), "tls");
    expect(screen.getByLabelText("Port")).toHaveValue(465);
  });
});

describe("a wrong setting", () => {
  it("is said on leaving the field, and Save goes to it instead of to Rust", async () => {
    const { user, saved } = await settings();
    const reply = screen.getByLabelText("Reply-To");
    await user.clear(reply);
    await user.type(reply, "nobody");
    expect(reply).toBeValid();
    await user.tab();
    expect(reply).toBeInvalid();
    await user.click(screen.getByRole("button", { name: /^Save/ }));
    expect(reply).toHaveFocus();
    expect(saved()).toEqual([]);
    expect(screen.getByText("1 setting is not right yet")).toBeVisible();
    expect(await faults()).toEqual([]);
  });

  it("that only Rust finds gets Rust's words and the focus", async () => {
    const { user } = await settings(ORDERS, { save_profile: failsWith(invalid("from")) });
    await user.type(screen.getByLabelText("Name"), "!");
    await user.click(screen.getByRole("button", { name: /^Save/ }));
    const from = screen.getByLabelText("From");
    await waitFor(() => expect(from).toHaveFocus());
    expect(from).toHaveAccessibleDescription(/Nobody is not an address. An address such as/);
  });

  it("without a field on the screen is shown whole", async () => {
    const { user } = await settings(ORDERS, { save_profile: failsWith(invalid("sandbox")) });
    await user.type(screen.getByLabelText("Name"), "!");
    await user.click(screen.getByRole("button", { name: /^Save/ }));
    expect(await screen.findByText("Some settings cannot be accepted")).toBeVisible();
  });
});

it("says of settings that are only stored that they have no effect yet", async () => {
  await settings();
  expect(screen.getByText(/Alerts and backup have no effect yet/)).toBeVisible();
});

it("signs out an account that the provider did not name", async () => {
  const fake = fakeCall();
  const view = fake.world.profiles.find(({ row }) => row.id === ORDERS);
  if (!view) throw new Error("the sample has no such sender");
  view.identity.account = null;
  const { user } = await show(SenderSettings, { view }, fake);
  expect(screen.getByText("an account that the provider does not name")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Sign out" }));
  expect(fake.asked.some(({ command }) => command === "sign_out")).toBe(true);
});

it("signs in again in a sheet, and out at once", async () => {
  const { user, stores, fake } = await settings();
  await user.click(screen.getByRole("button", { name: "Sign out" }));
  expect(fake.asked.some(({ command }) => command === "sign_out")).toBe(true);
  expect(screen.queryByText(/lets no program revoke/)).toBeNull();
  await user.click(screen.getByRole("button", { name: "Sign in again…" }));
  expect(stores.nav.sheet).toEqual({ kind: "consent", profileId: ORDERS });
});

it("says where the person ends the app's access when no program can", async () => {
  const end_access_at = "https://myapps.microsoft.com";
  const answers = { sign_out: (id: string) => ({ id, signed_in: false, revoked: false, end_access_at, problem: null }) };
  const { user } = await settings(ORDERS, answers);
  await user.click(screen.getByRole("button", { name: "Sign out" }));
  expect(await screen.findByRole("link", { name: /end the app’s access/ })).toHaveAttribute("href", end_access_at);
  expect(await faults()).toEqual([]);
});

describe("the route", () => {
  it("is put together from protocol, proxy, port and user, and the password goes to the vault", async () => {
    const { user, saved, fake } = await settings();
    await user.selectOptions(screen.getByLabelText("Connections go"), "http");
    await user.type(screen.getByLabelText("Proxy and port"), "proxy.kestrel.example");
    expect(screen.getByLabelText("Proxy’s port")).toHaveValue("3128");
    expect(screen.queryByLabelText("Proxy password")).toBeNull();
    await user.type(screen.getByLabelText("Proxy’s user"), "corp\\me");
    await user.type(screen.getByLabelText("Proxy password"), "s3cret!{Enter}");
    expect(stored(fake)).toEqual([
      { key: { owner: ORDERS, name: "proxy-password" }, value: "s3cret!" },
    ]);
    expect(await faults()).toEqual([]);
    await user.click(screen.getByRole("button", { name: /^Save/ }));
    await waitFor(() => expect(saved()[0]?.route).toBe("http://corp%5Cme@proxy.kestrel.example:3128"));
    expect(document.body.innerHTML).not.toContain("s3cret!");
  });

  it("without a proxy’s name is said to be wrong on leaving the field", async () => {
    const { user, saved } = await settings();
    await user.selectOptions(screen.getByLabelText("Connections go"), "socks5");
    const proxy = screen.getByLabelText("Proxy and port");
    await user.click(proxy);
    await user.tab();
    expect(proxy).toBeInvalid();
    await user.click(screen.getByRole("button", { name: /^Save/ }));
    expect(saved()).toEqual([]);
  });
});

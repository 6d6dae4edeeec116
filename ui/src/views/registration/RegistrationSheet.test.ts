import { screen, waitFor } from "@testing-library/svelte";
import { describe, expect, it, vi } from "vitest";
import type { Problem } from "../../api/contract/Problem";
import type { SignIn } from "../../api/contract/SignIn";
import { type Answers, failsWith, fakeCall } from "../../testing/fakeCall";
import { uuid } from "../../testing/sample/ids";
import { faults, show } from "../../testing/show";
import RegistrationSheet from "./RegistrationSheet.svelte";

const MAILER = uuid(101);

async function sheet(id: string | null, answers: Answers = {}, fake = fakeCall(answers)) {
  const onclose = vi.fn();
  const shown = await show(RegistrationSheet, { id, onclose }, fake);
  const asked = (command: string) => fake.asked.filter((one) => one.command === command).map(({ request }) => request);
  return { ...shown, onclose, asked };
}

const tenantFault: Problem = {
  code: "invalid-settings", title: "", means: "", said: null, retry: "after_change", retry_after_ms: null, causes: [], source: null,
  fields: [{ field: "tenant", fault: "“kestrel” is not a tenant", remedy: "A GUID or a domain" }],
};

describe("a registration", () => {
  it("names the exact address to register, and where", async () => {
    const { user } = await sheet(MAILER);
    expect(screen.getByText("http://localhost/oauth2/callback")).toBeVisible();
    expect(screen.getByText(/Mobile and desktop applications$/)).toBeVisible();
    expect(screen.getByText(/has no secret$/)).toBeVisible();
    expect(await faults()).toEqual([]);
    await user.selectOptions(screen.getByLabelText("Way back"), "page");
    await user.type(screen.getByLabelText("Address of the page"), "app.kestrel.example/back");
    expect(screen.getByText(/› Web, and not Single-page application$/)).toBeVisible();
    expect(screen.getByRole("button", { name: "Replace… Client secret" })).toBeVisible();
  });

  it("says whether an administrator allowed it, and asks one once the changes are saved", async () => {
    const { user, stores } = await sheet(MAILER);
    expect(screen.getByText("has not been asked from here")).toBeVisible();
    const name = screen.getByLabelText("Name");
    await user.type(name, "!");
    expect(screen.getByRole("button", { name: "Ask…" })).toBeDisabled();
    await user.type(name, "{Backspace}");
    await user.click(screen.getByRole("button", { name: "Ask…" }));
    expect(stores.nav.sheet).toEqual({ kind: "admin-consent", registrationId: MAILER });
  });

  it("is saved with its secret, which goes to the vault by itself", async () => {
    const { user, asked, onclose } = await sheet(null);
    await user.selectOptions(screen.getByLabelText("Provider"), "google");
    await user.type(screen.getByLabelText("Name"), "Kestrel Google 2");
    await user.type(screen.getByLabelText("Client ID"), "4829.apps.googleusercontent.com");
    await user.type(screen.getByLabelText("Client secret"), "GOCSPX-1");
    await user.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(onclose).toHaveBeenCalled());
    expect(asked("save_registration")).toMatchObject([{ settings: { provider: "google", name: "Kestrel Google 2", redirect: "loopback" }, seen: null }]);
    expect(JSON.stringify(asked("save_registration"))).not.toContain("GOCSPX-1");
    expect(asked("set_secret")).toMatchObject([{ key: { name: "client-secret" }, value: "GOCSPX-1" }]);
  });

  it("that changes elsewhere keeps what is typed, says so, and is not saved over what nobody saw", async () => {
    const late: Problem = { ...tenantFault, code: "changed-elsewhere", title: "“Kestrel Mailer” was changed elsewhere", fields: [] };
    let kept = true;
    const fake = fakeCall({ save_registration: (request) => (kept ? fake.world.answers.save_registration(request) : Promise.reject(late)) });
    const { user, stores, asked, onclose } = await sheet(MAILER, {}, fake);
    await user.type(screen.getByLabelText("Name"), "!");
    const before = fake.world.registrations.find(({ settings }) => settings.id === MAILER)?.settings;
    if (!before) throw new Error("the sample has no such registration");
    const now = { ...before, tenant: "other.example" };
    fake.world.answers.save_registration({ settings: now, seen: before });
    kept = false;
    await user.click(screen.getByRole("button", { name: "Save" }));
    expect(await screen.findByText(late.title)).toBeVisible();
    expect(screen.getByLabelText("Tenant")).toHaveValue("other.example");
    expect(screen.getByRole("status")).toHaveTextContent("changed elsewhere while you edit");
    expect(await faults()).toEqual([]);
    kept = true;
    await user.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(onclose).toHaveBeenCalled());
    expect(asked("save_registration").at(-1)).toEqual({ settings: { ...now, name: `${before.name}!` }, seen: now });
    expect(stores.registrations.of(MAILER)?.settings.tenant).toBe("other.example");
  });

  it("that is removed elsewhere closes, and says why", async () => {
    const { fake, stores, onclose } = await sheet(MAILER);
    fake.world.registrations = [];
    fake.tell({ event: "profiles_changed" });
    await waitFor(() => expect(onclose).toHaveBeenCalled());
    expect(stores.toasts.all.at(-1)?.text).toMatch(/was removed elsewhere$/);
  });

  it("with a wrong setting stays open, says it at the field and goes there", async () => {
    const { user, onclose } = await sheet(MAILER, { save_registration: failsWith(tenantFault) });
    await user.click(screen.getByRole("button", { name: "Save" }));
    const tenant = screen.getByLabelText("Tenant");
    await waitFor(() => expect(tenant).toHaveFocus());
    expect(tenant).toHaveAccessibleDescription("“kestrel” is not a tenant. A GUID or a domain.");
    expect(onclose).not.toHaveBeenCalled();
    expect(await faults()).toEqual([]);
  });
});

describe("the credentials", () => {
  /** The sheet of the registration whose senders sign in like this, in turn. */
  async function usedBy(...signIns: SignIn[]) {
    const fake = fakeCall();
    const users = fake.world.registrations.find(({ settings }) => settings.id === MAILER)?.used_by ?? [];
    fake.world.profiles.filter(({ row }) => users.includes(row.name)).forEach(({ row }, at) => (row.sign_in = signIns[at % signIns.length] ?? "delegated"));
    return sheet(MAILER, {}, fake);
  }

  it("of a loopback registration are shown where senders sign in by themselves", async () => {
    const { user, asked } = await usedBy("app-only");
    expect(screen.queryByText(/has no secret$/)).toBeNull();
    expect(screen.getByText("for senders that sign in by themselves")).toBeVisible();
    expect(screen.getByLabelText("Way back"), "an administrator answers the same way").toBeVisible();
    expect(await faults()).toEqual([]);
    await user.click(screen.getByRole("button", { name: "Replace… Client secret" }));
    await user.type(screen.getByLabelText("Client secret"), "s3cret");
    await user.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(asked("set_secret")).toEqual([{ key: { owner: MAILER, name: "client-secret" }, value: "s3cret" }]));
  });

  it("are shown where only some of its senders do", async () => {
    await usedBy("delegated", "app-only");
    expect(screen.getByText("for senders that sign in by themselves")).toBeVisible();
  });

  it("can be a certificate, too", async () => {
    const { user } = await usedBy("app-only");
    await user.click(screen.getByRole("radio", { name: "Certificate" }));
    expect(screen.getByRole("button", { name: "Choose file…" })).toBeVisible();
  });

  it("are left out where every sender is a person’s", async () => {
    await usedBy("delegated");
    expect(screen.getByText(/has no secret$/)).toBeVisible();
    expect(screen.queryByText("for senders that sign in by themselves")).toBeNull();
  });

  it("can be given before there is a sender", async () => {
    await sheet(null);
    expect(screen.getByText("for senders that sign in by themselves")).toBeVisible();
    expect(screen.getByLabelText("Way back")).toBeVisible();
  });
});

describe("a custom provider", () => {
  const found = {
    authorize_endpoint: "https://id.kestrel.example/ask", token_endpoint: "https://tokens.other.example/token",
    device_endpoint: "", revocation_endpoint: "", client_authentication: "basic",
  } as const;

  it("is looked up by its issuer, and a foreign host is confirmed by the person", async () => {
    const { user, asked } = await sheet(null, { discover_endpoints: () => found });
    await user.selectOptions(screen.getByLabelText("Provider"), "custom");
    expect(screen.getByRole("button", { name: "Look up" })).toBeDisabled();
    await user.type(screen.getByLabelText("Issuer"), "https://id.kestrel.example");
    await user.click(screen.getByRole("button", { name: "Look up" }));
    await waitFor(() => expect(screen.getByLabelText("Token endpoint")).toHaveValue(found.token_endpoint));
    const trust = screen.getByRole("switch", { name: "I trust tokens.other.example" });
    expect(trust).not.toBeChecked();
    expect(await faults()).toEqual([]);
    await user.click(trust);
    await user.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(asked("save_registration")).toMatchObject([
      { settings: { issuer: "https://id.kestrel.example", token_endpoint: found.token_endpoint, client_authentication: "basic", confirmed_hosts: ["tokens.other.example"] } },
    ]));
  });

  it("says why its issuer does not tell", async () => {
    const silent: Problem = { ...tenantFault, code: "not-the-protocol", title: "id.example does not say where its endpoints are", fields: [] };
    const { user } = await sheet(null, { discover_endpoints: failsWith(silent) });
    await user.selectOptions(screen.getByLabelText("Provider"), "custom");
    await user.type(screen.getByLabelText("Issuer"), "https://id.example");
    await user.click(screen.getByRole("button", { name: "Look up" }));
    expect(await screen.findByText(silent.title)).toBeVisible();
    expect(screen.getByLabelText("Token endpoint")).toHaveValue("");
  });
});

describe("a change that makes people sign in again", () => {
  const again = [
    { profile: "Order confirmations", changed: ["tenant"] },
    { profile: "Invoices", changed: ["tenant", "client_id"] },
  ];

  it("says how many and who before it is saved", async () => {
    const { user, asked, onclose } = await sheet(MAILER, { sign_in_again: () => again });
    await user.click(screen.getByRole("button", { name: "Save" }));
    const said = await screen.findByRole("alert");
    expect(said).toHaveTextContent(
      "2 senders will have to sign in again, because the tenant and client ID changed: Order confirmations, Invoices.");
    expect(asked("save_registration")).toEqual([]);
    expect(await faults()).toEqual([]);
    await user.click(screen.getByRole("button", { name: "Save all the same" }));
    await waitFor(() => expect(onclose).toHaveBeenCalled());
    expect(asked("save_registration")).toHaveLength(1);
  });

  it("is asked about anew after more editing", async () => {
    const { user, asked } = await sheet(MAILER, { sign_in_again: () => again });
    await user.click(screen.getByRole("button", { name: "Save" }));
    await user.click(await screen.findByRole("button", { name: "Go on editing" }));
    expect(screen.queryByRole("alert")).toBeNull();
    await user.click(screen.getByRole("button", { name: "Save" }));
    expect(await screen.findByRole("alert")).toBeVisible();
    expect(asked("save_registration")).toEqual([]);
  });
});

describe("deleting a registration", () => {
  /** The sheet of a registration that no sender uses, asking whether to delete it. */
  async function asking(answers: Answers = {}) {
    const fake = fakeCall(answers);
    const mailer = fake.world.registrations.find(({ settings }) => settings.id === MAILER);
    if (mailer) mailer.used_by = [];
    const shown = await sheet(MAILER, {}, fake);
    await shown.user.click(screen.getByRole("button", { name: "Delete…" }));
    return { ...shown, said: () => shown.stores.toasts.all.map(({ text }) => text) };
  }

  it("is refused while senders use it, and names them", async () => {
    const { user, asked } = await sheet(MAILER);
    await user.click(screen.getByRole("button", { name: "Delete…" }));
    expect(screen.getByRole("alert")).toHaveTextContent(/cannot be deleted: Order confirmations, Invoices/);
    expect(asked("remove_registration")).toEqual([]);
    expect(await faults()).toEqual([]);
  });

  it("asks first where none uses it", async () => {
    const { user, asked, said, onclose } = await asking();
    expect(asked("remove_registration")).toEqual([]);
    await user.click(screen.getByRole("button", { name: "Delete" }));
    await waitFor(() => expect(onclose).toHaveBeenCalledOnce());
    expect(asked("remove_registration")).toEqual([MAILER]);
    expect(said()).toEqual(["Kestrel Mailer is deleted"]);
  });

  it("is not asked any more once it is removed elsewhere", async () => {
    const { fake, said, onclose } = await asking();
    fake.world.registrations = [];
    fake.tell({ event: "profiles_changed" });
    await waitFor(() => expect(onclose).toHaveBeenCalledOnce());
    expect(said()).toEqual(["Kestrel Mailer was removed elsewhere"]);
  });

  it("that another program was faster with ends in the same way", async () => {
    const unknown: Problem = { ...tenantFault, code: "unknown-registration", fields: [] };
    let answer: () => void = () => undefined;
    const { user, fake, stores, said, onclose } = await asking({
      remove_registration: () => new Promise((_, reject) => (answer = () => reject(unknown))),
    });
    await user.click(screen.getByRole("button", { name: "Delete" }));
    fake.world.registrations = [];
    await stores.registrations.follow();
    answer();
    await waitFor(() => expect(onclose).toHaveBeenCalledOnce());
    expect(said()).toEqual(["Kestrel Mailer was removed elsewhere"]);
  });
});

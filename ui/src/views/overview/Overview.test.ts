import { screen, within } from "@testing-library/svelte";
import { describe, expect, it } from "vitest";
import { fakeCall } from "../../testing/fakeCall";
import { uuid } from "../../testing/sample/ids";
import { smtpAuthOff } from "../../testing/sample/problems";
import { faults, show } from "../../testing/show";
import Overview from "./Overview.svelte";

async function overview(name: string, change: (view: NonNullable<ReturnType<typeof find>>) => void = () => undefined) {
  const fake = fakeCall();
  const view = find(fake, name);
  if (!view) throw new Error(`the sample has no ${name}`);
  change(view);
  return show(Overview, { view }, fake);
}

const find = (fake: ReturnType<typeof fakeCall>, name: string) => fake.world.profiles.find((one) => one.row.name === name);

describe("the overview", () => {
  it("shows identity, credentials and the last messages", async () => {
    const { user, stores } = await overview("Order confirmations");
    expect(screen.getByText("svc-mailer@kestrel.example")).toBeVisible();
    expect(screen.getByText("Shown as “Kestrel Orders”")).toBeVisible();
    expect(screen.getByText("in 42 min, renews itself")).toBeVisible();
    expect(screen.getByText(/in 203 days$/)).toBeVisible();
    expect(await screen.findByText("No such recipient")).toBeVisible();
    expect(await faults()).toEqual([]);
    await user.click(screen.getByText("m.okafor@halden.example"));
    expect(stores.nav.place).toMatchObject({ view: "sender", tab: "history", look: { open: expect.any(String) } });
  });

  it("has the fix on the same screen as the failure", async () => {
    const { user } = await overview("Invoices");
    const button = await screen.findByRole("button", { name: "Show the fix" });
    expect(screen.getByText("Microsoft 365 refused the sign-in")).toBeVisible();
    await user.click(button);
    expect(screen.getByRole("group", { name: "Run in PowerShell" })).toHaveTextContent("SmtpClientAuthenticationDisabled");
    expect(await faults()).toEqual([]);
  });

  it("shows the message that the sender fails by, though others were sent since", async () => {
    const { user, stores } = await overview("Invoices", (view) => (view.failed = uuid(1009)));
    await user.click(await screen.findByRole("button", { name: "Show the fix" }));
    expect(screen.getByText("The recipient does not exist at nordfrakt.example")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Show it in History" }));
    expect(stores.nav.place).toMatchObject({ view: "sender", tab: "history", look: { open: uuid(1009) } });
  });

  it.each(["Microsoft 365 refused the sign-in", "May have been sent"])("says what a failure means, not %s once more", async (note) => {
    await overview("Invoices", (view) => (view.row.health_note = note));
    await screen.findByRole("button", { name: "Show the fix" });
    const step = within(screen.getByRole("region", { name: "Next step" }));
    expect(step.getByText(smtpAuthOff.means)).toBeVisible();
    expect(step.queryByText("May have been sent")).toBeNull();
    expect(step.getAllByText("Microsoft 365 refused the sign-in")).toHaveLength(1);
  });

  it.each([
    ["Support desk", "This sender has to sign in", "Sign in…"],
    ["Newsletter", /^The client secret ends /, "Replace it in Settings"],
    ["Office scanner", "This sender is switched off", "Enable"],
  ])("names the next step of %s", async (name, title, button) => {
    await overview(name);
    expect(screen.getByText(title)).toBeVisible();
    expect(screen.getByRole("button", { name: button })).toHaveClass("pri");
  });

  it("claims no time to renew where something has ended", async () => {
    const { container } = await overview("Order confirmations", (view) => {
      const secret = view.credentials.find((one) => one.name === "client-secret");
      Object.assign(secret ?? {}, { expires_at: "2020-01-31T00:00:00Z" });
      Object.assign(view.row, { health: "expired", health_note: "the client secret ended 2020-01-31T00:00:00Z" });
    });
    expect(screen.getByText(/^The client secret ended /)).toBeVisible();
    expect(screen.getByText(/^31 Jan 2020, .* ago$/)).toHaveClass("bad");
    expect(container).not.toHaveTextContent("Nothing to renew before");
    expect(await faults()).toEqual([]);
  });

  it("begins a sign-in from there", async () => {
    const { user, stores } = await overview("Support desk");
    await user.click(screen.getByRole("button", { name: "Sign in…" }));
    expect(stores.nav.sheet).toMatchObject({ kind: "consent" });
  });

  it("does not claim what no message has proved", async () => {
    await overview("Order confirmations", (view) => (view.identity.account_mailbox = "mismatch"));
    expect(screen.getByText("not proved")).toBeVisible();
    expect(screen.queryByText("All three work together")).toBeNull();
  });

  it("names the message that proved it, and marks nothing green before one did", async () => {
    const { unmount } = await overview("Order confirmations");
    expect(screen.getByText(/^accepted /)).toBeVisible();
    unmount();
    await overview("Order confirmations", (view) => (view.identity.proved_at = null));
    const identity = within(screen.getByRole("region", { name: "Identity" }));
    expect(identity.getByText("No message has proved yet that they work together")).toBeVisible();
    expect(identity.queryByText(/^accepted /)).toBeNull();
  });

  it("says what was not allowed at the sign-in, and what to do", async () => {
    const { user, stores } = await overview("Order confirmations", (view) => (view.missing_scopes = ["https://outlook.office.com/SMTP.Send"]));
    expect(screen.getByText(/^Not everything was allowed at the sign-in: https:\/\/outlook.office.com\/SMTP.Send$/)).toBeVisible();
    expect(await faults()).toEqual([]);
    await user.click(screen.getByRole("button", { name: "Sign in again…" }));
    expect(stores.nav.sheet).toMatchObject({ kind: "consent" });
  });

  it("claims nobody's absence where the provider only does not name who signed in", async () => {
    await overview("Order confirmations", (view) => Object.assign(view.identity, { account: null, account_mailbox: "unknown" }));
    expect(screen.getByText("Not named")).toBeVisible();
    expect(screen.getByText("The provider does not say who")).toBeVisible();
  });

  it("asks for no account where no person signs in", async () => {
    await overview("Monitoring alerts");
    expect(screen.getByText("With its own password")).toBeVisible();
    expect(screen.getByText("Mailbox and From work together")).toBeVisible();
    expect(screen.queryByText("Nobody yet")).toBeNull();
  });

  it("says what is stored without effect", async () => {
    await overview("Order confirmations", (view) => (view.not_yet = ["backup: no other sender takes over yet"]));
    expect(screen.getByText("backup: no other sender takes over yet")).toBeVisible();
  });
});

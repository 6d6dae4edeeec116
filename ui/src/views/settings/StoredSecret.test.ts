import { render, screen, waitFor } from "@testing-library/svelte";
import { describe, expect, it } from "vitest";
import { storesContext } from "../../stores";
import { type Fake, fakeCall } from "../../testing/fakeCall";
import { faults, show } from "../../testing/show";
import SenderSettings from "./SenderSettings.svelte";

const ORDERS = "00000000-0000-4000-8000-000000000001";
const OTHER_APP = "00000000-0000-4000-8000-000000000102";
const MONITORING = "00000000-0000-4000-8000-000000000007";

async function settings(id = ORDERS, fake = fakeCall()) {
  const view = fake.world.profiles.find(({ row }) => row.id === id);
  if (!view) throw new Error("the sample has no such sender");
  return { ...(await show(SenderSettings, { view }, fake)), view };
}

const stored = (fake: Fake) => fake.asked.filter(({ command }) => command === "set_secret").map(({ request }) => request);

describe("a secret", () => {
  it("is only replaced: it goes to the vault at once and leaves the window", async () => {
    const { user, fake } = await settings(MONITORING);
    expect(screen.queryByLabelText("Password")).not.toBeInstanceOf(HTMLInputElement);
    await user.click(screen.getByRole("button", { name: "Replace… Password" }));
    await user.type(screen.getByLabelText("Password"), "s3cret!{Enter}");
    await waitFor(() => expect(screen.getByText("Password: set")).toBeInTheDocument());
    expect(stored(fake)).toEqual([
      { key: { owner: MONITORING, name: "password" }, value: "s3cret!" },
    ]);
    expect(document.body.innerHTML).not.toContain("s3cret!");
    expect(screen.getByRole("button", { name: "Replace… Password" })).toHaveFocus();
  });

  it("that begins or ends with a blank is kept so, and said to", async () => {
    const { user } = await settings(MONITORING);
    await user.click(screen.getByRole("button", { name: "Replace… Password" }));
    await user.type(screen.getByLabelText("Password"), "s3cret!");
    expect(screen.queryByText("begins or ends with a blank")).toBeNull();
    await user.type(screen.getByLabelText("Password"), " ");
    expect(screen.getByText("begins or ends with a blank")).toBeVisible();
    expect(await faults()).toEqual([]);
  });

  it("that was typed is an unsaved change: Revert drops it, another tab does not, Save stores it", async () => {
    const { user, fake, stores, view, unmount } = await settings(MONITORING);
    await user.click(screen.getByRole("button", { name: "Replace… Password" }));
    await user.type(screen.getByLabelText("Password"), "wrong");
    expect(screen.getByText("1 change not saved")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Revert" }));
    await user.click(screen.getByRole("button", { name: "Replace… Password" }));
    await user.type(screen.getByLabelText("Password"), "s3cret!");
    unmount();
    render(SenderSettings, { props: { view }, context: storesContext(stores) });
    await user.click(screen.getByLabelText("Password"));
    await user.keyboard("{Control>}s{/Control}");
    await waitFor(() => expect(screen.getByRole("button", { name: "Replace… Password" })).toHaveFocus());
    expect(stored(fake)).toEqual([{ key: { owner: MONITORING, name: "password" }, value: "s3cret!" }]);
    expect(screen.getByText("Saved")).toBeVisible();
  });

  it("that the settings do not ask for any more is neither counted nor stored", async () => {
    const { user, fake } = await settings();
    await user.selectOptions(screen.getByLabelText("Sign-in method"), "app-only");
    await user.click(screen.getByRole("button", { name: "Replace… Client secret" }));
    await user.type(screen.getByLabelText("Client secret"), "of one app");
    await user.click(screen.getByRole("button", { name: "Name an IMAP server…" }));
    await user.type(screen.getByLabelText("IMAP password"), "of a server");
    await user.click(screen.getByRole("button", { name: "Do not read back" }));
    await user.selectOptions(screen.getByLabelText("Connections go"), "http");
    await user.type(screen.getByLabelText("Proxy’s user"), "me");
    await user.type(screen.getByLabelText("Proxy password"), "of a user");
    await user.selectOptions(screen.getByLabelText("Connections go"), "direct");
    expect(screen.getByText("2 changes not saved")).toBeVisible();
    await user.selectOptions(screen.getByLabelText("App registration"), OTHER_APP);
    expect(screen.getByText("2 changes not saved")).toBeVisible();
    await user.click(screen.getByRole("button", { name: /^Save/ }));
    expect(await screen.findByText("Saved")).toBeVisible();
    expect(stored(fake)).toEqual([]);
  });

  it("of the mailbox for reading is stored beside its server", async () => {
    const { user, fake } = await settings();
    expect(screen.queryByLabelText("IMAP password")).toBeNull();
    await user.click(screen.getByRole("button", { name: "Name an IMAP server…" }));
    await user.type(screen.getByLabelText("IMAP password"), "s3cret!{Enter}");
    expect(stored(fake)).toEqual([
      { key: { owner: ORDERS, name: "imap-password" }, value: "s3cret!" },
    ]);
    expect(await faults()).toEqual([]);
  });

  it("is removed after a question, also where nothing uses it any more", async () => {
    const fake = fakeCall();
    const credentials = fake.world.profiles.find(({ row }) => row.id === MONITORING)?.credentials;
    credentials?.push({ name: "proxy-password", present: true, expires_at: null, renews_itself: false, since: null, note: "not used by the route" });
    const { user } = await settings(MONITORING, fake);
    expect(screen.getByText("not used by the route")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Remove… Proxy password" }));
    await user.click(screen.getByRole("button", { name: "Keep" }));
    await user.click(screen.getByRole("button", { name: "Remove… Proxy password" }));
    expect(await faults()).toEqual([]);
    await user.click(screen.getByRole("button", { name: "Remove for good" }));
    expect(fake.asked.filter(({ command }) => command === "remove_secret").map(({ request }) => request)).toEqual([
      { owner: MONITORING, name: "proxy-password" },
    ]);
  });
});
